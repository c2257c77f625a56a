//! Whether the server lives, whether it can serve, and its figures.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::problem::{Problem, Result};

/// The answer of a server that is well.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// The process runs
#[utoipa::path(get, path = "/health/live", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn health_live() -> axum::Json<Health> {
    axum::Json(Health { status: "ok" })
}

/// The database answers
#[utoipa::path(get, path = "/health/ready", tag = "operation", responses((status = 200, body = Health)))]
pub(crate) async fn health_ready(State(app): State<AppState>) -> Result<axum::Json<Health>> {
    app.services
        .store
        .ping()
        .await
        .map_err(astro_services::Error::from)?;
    Ok(axum::Json(Health { status: "ok" }))
}

/// Figures for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String, content_type = "text/plain; version=0.0.4")))]
pub(crate) async fn metrics(State(app): State<AppState>) -> Response {
    match &app.metrics {
        Some(recorder) => (
            [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
            recorder.render(),
        )
            .into_response(),
        None => Problem::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            "metrics are served on another address",
        )
        .into_response(),
    }
}
