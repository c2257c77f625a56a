//! Counters of sign-in tries, shared by all instances that use the database.

use astro_core::calendar::Timestamp;

use super::Hash;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[LOCK, SAVE, CLEAR, PURGE];

const TABLE: &str = "login_attempts";
// Writing nothing new locks the row, on both engines.
const LOCK: Statement = Statement::new(
    "login_attempts.lock",
    "INSERT INTO login_attempts (key, tries, failures, last_at) VALUES ($1, '[]', 0, 0) \
     ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING tries, failures, last_at",
);
const SAVE: Statement = Statement::new(
    "login_attempts.save",
    "UPDATE login_attempts SET tries = $2, failures = $3, last_at = $4 WHERE key = $1",
);
const CLEAR: Statement = Statement::new(
    "login_attempts.clear",
    "DELETE FROM login_attempts WHERE key = $1",
);
const PURGE: Statement = Statement::new(
    "login_attempts.purge",
    "DELETE FROM login_attempts WHERE last_at <= $1",
);

/// The tries of one account or address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Recent tries, in microseconds since 1970, oldest first.
    pub tries: Vec<i64>,
    /// Tries since the last success.
    pub failures: i64,
    /// The last try, in microseconds since 1970; 0 when there was none.
    pub last_at: i64,
}

/// The counter of `key`, locked until the transaction ends.
pub async fn lock(admin: &mut Admin, key: Hash) -> Result<Attempts, StoreError> {
    let row = admin.fetch_optional(&LOCK, Args::none().blob(key)).await?;
    let Some(row) = row else {
        return Ok(Attempts::default());
    };
    let mut columns = row.columns(TABLE);
    Ok(Attempts {
        tries: columns.json()?,
        failures: columns.int()?,
        last_at: columns.int()?,
    })
}

pub async fn save(admin: &mut Admin, key: Hash, attempts: &Attempts) -> Result<(), StoreError> {
    let args = Args::none()
        .blob(key)
        .json(&attempts.tries)
        .int(attempts.failures)
        .int(attempts.last_at);
    admin.execute(&SAVE, args).await.map(drop)
}

/// Forgets a counter, after a success.
pub async fn clear(admin: &mut Admin, key: Hash) -> Result<(), StoreError> {
    admin
        .execute(&CLEAR, Args::none().blob(key))
        .await
        .map(drop)
}

/// Forgets counters whose last try was at or before `until`.
pub async fn purge(admin: &mut Admin, until: Timestamp) -> Result<u64, StoreError> {
    admin.execute(&PURGE, Args::none().time(until)).await
}
