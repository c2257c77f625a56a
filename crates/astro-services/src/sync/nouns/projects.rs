//! Projects, as devices share them.

use astro_core::calendar::Timestamp;
use astro_core::events::Entity;
use astro_core::principal::Permission;
use astro_core::projects::{Project, ProjectFields};
use astro_store::{Read, references};
use uuid::Uuid;

use super::{Act, Doomed, Noun, unsupported};
use crate::changes::{Change, Written};
use crate::{Call, Result, Services, projects};

impl Noun for Project {
    const READ: Permission = Permission::TasksRead;
    const WRITE: Permission = Permission::TasksWrite;

    fn title(&self) -> String {
        self.title.clone()
    }

    async fn act(
        services: &Services,
        call: &Call,
        act: Act<ProjectFields>,
    ) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_project(call, fields).await,
            Act::Update(id, patch) => services.update_project(call, id.into(), patch).await,
            Act::Delete(id) => services.delete_project(call, id.into()).await,
            Act::Restore(id) => services.restore_project(call, id.into()).await,
            Act::Other(kind, ..) => unsupported(kind, Entity::Project),
        }
    }

    async fn settle(&self, replaced: &Self, change: &mut Change<'_>) -> Result<()> {
        if self.parent_id == replaced.parent_id {
            return Ok(());
        }
        projects::check_parent(change, self.id, self.parent_id).await
    }

    async fn pointing(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>> {
        Ok(references::projects(read, until).await?)
    }

    fn release(&mut self, doomed: &Doomed) {
        self.parent_id = self
            .parent_id
            .filter(|id| !doomed.has(Entity::Project, id.uuid()));
    }
}
