//! Keys of this installation: not of a person, and the same for every process that works on it.

use astro_core::calendar::Timestamp;

use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[GET, INSERT];

const GET: Statement = Statement::new(
    "instance_keys.get",
    "SELECT key FROM instance_keys WHERE name = $1",
);
const INSERT: Statement = Statement::new(
    "instance_keys.insert",
    "INSERT INTO instance_keys (name, key, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
);

pub async fn get(admin: &mut Admin, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    admin
        .fetch_optional(&GET, Args::none().text(name))
        .await?
        .map(|row| row.columns("instance_keys").blob())
        .transpose()
}

/// Keeps a key unless there is one of that name: the first one stays.
pub async fn insert(
    admin: &mut Admin,
    name: &str,
    key: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none().text(name).blob(key).time(now);
    admin.execute(&INSERT, args).await.map(drop)
}
