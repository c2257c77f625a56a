//! Datapoints, as devices share them.

use astro_core::datapoints::{Datapoint, DatapointFields};
use astro_core::events::Entity;
use astro_core::goals::Goal;
use astro_core::principal::Permission;

use super::{Act, Noun, unsupported};
use crate::changes::{Change, Written};
use crate::references::require;
use crate::{Call, Result, Services};

impl Noun for Datapoint {
    const READ: Permission = Permission::GoalsRead;
    const WRITE: Permission = Permission::GoalsWrite;

    fn title(&self) -> String {
        if self.note.is_empty() {
            format!("{} ({})", self.value, self.at)
        } else {
            self.note.clone()
        }
    }

    async fn act(
        services: &Services,
        call: &Call,
        act: Act<DatapointFields>,
    ) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_datapoint(call, fields).await,
            Act::Update(id, patch) => services.update_datapoint(call, id.into(), patch).await,
            Act::Delete(id) => services.delete_datapoint(call, id.into()).await,
            Act::Restore(id) => services.restore_datapoint(call, id.into()).await,
            Act::Other(kind, ..) => unsupported(kind, Entity::Datapoint),
        }
    }

    async fn settle(&self, replaced: &Self, change: &mut Change<'_>) -> Result<()> {
        if self.goal_id != replaced.goal_id {
            require::<Goal>(change, self.goal_id.uuid(), "goal_id").await?;
        }
        Ok(())
    }
}
