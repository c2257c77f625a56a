//! Recurring tasks: what can be done with a series and its occurrences beside what any task can,
//! and what lies ahead.

use astro_core::calendar::When;
use astro_core::ids::TaskId;
use astro_core::schema;
use astro_core::tasks::{Occurrence, UpcomingTask};
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::series_query::{OccurrencesQuery, UpcomingQuery};
use super::tasks::{TaskView, answer};
use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List};
use crate::problem::Result;
use crate::query::{Path, Query};

/// Occurrences of a series, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OccurrencesView {
    items: Vec<Occurrence>,
}

/// An occurrence that is to become a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeOccurrence {
    /// As the list of occurrences names it.
    #[schema(value_type = schema::When)]
    recurrence_id: When,
}

/// What lies ahead
///
/// Open tasks by due time, or else by start, and where every series goes on. A planned occurrence
/// has no status yet.
#[utoipa::path(get, path = "/api/v1/upcoming", tag = "tasks", params(UpcomingQuery), responses((status = 200, body = List<UpcomingTask>)))]
pub(crate) async fn list_upcoming(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<UpcomingQuery>,
) -> Result<Response> {
    let (upcoming, page) = query.read()?;
    let page = app
        .services
        .upcoming(&caller.reading(), upcoming, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Occurrences of a series
///
/// As its rule has them, those that are no tasks yet too.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/occurrences", tag = "tasks", params(("id" = TaskId, Path), OccurrencesQuery), responses((status = 200, body = OccurrencesView), (status = 404), (status = 409)))]
pub(crate) async fn list_occurrences(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
    Query(query): Query<OccurrencesQuery>,
) -> Result<axum::Json<OccurrencesView>> {
    let wanted = query.read()?;
    let items = app
        .services
        .list_occurrences(&caller.reading(), id, wanted)
        .await?;
    Ok(axum::Json(OccurrencesView { items }))
}

/// Make an occurrence a task ahead of its time
///
/// Where it is one already, that is answered.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/occurrences", tag = "tasks", params(("id" = TaskId, Path)), request_body = MakeOccurrence, responses((status = 200, body = TaskView), (status = 404), (status = 409)))]
pub(crate) async fn make_occurrence(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
    body: Json<MakeOccurrence>,
) -> Result<Response> {
    let call = caller.writing(body.digest)?;
    let written = app
        .services
        .open_occurrence(&call, id, body.value.recurrence_id)
        .await?;
    answer(&app, &caller, written).await
}

/// Leave an occurrence out
///
/// It is cancelled and the next takes its turn. Of a series, the one that is open.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/skip", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn skip_task(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<Response> {
    let call = caller.writing(Digest::empty())?;
    let written = app.services.skip_task(&call, id).await?;
    answer(&app, &caller, written).await
}
