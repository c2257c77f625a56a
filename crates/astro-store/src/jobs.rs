//! Rows of jobs: claimed by compare-and-swap under a lease, finished only by whoever still holds it.
//!
//! A claim moves `run_at` to the end of the lease, so that one comparison finds what is due and what
//! was left behind. A time further ahead than [`HORIZON`] comes from a clock that was set back since,
//! and counts as due.

use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::ids::JobId;
use astro_core::jobs::{Job, JobState};
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use serde_json::Value;
use uuid::Uuid;

use crate::columns::Row;
use crate::db::Wake;
use crate::{Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT, CLAIM, FINISH, RETRY, GIVE_UP, RENEW, LIST, GET, REVIVE, PURGE,
];

const TABLE: &str = "jobs";
/// Nothing is put off or leased for longer than this.
pub const HORIZON: Duration = Duration::from_hours(3);

const INSERT: Statement = Statement::new(
    "jobs.insert",
    "INSERT INTO jobs (owner_id, id, name, payload, state, run_at, attempts, lost, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, 0, $5, 0, 0, $6, $6) ON CONFLICT (owner_id, id) DO NOTHING",
);
/// State 1 is "running": whoever claims such a row counts the attempt before as lost. What a process
/// runs itself it never claims again, whatever its clock does.
const CLAIM: Statement = Statement::new(
    "jobs.claim",
    "UPDATE jobs SET state = 1, run_at = $5, attempts = attempts + 1, lost = lost + state, lease_id = $4, worker_id = $3, updated_at = $2 \
     WHERE owner_id = $1 AND id IN (SELECT id FROM jobs WHERE owner_id = $1 AND state < 2 AND (run_at <= $2 OR run_at > $6) \
     AND (state = 0 OR worker_id <> $3) ORDER BY run_at LIMIT $7) \
     RETURNING id, name, payload, state, run_at, attempts, lost, error, created_at",
);
const FINISH: Statement = Statement::new(
    "jobs.finish",
    "DELETE FROM jobs WHERE owner_id = $1 AND id = $2 AND lease_id = $3 AND state = 1",
);
const RETRY: Statement = Statement::new(
    "jobs.retry",
    "UPDATE jobs SET state = 0, run_at = $4, error = $5, lost = lost + $6, lease_id = NULL, worker_id = NULL, updated_at = $7 \
     WHERE owner_id = $1 AND id = $2 AND lease_id = $3 AND state = 1",
);
const GIVE_UP: Statement = Statement::new(
    "jobs.give_up",
    "UPDATE jobs SET state = 2, run_at = $4, error = $5, lease_id = NULL, worker_id = NULL, updated_at = $4 \
     WHERE owner_id = $1 AND id = $2 AND lease_id = $3 AND state = 1",
);
const RENEW: Statement = Statement::new(
    "jobs.renew",
    "UPDATE jobs SET run_at = $4 WHERE owner_id = $1 AND id = $2 AND lease_id = $3 AND state = 1",
);
const LIST: Statement = Statement::new(
    "jobs.list",
    "SELECT id, name, payload, state, run_at, attempts, lost, error, created_at FROM jobs \
     WHERE owner_id = $1 AND id > $2 AND ($3 < 0 OR state = $3) ORDER BY id LIMIT $4",
);
const GET: Statement = Statement::new(
    "jobs.get",
    "SELECT id, name, payload, state, run_at, attempts, lost, error, created_at FROM jobs WHERE owner_id = $1 AND id = $2",
);
const REVIVE: Statement = Statement::new(
    "jobs.revive",
    "UPDATE jobs SET state = 0, run_at = $3, attempts = 0, updated_at = $3 WHERE owner_id = $1 AND id = $2 AND state = 2",
);
const PURGE: Statement = Statement::new(
    "jobs.purge",
    "DELETE FROM jobs WHERE owner_id = $1 AND state = 2 AND updated_at <= $2",
);

/// Who claims, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub worker: Uuid,
    pub lease: Uuid,
    pub now: Timestamp,
    pub until: Timestamp,
    pub limit: u32,
}

