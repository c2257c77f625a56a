//! Personal access tokens. One that was revoked is gone.

use astro_core::accounts::AccessToken;
use astro_core::calendar::Timestamp;
use astro_core::ids::{AccessTokenId, UserId};
use astro_core::principal::Permission;

use super::{Hash, Standing};
use crate::columns::Row;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT, BY_HASH, BY_ID, LIST, COUNT, TOUCH, DELETE_OF, DELETE_ALL, PURGE,
];

const TABLE: &str = "access_tokens";
const INSERT: Statement = Statement::new(
    "access_tokens.insert",
    "INSERT INTO access_tokens (id, user_id, title, prefix, token_hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const BY_HASH: Statement = Statement::new(
    "access_tokens.by_hash",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled, a.id, a.scopes, a.expires_at, a.last_used_at \
     FROM access_tokens a JOIN users u ON u.id = a.user_id JOIN tenants t ON t.id = u.tenant_id WHERE a.token_hash = $1",
);
const BY_ID: Statement = Statement::new(
    "access_tokens.by_id",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled, a.id, a.scopes, a.expires_at, a.last_used_at \
     FROM access_tokens a JOIN users u ON u.id = a.user_id JOIN tenants t ON t.id = u.tenant_id WHERE a.id = $1",
);
const LIST: Statement = Statement::new(
    "access_tokens.list",
    "SELECT id, title, prefix, scopes, created_at, expires_at, last_used_at FROM access_tokens WHERE user_id = $1 ORDER BY id",
);
const COUNT: Statement = Statement::new(
    "access_tokens.count",
    "SELECT count(*) FROM access_tokens WHERE user_id = $1",
);
const TOUCH: Statement = Statement::new(
    "access_tokens.touch",
    "UPDATE access_tokens SET last_used_at = $2 WHERE id = $1",
);
const DELETE_OF: Statement = Statement::new(
    "access_tokens.delete_of",
    "DELETE FROM access_tokens WHERE id = $1 AND user_id = $2",
);
const DELETE_ALL: Statement = Statement::new(
    "access_tokens.delete_all",
    "DELETE FROM access_tokens WHERE user_id = $1",
);
const PURGE: Statement = Statement::new(
    "access_tokens.purge",
    "DELETE FROM access_tokens WHERE expires_at <= $1",
);

/// A token as the login gate looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenToken {
    pub standing: Standing,
    pub id: AccessTokenId,
    pub scopes: Vec<Permission>,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

pub async fn insert(
    admin: &mut Admin,
    user: UserId,
    token: &AccessToken,
    hash: Hash,
) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(token.id.uuid())
        .uuid(user.uuid())
        .text(&token.title)
        .text(&token.prefix)
        .blob(hash)
        .json(&token.scopes)
        .time(token.created_at)
        .time(token.expires_at);
    admin.execute(&INSERT, args).await.map(drop)
}

/// The token behind a hash, with whom it is for.
pub async fn by_hash(admin: &mut Admin, hash: Hash) -> Result<Option<OpenToken>, StoreError> {
    let row = admin
        .fetch_optional(&BY_HASH, Args::none().blob(hash))
        .await?;
    row.as_ref().map(read_open).transpose()
}

/// As [`by_hash`], for a token that is in use already.
pub async fn by_id(admin: &mut Admin, id: AccessTokenId) -> Result<Option<OpenToken>, StoreError> {
    let row = admin.fetch_optional(&BY_ID, Args::none().uuid(id)).await?;
    row.as_ref().map(read_open).transpose()
}

fn read_open(row: &Row) -> Result<OpenToken, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(OpenToken {
        standing: Standing::read(&mut columns)?,
        id: columns.uuid()?,
        scopes: columns.json()?,
        expires_at: columns.time()?,
        last_used_at: columns.opt_time()?,
    })
}

/// A user's tokens, expired or not, oldest first.
pub async fn list(admin: &mut Admin, user: UserId) -> Result<Vec<AccessToken>, StoreError> {
    let rows = admin
        .fetch_all(&LIST, Args::none().uuid(user.uuid()))
        .await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns(TABLE);
            Ok(AccessToken {
                id: columns.uuid()?,
                title: columns.text()?,
                prefix: columns.text()?,
                scopes: columns.json()?,
                created_at: columns.time()?,
                expires_at: columns.time()?,
                last_used_at: columns.opt_time()?,
            })
        })
        .collect()
}

pub async fn count(admin: &mut Admin, user: UserId) -> Result<i64, StoreError> {
    let row = admin
        .fetch_optional(&COUNT, Args::none().uuid(user.uuid()))
        .await?;
    row.map_or(Ok(0), |row| row.columns(TABLE).int())
}

/// Notes a use.
pub async fn touch(admin: &mut Admin, id: AccessTokenId, now: Timestamp) -> Result<(), StoreError> {
    let args = Args::none().uuid(id.uuid()).time(now);
    admin.execute(&TOUCH, args).await.map(drop)
}

/// Removes a token, if it is that user's; answers whether it was.
pub async fn delete_of(
    admin: &mut Admin,
    id: AccessTokenId,
    user: UserId,
) -> Result<bool, StoreError> {
    let args = Args::none().uuid(id.uuid()).uuid(user.uuid());
    Ok(admin.execute(&DELETE_OF, args).await? > 0)
}

pub async fn delete_all(admin: &mut Admin, user: UserId) -> Result<(), StoreError> {
    let args = Args::none().uuid(user.uuid());
    admin.execute(&DELETE_ALL, args).await.map(drop)
}

/// Removes tokens that expired at or before `until`.
pub async fn purge(admin: &mut Admin, until: Timestamp) -> Result<u64, StoreError> {
    admin.execute(&PURGE, Args::none().time(until)).await
}
