//! What is to come: tasks that are there, and occurrences that are no rows yet, in one order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::RangeInclusive;

use astro_core::calendar::recurrence::Series;
use astro_core::calendar::{
    Date, SignedDuration, TimeZone, Timestamp, ToSpan as _, When, day_bounds, local_date, micros,
};
use astro_core::document::Document as _;
use astro_core::ids::TaskId;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::principal::Permission;
use astro_core::tasks::series::{Times, occurrence_id};
use astro_core::tasks::{Occurrence, Task, TaskFields, UpcomingTask};
use astro_store::tasks::series::{self as rows, SeriesAhead, ahead_index};
use astro_store::{Read, documents, owners};
use uuid::Uuid;

use super::is_series;
use crate::{Call, Error, Result, Services};

/// Which days.
#[derive(Clone, Copy, Debug)]
pub struct Upcoming {
    /// The first; today where none is named.
    pub from: Option<Date>,
    pub days: u32,
}

/// Which occurrences of a series.
#[derive(Clone, Debug)]
pub struct Occurrences {
    /// From this moment on; now where none is named.
    pub from: Option<When>,
    pub limit: u32,
}

impl Services {
    /// Open tasks of the coming days by due time (or start), and where every series goes on in them.
    pub async fn upcoming(
        &self,
        call: &Call,
        days: Upcoming,
        page: PageRequest,
    ) -> Result<Page<UpcomingTask>> {
        let scope = call.scope(Permission::TasksRead)?;
        let asked = (self.now(), days, page);
        self.look(scope, asked, |read, (now, days, page)| {
            Box::pin(async move {
                read.snapshot().await?;
                upcoming(read, now, days, &page).await
            })
        })
        .await
    }

    /// The occurrences of one series, as its rule has them.
    pub async fn list_occurrences(
        &self,
        call: &Call,
        series: TaskId,
        wanted: Occurrences,
    ) -> Result<Vec<Occurrence>> {
        let scope = call.scope(Permission::TasksRead)?;
        let now = self.now();
        self.store
            .read(&scope, |read| {
                Box::pin(async move {
                    read.snapshot().await?;
                    occurrences(read, now, series, &wanted).await
                })
            })
            .await
    }
}

async fn occurrences(
    read: &mut Read,
    now: Timestamp,
    series: TaskId,
    wanted: &Occurrences,
) -> Result<Vec<Occurrence>> {
    let found: Option<Task> = documents::get(read, series.uuid()).await?;
    let series = found
        .filter(|task| task.deleted_at.is_none())
        .ok_or(Error::NotFound("task"))?;
    let fields = series.fields();
    let engine = fields.series().filter(|_| is_series(&series));
    let Some(engine) = engine else {
        return Err(Error::conflict("no_series", "this task is no series"));
    };
    let zone = owners::get(read).await?.zone.load();
    let from = wanted.from.as_ref().map_or(now, |from| from.instant(&zone));
    let mut planned = Vec::new();
    for occurrence in engine.from(from, &zone).take(wanted.limit as usize) {
        let occurrence =
            occurrence.map_err(|error| Error::conflict("out_of_work", error.to_string()))?;
        let recurrence_id = occurrence.recurrence_id;
        let Some(shown) = fields.occurrence(&recurrence_id) else {
            break;
        };
        let id = occurrence_id(series.id, &recurrence_id);
        let task: Option<Task> = documents::get(read, id.uuid()).await?;
        let task = task.filter(|task| task.deleted_at.is_none());
        let status = task.as_ref().map(|task| task.status);
        let (start, due) = task.map_or((shown.start, shown.due), |task| (task.start, task.due));
        planned.push(Occurrence {
            id,
            recurrence_id,
            start,
            due,
            status,
        });
    }
    Ok(planned)
}

/// The name of the order, in cursors.
pub const ORDER: &str = "ahead";

/// A place in the order of what is to come.
type Place = (i64, Uuid);

async fn upcoming(
    read: &mut Read,
    now: Timestamp,
    days: Upcoming,
    page: &PageRequest,
) -> Result<Page<UpcomingTask>> {
    let zone = owners::get(read).await?.zone.load();
    let first = days.from.unwrap_or_else(|| local_date(now, &zone));
    let last = first
        .checked_add(i64::from(days.days.saturating_sub(1)).days())
        .unwrap_or(Date::MAX);
    // what is due on a day is late when the next begins
    let begin = micros(day_bounds(first, &zone).start).saturating_add(1);
    let end = micros(day_bounds(last, &zone).end);
    let after = match &page.after {
        Some(Cursor {
            key: CursorKey::Int(at),
            id,
            ..
        }) => (*at, *id),
        _ => (i64::MIN, Uuid::nil()),
    };
    let wanted = page.limit + 1;
    let stored = rows::stored_ahead(read, begin..=end, after, wanted).await?;
    let mut items: Vec<Placed> = stored.iter().map(|task| of_task(task, &zone)).collect();
    // beyond the last of a full page of tasks nothing is shown
    let is_full = items.len() == wanted as usize;
    let until = items.last().filter(|_| is_full).map_or(end, |last| last.at);
    items.extend(planned(read, begin.max(after.0)..=until, after, wanted, &zone).await?);
    items.sort_by_key(Placed::place);
    let page = Page::cut(items, page.limit, |item| Cursor {
        sort: ORDER.to_owned(),
        key: CursorKey::Int(item.at),
        id: item.task.id.uuid(),
    });
    Ok(page.map(|item| item.task))
}

