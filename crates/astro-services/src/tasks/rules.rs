//! What follows from a change of a task: completion, postponement, sequence. Pure.

use astro_core::calendar::{TimeZone, Timestamp, When};
use astro_core::document::{Document as _, Stamp};
use astro_core::events::Action;
use astro_core::ids::{TaskId, UserId};
use astro_core::tasks::{Task, TaskFields, TaskSource, TaskStatus};
use serde_json::{Value, json};

use crate::Result;
use crate::changes::changed_fields;

/// A task as it is first kept.
pub(super) fn new_task(
    mut fields: TaskFields,
    id: TaskId,
    stamp: Stamp,
    source: TaskSource,
    actor: Option<UserId>,
) -> Task {
    if fields.position.is_empty() {
        // Ids rise with time, so a new task comes last.
        fields.position = id.uuid().simple().to_string();
    }
    let mut task = Task::new(fields, id, stamp, source);
    if task.status == TaskStatus::Completed {
        complete(&mut task, stamp.created_at, actor);
    }
    task
}

/// The task with other fields, and what follows from them.
pub(super) fn apply(
    before: &Task,
    fields: TaskFields,
    now: Timestamp,
    actor: Option<UserId>,
    zone: &TimeZone,
) -> Task {
    let mut after = before.clone();
    after.set_fields(fields);
    match (
        before.status == TaskStatus::Completed,
        after.status == TaskStatus::Completed,
    ) {
        (false, true) => complete(&mut after, now, actor),
        (true, false) => {
            after.completed_at = None;
            after.completed_by = None;
            if after.percent == 100 {
                after.percent = 0;
            }
        }
        _ => {}
    }
    if is_later(before.due.as_ref(), after.due.as_ref(), zone)
        || is_later(before.start.as_ref(), after.start.as_ref(), zone)
    {
        after.postpone_count = before.postpone_count.saturating_add(1);
    }
    if after.first_due.is_none() {
        after.first_due.clone_from(&after.due);
    }
    if is_rescheduled(before, &after) {
        after.sequence = before.sequence.saturating_add(1);
    }
    after
}

fn complete(task: &mut Task, now: Timestamp, actor: Option<UserId>) {
    task.completed_at = Some(now);
    task.completed_by = actor;
    task.percent = 100;
}

fn is_later(before: Option<&When>, after: Option<&When>, zone: &TimeZone) -> bool {
    before
        .zip(after)
        .is_some_and(|(before, after)| before.due_index(zone) < after.due_index(zone))
}

/// RFC 5545 3.8.7.4: SEQUENCE counts changes of time and state, not of words.
fn is_rescheduled(before: &Task, after: &Task) -> bool {
    before.start != after.start
        || before.due != after.due
        || before.rrule != after.rrule
        || before.rdate != after.rdate
        || before.exdate != after.exdate
        || before.status != after.status
}

/// The one word that says most about a change.
pub(super) fn action(before: &Task, after: &Task, zone: &TimeZone) -> Action {
    match (before.status, after.status) {
        (old, new) if old == new => {}
        (_, TaskStatus::Completed) => return Action::Completed,
        (_, TaskStatus::Cancelled | TaskStatus::Failed) => return Action::Cancelled,
        (old, _) if !old.is_open() => return Action::Reopened,
        (_, TaskStatus::InProcess) => return Action::Started,
        (_, TaskStatus::NeedsAction) => return Action::Stopped,
    }
    if is_later(before.due.as_ref(), after.due.as_ref(), zone)
        || is_later(before.start.as_ref(), after.start.as_ref(), zone)
    {
        return Action::Deferred;
    }
    Action::Edited
}

/// What learning may read of a new task: times, numbers and states, no words.
pub(super) fn created_data(task: &Task) -> Value {
    json!({
        "priority": task.priority,
        "start": task.start,
        "due": task.due,
        "deadline": task.deadline,
        "estimate_s": task.estimate_s,
        "energy": task.energy,
        "status": task.status,
        "state": task.state,
        "project_id": task.project_id,
        "parent_id": task.parent_id,
        "labels": task.labels,
        "depends_on": task.depends_on,
        "recurs": task.recurs() || task.series_id.is_some(),
        "template": task.template,
        "series_id": task.series_id,
        "source": task.source,
    })
}

