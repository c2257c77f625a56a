//! Time entries, as devices share them.

use astro_core::events::Entity;
use astro_core::principal::Permission;
use astro_core::tasks::Task;
use astro_core::time_entries::{TimeEntry, TimeEntryFields};

use super::{Act, Noun, unsupported};
use crate::changes::{Change, Written};
use crate::references::require;
use crate::{Call, Error, Result, Services};

impl Noun for TimeEntry {
    const READ: Permission = Permission::TasksRead;
    const WRITE: Permission = Permission::TasksWrite;

    fn title(&self) -> String {
        if self.note.is_empty() {
            self.started_at.to_string()
        } else {
            self.note.clone()
        }
    }

    async fn act(
        services: &Services,
        call: &Call,
        act: Act<TimeEntryFields>,
    ) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_time_entry(call, fields).await,
            Act::Update(id, patch) => services.update_time_entry(call, id.into(), patch).await,
            Act::Delete(id) => services.delete_time_entry(call, id.into()).await,
            Act::Restore(id) => services.restore_time_entry(call, id.into()).await,
            Act::Other(kind, ..) => unsupported(kind, Entity::TimeEntry),
        }
    }

    /// The clock does not run again on a task that is finished by now.
    async fn settle(&self, replaced: &Self, change: &mut Change<'_>) -> Result<()> {
        let runs = self.ended_at.is_none() && self.deleted_at.is_none();
        if !runs && self.task_id == replaced.task_id {
            return Ok(());
        }
        let task: Task = require(change, self.task_id.uuid(), "task_id").await?;
        if runs && !task.is_open() {
            let message = format!("the task is {} by now", task.status);
            return Err(Error::invalid("task_id", "not_open", message));
        }
        Ok(())
    }
}
