//! Goals.

use astro_core::goals::{Goal, GoalFields, Progress};
use astro_core::ids::GoalId;
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

patch_schema!(GoalPatch, GoalFields);

const PLACE: &str = "/api/v1/goals";

/// Goals, oldest first
#[utoipa::path(get, path = "/api/v1/goals", tag = "goals", params(PageQuery), responses((status = 200, body = List<Goal>)))]
pub(crate) async fn list_goals(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = app
        .services
        .list_goals(&caller.reading(), page.request("created")?)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a goal
#[utoipa::path(post, path = "/api/v1/goals", tag = "goals", request_body = GoalFields, responses((status = 201, body = Goal)))]
pub(crate) async fn create_goal(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<GoalFields>,
) -> Result<Response> {
    let written = app
        .services
        .create_goal(&caller.writing(body.digest)?, body.value)
        .await?;
    Ok(reply::created(PLACE, &written))
}

/// One goal
#[utoipa::path(get, path = "/api/v1/goals/{id}", tag = "goals", params(("id" = GoalId, Path)), responses((status = 200, body = Goal), (status = 304), (status = 404)))]
pub(crate) async fn get_goal(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<GoalId>,
) -> Result<Response> {
    let found = app.services.get_goal(&caller.reading(), id).await?;
    Ok(reply::found(&caller.headers, &found))
}

/// Change a goal
#[utoipa::path(patch, path = "/api/v1/goals/{id}", tag = "goals", params(("id" = GoalId, Path)), request_body(content = GoalPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = Goal), (status = 404), (status = 412)))]
pub(crate) async fn update_goal(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<GoalId>,
    body: MergePatch<GoalFields>,
) -> Result<Response> {
    let written = app
        .services
        .update_goal(&caller.writing(body.digest)?, id, body.patch)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a goal into the trash
#[utoipa::path(delete, path = "/api/v1/goals/{id}", tag = "goals", params(("id" = GoalId, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_goal(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<GoalId>,
) -> Result<Response> {
    let written = app
        .services
        .delete_goal(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::deleted(&written))
}

/// Take a goal out of the trash
#[utoipa::path(post, path = "/api/v1/goals/{id}/restore", tag = "goals", params(("id" = GoalId, Path)), responses((status = 200, body = Goal), (status = 404), (status = 412)))]
pub(crate) async fn restore_goal(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<GoalId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_goal(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}

/// Where a goal stands
#[utoipa::path(get, path = "/api/v1/goals/{id}/progress", tag = "goals", params(("id" = GoalId, Path)), responses((status = 200, body = Progress), (status = 404)))]
pub(crate) async fn get_goal_progress(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<GoalId>,
) -> Result<axum::Json<Progress>> {
    let progress = app.services.goal_progress(&caller.reading(), id).await?;
    Ok(axum::Json(progress))
}
