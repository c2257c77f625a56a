//! What a file tells of a task's past: entries of the log, and stretches of work.

use astro_core::document::Document as _;
use astro_core::events::{Action, Entity, Event};
use astro_core::tasks::{Task, TaskSource};
use astro_core::time_entries::{TimeEntry, TimeEntryFields, duration_s};
use astro_store::{Read, documents, events, time_entries};

use super::plan::{Happening, Stretch};
use crate::Result;
use crate::changes::Change;

/// What is not in the log yet.
pub async fn missing<'h>(read: &mut Read, history: &'h [Happening]) -> Result<Vec<&'h Happening>> {
    let mut missing = Vec::new();
    for happening in history {
        if events::get(read, happening.id).await?.is_none() {
            missing.push(happening);
        }
    }
    Ok(missing)
}

/// Writes what is missing; answers how much that was. No entry can be undone: what it did is long
/// past.
pub async fn write(change: &mut Change<'_>, task: &Task, history: &[Happening]) -> Result<usize> {
    let missing = missing(change.write, history).await?;
    for happening in &missing {
        let event = Event {
            id: happening.id,
            at: happening.at,
            recorded_at: change.now,
            entity: Entity::Task,
            entity_id: task.id(),
            action: happening.action,
            cause: None,
            change_seq: task.change_seq,
            data: happening.data.clone(),
            before: None,
            version_after: 0,
        };
        events::insert(change.write, &event).await?;
    }
    Ok(missing.len())
}

/// Work that is not known yet, or that lasted when it was last told and has ended since.
pub async fn unknown_work(read: &mut Read, task: &Task, work: &[Stretch]) -> Result<Vec<Stretch>> {
    let mut unknown = Vec::new();
    for stretch in work {
        let found: Option<TimeEntry> = documents::get(read, stretch.id.uuid()).await?;
        let is_news = match found {
            Some(entry) => entry.is_running() && stretch.ended_at.is_some(),
            // nobody works on what is done, and on nothing twice at a time
            None if stretch.ended_at.is_none() => {
                task.is_open() && time_entries::running(read, task.id).await?.is_none()
            }
            None => true,
        };
        if is_news {
            unknown.push(*stretch);
        }
    }
    Ok(unknown)
}

/// Writes work that is unknown; answers how much that was.
pub async fn write_work(change: &mut Change<'_>, task: &Task, work: &[Stretch]) -> Result<usize> {
    let unknown = unknown_work(change.write, task, work).await?;
    for stretch in &unknown {
        let found: Option<TimeEntry> = documents::get(change.write, stretch.id.uuid()).await?;
        let data = serde_json::json!({
            "task_id": task.id,
            "duration_s": duration_s(stretch.started_at, stretch.ended_at),
        });
        if let Some(before) = found {
            let mut after = before.clone();
            after.ended_at = stretch.ended_at;
            change
                .update(&before, after.settled(), Action::Imported, data)
                .await?;
            continue;
        }
        let fields = TimeEntryFields {
            task_id: task.id,
            started_at: stretch.started_at,
            ended_at: stretch.ended_at,
            note: String::new(),
        };
        let entry = TimeEntry::assemble(
            fields,
            change.fresh(),
            stretch.id,
            TaskSource::Import,
            duration_s(stretch.started_at, stretch.ended_at),
        );
        change.insert(entry, Action::Imported, data).await?;
    }
    Ok(unknown.len())
}
