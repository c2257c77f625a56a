//! Projects.

use astro_core::ids::ProjectId;
use astro_core::projects::{Project, ProjectFields};
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

patch_schema!(ProjectPatch, ProjectFields);

const PLACE: &str = "/api/v1/projects";

/// Projects, oldest first
#[utoipa::path(get, path = "/api/v1/projects", tag = "projects", params(PageQuery), responses((status = 200, body = List<Project>)))]
pub(crate) async fn list_projects(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = app
        .services
        .list_projects(&caller.reading(), page.request("created")?)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a project
#[utoipa::path(post, path = "/api/v1/projects", tag = "projects", request_body = ProjectFields, responses((status = 201, body = Project)))]
pub(crate) async fn create_project(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<ProjectFields>,
) -> Result<Response> {
    let written = app
        .services
        .create_project(&caller.writing(body.digest)?, body.value)
        .await?;
    Ok(reply::created(PLACE, &written))
}

/// One project
#[utoipa::path(get, path = "/api/v1/projects/{id}", tag = "projects", params(("id" = ProjectId, Path)), responses((status = 200, body = Project), (status = 304), (status = 404)))]
pub(crate) async fn get_project(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ProjectId>,
) -> Result<Response> {
    let project = app.services.get_project(&caller.reading(), id).await?;
    Ok(reply::found(&caller.headers, &project))
}

/// Change a project
#[utoipa::path(patch, path = "/api/v1/projects/{id}", tag = "projects", params(("id" = ProjectId, Path)), request_body(content = ProjectPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = Project), (status = 404), (status = 412)))]
pub(crate) async fn update_project(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ProjectId>,
    body: MergePatch<ProjectFields>,
) -> Result<Response> {
    let written = app
        .services
        .update_project(&caller.writing(body.digest)?, id, body.patch)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a project into the trash
#[utoipa::path(delete, path = "/api/v1/projects/{id}", tag = "projects", params(("id" = ProjectId, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_project(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ProjectId>,
) -> Result<Response> {
    let written = app
        .services
        .delete_project(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::deleted(&written))
}

/// Take a project out of the trash
#[utoipa::path(post, path = "/api/v1/projects/{id}/restore", tag = "projects", params(("id" = ProjectId, Path)), responses((status = 200, body = Project), (status = 404), (status = 412)))]
pub(crate) async fn restore_project(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ProjectId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_project(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}
