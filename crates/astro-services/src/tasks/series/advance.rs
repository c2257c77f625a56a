//! Which occurrence is next, and making it.

use std::collections::VecDeque;

use astro_core::calendar::recurrence::{Occurrences, OutOfWork};
use astro_core::calendar::{SignedDuration, TimeZone, Timestamp, When, local_date};
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::interchange::Format;
use astro_core::limits;
use astro_core::tasks::series::occurrence_id;
use astro_core::tasks::{MissedPolicy, RepeatFrom, Task, TaskFields};
use astro_store::documents;
use astro_store::tasks as rows;
use astro_store::tasks::series::Ahead;

use super::super::rules;
use super::below::{mark_below, recurs_below};
use super::edit::occurs_at;
use super::make::make;
use super::{is_alive, series_of};
use crate::changes::Change;
use crate::{Error, Result};

/// Makes the first occurrence of a series that was just told of.
///
/// # Errors
/// [`Error::Invalid`] when it never occurs.
pub(in super::super) async fn begin(change: &mut Change<'_>, series: &Task) -> Result<()> {
    let zone = change.write.zone().await?;
    let first = match first(&series.fields(), &zone) {
        Ok(first) => first,
        Err(error) => return Err(Error::invalid("rrule", "out_of_work", error.to_string())),
    };
    let Some(first) = first else {
        let message = "the series never occurs: its rule and its dates leave no time";
        return Err(Error::invalid("rrule", "never_occurs", message));
    };
    make(change, series, &first).await?;
    follow(change, series).await
}

/// Makes the occurrence that is next, whatever came before; for a series that was changed, where
/// none is open.
pub(in super::super) async fn go_on(change: &mut Change<'_>, series: &Task) -> Result<()> {
    let last = rows::series::last(change.write, series.id).await?;
    let after = last.and_then(|last| last.recurrence_id);
    make_next(change, series, after).await?;
    follow(change, series).await
}

/// Makes the occurrence of a series from elsewhere that is open there: what is due by a list;
/// otherwise the latest that has come, or else the next. Taskwarrior's come with the series.
pub(in super::super) async fn take_up(change: &mut Change<'_>, series: &Task) -> Result<()> {
    let format = series.verbatim.as_ref().map(|kept| kept.format.as_str());
    let open = rows::series::open(change.write, series.id).await?;
    if !open.is_empty() && format == Some(Format::Taskwarrior.as_str()) {
        return follow(change, series).await;
    }
    let zone = change.write.zone().await?;
    let fields = series.fields();
    let current = if format == Some(Format::TodoTxt.as_str()) {
        ended_by_error(series, first(&fields, &zone))
    } else if open.is_empty() && fields.missed_policy == MissedPolicy::Skip {
        let last = rows::series::last(change.write, series.id).await?;
        let after = last.and_then(|last| last.recurrence_id);
        latest(&fields, after.as_ref(), change.now, &zone)
    } else {
        None
    };
    match current {
        Some(current) => {
            make(change, series, &current).await?;
            follow(change, series).await
        }
        None => ensure_open(change, series).await,
    }
}

/// Sees to it that the series goes on: makes the next occurrence where none that comes before it is
/// open.
pub(super) async fn ensure_open(change: &mut Change<'_>, series: &Task) -> Result<()> {
    if !is_alive(series) {
        return follow(change, series).await;
    }
    let zone = change.write.zone().await?;
    let last = rows::series::last(change.write, series.id).await?;
    let after = last.and_then(|last| last.recurrence_id);
    let open = rows::series::open(change.write, series.id).await?;
    let is_from_completion = series.repeat_from == RepeatFrom::Completion;
    let fields = series.fields();
    let next = next(&fields, after.as_ref(), change.now, &zone);
    let waits = match ended_by_error(series, next) {
        Some(next) if !is_from_completion => open
            .iter()
            .filter_map(|open| open.recurrence_id.as_ref())
            // one that the rule does not have any more was begun or moved by somebody
            .any(|id| {
                id.instant(&zone) <= next.instant(&zone) || !occurs_at(&fields, id, &zone)
            }),
        _ => !open.is_empty(),
    };
    if !waits {
        make_next(change, series, after).await?;
    }
    follow(change, series).await
}

