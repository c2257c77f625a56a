//! Administering users: a tenant admin those of the own tenant but for instance admins, an
//! instance admin all. Nobody gets at another's tasks by it.

use astro_core::accounts::requests::CreateUserRequest;
use astro_core::accounts::{Email, User, UserFields, passwords};
use astro_core::calendar::{Timestamp, ZoneName};
use astro_core::error::Checks;
use astro_core::ids::{TenantId, UserId};
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::{Identity, Permission, Role, Scope};
use astro_core::secret::Secret;
use astro_store::accounts::{credentials, sessions, tenants, users};
use astro_store::{Admin, StoreError, forget, owners};

use super::{after, cut};
use crate::{Call, Error, Result, Services, expected};

/// An account to make, with its password hashed already.
#[derive(Debug)]
pub(super) struct NewAccount {
    pub(super) id: UserId,
    pub(super) tenant: TenantId,
    pub(super) email: Email,
    pub(super) role: Role,
    pub(super) password_hash: String,
    pub(super) zone: ZoneName,
    pub(super) now: Timestamp,
}

/// Makes an account and the room for its data, all or nothing.
pub(super) async fn make(admin: &mut Admin, new: NewAccount) -> Result<User> {
    let user = User {
        id: new.id,
        tenant_id: new.tenant,
        email: new.email,
        role: new.role,
        disabled: false,
        version: 1,
        created_at: new.now,
        updated_at: new.now,
    };
    match users::insert(admin, &user).await {
        Err(StoreError::Conflict { .. }) => {
            let detail = "there is an account of this address already";
            return Err(Error::conflict("email_taken", detail));
        }
        other => other?,
    }
    credentials::set(admin, user.id, &new.password_hash, new.now).await?;
    let scope = Scope::service(user.tenant_id, user.id.into());
    owners::create(admin, &scope, &new.zone, new.now).await?;
    Ok(user)
}

/// Refuses a change after which nobody could administer the instance.
pub(crate) async fn keep_one_admin(
    admin: &mut Admin,
    user: &User,
    after: Option<UserFields>,
) -> Result<()> {
    let admins = users::lock_admins(admin).await?;
    let stays = after.is_some_and(|fields| fields.role == Role::InstanceAdmin && !fields.disabled);
    if !stays && admins == [user.id] {
        return Err(Error::conflict(
            "last_admin",
            "this is the last instance admin; make another one first",
        ));
    }
    Ok(())
}

/// Removes a user and everything that is theirs.
pub(super) async fn remove(admin: &mut Admin, user: &User) -> Result<()> {
    keep_one_admin(admin, user, None).await?;
    forget::owner(admin, &Scope::service(user.tenant_id, user.id.into())).await?;
    Ok(users::delete(admin, user.id).await?)
}

/// Whether an administrator sees that tenant at all.
pub(super) fn sees(caller: Identity, tenant: TenantId) -> bool {
    caller.role == Role::InstanceAdmin || caller.tenant == tenant
}

/// Whether an administrator may make, change or remove somebody of that role.
pub(super) fn outranks(caller: Identity, role: Role) -> Result<()> {
    if caller.role != Role::InstanceAdmin && role == Role::InstanceAdmin {
        return Err(Error::Forbidden(
            "only an instance admin administers instance admins".to_owned(),
        ));
    }
    Ok(())
}

/// The user, if the administrator sees them.
pub(super) async fn find(admin: &mut Admin, caller: Identity, id: UserId) -> Result<User> {
    let user = users::get(admin, id).await?;
    user.filter(|user| sees(caller, user.tenant_id))
        .ok_or(Error::NotFound("user"))
}

impl Services {
    /// The hash of a new password that is good enough.
    pub(super) async fn new_password(
        &self,
        field: &str,
        password: &Secret,
        about: &[&str],
    ) -> Result<String> {
        let mut checks = Checks::default();
        passwords::check(&mut checks, field, password, about);
        checks.finish()?;
        self.accounts.passwords.hash(password, &self.random).await
    }

