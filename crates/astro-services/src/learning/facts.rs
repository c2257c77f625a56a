//! The log as learning reads it: entries become facts. No entry holds words, and none gets any here.

use std::collections::{HashMap, HashSet};

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::events::{Action, Entity, Event};
use astro_core::ids::EventId;
use astro_core::preferences::RecommendationKind;
use astro_core::tasks::TaskStatus;
use astro_data::{Answer, Fact, Happened, Says, says_of};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Error, Result};

/// When what a file told counts as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Since the file came: so it was, and so a decision of that time is replayed.
    WhenItCame,
    /// Since it happened, as if it had been done here: so a life that was lived elsewhere is learnt from.
    WhenItHappened,
}

/// What an owner's log tells, in the order of the log. What concerns a recurring task as a whole, and not an
/// occurrence of it, is nobody's work and left out.
///
/// # Errors
/// When an entry holds what this release cannot read; internal.
pub fn facts(
    log: &[Event],
    templates: &HashSet<Uuid>,
    zone: &TimeZone,
    told: Told,
) -> Result<Vec<Fact>> {
    let with_past: HashSet<Uuid> = log
        .iter()
        .filter(|event| is_past(event))
        .map(|event| event.entity_id)
        .collect();
    let by_id: HashMap<EventId, &Event> = log.iter().map(|event| (event.id, event)).collect();
    let mut facts = Vec::with_capacity(log.len());
    for event in log {
        match event.entity {
            Entity::Task if !templates.contains(&event.entity_id) => {
                let has_past = with_past.contains(&event.entity_id);
                // what a file brought in the end is no act of anybody, and no sign that they are there
                let is_brought = event.action == Action::Imported && event.version_after > 0;
                if has_past && is_brought && told == Told::WhenItHappened {
                    continue;
                }
                let what = of_task(event, &by_id, has_past, zone)?;
                let mut fact = what.map(|what| fact(event, event.at, Some(event.entity_id), what));
                if let Some(fact) = fact
                    .as_mut()
                    .filter(|_| told == Told::WhenItHappened && is_past(event))
                {
                    fact.recorded_at = fact.at;
                }
                facts.extend(fact);
            }
            Entity::TimeEntry => facts.extend(of_work(event)),
            Entity::Recommendation => facts.extend(of_suggestion(event)),
            _ => {}
        }
    }
    Ok(facts)
}

/// Tasks that stand for a whole series.
pub fn templates(log: &[Event]) -> HashSet<Uuid> {
    let of_tasks = log.iter().filter(|event| event.entity == Entity::Task);
    let templates = of_tasks
        .filter(|event| event.data["template"] == true || event.data["to"]["template"] == true);
    templates.map(|event| event.entity_id).collect()
}

/// Whether a file told it of an earlier time: such entries belong to no version of the row.
fn is_past(event: &Event) -> bool {
    event.version_after == 0 && event.at < event.recorded_at
}

fn fact(event: &Event, at: Timestamp, task: Option<Uuid>, what: Happened) -> Fact {
    Fact {
        id: event.id.uuid(),
        task,
        at,
        recorded_at: event.recorded_at,
        what,
    }
}

fn of_task(
    event: &Event,
    by_id: &HashMap<EventId, &Event>,
    has_past: bool,
    zone: &TimeZone,
) -> Result<Option<Happened>> {
    let to = || said(event.data.get("to"), zone);
    Ok(Some(match event.action {
        Action::Created => Happened::Created(said(Some(&event.data), zone)?),
        // a new row has its values at the top, a changed one what changed
        Action::Imported => match event.data.get("to") {
            Some(to) => Happened::Edited(said(Some(to), zone)?),
            None if has_past => Happened::Edited(said(Some(&event.data), zone)?),
            None => Happened::Created(said(Some(&event.data), zone)?),
        },
        Action::Edited => Happened::Edited(to()?),
        Action::Deferred => Happened::Deferred(to()?),
        Action::Started => Happened::Started,
        Action::Stopped => Happened::Stopped,
        Action::Completed => Happened::Done,
        Action::Reopened => Happened::Reopened,
        Action::Cancelled => Happened::Cancelled,
        Action::Deleted => Happened::Deleted,
        Action::Restored => Happened::Restored,
        Action::Undone => return taken_back(event, by_id, zone),
        Action::Shown | Action::Answered | Action::Fired | Action::Failed => return Ok(None),
    }))
}

