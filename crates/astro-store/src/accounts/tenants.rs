//! Tenants.

use astro_core::accounts::{Tenant, TenantFields};
use astro_core::calendar::Timestamp;
use astro_core::ids::TenantId;

use crate::columns::Row;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[INSERT, GET, BY_SLUG, LIST, UPDATE, DELETE];

const TABLE: &str = "tenants";
const INSERT: Statement = Statement::new(
    "tenants.insert",
    "INSERT INTO tenants (id, slug, title, disabled, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const GET: Statement = Statement::new(
    "tenants.get",
    "SELECT id, slug, title, disabled, version, created_at, updated_at FROM tenants WHERE id = $1",
);
const BY_SLUG: Statement = Statement::new(
    "tenants.by_slug",
    "SELECT id, slug, title, disabled, version, created_at, updated_at FROM tenants WHERE slug = $1",
);
const LIST: Statement = Statement::new(
    "tenants.list",
    "SELECT id, slug, title, disabled, version, created_at, updated_at FROM tenants WHERE id > $1 ORDER BY id LIMIT $2",
);
const UPDATE: Statement = Statement::new(
    "tenants.update",
    "UPDATE tenants SET slug = $3, title = $4, disabled = $5, version = version + 1, updated_at = $6 WHERE id = $1 AND version = $2",
);
const DELETE: Statement = Statement::new(
    "tenants.delete",
    "DELETE FROM tenants WHERE id = $1 AND version = $2",
);

/// # Errors
/// [`StoreError::Conflict`] when the slug is taken.
pub async fn insert(admin: &mut Admin, tenant: &Tenant) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(tenant.id.uuid())
        .text(&tenant.slug)
        .text(&tenant.title)
        .flag(tenant.disabled)
        .int(tenant.version)
        .time(tenant.created_at)
        .time(tenant.updated_at);
    admin.execute(&INSERT, args).await.map(drop)
}

fn read(row: &Row) -> Result<Tenant, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(Tenant {
        id: columns.uuid()?,
        slug: columns.text()?,
        title: columns.text()?,
        disabled: columns.flag()?,
        version: columns.int()?,
        created_at: columns.time()?,
        updated_at: columns.time()?,
    })
}

pub async fn get(admin: &mut Admin, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    let row = admin
        .fetch_optional(&GET, Args::none().uuid(id.uuid()))
        .await?;
    row.as_ref().map(read).transpose()
}

pub async fn by_slug(admin: &mut Admin, slug: &str) -> Result<Option<Tenant>, StoreError> {
    let row = admin
        .fetch_optional(&BY_SLUG, Args::none().text(slug))
        .await?;
    row.as_ref().map(read).transpose()
}

/// In order of ids, after one.
pub async fn list(
    admin: &mut Admin,
    after: uuid::Uuid,
    limit: u32,
) -> Result<Vec<Tenant>, StoreError> {
    let args = Args::none().uuid(after).int(limit);
    admin
        .fetch_all(&LIST, args)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Replaces what can be written, if the row still has the version.
///
/// # Errors
/// [`StoreError::Stale`] when it has not, [`StoreError::Conflict`] when the slug is taken.
pub async fn update(
    admin: &mut Admin,
    id: TenantId,
    version: i64,
    fields: &TenantFields,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(id.uuid())
        .int(version)
        .text(&fields.slug)
        .text(&fields.title)
        .flag(fields.disabled)
        .time(now);
    match admin.execute(&UPDATE, args).await? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// # Errors
/// [`StoreError::Conflict`] while it has users.
pub async fn delete(admin: &mut Admin, id: TenantId, version: i64) -> Result<(), StoreError> {
    let args = Args::none().uuid(id.uuid()).int(version);
    match admin.execute(&DELETE, args).await? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}
