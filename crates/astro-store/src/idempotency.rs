//! Idempotency keys, kept in the transaction of the effect they stand for.

use astro_core::calendar::Timestamp;

use crate::{Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[GET, INSERT, PURGE];

const TABLE: &str = "idempotency_keys";
const GET: Statement = Statement::new(
    "idempotency.get",
    "SELECT request_hash, response FROM idempotency_keys WHERE owner_id = $1 AND key = $2 AND created_at > $3",
);
const INSERT: Statement = Statement::new(
    "idempotency.insert",
    "INSERT INTO idempotency_keys (owner_id, key, request_hash, response, created_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (owner_id, key) DO UPDATE SET request_hash = excluded.request_hash, response = excluded.response, created_at = excluded.created_at",
);
const PURGE: Statement = Statement::new(
    "idempotency.purge",
    "DELETE FROM idempotency_keys WHERE owner_id = $1 AND created_at <= $2",
);

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// SHA-256 of the request that first used the key.
    pub request_hash: Vec<u8>,
    /// JSON of what that request was answered.
    pub response: String,
}

/// What `key` stands for, unless it was written at or before `not_before`.
pub async fn get(
    read: &mut Read,
    key: &str,
    not_before: Timestamp,
) -> Result<Option<Remembered>, StoreError> {
    let args = read.args().text(key).time(not_before);
    let Some(row) = read.fetch_optional(&GET, args).await? else {
        return Ok(None);
    };
    let mut columns = row.columns(TABLE);
    Ok(Some(Remembered {
        request_hash: columns.blob()?,
        response: columns.text()?,
    }))
}

pub async fn insert(
    write: &mut Write,
    key: &str,
    remembered: &Remembered,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = write
        .args()
        .text(key)
        .blob(remembered.request_hash.clone())
        .text(&remembered.response)
        .time(now);
    write.execute(&INSERT, args).await.map(drop)
}

/// Forgets keys written at or before `until`.
pub async fn purge(write: &mut Write, until: Timestamp) -> Result<u64, StoreError> {
    let args = write.args().time(until);
    write.execute(&PURGE, args).await
}
