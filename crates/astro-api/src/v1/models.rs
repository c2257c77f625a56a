//! The registry of trained models.

use astro_core::calendar::Timestamp;
use astro_core::jobs::Job;
use astro_core::models::{Model, ModelKind};
use astro_core::page::Page;
use astro_core::schema::Instant;
use astro_services::Error;
use astro_services::learning::TrainingOptions;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::AppState;
use crate::auth::Caller;
use crate::body::Json;
use crate::paging::{self, List};
use crate::problem::Result;
use crate::query::Path;

/// A version with all that its files say of themselves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelResponse {
    #[serde(flatten)]
    model: Model,
    /// Settings, data, calibration and evaluation, as in `manifest.json`.
    #[schema(value_type = Object)]
    manifest: Value,
}

/// Trained versions, the latest first
#[utoipa::path(get, path = "/api/v1/models/{kind}", tag = "administration", params(("kind" = ModelKind, Path)), responses((status = 200, body = List<Model>), (status = 404)))]
pub(crate) async fn list_models(
    State(app): State<AppState>,
    caller: Caller,
    Path(kind): Path<ModelKind>,
) -> Result<Response> {
    let items = app.services.list_models(&caller.reading(), kind).await?;
    Ok(paging::answer(&caller.uri, Page { items, next: None }))
}

/// One version, by its name or by an alias
#[utoipa::path(get, path = "/api/v1/models/{kind}/{name}", tag = "administration", params(("kind" = ModelKind, Path), ("name" = String, Path, description = "A version, or `champion`, `challenger`, `shadow`, `previous`")), responses((status = 200, body = ModelResponse), (status = 404)))]
pub(crate) async fn get_model(
    State(app): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(ModelKind, String)>,
) -> Result<Response> {
    let found = app
        .services
        .get_model(&caller.reading(), kind, &name)
        .await?;
    let manifest = serde_json::to_value(&found.manifest).map_err(Error::internal)?;
    let model = found.model;
    Ok(axum::Json(ModelResponse { model, manifest }).into_response())
}

/// How good a version is, as a page
#[utoipa::path(get, path = "/api/v1/models/{kind}/{name}/report", tag = "administration", params(("kind" = ModelKind, Path), ("name" = String, Path, description = "A version or an alias")), responses((status = 200, content_type = "text/html", body = String), (status = 404)))]
pub(crate) async fn get_model_report(
    State(app): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(ModelKind, String)>,
) -> Result<Response> {
    let page = app
        .services
        .model_report(&caller.reading(), kind, &name)
        .await?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response())
}

/// What is to be trained.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrainModelRequest {
    /// The same log, moment and seed give the same version.
    #[serde(default)]
    seed: u64,
    /// Nothing that was recorded later is looked at; now without it.
    #[schema(value_type = Option<Instant>)]
    #[serde(default)]
    until: Option<Timestamp>,
}

/// Learn from what people did on this server
///
/// Answers the job that does it; the job is gone when it is done. What was trained serves where nothing did, and
/// waits as the challenger otherwise.
#[utoipa::path(post, path = "/api/v1/models/{kind}/train", tag = "administration", params(("kind" = ModelKind, Path)), request_body = TrainModelRequest, responses((status = 202, body = Job), (status = 404)))]
pub(crate) async fn train_model(
    State(app): State<AppState>,
    caller: Caller,
    Path(kind): Path<ModelKind>,
    body: Json<TrainModelRequest>,
) -> Result<Response> {
    let options = TrainingOptions {
        kind,
        seed: body.value.seed,
        until: body.value.until,
    };
    let job = app
        .services
        .request_training(&caller.reading(), options)
        .await?;
    Ok((StatusCode::ACCEPTED, axum::Json(job)).into_response())
}

/// Let a version serve
///
/// The one that served becomes `previous`. No server has to be started again.
#[utoipa::path(post, path = "/api/v1/models/{kind}/{name}/promote", tag = "administration", params(("kind" = ModelKind, Path), ("name" = String, Path, description = "A version or an alias")), responses((status = 200, body = Model), (status = 404), (status = 409, description = "Its files cannot be used")))]
pub(crate) async fn promote_model(
    State(app): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(ModelKind, String)>,
) -> Result<Response> {
    let call = caller.administering()?;
    let served = app.services.promote_model(&call, kind, &name).await?;
    Ok(axum::Json(served).into_response())
}

/// Let the version serve again that served before
#[utoipa::path(post, path = "/api/v1/models/{kind}/rollback", tag = "administration", params(("kind" = ModelKind, Path)), responses((status = 200, body = Model), (status = 404), (status = 409, description = "None served before, or its files cannot be used")))]
pub(crate) async fn roll_back_model(
    State(app): State<AppState>,
    caller: Caller,
    Path(kind): Path<ModelKind>,
) -> Result<Response> {
    let call = caller.administering()?;
    let served = app.services.roll_back_model(&call, kind).await?;
    Ok(axum::Json(served).into_response())
}
