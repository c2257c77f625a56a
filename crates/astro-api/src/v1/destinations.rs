//! Where reminders go, and trying whether they arrive there.

use astro_core::ids::DestinationId;
use astro_core::page::Page;
use astro_core::reminders::Channel;
use astro_core::reminders::answers::Probed;
use astro_core::reminders::destinations::{Destination, NewDestination};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::Json;
use crate::paging::{self, List};
use crate::problem::Result;
use crate::query::Path;
use crate::{AppState, etag, reply};

const PLACE: &str = "/api/v1/destinations";

/// The channel to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestReminderRequest {
    channel: Channel,
}

/// What came of each place of the channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestReminderResponse {
    items: Vec<Probed>,
}

/// What a browser needs to subscribe to pushes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushKeyResponse {
    /// The server's public key (RFC 8292), base64url: `applicationServerKey` of the Push API.
    public_key: String,
}

/// Where reminders go, oldest first
#[utoipa::path(get, path = "/api/v1/destinations", tag = "account", responses((status = 200, body = List<Destination>)))]
pub(crate) async fn list_destinations(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response> {
    let items = app.services.list_destinations(&caller.reading()).await?;
    Ok(paging::answer(&caller.uri, Page { items, next: None }))
}

/// Add a destination
///
/// The settings are the channel's (docs/channels.md). The secret is kept and never shown again.
#[utoipa::path(post, path = "/api/v1/destinations", tag = "account", request_body = NewDestination, responses((status = 201, body = Destination), (status = 409, description = "There are too many already")))]
pub(crate) async fn create_destination(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<NewDestination>,
) -> Result<Response> {
    let made = app
        .services
        .create_destination(&caller.reading(), body.value)
        .await?;
    let tag = etag::of(made.version, false);
    let mut response = reply::tagged(StatusCode::CREATED, tag, &made);
    reply::locate(&mut response, PLACE, made.id.uuid());
    Ok(response)
}

/// One destination
#[utoipa::path(get, path = "/api/v1/destinations/{id}", tag = "account", params(("id" = DestinationId, Path)), responses((status = 200, body = Destination), (status = 304), (status = 404)))]
pub(crate) async fn get_destination(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DestinationId>,
) -> Result<Response> {
    let found = app.services.get_destination(&caller.reading(), id).await?;
    let tag = etag::of(found.version, false);
    Ok(reply::found_as(&caller.headers, &tag, &found))
}

/// Replace a destination
///
/// It keeps its channel, and its secret where none is sent.
#[utoipa::path(put, path = "/api/v1/destinations/{id}", tag = "account", params(("id" = DestinationId, Path)), request_body = NewDestination, responses((status = 200, body = Destination), (status = 404), (status = 412)))]
pub(crate) async fn replace_destination(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DestinationId>,
    body: Json<NewDestination>,
) -> Result<Response> {
    let call = caller.administering()?;
    let kept = app
        .services
        .replace_destination(&call, id, body.value)
        .await?;
    let tag = etag::of(kept.version, false);
    Ok(reply::tagged(StatusCode::OK, tag, &kept))
}

/// Remove a destination
///
/// What is on its way there is given up.
#[utoipa::path(delete, path = "/api/v1/destinations/{id}", tag = "account", params(("id" = DestinationId, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn delete_destination(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<DestinationId>,
) -> Result<Response> {
    app.services
        .delete_destination(&caller.reading(), id)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Try a channel
///
/// Sends a message to every destination of the channel now, and says what came of each.
#[utoipa::path(post, path = "/api/v1/reminders/test", tag = "account", request_body = TestReminderRequest, responses((status = 200, body = TestReminderResponse), (status = 409, description = "The channel leads nowhere"), (status = 429, description = "It was tried a moment ago")))]
pub(crate) async fn test_reminder(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<TestReminderRequest>,
) -> Result<Response> {
    let items = app
        .services
        .probe_channel(&caller.reading(), body.value.channel)
        .await?;
    Ok(axum::Json(TestReminderResponse { items }).into_response())
}

/// The key that browsers subscribe with
#[utoipa::path(get, path = "/api/v1/push/key", tag = "account", responses((status = 200, body = PushKeyResponse)))]
pub(crate) async fn get_push_key(State(app): State<AppState>, caller: Caller) -> Result<Response> {
    let public_key = app.services.push_key(&caller.reading())?;
    Ok(axum::Json(PushKeyResponse { public_key }).into_response())
}
