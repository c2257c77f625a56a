//! Labels.

use astro_core::ids::LabelId;
use astro_core::labels::{Label, LabelFields};
use axum::extract::State;
use axum::response::Response;

use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List, PageQuery};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

patch_schema!(LabelPatch, LabelFields);

const PLACE: &str = "/api/v1/labels";

/// Labels, oldest first
#[utoipa::path(get, path = "/api/v1/labels", tag = "labels", params(PageQuery), responses((status = 200, body = List<Label>)))]
pub(crate) async fn list_labels(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = app
        .services
        .list_labels(&caller.reading(), page.request("created")?)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a label
#[utoipa::path(post, path = "/api/v1/labels", tag = "labels", request_body = LabelFields, responses((status = 201, body = Label), (status = 409, description = "There is a label of this title")))]
pub(crate) async fn create_label(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<LabelFields>,
) -> Result<Response> {
    let written = app
        .services
        .create_label(&caller.writing(body.digest)?, body.value)
        .await?;
    Ok(reply::created(PLACE, &written))
}

/// One label
#[utoipa::path(get, path = "/api/v1/labels/{id}", tag = "labels", params(("id" = LabelId, Path)), responses((status = 200, body = Label), (status = 304), (status = 404)))]
pub(crate) async fn get_label(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<LabelId>,
) -> Result<Response> {
    let label = app.services.get_label(&caller.reading(), id).await?;
    Ok(reply::found(&caller.headers, &label))
}

/// Change a label
#[utoipa::path(patch, path = "/api/v1/labels/{id}", tag = "labels", params(("id" = LabelId, Path)), request_body(content = LabelPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = Label), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update_label(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<LabelId>,
    body: MergePatch<LabelFields>,
) -> Result<Response> {
    let written = app
        .services
        .update_label(&caller.writing(body.digest)?, id, body.patch)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a label into the trash
#[utoipa::path(delete, path = "/api/v1/labels/{id}", tag = "labels", params(("id" = LabelId, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_label(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<LabelId>,
) -> Result<Response> {
    let written = app
        .services
        .delete_label(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::deleted(&written))
}

/// Take a label out of the trash
#[utoipa::path(post, path = "/api/v1/labels/{id}/restore", tag = "labels", params(("id" = LabelId, Path)), responses((status = 200, body = Label), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn restore_label(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<LabelId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_label(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}
