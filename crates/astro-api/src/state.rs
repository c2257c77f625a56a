//! What handlers share.

use std::sync::Arc;

use astro_services::Services;
use metrics_exporter_prometheus::PrometheusHandle;

/// Cheap to clone; given to every handler.
#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    /// Renders /metrics; absent where no recorder is installed.
    pub metrics: Option<Arc<PrometheusHandle>>,
    /// Requests of one user and minute; 0 for no limit.
    pub requests_per_minute: u32,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState")
            .field("services", &self.services)
            .finish_non_exhaustive()
    }
}
