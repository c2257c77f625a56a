//! What happened to one thing.

use astro_core::events::Entity;
use astro_core::page::{Page, PageRequest};
use astro_core::sync::HistoryEntry;
use astro_store::events;
use uuid::Uuid;

use crate::sync::nouns;
use crate::{Call, Error, Result, Services};

pub use events::HISTORY_SORT as SORT;

impl Services {
    /// The history of one thing, latest first; empty for what is not the caller's. It outlives the
    /// thing itself.
    pub async fn history(
        &self,
        call: &Call,
        entity: Entity,
        id: Uuid,
        page: PageRequest,
    ) -> Result<Page<HistoryEntry>> {
        let Some(noun) = nouns::find(entity) else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let scope = call.scope(noun.read)?;
        let events = self
            .store
            .read(&scope, |read| {
                Box::pin(async move {
                    events::history(read, entity, id, &page)
                        .await
                        .map_err(Error::from)
                })
            })
            .await?;
        Ok(events.map(HistoryEntry::from))
    }
}
