//! A name for every request, in its answer and in every line that it logs; and what became of it, for
//! /metrics and the log.

use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_services::Services;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tracing::Instrument as _;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that is being answered.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Keeps a client's own id when it is short and plain, makes one otherwise.
pub(crate) async fn layer(
    State(services): State<Services>,
    request: Request,
    next: Next,
) -> Response {
    let given = request
        .headers()
        .get(&HEADER)
        .and_then(|value| value.to_str().ok());
    let id = match given.filter(|id| is_plain(id)) {
        Some(id) => id.to_owned(),
        None => services
            .random
            .id::<uuid::Uuid>(services.clock.now())
            .simple()
            .to_string(),
    };
    let span = tracing::info_span!("http.request", request_id = %id, method = %request.method(), path = %request.uri().path());
    let header = HeaderValue::from_str(&id);
    let asked = Asked::new(&request, services.clock.now());
    let answer = async {
        let response = next.run(request).await;
        asked.answered(response.status(), services.clock.now());
        response
    };
    let mut response = CURRENT.scope(id, answer.instrument(span)).await;
    if let Ok(header) = header {
        response.headers_mut().insert(HEADER, header);
    }
    response
}

fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// What was asked. Its route, not its path: ids would make a series each.
struct Asked {
    method: Method,
    route: Option<MatchedPath>,
    at: Timestamp,
}

impl Asked {
    fn new(request: &Request, at: Timestamp) -> Self {
        Self {
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            at,
        }
    }

    fn answered(&self, status: StatusCode, now: Timestamp) {
        let took = Duration::try_from(now.duration_since(self.at)).unwrap_or_default();
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        // any word can stand for a method
        let method = if METHODS.contains(&self.method) {
            self.method.as_str()
        } else {
            "other"
        };
        let labels = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        metrics::histogram!("astro_http_request_seconds", &labels).record(took);
        tracing::debug!(
            status = status.as_u16(),
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
}
