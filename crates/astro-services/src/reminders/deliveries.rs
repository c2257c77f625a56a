//! What became of calls, for whom they were.

use astro_core::page::{Page, PageRequest};
use astro_core::principal::Permission;
use astro_core::reminders::deliveries::{Delivery, DeliveryFilter};
use astro_store::deliveries as rows;

use crate::{Call, Error, Result, Services};

impl Services {
    /// The ledger, latest first.
    pub async fn list_deliveries(
        &self,
        call: &Call,
        filter: DeliveryFilter,
        page: PageRequest,
    ) -> Result<Page<Delivery>> {
        let scope = call.scope(Permission::TasksRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::list(read, &filter, &page).await.map_err(Error::from) })
            })
            .await
    }
}