struct Placed {
    /// The microsecond of its due time, or else of its start.
    at: i64,
    task: UpcomingTask,
}

impl Placed {
    fn place(&self) -> Place {
        (self.at, self.task.id.uuid())
    }
}

fn of_task(task: &Task, zone: &TimeZone) -> Placed {
    let at = ahead_index(task.start.as_ref(), task.due.as_ref(), zone);
    let times = Times {
        start: task.start.clone(),
        due: task.due.clone(),
        deadline: task.deadline,
    };
    let task = UpcomingTask {
        status: Some(task.status),
        series_id: task.series_id,
        recurrence_id: task.recurrence_id.clone(),
        ..shown(task.id, &task.fields(), times)
    };
    Placed { at, task }
}

fn shown(id: TaskId, fields: &TaskFields, times: Times) -> UpcomingTask {
    UpcomingTask {
        id,
        title: fields.title.clone(),
        status: None,
        series_id: None,
        recurrence_id: None,
        start: times.start,
        due: times.due,
        deadline: times.deadline,
        priority: fields.priority,
        estimate_s: fields.estimate_s,
        project_id: fields.project_id,
        labels: fields.labels.clone(),
    }
}

/// The first `wanted` planned occurrences within `span`, after a place.
///
/// Of a page's items each comes from one of as many series as the page has places, taken in the
/// order in which they go on; only after the first page some may go on before it.
async fn planned(
    read: &mut Read,
    span: RangeInclusive<i64>,
    after: Place,
    wanted: u32,
    zone: &TimeZone,
) -> Result<Vec<Placed>> {
    let earlier = rows::count_ahead(read, *span.start()).await?;
    let enough = earlier.saturating_add(wanted);
    let candidates = rows::series_ahead(read, *span.end(), enough).await?;
    let mut heap = BinaryHeap::with_capacity(candidates.len());
    for series in &candidates {
        let Some(mut walk) = Walk::new(series, *span.start(), zone) else {
            continue;
        };
        if let Some(next) = walk.next(&span, after) {
            heap.push(Reverse(Ranked { next, walk }));
        }
    }
    let mut items = Vec::new();
    while items.len() < wanted as usize
        && let Some(Reverse(Ranked { next, mut walk })) = heap.pop()
    {
        if let Some(following) = walk.next(&span, after) {
            heap.push(Reverse(Ranked {
                next: following,
                walk,
            }));
        }
        // an occurrence that was asked for ahead of its time is a task, and shown as one
        let task: Option<Task> = documents::get(read, next.task.id.uuid()).await?;
        if task.is_none() {
            items.push(next);
        }
    }
    Ok(items)
}

/// The occurrences of one series from a moment on.
struct Walk<'a> {
    series: &'a SeriesAhead,
    engine: Series,
    zone: &'a TimeZone,
    /// The occurrences are asked for one after another, each after the last.
    last: Option<Timestamp>,
    begin: Timestamp,
}

impl<'a> Walk<'a> {
    /// `None` for what does not recur.
    fn new(series: &'a SeriesAhead, begin: i64, zone: &'a TimeZone) -> Option<Self> {
        let first = series.recurrence_id.instant(zone);
        // beyond the end of time nothing lies ahead
        let beyond = if begin < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        let begin = Timestamp::from_microsecond(begin).unwrap_or(beyond);
        let fields = &series.fields;
        let lasts = fields.anchor().map_or(0, |anchor| {
            let ends = fields.due.as_ref().unwrap_or(anchor).instant(zone);
            micros(ends) - micros(anchor.instant(zone))
        });
        // what is due within the span begins no longer before it than it lasts
        let margin =
            SignedDuration::from_micros(lasts).saturating_add(SignedDuration::from_hours(48));
        let earliest = begin.checked_sub(margin).unwrap_or(Timestamp::MIN);
        Some(Self {
            series,
            engine: fields.series()?,
            zone,
            last: None,
            begin: first.max(earliest),
        })
    }

    fn next(&mut self, span: &RangeInclusive<i64>, after: Place) -> Option<Placed> {
        let occurrences = match self.last {
            Some(last) => self.engine.after(last, self.zone),
            None => self.engine.from(self.begin, self.zone),
        };
        for occurrence in occurrences {
            // a rule that finds nothing more within reason has nothing to show
            let occurrence = occurrence.ok()?;
            self.last = Some(occurrence.start.instant(self.zone));
            let fields = &self.series.fields;
            let times = fields.occurrence_times(&occurrence.recurrence_id)?;
            let at = ahead_index(times.start.as_ref(), times.due.as_ref(), self.zone);
            if at > *span.end() {
                return None;
            }
            let id = occurrence_id(self.series.series, &occurrence.recurrence_id);
            if span.contains(&at) && (at, id.uuid()) > after {
                let task = UpcomingTask {
                    series_id: Some(self.series.series),
                    recurrence_id: Some(occurrence.recurrence_id),
                    ..shown(id, fields, times)
                };
                return Some(Placed { at, task });
            }
        }
        None
    }
}

/// Ordered by the place of what comes next.
struct Ranked<'a> {
    next: Placed,
    walk: Walk<'a>,
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.next.place() == other.next.place()
    }
}

impl Eq for Ranked<'_> {}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.next.place().cmp(&other.next.place())
    }
}
