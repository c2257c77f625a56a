//! Successful answers about one thing: entity tag, location, undo token.

use astro_core::accounts::User;
use astro_core::document::Document;
use astro_services::changes::Written;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::etag;

/// Takes the write back when sent to `POST /api/v1/undo/{token}`.
const UNDO: HeaderName = HeaderName::from_static("undo-token");

/// 200 with the thing, or 304 when the client has it already.
pub(crate) fn found<T: Document + Serialize>(headers: &HeaderMap, value: &T) -> Response {
    found_as(headers, &etag::of(value.stamp().version, false), value)
}

/// As [`found`], with a tag of the caller's.
pub(crate) fn found_as(headers: &HeaderMap, tag: &HeaderValue, body: &impl Serialize) -> Response {
    if etag::is_known(headers, tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag.clone())]).into_response();
    }
    ([(header::ETAG, tag.clone())], axum::Json(body)).into_response()
}

/// 201 with the new thing and where it is.
pub(crate) fn created<T: Document + Serialize>(place: &str, written: &Written<T>) -> Response {
    let mut response = changed(written);
    *response.status_mut() = StatusCode::CREATED;
    if let Some(location) = self::place(place, &written.value) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Where a thing is.
pub(crate) fn place<T: Document>(collection: &str, value: &T) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{collection}/{}", value.id())).ok()
}

/// 200 with the thing as it is now.
pub(crate) fn changed<T: Document + Serialize>(written: &Written<T>) -> Response {
    changed_as(
        written,
        &etag::of(written.value.stamp().version, false),
        &written.value,
    )
}

/// As [`changed`], with a tag and a body of the caller's.
pub(crate) fn changed_as<T>(
    written: &Written<T>,
    tag: &HeaderValue,
    body: &impl Serialize,
) -> Response {
    let mut response = ([(header::ETAG, tag.clone())], axum::Json(body)).into_response();
    add_undo(written, &mut response);
    response
}

/// 200 with a body that has no entity tag.
pub(crate) fn undoable<T>(written: &Written<T>, body: &impl Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    add_undo(written, &mut response);
    response
}

/// 204, since what was deleted is in the trash.
pub(crate) fn deleted<T>(written: &Written<T>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    add_undo(written, &mut response);
    response
}

fn add_undo<T>(written: &Written<T>, response: &mut Response) {
    if let Some(value) = written
        .undo
        .and_then(|token| HeaderValue::from_str(&token.to_string()).ok())
    {
        response.headers_mut().insert(UNDO, value);
    }
}

/// An answer with a tag.
pub(crate) fn tagged(status: StatusCode, tag: HeaderValue, body: &impl Serialize) -> Response {
    (status, [(header::ETAG, tag)], axum::Json(body)).into_response()
}

/// A user, tagged.
pub(crate) fn account(status: StatusCode, user: &User) -> Response {
    tagged(status, etag::of(user.version, false), user)
}

/// An answer that holds a secret, to be kept by nobody on its way.
pub(crate) fn secret(status: StatusCode, body: &impl Serialize) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    (
        status,
        [(header::CACHE_CONTROL, no_store)],
        axum::Json(body),
    )
        .into_response()
}

/// Says where the new thing is.
pub(crate) fn locate(response: &mut Response, collection: &str, id: uuid::Uuid) {
    if let Ok(place) = HeaderValue::from_str(&format!("{collection}/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
}
