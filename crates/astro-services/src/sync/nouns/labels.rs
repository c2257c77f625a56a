//! Labels, as devices share them.

use astro_core::events::Entity;
use astro_core::labels::{Label, LabelFields};
use astro_core::principal::Permission;

use super::{Act, Noun, unsupported};
use crate::changes::Written;
use crate::{Call, Result, Services};

impl Noun for Label {
    const READ: Permission = Permission::TasksRead;
    const WRITE: Permission = Permission::TasksWrite;

    fn title(&self) -> String {
        self.title.clone()
    }

    async fn act(services: &Services, call: &Call, act: Act<LabelFields>) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.create_label(call, fields).await,
            Act::Update(id, patch) => services.update_label(call, id.into(), patch).await,
            Act::Delete(id) => services.delete_label(call, id.into()).await,
            Act::Restore(id) => services.restore_label(call, id.into()).await,
            Act::Other(kind, ..) => unsupported(kind, Entity::Label),
        }
    }
}