/// Names of all changed fields, and old and new values of those that are no words.
pub(super) fn changed_data(before: &Task, after: &Task) -> Result<Value> {
    let mut data = changed_fields(&before.fields(), &after.fields())?;
    let (old, new) = (created_data(before), created_data(after));
    let mut from = serde_json::Map::new();
    let mut to = serde_json::Map::new();
    for (name, value) in new.as_object().into_iter().flatten() {
        if old[name] != *value {
            from.insert(name.clone(), old[name].clone());
            to.insert(name.clone(), value.clone());
        }
    }
    data["from"] = Value::Object(from);
    data["to"] = Value::Object(to);
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn task(fields: TaskFields) -> Task {
        new_task(
            fields,
            uuid::Uuid::nil().into(),
            Stamp::fresh(at("2026-11-25T09:00:00Z")),
            TaskSource::Api,
            None,
        )
    }

    fn edited(before: &Task, edit: impl FnOnce(&mut TaskFields)) -> Task {
        let mut fields = before.fields();
        edit(&mut fields);
        apply(
            before,
            fields,
            at("2026-11-25T10:00:00Z"),
            None,
            &TimeZone::UTC,
        )
    }

    #[test]
    fn completing_notes_when_and_fills_the_percentage() {
        let done = edited(&task(TaskFields::titled("x")), |fields| {
            fields.status = TaskStatus::Completed;
        });
        assert_eq!(
            (done.completed_at, done.percent),
            (Some(at("2026-11-25T10:00:00Z")), 100)
        );
    }

    #[test]
    fn completing_twice_changes_nothing() {
        let once = edited(&task(TaskFields::titled("x")), |fields| {
            fields.status = TaskStatus::Completed;
        });
        let twice = apply(
            &once,
            once.fields(),
            at("2026-11-26T10:00:00Z"),
            None,
            &TimeZone::UTC,
        );
        assert_eq!(once, twice);
    }

    #[test]
    fn reopening_forgets_the_completion() {
        let done = edited(&task(TaskFields::titled("x")), |fields| {
            fields.status = TaskStatus::Completed;
        });
        let open = edited(&done, |fields| fields.status = TaskStatus::NeedsAction);
        assert_eq!((open.completed_at, open.percent), (None, 0));
        assert_eq!(action(&done, &open, &TimeZone::UTC), Action::Reopened);
    }

    #[test]
    fn only_a_later_due_counts_as_postponed() {
        let first = task(TaskFields {
            due: Some("2026-11-27".parse().unwrap()),
            ..TaskFields::titled("x")
        });
        let later = edited(&first, |fields| {
            fields.due = Some("2026-11-28".parse().unwrap());
        });
        let sooner = edited(&later, |fields| {
            fields.due = Some("2026-11-26".parse().unwrap());
        });
        let none = edited(&sooner, |fields| fields.due = None);
        assert_eq!(
            [
                later.postpone_count,
                sooner.postpone_count,
                none.postpone_count
            ],
            [1, 1, 1]
        );
        assert_eq!(action(&first, &later, &TimeZone::UTC), Action::Deferred);
        assert_eq!(none.first_due, Some("2026-11-27".parse().unwrap()));
    }

    #[test]
    fn words_do_not_raise_the_sequence() {
        let first = task(TaskFields::titled("x"));
        assert_eq!(
            edited(&first, |fields| fields.title = "y".to_owned()).sequence,
            0
        );
        assert_eq!(
            edited(&first, |fields| fields.due =
                Some("2026-11-27".parse().unwrap()))
            .sequence,
            1
        );
    }

    #[test]
    fn the_log_holds_no_words() {
        let secret = TaskFields {
            description: "secret words".to_owned(),
            location: Some("secret place".to_owned()),
            ..TaskFields::titled("secret title")
        };
        let before = task(TaskFields::titled("other secret"));
        let after = apply(
            &before,
            secret.clone(),
            at("2026-11-25T10:00:00Z"),
            None,
            &TimeZone::UTC,
        );
        assert!(!created_data(&task(secret)).to_string().contains("secret"));
        assert!(
            !changed_data(&before, &after)
                .unwrap()
                .to_string()
                .contains("secret")
        );
    }
}
