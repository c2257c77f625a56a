//! What the product does by itself now and then, once for all processes: each turn is taken by
//! compare-and-swap.

use astro_core::calendar::Timestamp;
use uuid::Uuid;

use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[INSERT, TAKE, DONE, LAST];

const INSERT: Statement = Statement::new(
    "schedules.insert",
    "INSERT INTO schedules (name, run_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
);
/// The next turn is set when this one is taken: a process that dies in its turn does not end them all.
/// A turn further ahead than two intervals was set by a clock that was wrong.
const TAKE: Statement = Statement::new(
    "schedules.take",
    "UPDATE schedules SET run_at = $3, lease_id = $5 WHERE name = $1 AND (run_at <= $2 OR run_at > $4)",
);
const DONE: Statement = Statement::new(
    "schedules.done",
    "UPDATE schedules SET finished_at = $3 WHERE name = $1 AND lease_id = $2",
);
const LAST: Statement = Statement::new(
    "schedules.last",
    "SELECT finished_at FROM schedules WHERE name = $1",
);

/// Makes the schedule known; its first turn is at `first`.
pub async fn insert(admin: &mut Admin, name: &str, first: Timestamp) -> Result<(), StoreError> {
    let args = Args::none().text(name).time(first);
    admin.execute(&INSERT, args).await.map(drop)
}

/// Takes a turn that is due at `now`; the next is at `next`. `false` when it is nobody's turn, or
/// another process took it.
pub async fn take(
    admin: &mut Admin,
    name: &str,
    now: Timestamp,
    next: Timestamp,
    latest: Timestamp,
    turn: Uuid,
) -> Result<bool, StoreError> {
    let args = Args::none()
        .text(name)
        .time(now)
        .time(next)
        .time(latest)
        .uuid(turn);
    Ok(admin.execute(&TAKE, args).await? == 1)
}

/// Notes that a turn came to its end.
pub async fn done(
    admin: &mut Admin,
    name: &str,
    turn: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none().text(name).uuid(turn).time(now);
    admin.execute(&DONE, args).await.map(drop)
}

/// When a turn last came to its end.
pub async fn last(admin: &mut Admin, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let row = admin.fetch_optional(&LAST, Args::none().text(name)).await?;
    match row {
        Some(row) => row.columns("schedules").opt_time(),
        None => Ok(None),
    }
}
