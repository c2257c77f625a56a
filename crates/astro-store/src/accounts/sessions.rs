//! Sessions and the refresh tokens of each. A session that ended is gone.

use astro_core::accounts::{Session, SessionKind};
use astro_core::calendar::Timestamp;
use astro_core::ids::{SessionId, UserId};

use super::{Hash, Standing};
use crate::columns::Row;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT,
    BY_ID,
    BY_SECRET,
    LIST,
    TOUCH,
    EXTEND,
    DELETE,
    DELETE_OF,
    DELETE_OTHERS,
    PURGE,
    TOKEN_INSERT,
    TOKEN_GET,
    TOKEN_USE,
];

const TABLE: &str = "sessions";
const INSERT: Statement = Statement::new(
    "sessions.insert",
    "INSERT INTO sessions (id, user_id, kind, secret_hash, client, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
);
const BY_ID: Statement = Statement::new(
    "sessions.by_id",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled, s.id, s.last_used_at, s.expires_at \
     FROM sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.id = u.tenant_id WHERE s.id = $1",
);
const BY_SECRET: Statement = Statement::new(
    "sessions.by_secret",
    "SELECT u.id, u.tenant_id, u.role, u.disabled, t.disabled, s.id, s.last_used_at, s.expires_at \
     FROM sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.id = u.tenant_id WHERE s.secret_hash = $1",
);
const LIST: Statement = Statement::new(
    "sessions.list",
    "SELECT id, kind, client, created_at, last_used_at, expires_at FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_used_at > $3 ORDER BY id",
);
const TOUCH: Statement = Statement::new(
    "sessions.touch",
    "UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2",
);
const EXTEND: Statement = Statement::new(
    "sessions.extend",
    "UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND expires_at > $2 AND last_used_at > $3 RETURNING user_id",
);
const DELETE: Statement = Statement::new("sessions.delete", "DELETE FROM sessions WHERE id = $1");
const DELETE_OF: Statement = Statement::new(
    "sessions.delete_of",
    "DELETE FROM sessions WHERE id = $1 AND user_id = $2",
);
const DELETE_OTHERS: Statement = Statement::new(
    "sessions.delete_others",
    "DELETE FROM sessions WHERE user_id = $1 AND id <> $2",
);
const PURGE: Statement = Statement::new(
    "sessions.purge",
    "DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2",
);
const TOKEN_INSERT: Statement = Statement::new(
    "refresh_tokens.insert",
    "INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ($1, $2, $3)",
);
const TOKEN_GET: Statement = Statement::new(
    "refresh_tokens.get",
    "SELECT session_id FROM refresh_tokens WHERE token_hash = $1",
);
const TOKEN_USE: Statement = Statement::new(
    "refresh_tokens.use",
    "UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL",
);

/// A session to begin.
#[derive(Clone, Debug)]
pub struct SessionStart {
    pub id: SessionId,
    pub user: UserId,
    pub kind: SessionKind,
    /// Of a browser's cookie.
    pub secret_hash: Option<Hash>,
    pub client: String,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

/// A session as the login gate looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSession {
    pub standing: Standing,
    pub id: SessionId,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn insert(admin: &mut Admin, start: &SessionStart) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(start.id.uuid())
        .uuid(start.user.uuid())
        .int(start.kind.code())
        .opt_blob(start.secret_hash.map(Vec::from))
        .text(&start.client)
        .time(start.now)
        .time(start.expires_at);
    admin.execute(&INSERT, args).await.map(drop)
}

fn open(row: &Row) -> Result<OpenSession, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(OpenSession {
        standing: Standing::read(&mut columns)?,
        id: columns.uuid()?,
        last_used_at: columns.time()?,
        expires_at: columns.time()?,
    })
}

pub async fn by_id(admin: &mut Admin, id: SessionId) -> Result<Option<OpenSession>, StoreError> {
    let row = admin
        .fetch_optional(&BY_ID, Args::none().uuid(id.uuid()))
        .await?;
    row.as_ref().map(open).transpose()
}

pub async fn by_secret(
    admin: &mut Admin,
    secret_hash: Hash,
) -> Result<Option<OpenSession>, StoreError> {
    let row = admin
        .fetch_optional(&BY_SECRET, Args::none().blob(secret_hash))
        .await?;
    row.as_ref().map(open).transpose()
}

/// A user's sessions that were used after `idle_since` and have not expired, oldest first.
pub async fn list(
    admin: &mut Admin,
    user: UserId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    let args = Args::none().uuid(user.uuid()).time(now).time(idle_since);
    let rows = admin.fetch_all(&LIST, args).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns(TABLE);
            Ok(Session {
                id: columns.uuid()?,
                kind: columns.code(SessionKind::from_code)?,
                client: columns.text()?,
                created_at: columns.time()?,
                last_used_at: columns.time()?,
                expires_at: columns.time()?,
                current: false,
            })
        })
        .collect()
}

/// Notes a use.
pub async fn touch(admin: &mut Admin, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let args = Args::none().uuid(id.uuid()).time(now);
    admin.execute(&TOUCH, args).await.map(drop)
}

/// Notes a use of a session that is neither expired nor unused since `idle_since`, and locks it
/// until the transaction ends. `None` when there is no such session any more.
pub async fn extend(
    admin: &mut Admin,
    id: SessionId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let args = Args::none().uuid(id.uuid()).time(now).time(idle_since);
    let row = admin.fetch_optional(&EXTEND, args).await?;
    row.map(|row| row.columns(TABLE).uuid()).transpose()
}

/// Ends a session, with its refresh tokens.
pub async fn delete(admin: &mut Admin, id: SessionId) -> Result<(), StoreError> {
    let args = Args::none().uuid(id.uuid());
    admin.execute(&DELETE, args).await.map(drop)
}

/// As [`delete`], if it is that user's; answers whether it was.
pub async fn delete_of(admin: &mut Admin, id: SessionId, user: UserId) -> Result<bool, StoreError> {
    let args = Args::none().uuid(id.uuid()).uuid(user.uuid());
    Ok(admin.execute(&DELETE_OF, args).await? > 0)
}

/// Ends all sessions of a user but one, or all.
pub async fn delete_others(
    admin: &mut Admin,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<(), StoreError> {
    let keep = keep.map_or(uuid::Uuid::nil(), SessionId::uuid);
    let args = Args::none().uuid(user.uuid()).uuid(keep);
    admin.execute(&DELETE_OTHERS, args).await.map(drop)
}

/// Removes sessions that have expired or were not used since `idle_since`.
pub async fn purge(
    admin: &mut Admin,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<u64, StoreError> {
    let args = Args::none().time(now).time(idle_since);
    admin.execute(&PURGE, args).await
}

pub async fn insert_token(
    admin: &mut Admin,
    session: SessionId,
    token: Hash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none().blob(token).uuid(session.uuid()).time(now);
    admin.execute(&TOKEN_INSERT, args).await.map(drop)
}

/// The session of a refresh token, used or not.
pub async fn of_token(admin: &mut Admin, token: Hash) -> Result<Option<SessionId>, StoreError> {
    let row = admin
        .fetch_optional(&TOKEN_GET, Args::none().blob(token))
        .await?;
    row.map(|row| row.columns("refresh_tokens").uuid())
        .transpose()
}

/// Marks a refresh token as used; answers whether this was the first time.
pub async fn use_token(admin: &mut Admin, token: Hash, now: Timestamp) -> Result<bool, StoreError> {
    let args = Args::none().blob(token).time(now);
    Ok(admin.execute(&TOKEN_USE, args).await? > 0)
}
