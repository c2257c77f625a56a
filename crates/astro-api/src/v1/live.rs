//! Real time: server-sent events and a WebSocket with the same content.

mod query;
mod socket;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use astro_core::events::Notice;
use astro_services::live::Room;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use self::query::LiveQuery;
use crate::auth::{Caller, Gate};
use crate::problem::{Problem, Result};
use crate::query::Query;
use crate::{AppState, browser};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What is said over either.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Said {
    /// The connection stands.
    Hello {
        /// The owner's latest change.
        change_seq: i64,
    },
    /// Something changed: ask `/api/v1/sync` with the token that you have.
    Change(Notice),
    /// Much changed, or something may have been missed: ask `/api/v1/sync`.
    Resync,
}

impl Said {
    fn kind(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Change(_) => "change",
            Self::Resync => "resync",
        }
    }
}

fn room(app: &AppState) -> Room {
    Room {
        per_user: app.http.sockets_per_user,
        in_all: app.http.sockets,
    }
}

/// Between two signs of life.
fn heartbeat(app: &AppState) -> Duration {
    Duration::from_secs(app.http.heartbeat_s.max(1))
}

/// What is said first after being away.
fn after_absence(missed: Option<Vec<Notice>>) -> Vec<Said> {
    match missed {
        Some(notices) => notices.into_iter().map(Said::Change).collect(),
        None => vec![Said::Resync],
    }
}

/// Server-sent events
///
/// Events `hello`, `change` and `resync` (docs/real-time.md), with the change's number as their id. The
/// stream never ends by itself.
#[utoipa::path(get, path = "/api/v1/events", tag = "sync", operation_id = "stream_events",
    params(LiveQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last change that was heard of; what came after it is told first")),
    responses((status = 200, description = "A stream of events", content_type = "text/event-stream", body = String), (status = 429, description = "This user has too many open already")))]
pub(crate) async fn stream_events(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<LiveQuery>,
) -> Result<Response> {
    let since = query
        .last_event_id
        .or_else(|| last_event_id(&caller.headers));
    let opened = app
        .services
        .open_live(&caller.reading(), since, room(&app))
        .await?;
    Ok(stream::answer(opened, heartbeat(&app)))
}

/// What a browser sends by itself when it connects again. What is no number starts from now.
fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    headers
        .get(LAST_EVENT_ID)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// WebSocket
///
/// JSON texts with the content of `/api/v1/events` (docs/real-time.md). A page's Origin must be this
/// server's.
#[utoipa::path(get, path = "/api/v1/ws", tag = "sync", operation_id = "open_socket", params(LiveQuery),
    responses((status = 101, description = "The connection is a WebSocket now"), (status = 426, description = "The request asks for no WebSocket"), (status = 429, description = "This user has too many open already")))]
pub(crate) async fn open_socket(
    State(app): State<AppState>,
    Extension(gate): Extension<Arc<Gate>>,
    caller: Caller,
    Query(query): Query<LiveQuery>,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    check_page(&app, &caller.headers)?;
    let upgrade = upgrade.map_err(|_| no_socket())?;
    let opened = app
        .services
        .open_live(&caller.reading(), query.last_event_id, room(&app))
        .await?;
    Ok(socket::answer(
        upgrade,
        &app,
        gate,
        caller.reading(),
        opened,
    ))
}

/// A browser sends its cookie wherever a page tells it to connect, and says which page that was. No
/// other rule keeps a page of somebody else's out of a WebSocket.
fn check_page(app: &AppState, headers: &HeaderMap) -> Result<()> {
    browser::check_origin(&app.http, headers)?;
    let by_cookie = !headers.contains_key(header::AUTHORIZATION);
    if by_cookie && !headers.contains_key(header::ORIGIN) {
        let detail = "a WebSocket that is opened with a cookie must name the page that opens it";
        return Err(astro_services::Error::Forbidden(detail.to_owned()).into());
    }
    Ok(())
}

fn no_socket() -> Problem {
    Problem::new(
        StatusCode::UPGRADE_REQUIRED,
        "upgrade-required",
        "Upgrade required",
        "this address speaks WebSocket (RFC 6455): ask for an upgrade",
    )
}

/// Counts those who are connected, for as long as it lives.
struct Counted(&'static str);

impl Counted {
    fn new(kind: &'static str) -> Self {
        metrics::gauge!("astro_live_sockets", "kind" => kind).increment(1.0);
        Self(kind)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("astro_live_sockets", "kind" => self.0).decrement(1.0);
    }
}

/// Counts what is said.
fn count(said: &Said) {
    metrics::counter!("astro_live_pushes_total", "type" => said.kind()).increment(1);
}
