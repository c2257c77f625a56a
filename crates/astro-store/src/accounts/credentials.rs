//! Password hashes, apart from the users they belong to.

use astro_core::calendar::Timestamp;
use astro_core::ids::UserId;

use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[SET, GET, REHASH];

const TABLE: &str = "credentials";
const SET: Statement = Statement::new(
    "credentials.set",
    "INSERT INTO credentials (user_id, password_hash, changed_at) VALUES ($1, $2, $3) \
     ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at",
);
const GET: Statement = Statement::new(
    "credentials.get",
    "SELECT password_hash FROM credentials WHERE user_id = $1",
);
const REHASH: Statement = Statement::new(
    "credentials.rehash",
    "UPDATE credentials SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2",
);

/// Keeps a new password's hash.
pub async fn set(
    admin: &mut Admin,
    user: UserId,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none().uuid(user.uuid()).text(password_hash).time(now);
    admin.execute(&SET, args).await.map(drop)
}

pub async fn get(admin: &mut Admin, user: UserId) -> Result<Option<String>, StoreError> {
    let row = admin
        .fetch_optional(&GET, Args::none().uuid(user.uuid()))
        .await?;
    row.map(|row| row.columns(TABLE).text()).transpose()
}

/// Keeps a better hash of the same password, unless the password was changed meanwhile.
pub async fn rehash(
    admin: &mut Admin,
    user: UserId,
    old_hash: &str,
    better_hash: &str,
) -> Result<(), StoreError> {
    let args = Args::none()
        .uuid(user.uuid())
        .text(old_hash)
        .text(better_hash);
    admin.execute(&REHASH, args).await.map(drop)
}
