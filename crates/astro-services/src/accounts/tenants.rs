//! Administering tenants, for instance admins.

use astro_core::accounts::{Tenant, TenantFields};
use astro_core::ids::TenantId;
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_store::StoreError;
use astro_store::accounts::tenants;

use super::users::stale;
use super::{after, cut};
use crate::{Call, Error, Result, Services, expected};

impl Services {
    pub async fn list_tenants(&self, call: &Call, page: PageRequest) -> Result<Page<Tenant>> {
        call.scope(Permission::InstanceAdmin)?;
        let (from, limit) = (after(&page), page.limit + 1);
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { tenants::list(admin, from, limit).await.map_err(Error::from) })
        });
        Ok(cut(found.await?, &page, |tenant| tenant.id.uuid()))
    }

    pub async fn get_tenant(&self, call: &Call, id: TenantId) -> Result<Tenant> {
        call.scope(Permission::InstanceAdmin)?;
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { tenants::get(admin, id).await.map_err(Error::from) })
        });
        found.await?.ok_or(Error::NotFound("tenant"))
    }

    /// # Errors
    /// [`Error::Conflict`] when the slug is taken.
    pub async fn create_tenant(&self, call: &Call, fields: TenantFields) -> Result<Tenant> {
        call.scope(Permission::InstanceAdmin)?;
        fields.check()?;
        let now = self.now();
        let tenant = Tenant {
            id: self.random.id(now),
            slug: fields.slug,
            title: fields.title,
            disabled: fields.disabled,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let kept = tenant.clone();
        let made = self.store.admin(move |admin| {
            Box::pin(async move {
                tenants::insert(admin, &kept)
                    .await
                    .map_err(|error| slug_taken(error, 0))
            })
        });
        made.await?;
        Ok(tenant)
    }

    /// Changes a tenant; when it is disabled none of its users gets in any more. The tenant of the
    /// caller cannot be disabled: nobody would be left to enable it.
    pub async fn update_tenant(
        &self,
        call: &Call,
        id: TenantId,
        patch: Patch<TenantFields>,
    ) -> Result<Tenant> {
        call.scope(Permission::InstanceAdmin)?;
        let (caller, expected, now) = (
            call.principal.identity(),
            call.expected_version.clone(),
            self.now(),
        );
        self.end(move |admin| {
            Box::pin(async move {
                let absent = || Error::NotFound("tenant");
                let tenant = tenants::get(admin, id).await?.ok_or_else(absent)?;
                expected::check(expected.as_ref(), tenant.version)?;
                let fields = patch.apply(&tenant.fields())?;
                fields.check()?;
                if fields == tenant.fields() {
                    return Ok(tenant);
                }
                if fields.disabled && id == caller.tenant {
                    let detail = "you would lock yourself out";
                    return Err(Error::conflict("own_tenant", detail));
                }
                tenants::update(admin, id, tenant.version, &fields, now)
                    .await
                    .map_err(|error| slug_taken(error, tenant.version))?;
                tenants::get(admin, id).await?.ok_or_else(absent)
            })
        })
        .await
    }

    /// Removes a tenant that has no users any more.
    ///
    /// # Errors
    /// [`Error::Conflict`] while it has.
    pub async fn delete_tenant(&self, call: &Call, id: TenantId) -> Result<()> {
        call.scope(Permission::InstanceAdmin)?;
        let expected = call.expected_version.clone();
        self.end(move |admin| {
            Box::pin(async move {
                let tenant = tenants::get(admin, id).await?;
                let tenant = tenant.ok_or(Error::NotFound("tenant"))?;
                expected::check(expected.as_ref(), tenant.version)?;
                match tenants::delete(admin, id, tenant.version).await {
                    Err(StoreError::Conflict { .. }) => Err(Error::conflict(
                        "has_users",
                        "a tenant with users cannot be removed",
                    )),
                    other => other.map_err(|error| stale(error, tenant.version)),
                }
            })
        })
        .await
    }
}

fn slug_taken(error: StoreError, version: i64) -> Error {
    match error {
        StoreError::Conflict { .. } => {
            Error::conflict("slug_taken", "there is a tenant of this slug already")
        }
        other => stale(other, version),
    }
}
