//! The query string of both.

use serde::Deserialize;
use utoipa::IntoParams;

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LiveQuery {
    /// The last change that was heard of, for clients that cannot send Last-Event-ID.
    #[param(minimum = 0)]
    pub(super) last_event_id: Option<i64>,
}