fn read_job(row: &Row) -> Result<Job, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(Job {
        id: columns.uuid()?,
        name: columns.text()?,
        payload: columns.json()?,
        state: columns.code(JobState::from_code)?,
        run_at: columns.time()?,
        attempts: columns.small()?,
        lost: columns.small()?,
        error: columns.opt_text()?,
        created_at: columns.time()?,
    })
}

/// Keeps a job, unless there is one of this id: enqueueing twice is enqueueing once.
pub async fn insert(
    write: &mut Write,
    id: JobId,
    name: &str,
    payload: &Value,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(id)
        .text(name)
        .json(payload)
        .time(run_at)
        .time(now);
    write.execute(&INSERT, args).await?;
    write.wakes(Wake::Jobs);
    Ok(())
}

/// Claims what is due, in order of its time.
pub async fn claim(write: &mut Write, claim: &Claim) -> Result<Vec<Job>, StoreError> {
    let args = write
        .args()
        .time(claim.now)
        .uuid(claim.worker)
        .uuid(claim.lease)
        .time(claim.until)
        .time(horizon(claim.now))
        .int(claim.limit);
    write
        .fetch_all(&CLAIM, args)
        .await?
        .iter()
        .map(read_job)
        .collect()
}

/// What is further ahead than this counts as due.
pub(crate) fn horizon(now: Timestamp) -> Timestamp {
    now.checked_add(HORIZON).unwrap_or(Timestamp::MAX)
}

/// Takes the job away. `false` when the lease was lost: then its effect must not be kept either.
pub async fn finish(write: &mut Write, id: JobId, lease: Uuid) -> Result<bool, StoreError> {
    let args = write.args().uuid(id).uuid(lease);
    Ok(write.execute(&FINISH, args).await? == 1)
}

/// Puts it off until `run_at`; `lost` where nobody knows how the attempt ended.
pub async fn retry(
    write: &mut Write,
    id: JobId,
    lease: Uuid,
    run_at: Timestamp,
    error: &str,
    lost: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = write
        .args()
        .uuid(id)
        .uuid(lease)
        .time(run_at)
        .text(error)
        .flag(lost)
        .time(now);
    let kept = write.execute(&RETRY, args).await? == 1;
    write.wakes(Wake::Jobs);
    Ok(kept)
}

pub async fn give_up(
    write: &mut Write,
    id: JobId,
    lease: Uuid,
    error: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let args = write.args().uuid(id).uuid(lease).time(now).text(error);
    Ok(write.execute(&GIVE_UP, args).await? == 1)
}

/// Keeps the lease until later; `false` when it was lost.
pub async fn renew(
    write: &mut Write,
    id: JobId,
    lease: Uuid,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let args = write.args().uuid(id).uuid(lease).time(until);
    Ok(write.execute(&RENEW, args).await? == 1)
}

/// One page, oldest first.
pub async fn list(
    read: &mut Read,
    state: Option<JobState>,
    page: &PageRequest,
) -> Result<Page<Job>, StoreError> {
    let after = page.after.as_ref().map_or(Uuid::nil(), |cursor| cursor.id);
    let args = read
        .args()
        .uuid(after)
        .int(state.map_or(-1, JobState::code))
        .int(page.limit + 1);
    let rows = read.fetch_all(&LIST, args).await?;
    let jobs = rows.iter().map(read_job).collect::<Result<_, _>>()?;
    Ok(Page::cut(jobs, page.limit, |job: &Job| Cursor {
        sort: "created".to_owned(),
        key: CursorKey::Int(0),
        id: job.id.uuid(),
    }))
}

pub async fn get(read: &mut Read, id: JobId) -> Result<Option<Job>, StoreError> {
    let args = read.args().uuid(id);
    let row = read.fetch_optional(&GET, args).await?;
    row.as_ref().map(read_job).transpose()
}

/// Queues a job anew that was given up; `false` when there is none such.
pub async fn revive(write: &mut Write, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let args = write.args().uuid(id).time(now);
    let revived = write.execute(&REVIVE, args).await? == 1;
    write.wakes(Wake::Jobs);
    Ok(revived)
}

/// Forgets jobs that were given up until `until`.
pub async fn purge(write: &mut Write, until: Timestamp) -> Result<u64, StoreError> {
    let args = write.args().time(until);
    write.execute(&PURGE, args).await
}