/// What it means for a task that an earlier entry was taken back.
fn taken_back(
    event: &Event,
    by_id: &HashMap<EventId, &Event>,
    zone: &TimeZone,
) -> Result<Option<Happened>> {
    let undone = read::<EventId>(&event.data, "undone").and_then(|id| by_id.get(&id));
    let Some(undone) = undone else {
        return Ok(None);
    };
    let from = undone.data.get("from");
    Ok(Some(match undone.action {
        Action::Created | Action::Restored => Happened::Deleted,
        Action::Deleted => Happened::Restored,
        Action::Started => Happened::Stopped,
        Action::Completed | Action::Cancelled | Action::Reopened => {
            match from.and_then(|from| read::<TaskStatus>(from, "status")) {
                Some(TaskStatus::Completed) => Happened::Done,
                Some(TaskStatus::Cancelled | TaskStatus::Failed) => Happened::Cancelled,
                _ => Happened::Reopened,
            }
        }
        Action::Edited | Action::Deferred => Happened::Edited(said(from, zone)?),
        _ => return Ok(None),
    }))
}

/// A stretch of work, as it begins and ends, or as it was written down afterwards. What a file brought
/// stands as `started` and `stopped` of its task already.
fn of_work(event: &Event) -> Option<Fact> {
    let task = read::<Uuid>(&event.data, "task_id")?;
    let at = |name| read::<Timestamp>(&event.data, name);
    let (at, what) = match event.action {
        Action::Started => (at("started_at")?, Happened::Started),
        Action::Stopped => (at("ended_at")?, Happened::Stopped),
        Action::Created => (
            at("ended_at")?,
            Happened::Worked(read(&event.data, "duration_s")?),
        ),
        Action::Edited => (event.at, Happened::Worked(read(&event.data, "more_s")?)),
        _ => return None,
    };
    Some(fact(event, at, Some(task), what))
}

fn of_suggestion(event: &Event) -> Option<Fact> {
    let kind = read::<RecommendationKind>(&event.data, "kind")?;
    let what = match event.data.get("event")?.as_str()? {
        "seen" => Happened::Shown(kind),
        "accepted" | "edited" => Happened::Answered(kind, Answer::Accepted),
        "dismissed" => Happened::Answered(kind, Answer::Dismissed),
        "snoozed" => Happened::Answered(kind, Answer::Snoozed),
        "ignored" => Happened::Answered(kind, Answer::Ignored),
        _ => return None,
    };
    Some(fact(event, event.at, read(&event.data, "task_id"), what))
}

/// What an entry says of its task, by the names of docs/events-format.md.
fn said(data: Option<&Value>, zone: &TimeZone) -> Result<Box<Says>> {
    let mut fields = Map::new();
    for (name, value) in data.and_then(Value::as_object).into_iter().flatten() {
        let (name, value) = match (name.as_str(), value) {
            ("project_id", value) => ("project", value.clone()),
            ("parent_id", value) => ("parent", value.clone()),
            ("recurs", Value::Bool(true)) => ("rrule", Value::String(String::new())),
            ("recurs", _) => ("rrule", Value::Null),
            (name, value) => (name, value.clone()),
        };
        fields.insert(name.to_owned(), value);
    }
    says_of(&fields, zone)
        .map(Box::new)
        .map_err(Error::internal)
}

fn read<T: DeserializeOwned>(data: &Value, name: &str) -> Option<T> {
    T::deserialize(data.get(name)?).ok()
}
