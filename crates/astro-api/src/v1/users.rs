//! Administering users, and the links that let people in.

use astro_core::accounts::requests::{CreateInviteRequest, CreateUserRequest, IssuedInvite};
use astro_core::accounts::{Invite, User, UserFields};
use astro_core::ids::{InviteId, UserId};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::auth::Caller;
use crate::body::Json;
use crate::paging::{self, List, PageQuery};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::{AppState, etag, reply};

patch_schema!(UserPatch, UserFields);

/// Users, oldest first
///
/// Of one's own tenant; an instance admin sees those of every tenant.
#[utoipa::path(get, path = "/api/v1/users", tag = "administration", params(PageQuery), responses((status = 200, body = List<User>)))]
pub(crate) async fn list_users(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = page.request("created")?;
    let page = app.services.list_users(&caller.reading(), page).await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a user
#[utoipa::path(post, path = "/api/v1/users", tag = "administration", request_body = CreateUserRequest, responses((status = 201, body = User), (status = 409, description = "The address is taken in that tenant")))]
pub(crate) async fn create_user(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<CreateUserRequest>,
) -> Result<Response> {
    let user = app
        .services
        .create_user(&caller.reading(), body.value)
        .await?;
    let mut response = reply::account(StatusCode::CREATED, &user);
    reply::locate(&mut response, "/api/v1/users", user.id.uuid());
    Ok(response)
}

/// One user
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "administration", params(("id" = UserId, Path)), responses((status = 200, body = User), (status = 304), (status = 404)))]
pub(crate) async fn get_user(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Response> {
    let user = app.services.get_user(&caller.reading(), id).await?;
    let tag = etag::of(user.version, false);
    Ok(reply::found_as(&caller.headers, &tag, &user))
}

/// Change a user's role, disable or enable them
///
/// Takes effect at every door within 5 seconds.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "administration", params(("id" = UserId, Path)), request_body(content = UserPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = User), (status = 404), (status = 409, description = "This is the last instance admin"), (status = 412)))]
pub(crate) async fn update_user(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
    body: MergePatch<UserFields>,
) -> Result<Response> {
    let call = caller.administering()?;
    let user = app.services.update_user(&call, id, body.patch).await?;
    Ok(reply::account(StatusCode::OK, &user))
}

/// Remove a user
///
/// With everything that is theirs, for good.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "administration", params(("id" = UserId, Path)), responses((status = 204), (status = 404), (status = 409, description = "This is the last instance admin"), (status = 412)))]
pub(crate) async fn delete_user(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Response> {
    app.services
        .delete_user(&caller.administering()?, id)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Make a password reset link for a user
///
/// Hand it to them: whoever opens it chooses the new password. It is in this answer and nowhere
/// else.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-reset", tag = "administration", params(("id" = UserId, Path)), responses((status = 201, body = IssuedInvite), (status = 404)))]
pub(crate) async fn reset_password(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Response> {
    let issued = app.services.reset_password(&caller.reading(), id).await?;
    Ok(reply::secret(StatusCode::CREATED, &issued))
}

/// The links of one's tenant that are still good, oldest first
#[utoipa::path(get, path = "/api/v1/invites", tag = "administration", params(PageQuery), responses((status = 200, body = List<Invite>)))]
pub(crate) async fn list_invites(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = page.request("created")?;
    let page = app.services.list_invites(&caller.reading(), page).await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Make an invite
///
/// Its token is in this answer and nowhere else; the link is `/invite#TOKEN`.
#[utoipa::path(post, path = "/api/v1/invites", tag = "administration", request_body = CreateInviteRequest, responses((status = 201, body = IssuedInvite)))]
pub(crate) async fn create_invite(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<CreateInviteRequest>,
) -> Result<Response> {
    let issued = app
        .services
        .create_invite(&caller.reading(), body.value)
        .await?;
    Ok(reply::secret(StatusCode::CREATED, &issued))
}

/// Take an invite or password reset link back
#[utoipa::path(delete, path = "/api/v1/invites/{id}", tag = "administration", params(("id" = InviteId, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn revoke_invite(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<InviteId>,
) -> Result<Response> {
    app.services.revoke_invite(&caller.reading(), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
