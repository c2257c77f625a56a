//! The few pages that a person needs before there is a client: home, first account, invitation, and
//! the answer to a reminder that arrived elsewhere.
//!
//! They are constant files that talk to the same API as everyone else. A one-time token comes in
//! the fragment of the link, which browsers do not send, so it reaches no log.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The pages' routes.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", page(HTML, include_str!("pages/home.html")))
        .route("/setup", page(HTML, include_str!("pages/setup.html")))
        .route("/invite", page(HTML, include_str!("pages/invite.html")))
        .route("/answer", page(HTML, include_str!("pages/answer.html")))
        .route("/answer.js", page(SCRIPT, include_str!("pages/answer.js")))
        .route(
            "/page.css",
            page("text/css; charset=utf-8", include_str!("pages/page.css")),
        )
        .route("/page.js", page(SCRIPT, include_str!("pages/page.js")))
}

fn page<S: Clone + Send + Sync + 'static>(
    kind: &'static str,
    text: &'static str,
) -> axum::routing::MethodRouter<S> {
    get(move || async move { answer(kind, text) })
}

fn answer(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
    ];
    (headers, text).into_response()
}
