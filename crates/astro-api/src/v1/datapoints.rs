//! Datapoints.

use astro_core::datapoints::{Datapoint, DatapointFields};
use astro_core::ids::DatapointId;
use axum::extract::State;
use axum::response::Response;

use super::filters::DatapointsQuery;
use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

patch_schema!(DatapointPatch, DatapointFields);

const PLACE: &str = "/api/v1/datapoints";

/// Datapoints, latest first
#[utoipa::path(get, path = "/api/v1/datapoints", tag = "goals", params(DatapointsQuery), responses((status = 200, body = List<Datapoint>)))]
pub(crate) async fn list_datapoints(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<DatapointsQuery>,
) -> Result<Response> {
    let (filter, page) = query.read()?;
    let page = app
        .services
        .list_datapoints(&caller.reading(), filter, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a datapoint
#[utoipa::path(post, path = "/api/v1/datapoints", tag = "goals", request_body = DatapointFields, responses((status = 201, body = Datapoint)))]
pub(crate) async fn create_datapoint(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<DatapointFields>,
) -> Result<Response> {
    let written = app
        .services
        .create_datapoint(&caller.writing(body.digest)?, body.value)
        .await?;
    Ok(reply::created(PLACE, &written))
}

/// One datapoint
#[utoipa::path(get, path = "/api/v1/datapoints/{id}", tag = "goals", params(("id" = DatapointId, Path)), responses((status = 200, body = Datapoint), (status = 304), (status = 404)))]
pub(crate) async fn get_datapoint(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DatapointId>,
) -> Result<Response> {
    let found = app.services.get_datapoint(&caller.reading(), id).await?;
    Ok(reply::found(&caller.headers, &found))
}

/// Change a datapoint
#[utoipa::path(patch, path = "/api/v1/datapoints/{id}", tag = "goals", params(("id" = DatapointId, Path)), request_body(content = DatapointPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = Datapoint), (status = 404), (status = 412)))]
pub(crate) async fn update_datapoint(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DatapointId>,
    body: MergePatch<DatapointFields>,
) -> Result<Response> {
    let written = app
        .services
        .update_datapoint(&caller.writing(body.digest)?, id, body.patch)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a datapoint into the trash
#[utoipa::path(delete, path = "/api/v1/datapoints/{id}", tag = "goals", params(("id" = DatapointId, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_datapoint(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DatapointId>,
) -> Result<Response> {
    let written = app
        .services
        .delete_datapoint(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::deleted(&written))
}

/// Take a datapoint out of the trash
#[utoipa::path(post, path = "/api/v1/datapoints/{id}/restore", tag = "goals", params(("id" = DatapointId, Path)), responses((status = 200, body = Datapoint), (status = 404), (status = 412)))]
pub(crate) async fn restore_datapoint(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DatapointId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_datapoint(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}