/// Makes series of open tasks that recur and are none: rows of a version that did not know series. A
/// rule that no task can have stays where it is, and does nothing.
pub(crate) async fn adopt_all(change: &mut Change<'_>) -> Result<()> {
    for id in rows::series::adoptable(change.write).await? {
        let before: Task = change.any(id.uuid()).await?;
        let zone = change.write.zone().await?;
        let fields = before.fields().with_anchor(change.now, &zone);
        let fits = fields.check().is_ok() && fields.series().is_some();
        if !fits || recurs_below(change, &before).await? {
            continue;
        }
        let mut after = Task {
            template: true,
            ..before.clone()
        };
        after.set_fields(fields);
        let data = rules::changed_data(&before, &after)?;
        let written = change.update(&before, after, Action::Edited, data).await?;
        mark_below(change, &written.value).await?;
        take_up(change, &written.value).await?;
    }
    Ok(())
}

/// Makes what comes after an occurrence that was closed.
pub(in super::super) async fn advance(change: &mut Change<'_>, closed: &Task) -> Result<()> {
    let Some(series) = series_of(change, closed).await? else {
        return Ok(());
    };
    if is_alive(&series) {
        let open = rows::series::open(change.write, series.id).await?;
        let zone = change.write.zone().await?;
        let at = |task: &Task| task.recurrence_id.as_ref().map(|id| id.instant(&zone));
        let waits = open.iter().any(|other| at(other) < at(closed));
        let is_from_completion = series.repeat_from == RepeatFrom::Completion;
        if !waits && (open.is_empty() || !is_from_completion) {
            make_next(change, &series, closed.recurrence_id.clone()).await?;
        }
    }
    follow(change, &series).await
}

async fn make_next(change: &mut Change<'_>, series: &Task, after: Option<When>) -> Result<()> {
    let zone = change.write.zone().await?;
    let fields = series.fields();
    if fields.repeat_from == RepeatFrom::Completion && after.is_some() {
        let made = rows::series::count(change.write, series.id).await?;
        let made = u32::try_from(made).unwrap_or(u32::MAX);
        for next in fields.after_completion(change.now, made, &zone) {
            let known = find(change, series, &next).await?;
            // done a whole interval early, the next would be the one that was done
            if known.is_none_or(|known| known.deleted_at.is_some() || known.is_open()) {
                make(change, series, &next).await?;
                break;
            }
        }
        return Ok(());
    }
    let mut after = after;
    // what was made ahead of its time and closed already is passed over
    for _ in 0..limits::MISSED_KEPT {
        let next = next(&fields, after.as_ref(), change.now, &zone);
        let Some(next) = ended_by_error(series, next) else {
            return Ok(());
        };
        let known = find(change, series, &next).await?;
        if known
            .as_ref()
            .is_none_or(|known| known.deleted_at.is_some())
        {
            make(change, series, &next).await?;
            return Ok(());
        }
        if known.is_some_and(|known| known.is_open()) {
            return Ok(());
        }
        after = Some(next);
    }
    Ok(())
}

async fn find(change: &mut Change<'_>, series: &Task, at: &When) -> Result<Option<Task>> {
    let id = occurrence_id(series.id, at);
    Ok(documents::get(change.write, id.uuid()).await?)
}

/// Makes a row of every occurrence of a series that keeps them all, once it has started. Where more
/// have been missed than are kept, the oldest are left out.
pub(super) async fn catch_up(change: &mut Change<'_>, series: &Task) -> Result<()> {
    let zone = change.write.zone().await?;
    let from = rows::series::get_ahead(change.write, series.id).await?;
    let fields = series.fields();
    let (Some(from), Some(engine)) = (from, fields.series()) else {
        return Ok(());
    };
    let mut missed = VecDeque::new();
    for occurrence in engine.from(from.instant(&zone), &zone) {
        let Some(occurrence) = ended_by_error(series, occurrence.map(Some)) else {
            break;
        };
        let id = occurrence.recurrence_id;
        let appears = fields.occurrence(&id).and_then(|fields| fields.start);
        if appears.is_none_or(|start| start.instant(&zone) > change.now) {
            break;
        }
        if missed.len() == limits::MISSED_KEPT {
            missed.pop_front();
        }
        missed.push_back(id);
    }
    for id in missed {
        if find(change, series, &id).await?.is_none() {
            make(change, series, &id).await?;
        }
    }
    follow(change, series).await
}

/// Notes where the series goes on, for what is shown ahead and for what has to be made by the time.
pub(in super::super) async fn follow(change: &mut Change<'_>, series: &Task) -> Result<()> {
    let ahead = ahead_of(change, series).await?;
    Ok(rows::series::set_ahead(change.write, series.id, ahead.as_ref()).await?)
}

