//! Goals, as devices share them.

use astro_core::calendar::Timestamp;
use astro_core::document::Document as _;
use astro_core::events::Entity;
use astro_core::goals::{Goal, GoalFields};
use astro_core::principal::Permission;
use astro_store::{Read, references};
use uuid::Uuid;

use super::{Act, Doomed, Noun, unsupported};
use crate::changes::{Change, Written};
use crate::{Call, Result, Services, goals};

impl Noun for Goal {
    const READ: Permission = Permission::GoalsRead;
    const WRITE: Permission = Permission::GoalsWrite;

    fn title(&self) -> String {
        self.title.clone()
    }

    async fn act(services: &Services, call: &Call, act: Act<GoalFields>) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_goal(call, fields).await,
            Act::Update(id, patch) => services.update_goal(call, id.into(), patch).await,
            Act::Delete(id) => services.delete_goal(call, id.into()).await,
            Act::Restore(id) => services.restore_goal(call, id.into()).await,
            Act::Other(kind, ..) => unsupported(kind, Entity::Goal),
        }
    }

    /// What learning expects is no part of a person's write.
    async fn put_back(mut self, present: &Self, _change: &mut Change<'_>) -> Result<Self> {
        self.forecast = present.forecast;
        Ok(self)
    }

    async fn settle(&self, replaced: &Self, change: &mut Change<'_>) -> Result<()> {
        goals::check_references(change, self.id, Some(replaced), &self.fields()).await
    }

    async fn pointing(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>> {
        Ok(references::goals(read, until).await?)
    }

    fn release(&mut self, doomed: &Doomed) {
        self.parent_id = self
            .parent_id
            .filter(|id| !doomed.has(Entity::Goal, id.uuid()));
        let links = &mut self.links;
        links
            .tasks
            .retain(|id| !doomed.has(Entity::Task, id.uuid()));
        links
            .projects
            .retain(|id| !doomed.has(Entity::Project, id.uuid()));
        links
            .labels
            .retain(|id| !doomed.has(Entity::Label, id.uuid()));
    }
}
