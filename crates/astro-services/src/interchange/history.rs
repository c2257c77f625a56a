//! Entries of a task's history that a file tells, in the log.

use astro_core::document::Document as _;
use astro_core::events::{Entity, Event};
use astro_core::tasks::Task;
use astro_store::{Read, events};

use super::plan::Happening;
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
