//! Signing in, staying signed in, signing out.
//!
//! A program gets an access token and a refresh token that is good for one use: one that is shown
//! twice was stolen by somebody, so it ends the session for everybody. A browser gets a cookie.

use astro_core::accounts::requests::{
    BrowserSessionResponse, LoginRequest, RefreshRequest, TokenResponse,
};
use astro_core::accounts::{Email, Session, SessionKind, User};
use astro_core::calendar::Timestamp;
use astro_core::ids::{SessionId, UserId};
use astro_core::limits;
use astro_core::principal::{Identity, Permission, Principal};
use astro_core::secret::Secret;
use astro_store::accounts::sessions::{self, SessionStart};
use astro_store::accounts::users::{self, Candidate};
use astro_store::accounts::{Hash, credentials, epoch};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::gate::{NOT_SIGNED_IN, admit};
use super::jwt::{self, Subject};
use super::opaque::{self, Kind};
use super::{Client, throttle};
use crate::changes::before;
use crate::{Call, Error, Result, Services};

/// One answer for a wrong address, password or tenant, and for an account that is disabled.
const WRONG_LOGIN: Error = Error::Unauthenticated(
    "the address or the password is wrong; with accounts in several tenants, name the tenant",
);

/// What a browser gets: the cookie's value apart from what its page may see.
#[derive(Clone, Debug)]
pub struct BrowserLogin {
    /// For an `HttpOnly` cookie.
    pub cookie: Secret,
    pub response: BrowserSessionResponse,
}

impl Services {
    /// Signs a program in.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] in the same words, after the same work, whatever is wrong;
    /// [`Error::TooMany`] after too many tries.
    pub async fn login(&self, request: LoginRequest, client: &Client) -> Result<TokenResponse> {
        let identity = self.check_login(&request, client).await?;
        let refresh = opaque::mint(Kind::Refresh, &self.random);
        let start = self.start(identity.user, SessionKind::Tokens, None, client);
        let session = start.id;
        let user = self.open_session(start, Some(refresh.hash)).await?;
        self.token_response(user, session, refresh.text).await
    }

    /// Signs a browser in; errors as those of [`Services::login`].
    pub async fn login_browser(
        &self,
        request: LoginRequest,
        client: &Client,
    ) -> Result<BrowserLogin> {
        let identity = self.check_login(&request, client).await?;
        let cookie = opaque::mint(Kind::Browser, &self.random);
        let kind = SessionKind::Browser;
        let start = self.start(identity.user, kind, Some(cookie.hash), client);
        let user = self.open_session(start, None).await?;
        let csrf_token = csrf_token(&cookie.text);
        Ok(BrowserLogin {
            cookie: cookie.text,
            response: BrowserSessionResponse { csrf_token, user },
        })
    }

