//! Users, without their passwords.

use astro_core::accounts::{Email, User, UserFields};
use astro_core::calendar::Timestamp;
use astro_core::ids::{TenantId, UserId};
use astro_core::principal::Role;

use super::Standing;
use crate::columns::Row;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT,
    GET,
    BY_EMAIL,
    LIST,
    LIST_OF_TENANT,
    UPDATE,
    DELETE,
    ANY,
    LOCK_ADMINS,
    STANDING,
    FIRST_ADMIN,
    LOGIN,
];

const TABLE: &str = "users";
const INSERT: Statement = Statement::new(
    "users.insert",
    "INSERT INTO users (id, tenant_id, email, email_key, role, disabled, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const GET: Statement = Statement::new(
    "users.get",
    "SELECT id, tenant_id, email, role, disabled, version, created_at, updated_at FROM users WHERE id = $1",
);
const BY_EMAIL: Statement = Statement::new(
    "users.by_email",
    "SELECT id, tenant_id, email, role, disabled, version, created_at, updated_at FROM users WHERE email_key = $1 ORDER BY id LIMIT 100",
);
const LIST: Statement = Statement::new(
    "users.list",
    "SELECT id, tenant_id, email, role, disabled, version, created_at, updated_at FROM users WHERE id > $1 ORDER BY id LIMIT $2",
);
const LIST_OF_TENANT: Statement = Statement::new(
    "users.list_of_tenant",
    "SELECT id, tenant_id, email, role, disabled, version, created_at, updated_at FROM users WHERE id > $1 AND tenant_id = $3 ORDER BY id LIMIT $2",
);
const UPDATE: Statement = Statement::new(
    "users.update",
    "UPDATE users SET role = $3, disabled = $4, version = version + 1, updated_at = $5 WHERE id = $1 AND version = $2",
);
const DELETE: Statement = Statement::new("users.delete", "DELETE FROM users WHERE id = $1");
const ANY: Statement = Statement::new("users.any", "SELECT id FROM users LIMIT 1");
// Writing nothing new locks the rows: two transactions that each take away an admin run one after
// the other, and the second sees what the first left.
const LOCK_ADMINS: Statement = Statement::new(
    "users.lock_admins",
    "UPDATE users SET role = role WHERE role = $1 AND disabled = 0 RETURNING id",
);
const STANDING: Statement = Statement::new(
    "users.standing",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled FROM users u JOIN tenants t ON t.id = u.tenant_id WHERE u.id = $1",
);
const FIRST_ADMIN: Statement = Statement::new(
    "users.first_admin",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled FROM users u JOIN tenants t ON t.id = u.tenant_id \
     WHERE u.role = $1 AND u.disabled = 0 AND t.disabled = 0 ORDER BY u.id LIMIT 1",
);
const LOGIN: Statement = Statement::new(
    "users.login",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled, t.slug, c.password_hash \
     FROM users u JOIN tenants t ON t.id = u.tenant_id JOIN credentials c ON c.user_id = u.id WHERE u.email_key = $1 ORDER BY u.id LIMIT 100",
);

/// Somebody whom an address may mean, for sign-in.
#[derive(Clone)]
pub struct Candidate {
    pub standing: Standing,
    pub tenant_slug: String,
    /// In PHC string form.
    pub password_hash: String,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate")
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

/// # Errors
/// [`StoreError::Conflict`] when the tenant has a user of that address.
pub async fn insert(admin: &mut Admin, user: &User) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(user.id.uuid())
        .uuid(user.tenant_id.uuid())
        .text(user.email.as_str())
        .text(user.email.key())
        .int(user.role.code())
        .flag(user.disabled)
        .int(user.version)
        .time(user.created_at)
        .time(user.updated_at);
    admin.execute(&INSERT, args).await.map(drop)
}

