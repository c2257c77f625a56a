//! What else has to know when a task changes, in the same transaction. Reminders follow their task
//! in the store, where no way of writing one can pass them by.

use astro_core::events::Action;
use astro_core::tasks::Task;

use crate::changes::Change;
use crate::{Result, recommendations, reminders, time_entries};

/// Called once for every task that was written.
pub(super) async fn after(
    change: &mut Change<'_>,
    before: Option<&Task>,
    after: &Task,
    action: Action,
) -> Result<()> {
    if before.is_some_and(Task::is_open) && !after.is_open() {
        time_entries::stop(change, after.id).await?;
        reminders::clear_task(change, after.id).await?;
    }
    recommendations::note_task_event(change, after, action).await
}
