//! Answering a reminder from the message that it came in. The token in the link is the credential.

use astro_core::reminders::answers::{Answer, Answerable};
use astro_core::secret::Secret;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::body::Json;
use crate::peer::Peer;
use crate::problem::Result;

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenAnswerRequest {
    #[schema(value_type = String, max_length = 255)]
    token: Secret,
}

/// The token of a link, and what to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerRequest {
    #[schema(value_type = String, max_length = 255)]
    token: Secret,
    answer: Answer,
}

/// What a link in a message is about
///
/// Looking changes nothing: programs that look through mail follow links.
#[utoipa::path(post, path = "/api/v1/answers/open", tag = "access", request_body = OpenAnswerRequest, responses((status = 200, body = Answerable), (status = 404, description = "The link is not good, or not any more"), (status = 429, description = "Too many tries from this address")))]
pub(crate) async fn open_answer(
    State(app): State<AppState>,
    Peer(client): Peer,
    body: Json<OpenAnswerRequest>,
) -> Result<Response> {
    let about = app.services.answerable(&body.value.token, &client).await?;
    Ok(axum::Json(about).into_response())
}

/// Answer a reminder by the link that came with it
#[utoipa::path(post, path = "/api/v1/answers", tag = "access", request_body = AnswerRequest, responses((status = 204), (status = 404, description = "The link is not good, or not any more"), (status = 429, description = "Too many tries from this address")))]
pub(crate) async fn answer_reminder(
    State(app): State<AppState>,
    Peer(client): Peer,
    body: Json<AnswerRequest>,
) -> Result<Response> {
    let AnswerRequest { token, answer } = body.value;
    app.services.answer(&token, answer, &client).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
