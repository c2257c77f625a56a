//! One-time links. One that was used is gone.

use astro_core::accounts::{Email, Invite, InvitePurpose};
use astro_core::calendar::Timestamp;
use astro_core::ids::{InviteId, TenantId, UserId};
use astro_core::principal::Role;

use super::Hash;
use crate::{Admin, Args, Columns, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[INSERT, GET, LIST, TAKE, DELETE, DELETE_FOR, PURGE];

const TABLE: &str = "invites";
const INSERT: Statement = Statement::new(
    "invites.insert",
    "INSERT INTO invites (id, tenant_id, user_id, email, role, created_by, created_at, expires_at, token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const GET: Statement = Statement::new(
    "invites.get",
    "SELECT id, tenant_id, user_id, email, role, created_by, created_at, expires_at FROM invites WHERE id = $1",
);
const LIST: Statement = Statement::new(
    "invites.list",
    "SELECT id, tenant_id, user_id, email, role, created_by, created_at, expires_at FROM invites \
     WHERE tenant_id = $1 AND id > $2 AND expires_at > $3 ORDER BY id LIMIT $4",
);
const TAKE: Statement = Statement::new(
    "invites.take",
    "DELETE FROM invites WHERE token_hash = $1 AND expires_at > $2 \
     RETURNING id, tenant_id, user_id, email, role, created_by, created_at, expires_at",
);
const DELETE: Statement = Statement::new("invites.delete", "DELETE FROM invites WHERE id = $1");
const DELETE_FOR: Statement = Statement::new(
    "invites.delete_for",
    "DELETE FROM invites WHERE user_id = $1",
);
const PURGE: Statement = Statement::new(
    "invites.purge",
    "DELETE FROM invites WHERE expires_at <= $1",
);

/// A link, and whose password it resets where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub invite: Invite,
    pub user: Option<UserId>,
}

pub async fn insert(admin: &mut Admin, link: &Link, token: Hash) -> Result<(), StoreError> {
    let invite = &link.invite;
    let args = Args::none()
        .uuid(invite.id.uuid())
        .uuid(invite.tenant_id.uuid())
        .opt_uuid(link.user.map(UserId::uuid))
        .text(invite.email.as_str())
        .int(invite.role.code())
        .opt_uuid(invite.created_by.map(UserId::uuid))
        .time(invite.created_at)
        .time(invite.expires_at)
        .blob(token);
    admin.execute(&INSERT, args).await.map(drop)
}

fn read(columns: &mut Columns<'_>) -> Result<Link, StoreError> {
    let id = columns.uuid()?;
    let tenant_id = columns.uuid()?;
    let user = columns.opt_uuid()?;
    let invite = Invite {
        id,
        tenant_id,
        purpose: match user {
            Some(_) => InvitePurpose::Reset,
            None => InvitePurpose::Join,
        },
        email: columns.parsed::<Email>()?,
        role: columns.code(Role::from_code)?,
        created_by: columns.opt_uuid()?,
        created_at: columns.time()?,
        expires_at: columns.time()?,
    };
    Ok(Link { invite, user })
}

pub async fn get(admin: &mut Admin, id: InviteId) -> Result<Option<Link>, StoreError> {
    let row = admin
        .fetch_optional(&GET, Args::none().uuid(id.uuid()))
        .await?;
    row.map(|row| read(&mut row.columns(TABLE))).transpose()
}

/// A tenant's links that are still good, in order of ids, after one.
pub async fn list(
    admin: &mut Admin,
    tenant: TenantId,
    now: Timestamp,
    after: uuid::Uuid,
    limit: u32,
) -> Result<Vec<Invite>, StoreError> {
    let args = Args::none()
        .uuid(tenant.uuid())
        .uuid(after)
        .time(now)
        .int(limit);
    let rows = admin.fetch_all(&LIST, args).await?;
    rows.iter()
        .map(|row| Ok(read(&mut row.columns(TABLE))?.invite))
        .collect()
}

/// Uses a link up; `None` when there is no such link, or not any more.
pub async fn take(
    admin: &mut Admin,
    token: Hash,
    now: Timestamp,
) -> Result<Option<Link>, StoreError> {
    let args = Args::none().blob(token).time(now);
    let row = admin.fetch_optional(&TAKE, args).await?;
    row.map(|row| read(&mut row.columns(TABLE))).transpose()
}

pub async fn delete(admin: &mut Admin, id: InviteId) -> Result<(), StoreError> {
    let args = Args::none().uuid(id.uuid());
    admin.execute(&DELETE, args).await.map(drop)
}

/// Removes the password resets of a user.
pub async fn delete_for(admin: &mut Admin, user: UserId) -> Result<(), StoreError> {
    let args = Args::none().uuid(user.uuid());
    admin.execute(&DELETE_FOR, args).await.map(drop)
}

/// Removes links that expired at or before `until`.
pub async fn purge(admin: &mut Admin, until: Timestamp) -> Result<u64, StoreError> {
    admin.execute(&PURGE, Args::none().time(until)).await
}
