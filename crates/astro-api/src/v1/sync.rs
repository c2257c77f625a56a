//! Sync: changes on the way down, operations on the way up.

use astro_core::error::FieldError;
use astro_core::ids::EventId;
use astro_core::limits;
use astro_core::sync::{Op, OpKind, RowChange};
use astro_services::ops::OpOutcome;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::sync_query::SyncQuery;
use crate::AppState;
use crate::auth::Caller;
use crate::body::Json;
use crate::problem::{Problem, ProblemDocument, Result};
use crate::query::Query;

/// Changes in the order in which they happened. A row that changed more than once is there once,
/// as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SyncAnswer {
    changes: Vec<RowChange>,
    /// What to ask with next time. It is good for the same credential only: another may see other
    /// things.
    next: String,
    /// There is more to read at once.
    more: bool,
}

/// What changed since a device last asked
///
/// Answers every kind of thing that the credential may read. What was deleted comes without its
/// document. 410 says that something newer than `since` was removed for good: throw everything
/// away and read from the beginning.
#[utoipa::path(get, path = "/api/v1/sync", tag = "sync", params(SyncQuery), responses((status = 200, body = SyncAnswer), (status = 410, description = "The token is too old; begin anew")))]
pub(crate) async fn read_changes(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<SyncQuery>,
) -> Result<axum::Json<SyncAnswer>> {
    let (since, limit) = query.read()?;
    let page = app.services.sync(&caller.reading(), since, limit).await?;
    Ok(axum::Json(SyncAnswer {
        changes: page.changes,
        next: page.next.to_string(),
        more: page.more,
    }))
}

/// What a device did, in the order in which it did it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpBatch {
    #[schema(max_items = 100)]
    ops: Vec<Op>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpAnswers {
    /// One for each operation, in their order.
    results: Vec<OpAnswer>,
}

/// The fate of one operation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpAnswer {
    op_id: Uuid,
    /// As of the request that would have done the same: 200, 201, 404, 409, 412, 422, ..
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_seq: Option<i64>,
    /// The row lies in the trash now.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_token: Option<EventId>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDocument>,
}

/// Apply what a device did while it was on its own
///
/// Operations are applied in order, each by itself; one that is refused does not stop the others.
/// An `op_id` that was used before is answered as then, and nothing happens. A result of 503 means
/// that this operation and all after it were not tried: send them again.
#[utoipa::path(post, path = "/api/v1/ops", tag = "sync", request_body = OpBatch, responses((status = 200, body = OpAnswers)))]
pub(crate) async fn apply_ops(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<OpBatch>,
) -> Result<axum::Json<OpAnswers>> {
    let ops = body.value.ops;
    if ops.len() > limits::OPS_MAX {
        let message = format!(
            "has {} entries; at most {} at once",
            ops.len(),
            limits::OPS_MAX
        );
        return Err(Problem::invalid(vec![FieldError::new(
            "ops", "too_many", message,
        )]));
    }
    let outcomes = app.services.apply_ops(&caller.reading(), ops).await;
    let results = outcomes.into_iter().map(OpAnswer::from).collect();
    Ok(axum::Json(OpAnswers { results }))
}

impl From<OpOutcome> for OpAnswer {
    fn from(outcome: OpOutcome) -> Self {
        let op_id = outcome.op_id;
        match outcome.result {
            Ok(done) => Self {
                op_id,
                status: if outcome.kind == OpKind::Create {
                    201
                } else {
                    200
                },
                id: Some(done.id),
                version: Some(done.version),
                change_seq: Some(done.change_seq),
                deleted: Some(done.deleted),
                undo_token: done.undo,
                problem: None,
            },
            Err(error) => {
                let problem = Problem::from(error).into_document();
                Self {
                    op_id,
                    status: problem.status,
                    id: None,
                    version: None,
                    change_seq: None,
                    deleted: None,
                    undo_token: None,
                    problem: Some(problem),
                }
            }
        }
    }
}
