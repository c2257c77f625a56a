//! One's own account: password, sessions, personal access tokens.

use astro_core::accounts::requests::{
    CreateAccessTokenRequest, DeleteMeRequest, IssuedAccessToken, Me, PasswordChange,
};
use astro_core::accounts::{AccessToken, Session};
use astro_core::ids::{AccessTokenId, SessionId};
use astro_core::page::Page;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::auth::Caller;
use crate::body::Json;
use crate::paging::{self, List};
use crate::peer::Peer;
use crate::problem::Result;
use crate::query::Path;
use crate::{AppState, reply};

/// Who is asking
#[utoipa::path(get, path = "/api/v1/me", tag = "account", responses((status = 200, body = Me)))]
pub(crate) async fn get_me(State(app): State<AppState>, caller: Caller) -> Result<Response> {
    let me = app.services.me(&caller.reading()).await?;
    Ok(axum::Json(me).into_response())
}

/// Remove one's own account
///
/// With everything in it, for good.
#[utoipa::path(delete, path = "/api/v1/me", tag = "account", request_body = DeleteMeRequest, responses((status = 204), (status = 409, description = "This is the last instance admin"), (status = 422, description = "The password is wrong"), (status = 429, description = "Too many tries; Retry-After says when to try again")))]
pub(crate) async fn delete_me(
    State(app): State<AppState>,
    caller: Caller,
    Peer(client): Peer,
    body: Json<DeleteMeRequest>,
) -> Result<Response> {
    let call = caller.reading();
    app.services.delete_me(&call, body.value, &client).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Change one's password
///
/// All other sessions end; personal access tokens stay.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "account", request_body = PasswordChange, responses((status = 204), (status = 422, description = "The present password is wrong or the new one not good enough"), (status = 429, description = "Too many tries; Retry-After says when to try again")))]
pub(crate) async fn change_password(
    State(app): State<AppState>,
    caller: Caller,
    Peer(client): Peer,
    body: Json<PasswordChange>,
) -> Result<Response> {
    let call = caller.reading();
    app.services
        .change_password(&call, body.value, &client)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// One's sessions, oldest first
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "account", responses((status = 200, body = List<Session>)))]
pub(crate) async fn list_sessions(State(app): State<AppState>, caller: Caller) -> Result<Response> {
    let items = app.services.list_sessions(&caller.reading()).await?;
    Ok(paging::answer(&caller.uri, Page { items, next: None }))
}

/// End one of one's sessions
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "account", params(("id" = SessionId, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_session(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Response> {
    app.services.revoke_session(&caller.reading(), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// One's personal access tokens, oldest first
#[utoipa::path(get, path = "/api/v1/me/tokens", tag = "account", responses((status = 200, body = List<AccessToken>)))]
pub(crate) async fn list_access_tokens(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response> {
    let items = app.services.list_access_tokens(&caller.reading()).await?;
    Ok(paging::answer(&caller.uri, Page { items, next: None }))
}

/// Make a personal access token
///
/// The token itself is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/me/tokens", tag = "account", request_body = CreateAccessTokenRequest, responses((status = 201, body = IssuedAccessToken), (status = 409, description = "There are too many tokens already")))]
pub(crate) async fn create_access_token(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<CreateAccessTokenRequest>,
) -> Result<Response> {
    let issued = app
        .services
        .create_access_token(&caller.reading(), body.value)
        .await?;
    Ok(reply::secret(StatusCode::CREATED, &issued))
}

/// Revoke a personal access token
#[utoipa::path(delete, path = "/api/v1/me/tokens/{id}", tag = "account", params(("id" = AccessTokenId, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_access_token(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<AccessTokenId>,
) -> Result<Response> {
    app.services
        .revoke_access_token(&caller.reading(), id)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
