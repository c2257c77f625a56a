//! Preferences, as devices share them. A key has one row: whoever makes another writes that one.

use astro_core::events::Entity;
use astro_core::preferences::{Preference, PreferenceFields};
use astro_core::principal::Permission;

use super::{Act, Noun, unsupported};
use crate::changes::Written;
use crate::{Call, Result, Services};

impl Noun for Preference {
    const READ: Permission = Permission::PreferencesRead;
    const WRITE: Permission = Permission::PreferencesWrite;
    const IN_TRASH: bool = false;

    fn title(&self) -> String {
        self.key.clone()
    }

    async fn act(
        services: &Services,
        call: &Call,
        act: Act<PreferenceFields>,
    ) -> Result<Written<Self>> {
        match act {
            Act::Create(fields) => services.put_preference(call, fields).await,
            Act::Update(id, patch) => services.update_preference(call, id.into(), patch).await,
            Act::Delete(id) => services.trash(call, Self::WRITE, id).await,
            Act::Restore(id) => services.restore(call, Self::WRITE, id).await,
            Act::Other(kind, ..) => unsupported(kind, Entity::Preference),
        }
    }
}
