//! What happened, and taking it back.

use astro_core::ids::EventId;
use astro_core::sync::{HistoryEntry, RowChange};
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::history_query::HistoryQuery;
use crate::AppState;
use crate::auth::Caller;
use crate::body::Digest;
use crate::paging::{self, List};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

/// What happened to one thing, latest first
///
/// Empty for what is not there. It outlives the thing itself.
#[utoipa::path(get, path = "/api/v1/history", tag = "history", params(HistoryQuery), responses((status = 200, body = List<HistoryEntry>)))]
pub(crate) async fn list_history(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<HistoryQuery>,
) -> Result<Response> {
    let page = query.page()?;
    let page = app
        .services
        .history(&caller.reading(), query.entity, query.id, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// What undo came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Undone {
    /// Every row of the write that was taken back, as it is now.
    changes: Vec<RowChange>,
}

/// Take a write back
///
/// The token came with the write, as its `Undo-Token` header, and is good for an hour. Everything
/// that the write brought about goes back with it: all of it, or nothing. What it made goes to the
/// trash. The answer has an `Undo-Token` of its own, which does the write again. 409 `moved-on`
/// when something was changed since, as it was when the token was used already.
#[utoipa::path(post, path = "/api/v1/undo/{token}", tag = "history", params(("token" = EventId, Path)), responses((status = 200, body = Undone), (status = 404), (status = 409, description = "Something was changed since")))]
pub(crate) async fn undo_write(
    State(app): State<AppState>,
    caller: Caller,
    Path(token): Path<EventId>,
) -> Result<Response> {
    let written = app
        .services
        .undo(&caller.writing(Digest::empty())?, token)
        .await?;
    let body = Undone {
        changes: written.value.clone(),
    };
    Ok(reply::undoable(&written, &body))
}
