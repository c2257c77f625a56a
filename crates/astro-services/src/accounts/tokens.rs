//! Personal access tokens: for programs, limited by scopes and time.

use astro_core::accounts::AccessToken;
use astro_core::accounts::requests::{CreateAccessTokenRequest, IssuedAccessToken};
use astro_core::calendar::Timestamp;
use astro_core::error::Checks;
use astro_core::ids::AccessTokenId;
use astro_core::limits;
use astro_core::principal::{Permission, Role};
use astro_store::accounts::tokens;

use super::opaque::{self, Kind};
use crate::{Call, Error, Result, Services, access};

impl Services {
    /// Makes a token for the caller; it is shown once.
    pub async fn create_access_token(
        &self,
        call: &Call,
        request: CreateAccessTokenRequest,
    ) -> Result<IssuedAccessToken> {
        call.scope(Permission::AccountWrite)?;
        let (now, identity) = (self.now(), call.principal.identity());
        check(&request, identity.role, now)?;
        let minted = opaque::mint(Kind::Personal, &self.random);
        let mut scopes = request.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        let token = AccessToken {
            id: self.random.id(now),
            title: request.title,
            prefix: opaque::beginning(Kind::Personal, &minted.text),
            scopes,
            created_at: now,
            expires_at: request.expires_at,
            last_used_at: None,
        };
        let (kept, hash) = (token.clone(), minted.hash);
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    let held = tokens::count(admin, identity.user).await?;
                    if held >= i64::from(limits::PERSONAL_TOKENS) {
                        let detail =
                            format!("a user has at most {} tokens", limits::PERSONAL_TOKENS);
                        return Err(Error::conflict("too_many_tokens", detail));
                    }
                    Ok::<_, Error>(tokens::insert(admin, identity.user, &kept, hash).await?)
                })
            })
            .await?;
        Ok(IssuedAccessToken {
            token: minted.text,
            access_token: token,
        })
    }

    /// The caller's tokens, expired ones until they are cleared away.
    pub async fn list_access_tokens(&self, call: &Call) -> Result<Vec<AccessToken>> {
        call.scope(Permission::AccountRead)?;
        let user = call.principal.identity().user;
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { tokens::list(admin, user).await.map_err(Error::from) })
        });
        found.await
    }

    pub async fn revoke_access_token(&self, call: &Call, id: AccessTokenId) -> Result<()> {
        call.scope(Permission::AccountWrite)?;
        let user = call.principal.identity().user;
        self.end(move |admin| {
            Box::pin(async move {
                let was_there = tokens::delete_of(admin, id, user).await?;
                was_there.then_some(()).ok_or(Error::NotFound("token"))
            })
        })
        .await
    }
}

fn check(request: &CreateAccessTokenRequest, role: Role, now: Timestamp) -> Result<()> {
    let mut checks = Checks::default();
    checks.title("title", &request.title, limits::TITLE_CHARS);
    checks.require(
        !request.scopes.is_empty(),
        "scopes",
        "empty",
        "must name at least one scope",
    );
    for (index, scope) in request.scopes.iter().enumerate() {
        checks.require(
            access::grantable(*scope) && access::allows(role, *scope),
            &format!("scopes[{index}]"),
            "not_grantable",
            format!("{scope} cannot be given to a token of yours"),
        );
    }
    let latest = now.checked_add(limits::PERSONAL_TOKEN_TTL);
    let in_time = request.expires_at > now && latest.is_ok_and(|end| request.expires_at <= end);
    checks.require(
        in_time,
        "expires_at",
        "out_of_range",
        "must lie in the future, at most 366 days away",
    );
    Ok(checks.finish()?)
}
