//! What handlers share.

use std::sync::Arc;

use astro_core::config::HttpConfig;
use astro_services::Services;
use metrics_exporter_prometheus::PrometheusHandle;

/// Cheap to clone; given to every handler.
#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    /// Renders /metrics; absent where no recorder is installed.
    pub metrics: Option<Arc<PrometheusHandle>>,
    /// Whom to believe, and how much one user may ask.
    pub http: Arc<HttpConfig>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState")
            .field("services", &self.services)
            .finish_non_exhaustive()
    }
}