    /// Who a sign-in is, if the password is right and the gate admits them.
    async fn check_login(&self, request: &LoginRequest, client: &Client) -> Result<Identity> {
        let key = Email::key_of(&request.email);
        let counter = throttle::account_key(&key);
        self.count_try(Some(counter), client.address).await?;
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { users::candidates(admin, &key).await.map_err(Error::from) })
        });
        let candidates = found.await?;
        let candidate = pick(&candidates, request.tenant.as_deref());
        let stored = candidate.map(|candidate| candidate.password_hash.as_str());
        let pool = &self.accounts.passwords;
        let verdict = pool.verify(&request.password, stored).await?;
        let identity = match candidate {
            Some(candidate) if verdict.matches => admit(&candidate.standing).ok(),
            _ => None,
        };
        let Some(identity) = identity else {
            metrics::counter!("astro_sign_ins_total", "outcome" => "refused").increment(1);
            // no address of a person: whoever mistypes may have typed a password there
            tracing::info!(from = ?client.address, "a sign-in was refused");
            return Err(WRONG_LOGIN);
        };
        metrics::counter!("astro_sign_ins_total", "outcome" => "admitted").increment(1);
        self.forgive_tries(counter).await?;
        if let (true, Some(old)) = (verdict.outdated, stored) {
            self.rehash(identity.user, old.to_owned(), &request.password)
                .await?;
        }
        Ok(identity)
    }

    /// Keeps a hash at today's cost, now that the password is at hand.
    async fn rehash(&self, user: UserId, old: String, password: &Secret) -> Result<()> {
        let pool = &self.accounts.passwords;
        let better = pool.hash(password, &self.random).await?;
        self.store
            .admin(move |admin| {
                Box::pin(async move { Ok(credentials::rehash(admin, user, &old, &better).await?) })
            })
            .await
    }

    fn start(
        &self,
        user: UserId,
        kind: SessionKind,
        secret_hash: Option<Hash>,
        client: &Client,
    ) -> SessionStart {
        let now = self.now();
        SessionStart {
            id: self.random.id(now),
            user,
            kind,
            secret_hash,
            client: client.short_agent(),
            now,
            expires_at: now.checked_add(limits::SESSION_TTL).unwrap_or(now),
        }
    }

    async fn open_session(&self, start: SessionStart, refresh: Option<Hash>) -> Result<User> {
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    let user = users::get(admin, start.user).await?.ok_or(NOT_SIGNED_IN)?;
                    sessions::insert(admin, &start).await?;
                    if let Some(token) = refresh {
                        sessions::insert_token(admin, start.id, token, start.now).await?;
                    }
                    Ok(user)
                })
            })
            .await
    }

    async fn token_response(
        &self,
        user: User,
        session: SessionId,
        refresh_token: Secret,
    ) -> Result<TokenResponse> {
        let now = self.now();
        let keys = self.accounts.keyring.keys(now).await;
        let subject = Subject::Session {
            user: user.id,
            session,
        };
        Ok(TokenResponse {
            access_token: jwt::sign(&keys, &subject, now, &self.random)?,
            token_type: "Bearer".to_owned(),
            expires_in: limits::ACCESS_TOKEN_TTL.as_secs(),
            refresh_token,
            user,
        })
    }

    /// Gives a new pair of tokens for a refresh token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for one that is unknown, too old, or was used before; the last
    /// ends the session.
    pub async fn refresh(&self, request: &RefreshRequest) -> Result<TokenResponse> {
        let shown = opaque::read(Kind::Refresh, &request.refresh_token).ok_or(NOT_SIGNED_IN)?;
        let next = opaque::mint(Kind::Refresh, &self.random);
        let (now, next_hash) = (self.now(), next.hash);
        let renewed = self
            .store
            .admin(move |admin| Box::pin(renew(admin, shown, next_hash, now)));
        match renewed.await? {
            Renewal::Renewed(user, session) => self.token_response(*user, session, next.text).await,
            Renewal::Reused(session) => {
                tracing::warn!(%session, "a refresh token was shown twice; its session has ended");
                self.accounts.known.forget();
                self.live.suspect();
                Err(NOT_SIGNED_IN)
            }
            Renewal::Unknown => Err(NOT_SIGNED_IN),
        }
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that has none.
    pub async fn logout(&self, call: &Call) -> Result<()> {
        call.scope(Permission::AccountWrite)?;
        let Principal::User { session, .. } = call.principal else {
            return Err(Error::Forbidden(
                "only a session can be signed out".to_owned(),
            ));
        };
        self.end(move |admin| Box::pin(async move { Ok(sessions::delete(admin, session).await?) }))
            .await
    }

    /// The caller's sessions that are still good, oldest first.
    pub async fn list_sessions(&self, call: &Call) -> Result<Vec<Session>> {
        call.scope(Permission::AccountRead)?;
        let (now, user) = (self.now(), call.principal.identity().user);
        let idle_since = before(now, limits::SESSION_IDLE_TTL);
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                sessions::list(admin, user, now, idle_since)
                    .await
                    .map_err(Error::from)
            })
        });
        let mut found = found.await?;
        if let Principal::User { session, .. } = call.principal {
            for one in &mut found {
                one.current = one.id == session;
            }
        }
        Ok(found)
    }

    /// Ends one of the caller's sessions.
    pub async fn revoke_session(&self, call: &Call, id: SessionId) -> Result<()> {
        call.scope(Permission::AccountWrite)?;
        let user = call.principal.identity().user;
        self.end(move |admin| {
            Box::pin(async move {
                let was_there = sessions::delete_of(admin, id, user).await?;
                was_there.then_some(()).ok_or(Error::NotFound("session"))
            })
        })
        .await
    }

    /// Runs a change that takes rights away, and forgets what was believed before.
    pub(super) async fn end<T, F>(&self, change: F) -> Result<T>
    where
        F: for<'t> FnOnce(
                &'t mut astro_store::Admin,
            ) -> futures_util::future::BoxFuture<'t, Result<T>>
            + Send
            + 'static,
        T: Send + 'static,
    {
        let done = self
            .store
            .admin(|admin| {
                Box::pin(async move {
                    let done = change(admin).await?;
                    epoch::raise(admin).await?;
                    Ok(done)
                })
            })
            .await;
        self.accounts.known.forget();
        self.live.suspect();
        done
    }
}

/// The one candidate that a sign-in can mean.
fn pick<'c>(candidates: &'c [Candidate], tenant: Option<&str>) -> Option<&'c Candidate> {
    let is_meant = |candidate: &&Candidate| tenant.is_none_or(|slug| candidate.tenant_slug == slug);
    let mut meant = candidates.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

enum Renewal {
    Renewed(Box<User>, SessionId),
    Reused(SessionId),
    Unknown,
}

/// Locks the session first, so that all who show its tokens at once stand in one line.
async fn renew(
    admin: &mut astro_store::Admin,
    shown: Hash,
    next: Hash,
    now: Timestamp,
) -> Result<Renewal> {
    let idle_since = before(now, limits::SESSION_IDLE_TTL);
    let Some(session) = sessions::of_token(admin, shown).await? else {
        return Ok(Renewal::Unknown);
    };
    let Some(user) = sessions::extend(admin, session, now, idle_since).await? else {
        return Ok(Renewal::Unknown);
    };
    if !sessions::use_token(admin, shown, now).await? {
        // Committed although the caller is refused: the family is dead from here on.
        sessions::delete(admin, session).await?;
        epoch::raise(admin).await?;
        return Ok(Renewal::Reused(session));
    }
    let standing = users::standing(admin, user).await?.ok_or(NOT_SIGNED_IN)?;
    admit(&standing)?;
    sessions::insert_token(admin, session, next, now).await?;
    let user = users::get(admin, user).await?.ok_or(NOT_SIGNED_IN)?;
    Ok(Renewal::Renewed(Box::new(user), session))
}

/// What a page must send with every write, beside its cookie: derived from the cookie, which
/// another site's page can send but not read.
pub fn csrf_token(cookie: &Secret) -> Secret {
    let digest: Hash = Sha256::new()
        .chain_update("astro csrf\0")
        .chain_update(cookie.expose())
        .finalize()
        .into();
    Secret::new(URL_SAFE_NO_PAD.encode(digest))
}

/// Whether a page sent the token of its cookie; takes the same time wherever they differ.
pub fn csrf_matches(cookie: &Secret, sent: &str) -> bool {
    let expected = csrf_token(cookie);
    expected.expose().as_bytes().ct_eq(sent.as_bytes()).into()
}
