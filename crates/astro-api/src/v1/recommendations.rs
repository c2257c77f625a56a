//! Recommendations: asking, answering, and the log behind them.

use astro_core::calendar::Timestamp;
use astro_core::ids::{DecisionId, FeedbackId, RecommendationId};
use astro_core::recommendations::{
    Decided, DecisionRecord, Feedback, FeedbackEvent, NewFeedback, ReasonCode, RecommendRequest,
    Recommendation,
};
use astro_core::schema;
use astro_services::changes::Written;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::filters::RecommendationsQuery;

use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List, PageQuery};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShownRequest {
    /// The client's own id for this report: sent again it changes nothing.
    #[serde(default)]
    id: Option<FeedbackId>,
    /// When it happened, where that was before it is reported.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    at: Option<Timestamp>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptRequest {
    /// Begin the task in the same moment; needs `tasks:write` as well.
    #[serde(default)]
    start: bool,
    /// The client's own id for this report: sent again it changes nothing.
    #[serde(default)]
    id: Option<FeedbackId>,
    /// When it happened, where that was before it is reported.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    at: Option<Timestamp>,
    /// Milliseconds from showing to answering.
    #[serde(default)]
    latency_ms: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DismissRequest {
    #[serde(default)]
    reason: Option<ReasonCode>,
    /// The client's own id for this report: sent again it changes nothing.
    #[serde(default)]
    id: Option<FeedbackId>,
    /// When it happened, where that was before it is reported.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    at: Option<Timestamp>,
    /// Milliseconds from showing to answering.
    #[serde(default)]
    latency_ms: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeRecommendation {
    /// The task is not proposed before.
    #[schema(value_type = schema::Instant)]
    until: Timestamp,
    #[serde(default)]
    reason: Option<ReasonCode>,
    /// The client's own id for this report: sent again it changes nothing.
    #[serde(default)]
    id: Option<FeedbackId>,
    /// When it happened, where that was before it is reported.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    at: Option<Timestamp>,
    /// Milliseconds from showing to answering.
    #[serde(default)]
    latency_ms: Option<u32>,
}

/// What to do now, or why nothing is proposed
#[utoipa::path(post, path = "/api/v1/recommendations", tag = "recommendations", request_body = RecommendRequest, responses((status = 201, body = Decided)))]
pub(crate) async fn recommend(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<RecommendRequest>,
) -> Result<Response> {
    let call = caller.writing(body.digest)?;
    let decided = app.services.recommend(&call, body.value).await?;
    let place = HeaderValue::from_str(&format!("/api/v1/decisions/{}", decided.decision_id));
    let mut response = (StatusCode::CREATED, axum::Json(decided)).into_response();
    if let Ok(place) = place {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Recommendations, newest first
#[utoipa::path(get, path = "/api/v1/recommendations", tag = "recommendations", params(RecommendationsQuery), responses((status = 200, body = List<Recommendation>)))]
pub(crate) async fn list_recommendations(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<RecommendationsQuery>,
) -> Result<Response> {
    let (filter, page) = query.read()?;
    let page = app
        .services
        .list_recommendations(&caller.reading(), filter, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// One recommendation with its reasons
#[utoipa::path(get, path = "/api/v1/recommendations/{id}", tag = "recommendations", params(("id" = RecommendationId, Path)), responses((status = 200, body = Recommendation), (status = 304), (status = 404)))]
pub(crate) async fn get_recommendation(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
) -> Result<Response> {
    let found = app
        .services
        .get_recommendation(&caller.reading(), id)
        .await?;
    Ok(reply::found(&caller.headers, &found))
}

/// What was said of a recommendation, oldest first
#[utoipa::path(get, path = "/api/v1/recommendations/{id}/feedback", tag = "recommendations", params(("id" = RecommendationId, Path), PageQuery), responses((status = 200, body = List<Feedback>), (status = 404)))]
pub(crate) async fn list_feedback(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = app
        .services
        .list_feedback(&caller.reading(), id, page.request("created")?)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Report an answer or an outcome
#[utoipa::path(post, path = "/api/v1/recommendations/{id}/feedback", tag = "recommendations", params(("id" = RecommendationId, Path)), request_body = NewFeedback, responses((status = 200, body = Recommendation), (status = 404), (status = 409, description = "The id was used for other feedback"), (status = 412)))]
pub(crate) async fn give_feedback(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
    body: Json<NewFeedback>,
) -> Result<Response> {
    hear(&app, &caller, id, body.digest, body.value).await
}

/// Report that it was seen
#[utoipa::path(post, path = "/api/v1/recommendations/{id}/shown", tag = "recommendations", params(("id" = RecommendationId, Path)), request_body = ShownRequest, responses((status = 200, body = Recommendation), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn show_recommendation(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
    body: Json<ShownRequest>,
) -> Result<Response> {
    let report = NewFeedback {
        id: body.value.id,
        at: body.value.at,
        ..NewFeedback::of(FeedbackEvent::Seen)
    };
    hear(&app, &caller, id, body.digest, report).await
}

/// Accept, and begin the task where that is wanted
#[utoipa::path(post, path = "/api/v1/recommendations/{id}/accept", tag = "recommendations", params(("id" = RecommendationId, Path)), request_body = AcceptRequest, responses((status = 200, body = Recommendation), (status = 404), (status = 409, description = "The task is not open any more"), (status = 412)))]
pub(crate) async fn accept_recommendation(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
    body: Json<AcceptRequest>,
) -> Result<Response> {
    let call = caller.writing(body.digest)?;
    let said = body.value;
    let report = NewFeedback {
        id: said.id,
        at: said.at,
        latency_ms: said.latency_ms,
        ..NewFeedback::of(FeedbackEvent::Accepted)
    };
    let accepted = app
        .services
        .accept_recommendation(&call, id, report, said.start)
        .await?;
    Ok(answer(accepted))
}

/// Say that it is not wanted
#[utoipa::path(post, path = "/api/v1/recommendations/{id}/dismiss", tag = "recommendations", params(("id" = RecommendationId, Path)), request_body = DismissRequest, responses((status = 200, body = Recommendation), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn dismiss_recommendation(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
    body: Json<DismissRequest>,
) -> Result<Response> {
    let said = body.value;
    let report = NewFeedback {
        id: said.id,
        at: said.at,
        latency_ms: said.latency_ms,
        reason: said.reason,
        ..NewFeedback::of(FeedbackEvent::Dismissed)
    };
    hear(&app, &caller, id, body.digest, report).await
}

/// Put it off
#[utoipa::path(post, path = "/api/v1/recommendations/{id}/snooze", tag = "recommendations", params(("id" = RecommendationId, Path)), request_body = SnoozeRecommendation, responses((status = 200, body = Recommendation), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn snooze_recommendation(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<RecommendationId>,
    body: Json<SnoozeRecommendation>,
) -> Result<Response> {
    let said = body.value;
    let report = NewFeedback {
        id: said.id,
        at: said.at,
        latency_ms: said.latency_ms,
        reason: said.reason,
        until: Some(said.until),
        ..NewFeedback::of(FeedbackEvent::Snoozed)
    };
    hear(&app, &caller, id, body.digest, report).await
}

/// The log of a decision: what was weighed, how probable it was, and whether that holds together
#[utoipa::path(get, path = "/api/v1/decisions/{id}", tag = "recommendations", params(("id" = DecisionId, Path)), responses((status = 200, body = DecisionRecord), (status = 404)))]
pub(crate) async fn get_decision(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DecisionId>,
) -> Result<axum::Json<DecisionRecord>> {
    let record = app.services.get_decision(&caller.reading(), id).await?;
    Ok(axum::Json(record))
}

async fn hear(
    app: &AppState,
    caller: &Caller,
    id: RecommendationId,
    digest: Digest,
    report: NewFeedback,
) -> Result<Response> {
    let call = caller.writing(digest)?;
    let present = app.services.give_feedback(&call, id, report).await?;
    Ok(answer(present))
}

/// Answers are appended and taken back by the event `undone`, not by an undo token.
fn answer(present: Recommendation) -> Response {
    reply::changed(&Written {
        value: present,
        undo: None,
    })
}
