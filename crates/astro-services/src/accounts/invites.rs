//! One-time links: joining a tenant, or a new password for somebody who lost theirs.
//!
//! An administrator never sets another's password; they hand on a link. Whoever holds the link
//! can use it, so a reset also ends the account's sessions and tokens: its owner will notice.

use astro_core::accounts::requests::{AcceptInviteRequest, CreateInviteRequest, IssuedInvite};
use astro_core::accounts::{Invite, InvitePurpose, User};
use astro_core::calendar::{Timestamp, ZoneName};
use astro_core::ids::{InviteId, TenantId, UserId};
use astro_core::limits;
use astro_core::page::{Page, PageRequest};
use astro_core::principal::Permission;
use astro_store::Admin;
use astro_store::accounts::invites::{self, Link};
use astro_store::accounts::{Hash, attempts, credentials, sessions, tenants, tokens, users};

use super::opaque::{self, Kind};
use super::users::{NewAccount, find, make, outranks, sees};
use super::{Client, after, cut, throttle};
use crate::{Call, Error, Result, Services};

impl Services {
    /// Makes a link by which somebody joins a tenant.
    pub async fn create_invite(
        &self,
        call: &Call,
        request: CreateInviteRequest,
    ) -> Result<IssuedInvite> {
        call.scope(Permission::UsersAdmin)?;
        let caller = call.principal.identity();
        let tenant = request.tenant_id.unwrap_or(caller.tenant);
        let unknown = || Error::invalid("tenant_id", "unknown", "there is no such tenant");
        if !sees(caller, tenant) {
            return Err(unknown());
        }
        outranks(caller, request.role)?;
        let invite = Invite {
            tenant_id: tenant,
            email: request.email,
            role: request.role,
            ..self.blank_invite(call, InvitePurpose::Join)?
        };
        let minted = opaque::mint(Kind::Invite, &self.random);
        let (kept, hash) = (invite.clone(), minted.hash);
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    tenants::get(admin, tenant).await?.ok_or_else(unknown)?;
                    let link = Link {
                        invite: kept,
                        user: None,
                    };
                    Ok::<_, Error>(invites::insert(admin, &link, hash).await?)
                })
            })
            .await?;
        Ok(IssuedInvite {
            token: minted.text,
            invite,
        })
    }

    /// Makes a link by which a user gets a new password; earlier ones of theirs stop to work.
    pub async fn reset_password(&self, call: &Call, id: UserId) -> Result<IssuedInvite> {
        call.scope(Permission::UsersAdmin)?;
        let caller = call.principal.identity();
        let blank = self.blank_invite(call, InvitePurpose::Reset)?;
        let minted = opaque::mint(Kind::Invite, &self.random);
        let hash = minted.hash;
        let made = self.store.admin(move |admin| {
            Box::pin(async move {
                let user = find(admin, caller, id).await?;
                outranks(caller, user.role)?;
                let invite = Invite {
                    tenant_id: user.tenant_id,
                    email: user.email,
                    role: user.role,
                    ..blank
                };
                invites::delete_for(admin, id).await?;
                let link = Link {
                    invite: invite.clone(),
                    user: Some(id),
                };
                invites::insert(admin, &link, hash).await?;
                Ok::<_, Error>(invite)
            })
        });
        Ok(IssuedInvite {
            invite: made.await?,
            token: minted.text,
        })
    }

    /// A link of the caller, for nobody yet.
    fn blank_invite(&self, call: &Call, purpose: InvitePurpose) -> Result<Invite> {
        let (now, caller) = (self.now(), call.principal.identity());
        Ok(Invite {
            id: self.random.id(now),
            tenant_id: caller.tenant,
            purpose,
            email: "nobody@invalid".parse().map_err(Error::internal)?,
            role: caller.role,
            created_by: Some(caller.user),
            created_at: now,
            expires_at: now
                .checked_add(limits::INVITE_TTL)
                .map_err(Error::internal)?,
        })
    }

    /// The links of the caller's tenant that are still good.
    pub async fn list_invites(&self, call: &Call, page: PageRequest) -> Result<Page<Invite>> {
        call.scope(Permission::UsersAdmin)?;
        let tenant: TenantId = call.principal.identity().tenant;
        let (now, from, limit) = (self.now(), after(&page), page.limit + 1);
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                invites::list(admin, tenant, now, from, limit)
                    .await
                    .map_err(Error::from)
            })
        });
        Ok(cut(found.await?, &page, |invite| invite.id.uuid()))
    }

    pub async fn revoke_invite(&self, call: &Call, id: InviteId) -> Result<()> {
        call.scope(Permission::UsersAdmin)?;
        let caller = call.principal.identity();
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    let link = invites::get(admin, id).await?;
                    let link = link.filter(|link| sees(caller, link.invite.tenant_id));
                    let link = link.ok_or(Error::NotFound("invite"))?;
                    outranks(caller, link.invite.role)?;
                    Ok(invites::delete(admin, id).await?)
                })
            })
            .await
    }

    /// Uses a link: makes the account, or gives it the new password and ends its sessions and
    /// tokens.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a link that is not good any more or a password that is not good
    /// enough; the link stays good then.
    pub async fn accept_invite(
        &self,
        request: AcceptInviteRequest,
        client: &Client,
    ) -> Result<User> {
        self.count_try(None, client.address).await?;
        let token = opaque::read(Kind::Invite, &request.token).ok_or_else(no_such_link)?;
        let password_hash = self
            .new_password("password", &request.password, &[])
            .await?;
        let now = self.now();
        let (id, zone) = (self.random.id(now), self.zone_or_default(request.zone));
        self.end(move |admin| {
            Box::pin(async move {
                let shown = Shown {
                    token,
                    password_hash,
                    zone,
                    now,
                };
                accept(admin, shown, id).await
            })
        })
        .await
    }
}

/// A link that somebody opened, and what they want.
struct Shown {
    token: Hash,
    password_hash: String,
    zone: ZoneName,
    now: Timestamp,
}

async fn accept(admin: &mut Admin, shown: Shown, id: UserId) -> Result<User> {
    let link = invites::take(admin, shown.token, shown.now).await?;
    let Link {
        invite,
        user: reset,
    } = link.ok_or_else(no_such_link)?;
    let Some(id) = reset else {
        let new = NewAccount {
            id,
            tenant: invite.tenant_id,
            email: invite.email,
            role: invite.role,
            password_hash: shown.password_hash,
            zone: shown.zone,
            now: shown.now,
        };
        return make(admin, new).await;
    };
    credentials::set(admin, id, &shown.password_hash, shown.now).await?;
    sessions::delete_others(admin, id, None).await?;
    tokens::delete_all(admin, id).await?;
    let user = users::get(admin, id).await?.ok_or_else(no_such_link)?;
    attempts::clear(admin, throttle::account_key(&user.email.key())).await?;
    Ok(user)
}

fn no_such_link() -> Error {
    Error::invalid(
        "token",
        "unknown",
        "this link was used already, has expired or never existed",
    )
}
