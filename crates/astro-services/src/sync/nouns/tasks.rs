//! Tasks, as devices share them.

use astro_core::calendar::{Timestamp, When};
use astro_core::events::Entity;
use astro_core::patch::read_document;
use astro_core::principal::Permission;
use astro_core::sync::OpKind;
use astro_core::tasks::{Extent, Task, TaskFields};
use astro_store::{Read, references};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Act, Doomed, Noun, unsupported};
use crate::changes::{Change, Written};
use crate::{Call, Result, Services, tasks};

/// What making an occurrence says beside its series.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Materialise {
    recurrence_id: When,
}

impl Noun for Task {
    const READ: Permission = Permission::TasksRead;
    const WRITE: Permission = Permission::TasksWrite;

    fn title(&self) -> String {
        self.title.clone()
    }

    async fn act(services: &Services, call: &Call, act: Act<TaskFields>) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_task(call, fields).await,
            Act::Update(id, patch) => {
                services
                    .update_task(call, id.into(), patch, Extent::This)
                    .await
            }
            Act::Delete(id) => services.delete_task(call, id.into(), Extent::This).await,
            Act::Restore(id) => services.restore_task(call, id.into()).await,
            Act::Other(OpKind::Complete, id, _) => services.complete_task(call, id.into()).await,
            Act::Other(OpKind::Reopen, id, _) => services.reopen_task(call, id.into()).await,
            Act::Other(OpKind::Skip, id, _) => services.skip_task(call, id.into()).await,
            Act::Other(OpKind::Materialise, id, patch) => {
                let Materialise { recurrence_id } = read_document(Value::Object(patch))?;
                services
                    .open_occurrence(call, id.into(), recurrence_id)
                    .await
            }
            Act::Other(kind, ..) => unsupported(kind, Entity::Task),
        }
    }

    fn forget_counts(&mut self) {
        self.sequence = 0;
    }

    /// SEQUENCE never goes back (RFC 5545 3.8.7.4): taking a new time back is one more new time.
    async fn put_back(mut self, present: &Self, _change: &mut Change<'_>) -> Result<Self> {
        if self.sequence != present.sequence {
            self.sequence = present.sequence.saturating_add(1);
        }
        Ok(self)
    }

    async fn settle(&self, replaced: &Self, change: &mut Change<'_>) -> Result<()> {
        tasks::settle(change, replaced, self).await
    }

    async fn pointing(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>> {
        Ok(references::tasks(read, until).await?)
    }

    fn release(&mut self, doomed: &Doomed) {
        self.project_id = self
            .project_id
            .filter(|id| !doomed.has(Entity::Project, id.uuid()));
        self.parent_id = self
            .parent_id
            .filter(|id| !doomed.has(Entity::Task, id.uuid()));
        self.series_id = self
            .series_id
            .filter(|id| !doomed.has(Entity::Task, id.uuid()));
        self.depends_on
            .retain(|id| !doomed.has(Entity::Task, id.uuid()));
        self.labels
            .retain(|id| !doomed.has(Entity::Label, id.uuid()));
        self.goal_ids
            .retain(|id| !doomed.has(Entity::Goal, id.uuid()));
    }
}
