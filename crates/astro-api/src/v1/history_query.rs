//! The query string of a history.

use astro_core::events::Entity;
use astro_core::page::PageRequest;
use astro_services::history::SORT;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::paging::PageQuery;
use crate::problem::Result;

/// Whose history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    #[param(inline)]
    pub(crate) entity: Entity,
    pub(crate) id: Uuid,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl HistoryQuery {
    pub(crate) fn page(&self) -> Result<PageRequest> {
        PageQuery::new(self.limit, self.cursor.clone()).request(SORT)
    }
}