fn read(row: &Row) -> Result<User, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(User {
        id: columns.uuid()?,
        tenant_id: columns.uuid()?,
        email: columns.parsed::<Email>()?,
        role: columns.code(Role::from_code)?,
        disabled: columns.flag()?,
        version: columns.int()?,
        created_at: columns.time()?,
        updated_at: columns.time()?,
    })
}

pub async fn get(admin: &mut Admin, id: UserId) -> Result<Option<User>, StoreError> {
    let row = admin
        .fetch_optional(&GET, Args::none().uuid(id.uuid()))
        .await?;
    row.as_ref().map(read).transpose()
}

/// The users of an address, in whatever tenants; `key` is [`Email::key`].
pub async fn by_email(admin: &mut Admin, key: &str) -> Result<Vec<User>, StoreError> {
    let args = Args::none().text(key);
    admin
        .fetch_all(&BY_EMAIL, args)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// In order of ids, after one; of one tenant, or of all.
pub async fn list(
    admin: &mut Admin,
    tenant: Option<TenantId>,
    after: uuid::Uuid,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let args = Args::none().uuid(after).int(limit);
    let rows = match tenant {
        Some(tenant) => {
            let args = args.uuid(tenant.uuid());
            admin.fetch_all(&LIST_OF_TENANT, args).await?
        }
        None => admin.fetch_all(&LIST, args).await?,
    };
    rows.iter().map(read).collect()
}

/// Replaces what can be written, if the row still has the version.
///
/// # Errors
/// [`StoreError::Stale`] when it has not.
pub async fn update(
    admin: &mut Admin,
    id: UserId,
    version: i64,
    fields: UserFields,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(id.uuid())
        .int(version)
        .int(fields.role.code())
        .flag(fields.disabled)
        .time(now);
    match admin.execute(&UPDATE, args).await? {
        0 => Err(StoreError::Stale),
        _ => Ok(()),
    }
}

/// With their password, sessions, tokens and links; their data is [`crate::forget`]'s.
pub async fn delete(admin: &mut Admin, id: UserId) -> Result<(), StoreError> {
    let args = Args::none().uuid(id.uuid());
    admin.execute(&DELETE, args).await.map(drop)
}

/// Whether there is any user.
pub async fn any(admin: &mut Admin) -> Result<bool, StoreError> {
    Ok(admin.fetch_optional(&ANY, Args::none()).await?.is_some())
}

/// The instance admins who are not disabled, locked until the transaction ends.
pub async fn lock_admins(admin: &mut Admin) -> Result<Vec<UserId>, StoreError> {
    let args = Args::none().int(Role::InstanceAdmin.code());
    let rows = admin.fetch_all(&LOCK_ADMINS, args).await?;
    rows.iter().map(|row| row.columns(TABLE).uuid()).collect()
}

pub async fn standing(admin: &mut Admin, id: UserId) -> Result<Option<Standing>, StoreError> {
    let row = admin
        .fetch_optional(&STANDING, Args::none().uuid(id.uuid()))
        .await?;
    row.map(|row| Standing::read(&mut row.columns(TABLE)))
        .transpose()
}

/// The instance admin who has been there longest and may get in.
pub async fn first_admin(admin: &mut Admin) -> Result<Option<Standing>, StoreError> {
    let args = Args::none().int(Role::InstanceAdmin.code());
    let row = admin.fetch_optional(&FIRST_ADMIN, args).await?;
    row.map(|row| Standing::read(&mut row.columns(TABLE)))
        .transpose()
}

/// Everybody whom an address may mean; `key` is [`Email::key_of`].
pub async fn candidates(admin: &mut Admin, key: &str) -> Result<Vec<Candidate>, StoreError> {
    let rows = admin.fetch_all(&LOGIN, Args::none().text(key)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns(TABLE);
            Ok(Candidate {
                standing: Standing::read(&mut columns)?,
                tenant_slug: columns.text()?,
                password_hash: columns.text()?,
            })
        })
        .collect()
}
