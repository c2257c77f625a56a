//! Whose turn it is: the one look that goes over all owners. It answers owners and times, never what
//! is due; whoever goes there takes the owner's scope. Accounts that are disabled wait.

use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::ids::{OwnerId, TenantId};
use astro_core::principal::Scope;

use crate::columns::Row;
use crate::{Admin, Args, Statement, Store, StoreError, consumers, jobs};

pub(crate) const STATEMENTS: &[Statement] = &[
    REMINDERS,
    REMINDERS_NEXT,
    JOBS,
    JOBS_NEXT,
    JOBS_WAITING,
    CONSUMERS,
    UNTOLD,
];

/// One owner with much that is due must not hide another, so that the limit is one of owners. The look
/// reads all that is due, from an index alone.
const REMINDERS: Statement = Statement::new(
    "due.reminders",
    "SELECT o.owner_id, o.tenant_id, d.at FROM (SELECT owner_id, MIN(next_fire_at) AS at FROM reminders \
     WHERE next_fire_at IS NOT NULL AND next_fire_at <= $1 GROUP BY owner_id) d \
     JOIN owners o ON o.owner_id = d.owner_id LEFT JOIN users u ON u.id = o.owner_id LEFT JOIN tenants t ON t.id = o.tenant_id \
     WHERE COALESCE(u.disabled, 0) = 0 AND COALESCE(t.disabled, 0) = 0 ORDER BY d.at LIMIT 2000",
);
const REMINDERS_NEXT: Statement = Statement::new(
    "due.reminders_next",
    "SELECT MIN(next_fire_at) FROM reminders WHERE next_fire_at IS NOT NULL AND next_fire_at > $1",
);
const JOBS: Statement = Statement::new(
    "due.jobs",
    "SELECT o.owner_id, o.tenant_id, d.at FROM (SELECT owner_id, MIN(run_at) AS at FROM jobs \
     WHERE state < 2 AND (run_at <= $1 OR run_at > $2) GROUP BY owner_id) d \
     JOIN owners o ON o.owner_id = d.owner_id LEFT JOIN users u ON u.id = o.owner_id LEFT JOIN tenants t ON t.id = o.tenant_id \
     WHERE COALESCE(u.disabled, 0) = 0 AND COALESCE(t.disabled, 0) = 0 ORDER BY d.at LIMIT 2000",
);
const JOBS_NEXT: Statement = Statement::new(
    "due.jobs_next",
    "SELECT MIN(run_at) FROM jobs WHERE state < 2 AND run_at > $1",
);
const JOBS_WAITING: Statement = Statement::new(
    "due.jobs_waiting",
    "SELECT COUNT(*), MIN(run_at) FROM jobs WHERE state < 2 AND run_at <= $1",
);
const CONSUMERS: Statement = Statement::new(
    "due.consumers",
    "SELECT o.owner_id, o.tenant_id, c.seq FROM consumers c JOIN owners o ON o.owner_id = c.owner_id WHERE c.name = $1 AND c.seq < o.change_seq LIMIT 2000",
);

/// The oldest event that the bus was not told of; consumers that are far behind have few owners.
const UNTOLD: Statement = Statement::new(
    "due.untold",
    "SELECT MIN(e.recorded_at) FROM (SELECT c.owner_id, c.seq FROM consumers c JOIN owners o ON o.owner_id = c.owner_id \
     WHERE c.name = $1 AND c.seq < o.change_seq LIMIT 100) b JOIN events e ON e.owner_id = b.owner_id AND e.change_seq > b.seq",
);

/// Somebody's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub scope: Scope,
    /// Since when.
    pub at: Timestamp,
}

/// Whose turn it is, the longest waiting first, and when it is somebody's next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    pub now: Vec<Turn>,
    pub next: Option<Timestamp>,
}

fn scope(owner: OwnerId, tenant: TenantId) -> Scope {
    Scope::service(tenant, owner)
}

fn read_turn(row: &Row) -> Result<Turn, StoreError> {
    let mut columns = row.columns("due");
    Ok(Turn {
        scope: scope(columns.uuid()?, columns.uuid()?),
        at: columns.time()?,
    })
}

async fn turns(
    admin: &mut Admin,
    due: (&Statement, Args),
    next: (&Statement, Args),
) -> Result<Turns, StoreError> {
    let rows = admin.fetch_all(due.0, due.1).await?;
    let now = rows.iter().map(read_turn).collect::<Result<_, _>>()?;
    let next = match admin.fetch_optional(next.0, next.1).await? {
        Some(row) => row.columns("due").opt_time()?,
        None => None,
    };
    Ok(Turns { now, next })
}

impl Store {
    /// Whose reminders are due.
    pub async fn due_reminders(&self, now: Timestamp) -> Result<Turns, StoreError> {
        self.due_scan(move |admin| {
            Box::pin(async move {
                let args = Args::none().time(now);
                turns(admin, (&REMINDERS, args.clone()), (&REMINDERS_NEXT, args)).await
            })
        })
        .await
    }

    /// Whose jobs are due.
    pub async fn due_jobs(&self, now: Timestamp) -> Result<Turns, StoreError> {
        self.due_scan(move |admin| {
            Box::pin(async move {
                let args = Args::none().time(now);
                let due = args.clone().time(jobs::horizon(now));
                turns(admin, (&JOBS, due), (&JOBS_NEXT, args)).await
            })
        })
        .await
    }

    /// How many jobs wait although they are due, and since when the first does.
    pub async fn waiting_jobs(
        &self,
        now: Timestamp,
    ) -> Result<(i64, Option<Timestamp>), StoreError> {
        self.due_scan(move |admin| {
            Box::pin(async move {
                let args = Args::none().time(now);
                let Some(row) = admin.fetch_optional(&JOBS_WAITING, args).await? else {
                    return Ok((0, None));
                };
                let mut columns = row.columns("jobs");
                Ok((columns.int()?, columns.opt_time()?))
            })
        })
        .await
    }

    /// How old the oldest event is that the bus was not told of, or whose telling was not noted.
    pub async fn outbox_age(&self, now: Timestamp) -> Result<Duration, StoreError> {
        self.due_scan(move |admin| {
            Box::pin(async move {
                let args = Args::none().text(consumers::BUS);
                let oldest = match admin.fetch_optional(&UNTOLD, args).await? {
                    Some(row) => row.columns("events").opt_time()?,
                    None => None,
                };
                let age = oldest.map(|oldest| now.duration_since(oldest));
                Ok(age.and_then(|age| age.try_into().ok()).unwrap_or_default())
            })
        })
        .await
    }

    /// Owners with events that the consumer has not seen, and how far it came.
    pub async fn consumers_behind(
        &self,
        consumer: &'static str,
    ) -> Result<Vec<(Scope, i64)>, StoreError> {
        self.due_scan(move |admin| {
            Box::pin(async move {
                let args = Args::none().text(consumer);
                let rows = admin.fetch_all(&CONSUMERS, args).await?;
                rows.iter()
                    .map(|row| {
                        let mut columns = row.columns("consumers");
                        let scope = scope(columns.uuid()?, columns.uuid()?);
                        Ok((scope, columns.int()?))
                    })
                    .collect()
            })
        })
        .await
    }
}