    /// The zone that was asked for, or the instance's.
    pub(super) fn zone_or_default(&self, zone: Option<ZoneName>) -> ZoneName {
        zone.unwrap_or_else(|| self.accounts.config.default_zone.clone())
    }

    pub async fn list_users(&self, call: &Call, page: PageRequest) -> Result<Page<User>> {
        call.scope(Permission::UsersAdmin)?;
        let caller = call.principal.identity();
        let tenant = (caller.role != Role::InstanceAdmin).then_some(caller.tenant);
        let (from, limit) = (after(&page), page.limit + 1);
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                users::list(admin, tenant, from, limit)
                    .await
                    .map_err(Error::from)
            })
        });
        Ok(cut(found.await?, &page, |user| user.id.uuid()))
    }

    pub async fn get_user(&self, call: &Call, id: UserId) -> Result<User> {
        call.scope(Permission::UsersAdmin)?;
        let caller = call.principal.identity();
        let found = self
            .store
            .admin_read(move |admin| Box::pin(async move { find(admin, caller, id).await }));
        found.await
    }

    pub async fn create_user(&self, call: &Call, request: CreateUserRequest) -> Result<User> {
        call.scope(Permission::UsersAdmin)?;
        let caller = call.principal.identity();
        let tenant = request.tenant_id.unwrap_or(caller.tenant);
        if !sees(caller, tenant) {
            return Err(no_such_tenant());
        }
        outranks(caller, request.role)?;
        let about = [request.email.as_str()];
        let password_hash = self
            .new_password("password", &request.password, &about)
            .await?;
        let now = self.now();
        let new = NewAccount {
            id: self.random.id(now),
            tenant,
            email: request.email,
            role: request.role,
            password_hash,
            zone: self.zone_or_default(request.zone),
            now,
        };
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    let tenant = tenants::get(admin, new.tenant).await?;
                    tenant.ok_or_else(no_such_tenant)?;
                    make(admin, new).await
                })
            })
            .await
    }

    /// Changes role or enables and disables; a disabled user's sessions end.
    pub async fn update_user(
        &self,
        call: &Call,
        id: UserId,
        patch: Patch<UserFields>,
    ) -> Result<User> {
        call.scope(Permission::UsersAdmin)?;
        let (caller, expected, now) = (
            call.principal.identity(),
            call.expected_version.clone(),
            self.now(),
        );
        self.end(move |admin| {
            Box::pin(async move {
                let user = find(admin, caller, id).await?;
                expected::check(expected.as_ref(), user.version)?;
                let fields = patch.apply(&user.fields())?;
                outranks(caller, user.role)?;
                outranks(caller, fields.role)?;
                if fields == user.fields() {
                    return Ok(user);
                }
                keep_one_admin(admin, &user, Some(fields)).await?;
                users::update(admin, id, user.version, fields, now)
                    .await
                    .map_err(|error| stale(error, user.version))?;
                if fields.disabled {
                    sessions::delete_others(admin, id, None).await?;
                }
                users::get(admin, id).await?.ok_or(Error::NotFound("user"))
            })
        })
        .await
    }

    /// Removes a user and everything that is theirs, for good.
    pub async fn delete_user(&self, call: &Call, id: UserId) -> Result<()> {
        call.scope(Permission::UsersAdmin)?;
        let (caller, expected) = (call.principal.identity(), call.expected_version.clone());
        self.end(move |admin| {
            Box::pin(async move {
                let user = find(admin, caller, id).await?;
                expected::check(expected.as_ref(), user.version)?;
                outranks(caller, user.role)?;
                remove(admin, &user).await
            })
        })
        .await?;
        self.lives.forget(id.into()).await;
        Ok(())
    }
}

fn no_such_tenant() -> Error {
    Error::invalid("tenant_id", "unknown", "there is no such tenant")
}

/// A version that was the right one a moment ago.
pub(super) fn stale(error: StoreError, version: i64) -> Error {
    match error {
        StoreError::Stale => Error::Stale {
            current: version + 1,
        },
        other => other.into(),
    }
}
