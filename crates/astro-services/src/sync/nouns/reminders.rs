//! Reminders, as devices share them.

use astro_core::calendar::When;
use astro_core::events::Entity;
use astro_core::patch::read_document;
use astro_core::principal::Permission;
use astro_core::reminders::{Reminder, ReminderFields, Trigger};
use astro_core::sync::OpKind;
use astro_core::tasks::Task;
use serde::Deserialize;
use serde_json::Value;

use super::{Act, Noun, unsupported};
use crate::changes::{Change, Written};
use crate::references::require;
use crate::{Call, Result, Services, reminders};

/// What a snooze says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snooze {
    until: When,
}

impl Noun for Reminder {
    const READ: Permission = Permission::TasksRead;
    const WRITE: Permission = Permission::TasksWrite;

    fn title(&self) -> String {
        match &self.trigger {
            Trigger::Absolute { at } => at.to_string(),
            Trigger::Offset { by, .. } => by.to_string(),
            Trigger::Place { location, .. } => location.clone(),
        }
    }

    async fn act(
        services: &Services,
        call: &Call,
        act: Act<ReminderFields>,
    ) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_reminder(call, fields).await,
            Act::Update(id, patch) => services.update_reminder(call, id.into(), patch).await,
            Act::Delete(id) => services.delete_reminder(call, id.into()).await,
            Act::Restore(id) => services.restore_reminder(call, id.into()).await,
            Act::Other(OpKind::Acknowledge, id, _) => {
                services.acknowledge_reminder(call, id.into()).await
            }
            Act::Other(OpKind::Snooze, id, patch) => {
                let Snooze { until } = read_document(Value::Object(patch))?;
                services.snooze_reminder(call, id.into(), until).await
            }
            Act::Other(kind, ..) => unsupported(kind, Entity::Reminder),
        }
    }

    /// The task may have moved since; in the trash nothing fires.
    async fn put_back(self, _present: &Self, change: &mut Change<'_>) -> Result<Self> {
        reminders::timed(change, self).await
    }

    async fn settle(&self, replaced: &Self, change: &mut Change<'_>) -> Result<()> {
        if self.task_id != replaced.task_id {
            require::<Task>(change, self.task_id.uuid(), "task_id").await?;
        }
        Ok(())
    }
}
