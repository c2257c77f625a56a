//! The one-time token of the first start.

use astro_core::calendar::Timestamp;

use super::Hash;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[CLEAR, INSERT, TAKE];

const CLEAR: Statement = Statement::new("setup_tokens.clear", "DELETE FROM setup_tokens");
const INSERT: Statement = Statement::new(
    "setup_tokens.insert",
    "INSERT INTO setup_tokens (token_hash, created_at) VALUES ($1, $2)",
);
const TAKE: Statement = Statement::new(
    "setup_tokens.take",
    "DELETE FROM setup_tokens WHERE token_hash = $1",
);

/// Makes `token` the only one that is good.
pub async fn replace(admin: &mut Admin, token: Hash, now: Timestamp) -> Result<(), StoreError> {
    clear(admin).await?;
    let args = Args::none().blob(token).time(now);
    admin.execute(&INSERT, args).await.map(drop)
}

/// Uses the token up; answers whether it was the good one.
pub async fn take(admin: &mut Admin, token: Hash) -> Result<bool, StoreError> {
    Ok(admin.execute(&TAKE, Args::none().blob(token)).await? > 0)
}

pub async fn clear(admin: &mut Admin) -> Result<(), StoreError> {
    admin.execute(&CLEAR, Args::none()).await.map(drop)
}
