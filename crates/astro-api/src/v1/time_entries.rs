//! Time entries.

use astro_core::ids::{TaskId, TimeEntryId};
use astro_core::time_entries::{TimeEntry, TimeEntryFields};
use axum::extract::State;
use axum::response::Response;

use super::filters::TimeEntriesQuery;
use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

patch_schema!(TimeEntryPatch, TimeEntryFields);

const PLACE: &str = "/api/v1/time-entries";

/// Time entries, latest start first
#[utoipa::path(get, path = "/api/v1/time-entries", tag = "time", params(TimeEntriesQuery), responses((status = 200, body = List<TimeEntry>)))]
pub(crate) async fn list_time_entries(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<TimeEntriesQuery>,
) -> Result<Response> {
    let (filter, page) = query.read()?;
    let page = app
        .services
        .list_time_entries(&caller.reading(), filter, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a time entry
#[utoipa::path(post, path = "/api/v1/time-entries", tag = "time", request_body = TimeEntryFields, responses((status = 201, body = TimeEntry), (status = 409)))]
pub(crate) async fn create_time_entry(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<TimeEntryFields>,
) -> Result<Response> {
    let written = app
        .services
        .create_time_entry(&caller.writing(body.digest)?, body.value)
        .await?;
    Ok(reply::created(PLACE, &written))
}

/// One time entry
#[utoipa::path(get, path = "/api/v1/time-entries/{id}", tag = "time", params(("id" = TimeEntryId, Path)), responses((status = 200, body = TimeEntry), (status = 304), (status = 404)))]
pub(crate) async fn get_time_entry(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TimeEntryId>,
) -> Result<Response> {
    let found = app.services.get_time_entry(&caller.reading(), id).await?;
    Ok(reply::found(&caller.headers, &found))
}

/// Change a time entry
#[utoipa::path(patch, path = "/api/v1/time-entries/{id}", tag = "time", params(("id" = TimeEntryId, Path)), request_body(content = TimeEntryPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = TimeEntry), (status = 404), (status = 412), (status = 409)))]
pub(crate) async fn update_time_entry(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TimeEntryId>,
    body: MergePatch<TimeEntryFields>,
) -> Result<Response> {
    let written = app
        .services
        .update_time_entry(&caller.writing(body.digest)?, id, body.patch)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a time entry into the trash
#[utoipa::path(delete, path = "/api/v1/time-entries/{id}", tag = "time", params(("id" = TimeEntryId, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_time_entry(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TimeEntryId>,
) -> Result<Response> {
    let written = app
        .services
        .delete_time_entry(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::deleted(&written))
}

/// Take a time entry out of the trash
#[utoipa::path(post, path = "/api/v1/time-entries/{id}/restore", tag = "time", params(("id" = TimeEntryId, Path)), responses((status = 200, body = TimeEntry), (status = 404), (status = 412), (status = 409)))]
pub(crate) async fn restore_time_entry(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TimeEntryId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_time_entry(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}

/// Start the clock on a task
///
/// The task is in process from then on. Answers the entry that runs, also when it ran before.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/start", tag = "time", params(("id" = TaskId, Path)), responses((status = 200, body = TimeEntry), (status = 404), (status = 409, description = "The task is not open"), (status = 412)))]
pub(crate) async fn start_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let written = app
        .services
        .start_task(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}

/// Stop the clock on a task
///
/// Answers the entry that ran. The task stays in process.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/stop", tag = "time", params(("id" = TaskId, Path)), responses((status = 200, body = TimeEntry), (status = 404), (status = 409, description = "No clock runs"), (status = 412)))]
pub(crate) async fn stop_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let written = app
        .services
        .stop_task(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}
