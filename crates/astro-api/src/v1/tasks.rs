//! Tasks.

use astro_core::calendar::ZoneName;
use astro_core::ids::TaskId;
use astro_core::models::Outlook;
use astro_core::page::Page;
use astro_core::tasks::{Task, TaskFields};
use astro_services::changes::Written;
use astro_services::tasks::{Listed, Today};
use axum::extract::State;
use axum::response::Response;
use http::header;
use serde::Serialize;
use utoipa::ToSchema;

use super::series_query::ExtentQuery;
use super::task_query::TasksQuery;
use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::etag;
use crate::paging::{self, List};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

patch_schema!(TaskPatch, TaskFields);

const PLACE: &str = "/api/v1/tasks";

/// A task, and whether an open task stands in its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    #[serde(flatten)]
    task: Task,
    /// Waits for another task that is open.
    blocked: bool,
}

impl From<Listed> for TaskView {
    fn from(listed: Listed) -> Self {
        Self {
            task: listed.task,
            blocked: listed.blocked,
        }
    }
}

/// The day at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TodayView {
    #[schema(value_type = astro_core::schema::CalendarDate)]
    date: astro_core::calendar::Date,
    /// The zone whose day it is.
    #[schema(value_type = String)]
    zone: ZoneName,
    /// Due before today, soonest first; 100 at most, as each of these lists.
    overdue: Vec<TaskView>,
    /// Due today.
    due: Vec<TaskView>,
    /// Not due by today, but being worked on or beginning today.
    doing: Vec<TaskView>,
    /// Completed today, latest first.
    done: Vec<TaskView>,
}

/// Tasks that pass every given filter
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(TasksQuery), responses((status = 200, body = List<TaskView>)))]
pub(crate) async fn list_tasks(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<TasksQuery>,
) -> Result<Response> {
    let (query, page) = query.read()?;
    let page: Page<TaskView> = app
        .services
        .list_tasks(&caller.reading(), query, page)
        .await?
        .map(TaskView::from);
    Ok(paging::answer(&caller.uri, page))
}

/// What is due, begun and done today
#[utoipa::path(get, path = "/api/v1/today", tag = "tasks", responses((status = 200, body = TodayView)))]
pub(crate) async fn get_today(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<axum::Json<TodayView>> {
    let Today {
        date,
        zone,
        overdue,
        due,
        doing,
        done,
    } = app.services.today(&caller.reading()).await?;
    let views = |tasks: Vec<Listed>| tasks.into_iter().map(TaskView::from).collect();
    Ok(axum::Json(TodayView {
        date,
        zone,
        overdue: views(overdue),
        due: views(due),
        doing: views(doing),
        done: views(done),
    }))
}

/// Add a task
#[utoipa::path(post, path = "/api/v1/tasks", tag = "tasks", request_body = TaskFields, responses((status = 201, body = TaskView)))]
pub(crate) async fn create_task(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<TaskFields>,
) -> Result<Response> {
    let call = caller.writing(body.digest)?;
    let written = app.services.create_task(&call, body.value).await?;
    let place = reply::place(PLACE, &written.value);
    let mut response = answer(&app, &caller, written).await?;
    *response.status_mut() = http::StatusCode::CREATED;
    if let Some(place) = place {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One task
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView), (status = 304), (status = 404)))]
pub(crate) async fn get_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let listed = app.services.get_task(&caller.reading(), id).await?;
    let tag = etag::of(listed.task.version, listed.blocked);
    Ok(reply::found_as(
        &caller.headers,
        &tag,
        &TaskView::from(listed),
    ))
}

/// Change a task
///
/// Of an occurrence also what follows it, or its whole series; then the times that are sent are those
/// of this occurrence, and the answer is the occurrence that stands in its place.
#[utoipa::path(patch, path = "/api/v1/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path), ExtentQuery), request_body(content = TaskPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = TaskView), (status = 404), (status = 412)))]
pub(crate) async fn update_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
    Query(query): Query<ExtentQuery>,
    body: MergePatch<TaskFields>,
) -> Result<Response> {
    let call = caller.writing(body.digest)?;
    let written = app
        .services
        .update_task(&call, id, body.patch, query.apply_to)
        .await?;
    answer(&app, &caller, written).await
}

/// Mark a task done; once more changes nothing
#[utoipa::path(post, path = "/api/v1/tasks/{id}/complete", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView), (status = 404), (status = 412)))]
pub(crate) async fn complete_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let written = app
        .services
        .complete_task(&caller.writing(Digest::empty())?, id)
        .await?;
    answer(&app, &caller, written).await
}

/// Make a finished or cancelled task open again
#[utoipa::path(post, path = "/api/v1/tasks/{id}/reopen", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView), (status = 404), (status = 412)))]
pub(crate) async fn reopen_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let written = app
        .services
        .reopen_task(&caller.writing(Digest::empty())?, id)
        .await?;
    answer(&app, &caller, written).await
}

/// Put a task, with its parts, into the trash
#[utoipa::path(delete, path = "/api/v1/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path), ExtentQuery), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
    Query(query): Query<ExtentQuery>,
) -> Result<Response> {
    let call = caller.writing(Digest::empty())?;
    let written = app.services.delete_task(&call, id, query.apply_to).await?;
    Ok(reply::deleted(&written))
}

/// Take a task, with the parts that went with it, out of the trash
#[utoipa::path(post, path = "/api/v1/tasks/{id}/restore", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView), (status = 404), (status = 412)))]
pub(crate) async fn restore_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_task(&caller.writing(Digest::empty())?, id)
        .await?;
    answer(&app, &caller, written).await
}

/// What is likely to become of an open task
///
/// Chances come from the model that serves; until something was trained on this server, from one that
/// learnt from simulated people and ships with the product.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/outlook", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = Outlook), (status = 404), (status = 409, description = "It is not open, or its owner lets the product learn nothing")))]
pub(crate) async fn get_task_outlook(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<axum::Json<Outlook>> {
    let outlook = app.services.task_outlook(&caller.reading(), id).await?;
    Ok(axum::Json(outlook))
}

/// The task as it is now, with what is derived from others.
pub(super) async fn answer(
    app: &AppState,
    caller: &Caller,
    written: Written<Task>,
) -> Result<Response> {
    let listed = app
        .services
        .with_blocked(&caller.reading(), written.value.clone())
        .await?;
    let tag = etag::of(listed.task.version, listed.blocked);
    Ok(reply::changed_as(&written, &tag, &TaskView::from(listed)))
}
