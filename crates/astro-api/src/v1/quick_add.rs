//! A line of text that becomes a task.

use astro_core::quick_add::{QuickAddRequest, QuickAdded};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::AppState;
use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Result;
use crate::reply;

/// Read a line and add its task, or only read it
#[utoipa::path(post, path = "/api/v1/quick-add", tag = "tasks", request_body = QuickAddRequest, responses((status = 200, body = QuickAdded, description = "What was read; nothing was kept"), (status = 201, body = QuickAdded, description = "What was read and kept")))]
pub(crate) async fn quick_add(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<QuickAddRequest>,
) -> Result<Response> {
    let call = caller.writing(body.digest)?;
    let written = app.services.quick_add(&call, body.value).await?;
    let mut response = reply::undoable(&written, &written.value);
    if let Some(task) = &written.value.task {
        *response.status_mut() = StatusCode::CREATED;
        reply::locate(&mut response, "/api/v1/tasks", task.id.uuid());
    }
    Ok(response)
}
