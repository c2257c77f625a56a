//! Getting in and out. None of these can be repeated under an Idempotency-Key: their answers hold
//! secrets, which are kept nowhere.

use astro_core::accounts::User;
use astro_core::accounts::requests::{
    AcceptInviteRequest, BrowserSessionResponse, LoginRequest, RefreshRequest, RegisterRequest,
    SetupRequest, TokenResponse,
};
use astro_services::Error;
use astro_services::accounts::csrf_token;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use crate::auth::Caller;
use crate::body::Json;
use crate::peer::Peer;
use crate::problem::Result;
use crate::{AppState, browser, reply};

/// Make the first account
///
/// With the one-time token that the server prints when it starts without any user. The account
/// administers the instance.
#[utoipa::path(post, path = "/api/v1/setup", tag = "access", request_body = SetupRequest, responses((status = 201, body = User), (status = 409, description = "There is a user already"), (status = 422, description = "The token is wrong or the password not good enough"), (status = 429, description = "Too many tries from this address")))]
pub(crate) async fn complete_setup(
    State(app): State<AppState>,
    Peer(client): Peer,
    body: Json<SetupRequest>,
) -> Result<Response> {
    let user = app.services.complete_setup(body.value, &client).await?;
    Ok(reply::account(StatusCode::CREATED, &user))
}

/// Make oneself an account
///
/// Only where the operator has opened registration.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "access", request_body = RegisterRequest, responses((status = 201, body = User), (status = 403, description = "Registration is closed"), (status = 409, description = "The address is taken"), (status = 422, description = "The password is not good enough"), (status = 429, description = "Too many tries from this address")))]
pub(crate) async fn register(
    State(app): State<AppState>,
    Peer(client): Peer,
    body: Json<RegisterRequest>,
) -> Result<Response> {
    let user = app.services.register(body.value, &client).await?;
    Ok(reply::account(StatusCode::CREATED, &user))
}

/// Use an invite or a password reset link
///
/// Makes the account, or gives it the new password and ends its sessions and tokens.
#[utoipa::path(post, path = "/api/v1/auth/invites/accept", tag = "access", request_body = AcceptInviteRequest, responses((status = 200, body = User), (status = 409, description = "There is an account of this address already"), (status = 422, description = "The link is not good any more or the password not good enough"), (status = 429, description = "Too many tries from this address")))]
pub(crate) async fn accept_invite(
    State(app): State<AppState>,
    Peer(client): Peer,
    body: Json<AcceptInviteRequest>,
) -> Result<Response> {
    let user = app.services.accept_invite(body.value, &client).await?;
    Ok(reply::account(StatusCode::OK, &user))
}

/// Sign a program in
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "access", request_body = LoginRequest, responses((status = 200, body = TokenResponse), (status = 401, description = "The address or the password is wrong"), (status = 429, description = "Too many tries; Retry-After says when to try again")))]
pub(crate) async fn login(
    State(app): State<AppState>,
    Peer(client): Peer,
    body: Json<LoginRequest>,
) -> Result<Response> {
    let tokens = app.services.login(body.value, &client).await?;
    Ok(reply::secret(StatusCode::OK, &tokens))
}

/// Renew an access token
///
/// A refresh token is good for one use; showing a used one ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "access", request_body = RefreshRequest, responses((status = 200, body = TokenResponse), (status = 401, description = "The token is not, or no longer, good")))]
pub(crate) async fn refresh(
    State(app): State<AppState>,
    body: Json<RefreshRequest>,
) -> Result<Response> {
    let tokens = app.services.refresh(&body.value).await?;
    Ok(reply::secret(StatusCode::OK, &tokens))
}

/// Sign a browser in
///
/// The session is in an `HttpOnly` cookie; the answer holds the token for writes.
#[utoipa::path(post, path = "/api/v1/auth/session", tag = "access", request_body = LoginRequest, responses((status = 200, body = BrowserSessionResponse), (status = 401, description = "The address or the password is wrong"), (status = 403, description = "Another site caused this"), (status = 429, description = "Too many tries; Retry-After says when to try again")))]
pub(crate) async fn create_session(
    State(app): State<AppState>,
    Peer(client): Peer,
    headers: HeaderMap,
    body: Json<LoginRequest>,
) -> Result<Response> {
    browser::check_origin(&app.http, &headers)?;
    let signed_in = app.services.login_browser(body.value, &client).await?;
    let cookie = browser::set_cookie(&app.http, &signed_in.cookie)?;
    let mut response = reply::secret(StatusCode::OK, &signed_in.response);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The browser's session
///
/// Who is signed in, and the token for writes. Only for a session by cookie.
#[utoipa::path(get, path = "/api/v1/auth/session", tag = "access", responses((status = 200, body = BrowserSessionResponse), (status = 409, description = "The caller has no cookie but a token")))]
pub(crate) async fn get_session(State(app): State<AppState>, caller: Caller) -> Result<Response> {
    let user = app.services.me(&caller.reading()).await?.user;
    let cookie = browser::cookie(&caller.headers)
        .filter(|_| !caller.headers.contains_key(header::AUTHORIZATION));
    let cookie = cookie.ok_or_else(|| {
        let detail = "only a session by cookie has a token for writes";
        Error::conflict("no_cookie", detail)
    })?;
    let csrf_token = csrf_token(&cookie);
    let session = BrowserSessionResponse { csrf_token, user };
    Ok(reply::secret(StatusCode::OK, &session))
}

/// Sign out
///
/// Ends the session that asks; its cookie and tokens are of no use afterwards.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "access", responses((status = 204)))]
pub(crate) async fn logout(State(app): State<AppState>, caller: Caller) -> Result<Response> {
    app.services.logout(&caller.reading()).await?;
    let cookie = browser::clear_cookie(&app.http)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
