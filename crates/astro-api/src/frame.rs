//! What every answer has around it, and what answers where no route does.

use axum::extract::Request;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use crate::problem::Problem;

pub(crate) async fn no_such_route() -> Problem {
    Problem::not_found("thing under this address")
}

pub(crate) async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Method not allowed",
        "this address does not answer that method",
    )
}

pub(crate) fn panicked() -> Response {
    Problem::from(astro_services::Error::internal("a handler panicked")).into_response()
}

/// Nothing here is ever to be framed, sniffed, cached by others or run as a page.
pub(crate) async fn secure_headers(request: Request, next: middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    response
}