async fn ahead_of(change: &mut Change<'_>, series: &Task) -> Result<Option<Ahead>> {
    if series.deleted_at.is_some() || !is_alive(series) {
        return Ok(None);
    }
    let fields = series.fields();
    if fields.repeat_from == RepeatFrom::Completion {
        // nobody knows yet from when on
        return Ok(None);
    }
    let zone = change.write.zone().await?;
    let mut open = rows::series::open(change.write, series.id).await?;
    let mut after = if open.is_empty() {
        let last = rows::series::last(change.write, series.id).await?;
        last.and_then(|last| last.recurrence_id)
    } else {
        open.swap_remove(0).recurrence_id
    };
    // as many rows as are ever kept, and those that were made ahead of their time
    for _ in 0..2 * limits::MISSED_KEPT {
        let next = next(&fields, after.as_ref(), change.now, &zone);
        let Some(next) = ended_by_error(series, next) else {
            return Ok(None);
        };
        if find(change, series, &next).await?.is_none() {
            let shown = fields.occurrence(&next);
            return Ok(shown.map(|shown| Ahead {
                series: series.id,
                recurrence_id: next,
                start: shown.start,
                due: shown.due,
                missed: fields.missed_policy,
            }));
        }
        after = Some(next);
    }
    Ok(None)
}

fn first(fields: &TaskFields, zone: &TimeZone) -> Result<Option<When>, OutOfWork> {
    let Some(series) = fields.series() else {
        return Ok(None);
    };
    let first = series.occurrences(zone).next().transpose()?;
    Ok(first.map(|first| first.recurrence_id))
}

/// The occurrence after another: the very next where every one is kept, otherwise the next that is
/// still to come.
fn next(
    fields: &TaskFields,
    after: Option<&When>,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<When>, OutOfWork> {
    let (Some(series), Some(anchor)) = (fields.series(), fields.anchor()) else {
        return Ok(None);
    };
    let after = after.map(|after| after.instant(zone));
    let from = match fields.missed_policy {
        MissedPolicy::Keep => after,
        MissedPolicy::Skip => {
            // an occurrence that is still to come begins no longer ago than it lasts
            let ends = fields.due.as_ref().unwrap_or(anchor).instant(zone);
            let lasts = anchor.instant(zone).duration_until(ends);
            let margin = lasts.saturating_add(SignedDuration::from_hours(48));
            let earliest = now.checked_sub(margin).unwrap_or(Timestamp::MIN);
            Some(after.map_or(earliest, |after| after.max(earliest)))
        }
    };
    let mut occurrences: Occurrences<'_> = match from {
        Some(from) => series.after(from, zone),
        None => series.occurrences(zone),
    };
    let wanted = occurrences.find(|occurrence| match occurrence {
        Ok(occurrence) => {
            fields.missed_policy == MissedPolicy::Keep
                || is_to_come(fields, &occurrence.recurrence_id, now, zone)
        }
        Err(_) => true,
    });
    Ok(wanted
        .transpose()?
        .map(|occurrence| occurrence.recurrence_id))
}

/// How far back the latest occurrence is looked for first: most series come more often.
const RECENTLY: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The latest occurrence after another that has come: today or before, or at a time that is past.
fn latest(
    fields: &TaskFields,
    after: Option<&When>,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<When> {
    let series = fields.series()?;
    let after = after.map(|after| after.instant(zone));
    let recently = now.checked_sub(RECENTLY).unwrap_or(Timestamp::MIN);
    let last_from = |from: Timestamp| {
        series
            .from(from, zone)
            .map_while(Result::ok)
            .take_while(|occurrence| occurrence.start.instant(zone) <= now)
            .filter(|occurrence| after.is_none_or(|after| occurrence.start.instant(zone) > after))
            .last()
    };
    let latest = last_from(recently).or_else(|| last_from(Timestamp::MIN));
    latest.map(|latest| latest.recurrence_id)
}

/// Whether an occurrence is not past: after today for a day, after now for a time.
fn is_to_come(fields: &TaskFields, id: &When, now: Timestamp, zone: &TimeZone) -> bool {
    let occurrence = fields.occurrence(id);
    let ends = occurrence.and_then(|fields| fields.due.or(fields.start));
    match ends {
        Some(When::Date(date)) => date > local_date(now, zone),
        Some(time) => time.instant(zone) > now,
        None => false,
    }
}

/// A rule that finds nothing within reason has ended; that is told in the log.
fn ended_by_error<T>(series: &Task, next: Result<Option<T>, OutOfWork>) -> Option<T> {
    next.unwrap_or_else(|error| {
        tracing::warn!(task = %series.id, %error, "a series goes no further");
        None
    })
}
