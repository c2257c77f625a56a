//! Lists of tasks, and the day at a glance.

use astro_core::calendar::{Date, TimeZone, Timestamp, When, ZoneName, day_bounds, local_date};
use astro_core::page::{Page, PageRequest};
use astro_core::principal::Permission;
use astro_core::tasks::{TaskFilter, TaskSort, TaskStatus};
use astro_store::tasks::{self as rows, Listed};
use astro_store::{Read, owners};

use crate::{Call, Error, Result, Services};

/// A filter whose bounds may be dates, which mean the owner's days.
#[derive(Clone, Debug, Default)]
pub struct TaskQuery {
    /// Everything but the bounds.
    pub filter: TaskFilter,
    pub due_from: Option<When>,
    pub due_to: Option<When>,
    pub start_to: Option<When>,
    pub completed_from: Option<When>,
}

/// The day at a glance. Each list holds a page at most.
#[derive(Clone, Debug)]
pub struct Today {
    pub date: Date,
    pub zone: ZoneName,
    /// Due before today, soonest first.
    pub overdue: Vec<Listed>,
    /// Due today.
    pub due: Vec<Listed>,
    /// Open, not due by today, and being worked on or begun today.
    pub doing: Vec<Listed>,
    /// Completed today, latest first.
    pub done: Vec<Listed>,
}

const OPEN: [TaskStatus; 2] = [TaskStatus::NeedsAction, TaskStatus::InProcess];

impl Services {
    pub async fn list_tasks(
        &self,
        call: &Call,
        query: TaskQuery,
        page: PageRequest,
    ) -> Result<Page<Listed>> {
        let scope = call.scope(Permission::TasksRead)?;
        self.look(scope, (query, page), |read, (query, page)| {
            Box::pin(async move {
                let filter = resolve(read, query).await?;
                rows::list(read, &filter, &page).await.map_err(Error::from)
            })
        })
        .await
    }

    /// What is due, begun and done today, where the owner is.
    pub async fn today(&self, call: &Call) -> Result<Today> {
        let scope = call.scope(Permission::TasksRead)?;
        self.look(scope, self.now(), |read, now| Box::pin(today(read, now)))
            .await
    }
}

async fn resolve(read: &mut Read, query: TaskQuery) -> Result<TaskFilter> {
    let bounds = [
        &query.due_from,
        &query.due_to,
        &query.start_to,
        &query.completed_from,
    ];
    if bounds.iter().all(|bound| bound.is_none()) {
        return Ok(query.filter);
    }
    let zone = owners::get(read).await?.zone.load();
    let first = |bound: &Option<When>| bound.as_ref().map(|bound| bound.instant(&zone));
    let last = |bound: &Option<When>| bound.as_ref().map(|bound| last_of(bound, &zone));
    Ok(TaskFilter {
        due_from: query.due_from.as_ref().map(|bound| due_after(bound, &zone)),
        due_to: last(&query.due_to),
        start_to: query.start_to.as_ref().map(|bound| starts_by(bound, &zone)),
        completed_from: first(&query.completed_from),
        ..query.filter
    })
}

/// A date as an upper bound takes its whole day in.
fn last_of(bound: &When, zone: &TimeZone) -> Timestamp {
    match bound {
        When::Date(date) => day_bounds(*date, zone).end,
        other => other.instant(zone),
    }
}

/// What starts on the day after starts when this one ends.
fn starts_by(bound: &When, zone: &TimeZone) -> Timestamp {
    let last = last_of(bound, zone);
    match bound {
        When::Date(_) => Timestamp::from_microsecond(last.as_microsecond() - 1).unwrap_or(last),
        _ => last,
    }
}

/// What is due on a day is kept as due when the day ends, so what was due the day before is kept
/// as due at this day's first moment, and that moment is not part of it.
fn due_after(bound: &When, zone: &TimeZone) -> Timestamp {
    let instant = bound.instant(zone);
    match bound {
        When::Date(_) => {
            Timestamp::from_microsecond(instant.as_microsecond() + 1).unwrap_or(instant)
        }
        _ => instant,
    }
}

async fn today(read: &mut Read, now: Timestamp) -> Result<Today> {
    read.snapshot().await?;
    let zone_name = owners::get(read).await?.zone;
    let zone = zone_name.load();
    let date = local_date(now, &zone);
    let day = day_bounds(date, &zone);
    let open = || TaskFilter {
        status: OPEN.to_vec(),
        sort: TaskSort::Due,
        ..TaskFilter::default()
    };
    let overdue = page(
        read,
        TaskFilter {
            due_to: Some(day.start),
            ..open()
        },
    )
    .await?;
    let due = page(
        read,
        TaskFilter {
            due_from: Some(due_after(&When::Date(date), &zone)),
            due_to: Some(day.end),
            ..open()
        },
    )
    .await?;
    let shown: Vec<_> = overdue
        .iter()
        .chain(&due)
        .map(|listed| listed.task.id)
        .collect();
    let begun = TaskFilter {
        start_from: Some(day.start),
        start_to: Some(starts_by(&When::Date(date), &zone)),
        ..open()
    };
    let working = TaskFilter {
        status: vec![TaskStatus::InProcess],
        ..open()
    };
    let mut doing = page(read, working).await?;
    for listed in page(read, begun).await? {
        if !doing.iter().any(|other| other.task.id == listed.task.id) {
            doing.push(listed);
        }
    }
    doing.retain(|listed| !shown.contains(&listed.task.id));
    let done = page(
        read,
        TaskFilter {
            completed_from: Some(day.start),
            sort: TaskSort::Completed,
            ..TaskFilter::default()
        },
    )
    .await?;
    Ok(Today {
        date,
        zone: zone_name,
        overdue,
        due,
        doing,
        done,
    })
}

async fn page(read: &mut Read, filter: TaskFilter) -> Result<Vec<Listed>> {
    let request = PageRequest {
        limit: astro_core::limits::PAGE_MAX,
        after: None,
    };
    Ok(rows::list(read, &filter, &request).await?.items)
}
