//! What became of reminders, and what is still to be done.

use astro_core::ids::JobId;
use astro_core::jobs::Job;
use astro_core::reminders::deliveries::Delivery;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::filters::{DeliveriesQuery, JobsQuery};
use crate::AppState;
use crate::auth::Caller;
use crate::paging::{self, List};
use crate::problem::Result;
use crate::query::{Path, Query};

/// What became of reminders, latest first
///
/// One entry for each call and each place that it went to.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "reminders", params(DeliveriesQuery), responses((status = 200, body = List<Delivery>)))]
pub(crate) async fn list_deliveries(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Response> {
    let (filter, page) = query.read()?;
    let page = app
        .services
        .list_deliveries(&caller.reading(), filter, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// What is still to be done for one, and what was given up
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(JobsQuery), responses((status = 200, body = List<Job>)))]
pub(crate) async fn list_jobs(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<JobsQuery>,
) -> Result<Response> {
    let (state, page) = query.read()?;
    let page = app
        .services
        .list_jobs(&caller.reading(), state, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Try a job again that was given up
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs", params(("id" = JobId, Path)), responses((status = 200, body = Job), (status = 404), (status = 409, description = "It was not given up")))]
pub(crate) async fn retry_job(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<JobId>,
) -> Result<Response> {
    let job = app.services.retry_job(&caller.reading(), id).await?;
    Ok(axum::Json(job).into_response())
}
