//! Lines that tell the life of tasks, out of the log.
//!
//! The log holds no words of a person, so the first line of a task carries its words as they are
//! now; a last line carries what the others do not add up to.

use astro_core::calendar::Timestamp;
use astro_core::events::{Action, Entity, Event};
use astro_core::tasks::TaskStatus;
use astro_core::time_entries::TimeEntry;
use serde_json::{Map, Value, json};

use super::fold::{facts, step};
use super::line::{FIELDS, KINDS};
use crate::interchange::outgoing::Outgoing;
use crate::interchange::portable::Portable;
use crate::{Error, Result};

type Told = (Timestamp, Action, Map<String, Value>);

/// The lines of one task, with their times.
pub fn write(
    task: &Outgoing,
    log: &[Event],
    work: &[TimeEntry],
) -> Result<Vec<(Timestamp, String)>> {
    let told = told(task, log, work);
    let mut lines = Vec::with_capacity(told.len() + 1);
    let mut says = Portable::titled("(untitled)");
    let words = members(&says, &task.says)?;
    for (index, (at, action, mut fields)) in told.into_iter().enumerate() {
        if index == 0 {
            // how far the task got says what came later
            let words = words
                .iter()
                .filter(|(name, _)| !is_fact(name) && *name != "percent");
            fields.extend(words.map(|(name, value)| (name.clone(), value.clone())));
        }
        for (name, value) in &fields {
            says = says.with(name, value).map_err(Error::internal)?;
        }
        step(&mut says, action, at);
        fields.extend(foreign(task, at, action));
        lines.push(line(at, action, &task.name, fields));
    }
    let rest = members(&says, &task.says)?;
    if !rest.is_empty() {
        let last = lines.last().map(|(at, _)| *at);
        let at = last.map_or(task.updated_at, |last| last.max(task.updated_at));
        lines.push(line(at, Action::Edited, &task.name, rest));
    }
    Ok(lines)
}

/// What happened, by the log; a task that the log does not know from its beginning is told from
/// what it is.
fn told(task: &Outgoing, log: &[Event], work: &[TimeEntry]) -> Vec<Told> {
    let mut log: Vec<&Event> = log
        .iter()
        .filter(|event| event.entity == Entity::Task && kind(event.action).is_some())
        .collect();
    log.sort_by_key(|event| (event.at, event.id));
    let mut told = Vec::with_capacity(log.len() + 2);
    let created_at = task.says.created_at.unwrap_or(task.updated_at);
    if log
        .first()
        .is_none_or(|event| event.action != Action::Created)
    {
        let first = log
            .first()
            .map_or(created_at, |event| event.at.min(created_at));
        told.push((first, Action::Created, Map::new()));
    }
    let usual = facts(&Portable::titled(""));
    for event in log {
        let known = match event.action {
            Action::Created => Some(&event.data),
            _ => event.data.get("to"),
        };
        let known = known
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let is_news = |name: &str, value: &Value| {
            event.action != Action::Created || usual.get(name) != Some(value)
        };
        let fields = known
            .into_iter()
            .filter(|(name, value)| is_fact(name) && is_news(name, value));
        told.push((event.at, event.action, fields.collect()));
    }
    for (at, action) in work.iter().flat_map(clock) {
        // what ends a task stops the clock as well
        let ends = |other: Action| {
            matches!(
                other,
                Action::Completed | Action::Cancelled | Action::Deleted
            )
        };
        let is_told = told.iter().any(|(other_at, other, _)| {
            *other_at == at && (*other == action || action == Action::Stopped && ends(*other))
        });
        if !is_told {
            told.push((at, action, Map::new()));
        }
    }
    told.sort_by_key(|(at, _, _)| *at);
    add_missing_end(task, &mut told);
    told
}

/// When somebody began and ceased to work.
fn clock(entry: &TimeEntry) -> Vec<(Timestamp, Action)> {
    let started = std::iter::once((entry.started_at, Action::Started));
    started
        .chain(entry.ended_at.map(|at| (at, Action::Stopped)))
        .collect()
}

/// How the task ended, where the log does not say.
fn add_missing_end(task: &Outgoing, told: &mut Vec<Told>) {
    let mut says = Portable::titled("");
    for (at, action, _) in told.iter() {
        step(&mut says, *action, *at);
    }
    let status = task.says.fields.status;
    if status != says.fields.status {
        let action = match status {
            TaskStatus::Completed => Action::Completed,
            TaskStatus::Cancelled | TaskStatus::Failed => Action::Cancelled,
            TaskStatus::InProcess => Action::Started,
            TaskStatus::NeedsAction => Action::Reopened,
        };
        let at = task.says.completed_at.unwrap_or(task.updated_at);
        told.push((at, action, Map::new()));
    }
    match (says.deleted_at, task.says.deleted_at) {
        (None, Some(at)) => told.push((at, Action::Deleted, Map::new())),
        (Some(_), None) => told.push((task.updated_at, Action::Restored, Map::new())),
        _ => {}
    }
}

/// Members of the line that this event came from which had no place.
fn foreign(task: &Outgoing, at: Timestamp, action: Action) -> Map<String, Value> {
    let lines = task
        .kept
        .as_ref()
        .and_then(|kept| kept.record.get("foreign")?.as_array());
    let (at, action) = (json!(at), json!(action));
    lines
        .into_iter()
        .flatten()
        .find(|line| line.get("at") == Some(&at) && line.get("kind") == Some(&action))
        .and_then(|line| line.get("members")?.as_object().cloned())
        .unwrap_or_default()
}

fn kind(action: Action) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(_, known)| *known == action)
        .map(|(word, _)| *word)
}

/// Fields that the log knows the values of.
fn is_fact(name: &str) -> bool {
    const FACTS: [&str; 7] = [
        "priority",
        "start",
        "due",
        "deadline",
        "estimate_s",
        "energy",
        "state",
    ];
    FACTS.contains(&name)
}

/// The members that lead from one to the other.
fn members(from: &Portable, to: &Portable) -> Result<Map<String, Value>> {
    let changed = to.differences(from).map_err(Error::internal)?;
    let to = to.flat().map_err(Error::internal)?;
    Ok(to
        .into_iter()
        .filter(|(name, _)| changed.contains(name) && FIELDS.contains(&name.as_str()))
        .collect())
}

fn line(
    at: Timestamp,
    action: Action,
    task: &str,
    fields: Map<String, Value>,
) -> (Timestamp, String) {
    let kind = kind(action).unwrap_or("edited");
    let mut line = json!({ "v": 1, "at": at, "kind": kind, "task": task });
    if let Some(line) = line.as_object_mut() {
        line.extend(fields);
    }
    (at, line.to_string())
}
