//! The first account, and registration where it is open.

use astro_core::accounts::requests::{RegisterRequest, SetupRequest};
use astro_core::accounts::{DEFAULT_TENANT, Email, Tenant, User};
use astro_core::calendar::{Timestamp, ZoneName};
use astro_core::ids::TenantId;
use astro_core::principal::Role;
use astro_core::secret::Secret;
use astro_store::Admin;
use astro_store::accounts::{Hash, setup, tenants, users};

use super::Client;
use super::opaque::{self, Kind};
use super::users::{NewAccount, make};
use crate::{Error, Result, Services};

impl Services {
    /// Whether there is no user yet.
    pub async fn needs_setup(&self) -> Result<bool> {
        let found = self
            .store
            .admin_read(|admin| Box::pin(async move { Ok(!users::any(admin).await?) }));
        found.await
    }

    /// A fresh one-time token for [`Services::complete_setup`], while there is no user; an earlier
    /// one stops to work.
    pub async fn setup_token(&self) -> Result<Option<Secret>> {
        let (minted, now) = (opaque::mint(Kind::Setup, &self.random), self.now());
        let hash = minted.hash;
        let is_needed = self.store.admin(move |admin| {
            Box::pin(async move {
                if users::any(admin).await? {
                    return Ok::<_, Error>(false);
                }
                setup::replace(admin, hash, now).await?;
                Ok(true)
            })
        });
        Ok(is_needed.await?.then_some(minted.text))
    }

    /// Makes the first user, who administers the instance, in the default tenant. The command
    /// line's own token serves as well as the printed one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong token or a password that is not good enough.
    pub async fn complete_setup(&self, request: SetupRequest, client: &Client) -> Result<User> {
        self.count_try(None, client.address).await?;
        let token = opaque::read(Kind::Setup, &request.token);
        if token.is_none() && !self.is_command_line(&request.token).await {
            return Err(no_such_token());
        }
        self.make_first(token, request.email, &request.password, request.zone)
            .await
    }

    /// As [`Services::complete_setup`] without a token: for the command line on the server, where
    /// whoever can start it owns the data.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is a user already.
    pub async fn create_first_user(
        &self,
        email: Email,
        password: &Secret,
        zone: Option<ZoneName>,
    ) -> Result<User> {
        self.make_first(None, email, password, zone).await
    }

    async fn make_first(
        &self,
        token: Option<Hash>,
        email: Email,
        password: &Secret,
        zone: Option<ZoneName>,
    ) -> Result<User> {
        let password_hash = self
            .new_password("password", password, &[email.as_str()])
            .await?;
        let now = self.now();
        let tenant: TenantId = self.random.id(now);
        let new = NewAccount {
            id: self.random.id(now),
            tenant,
            email,
            role: Role::InstanceAdmin,
            password_hash,
            zone: self.zone_or_default(zone),
            now,
        };
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    // Taking the token locks its row: of two who show it, one finds it.
                    if let Some(token) = token
                        && !setup::take(admin, token).await?
                    {
                        return Err(no_such_token());
                    }
                    if users::any(admin).await? {
                        let detail = "there is a user already; sign in, or ask for an invite";
                        return Err(Error::conflict("set_up_already", detail));
                    }
                    setup::clear(admin).await?;
                    let tenant = default_tenant(admin, new.tenant, now).await?;
                    make(admin, NewAccount { tenant, ..new }).await
                })
            })
            .await
    }

    /// Makes oneself an account in the default tenant.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the configuration opens registration. An address that is taken
    /// is told: without mail there is no other way to say it.
    pub async fn register(&self, request: RegisterRequest, client: &Client) -> Result<User> {
        if !self.accounts.config.registration {
            return Err(Error::Forbidden(
                "registration is closed here; ask for an invite".to_owned(),
            ));
        }
        self.count_try(None, client.address).await?;
        let about = [request.email.as_str()];
        let password_hash = self
            .new_password("password", &request.password, &about)
            .await?;
        let now = self.now();
        let new = NewAccount {
            id: self.random.id(now),
            tenant: self.random.id(now),
            email: request.email,
            role: Role::Member,
            password_hash,
            zone: self.zone_or_default(request.zone),
            now,
        };
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    if !users::any(admin).await? {
                        let detail = "finish the setup first";
                        return Err(Error::conflict("not_set_up", detail));
                    }
                    let tenant = default_tenant(admin, new.tenant, now).await?;
                    make(admin, NewAccount { tenant, ..new }).await
                })
            })
            .await
    }
}

/// The default tenant, made under `id` where there is none.
async fn default_tenant(admin: &mut Admin, id: TenantId, now: Timestamp) -> Result<TenantId> {
    if let Some(tenant) = tenants::by_slug(admin, DEFAULT_TENANT).await? {
        return Ok(tenant.id);
    }
    let tenant = Tenant {
        id,
        slug: DEFAULT_TENANT.to_owned(),
        title: "Default".to_owned(),
        disabled: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    tenants::insert(admin, &tenant).await?;
    Ok(id)
}

fn no_such_token() -> Error {
    Error::invalid(
        "token",
        "unknown",
        "this is not the token that the server printed when it was last started",
    )
}
