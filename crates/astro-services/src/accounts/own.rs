//! One's own account.

use astro_core::accounts::requests::{DeleteMeRequest, Me, PasswordChange};
use astro_core::ids::UserId;
use astro_core::principal::{Permission, Principal};
use astro_core::secret::Secret;
use astro_store::accounts::{credentials, sessions, tenants, users};

use super::{Client, throttle};
use crate::{Call, Error, Result, Services, access};

impl Services {
    /// Who is asking, and what they may do.
    pub async fn me(&self, call: &Call) -> Result<Me> {
        call.scope(Permission::AccountRead)?;
        let identity = call.principal.identity();
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                let user = users::get(admin, identity.user).await?;
                let tenant = tenants::get(admin, identity.tenant).await?;
                Ok(user.zip(tenant))
            })
        });
        let found: Result<_> = found.await;
        let (user, tenant) = found?.ok_or(Error::NotFound("user"))?;
        let may = |permission: &Permission| access::check(&call.principal, *permission).is_ok();
        Ok(Me {
            user,
            tenant,
            permissions: Permission::ALL.iter().copied().filter(may).collect(),
        })
    }

    /// Changes the caller's password; all their other sessions end. Personal access tokens stay:
    /// they are listed, and revoked one by one.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the present password is wrong or the new one not good enough,
    /// [`Error::TooMany`] after too many tries.
    pub async fn change_password(
        &self,
        call: &Call,
        change: PasswordChange,
        client: &Client,
    ) -> Result<()> {
        call.scope(Permission::AccountWrite)?;
        let user = call.principal.identity().user;
        let email = self
            .confirm(user, "current", &change.current, client)
            .await?;
        let hash = self
            .new_password("new", &change.new, &[email.as_str()])
            .await?;
        let keep = match call.principal {
            Principal::User { session, .. } => Some(session),
            _ => None,
        };
        let now = self.now();
        self.end(move |admin| {
            Box::pin(async move {
                credentials::set(admin, user, &hash, now).await?;
                Ok(sessions::delete_others(admin, user, keep).await?)
            })
        })
        .await
    }

    /// Removes the caller's account and everything in it, for good.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is wrong, [`Error::Conflict`] for the last instance
    /// admin.
    pub async fn delete_me(
        &self,
        call: &Call,
        request: DeleteMeRequest,
        client: &Client,
    ) -> Result<()> {
        call.scope(Permission::AccountWrite)?;
        let id = call.principal.identity().user;
        self.confirm(id, "password", &request.password, client)
            .await?;
        self.end(move |admin| {
            Box::pin(async move {
                let user = users::get(admin, id)
                    .await?
                    .ok_or(Error::NotFound("user"))?;
                super::users::remove(admin, &user).await
            })
        })
        .await
    }

    /// Asks for a password again; counted like a sign-in. Answers the account's address.
    async fn confirm(
        &self,
        user: UserId,
        field: &str,
        password: &Secret,
        client: &Client,
    ) -> Result<String> {
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                let user = users::get(admin, user).await?;
                Ok(user.ok_or(Error::NotFound("user"))?.email)
            })
        });
        let email: Result<_> = found.await;
        let email = email?;
        let counter = throttle::account_key(&email.key());
        self.count_try(Some(counter), client.address).await?;
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { credentials::get(admin, user).await.map_err(Error::from) })
        });
        let stored = found.await?;
        let pool = &self.accounts.passwords;
        if !pool.verify(password, stored.as_deref()).await?.matches {
            return Err(Error::invalid(field, "wrong", "is not your password"));
        }
        self.forgive_tries(counter).await?;
        Ok(email.as_str().to_owned())
    }
}
