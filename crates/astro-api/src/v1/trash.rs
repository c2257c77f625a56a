//! The trash of all nouns together.

use astro_core::sync::TrashItem;
use astro_services::trash::SORT;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::auth::Caller;
use crate::body::Digest;
use crate::paging::{self, List, PageQuery};
use crate::problem::Result;
use crate::query::Query;

/// What lies in the trash, latest first
///
/// Each thing can be restored where it was, such as `POST /api/v1/tasks/{id}/restore`, for 30 days.
#[utoipa::path(get, path = "/api/v1/trash", tag = "trash", params(PageQuery), responses((status = 200, body = List<TrashItem>)))]
pub(crate) async fn list_trash(
    State(app): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Response> {
    let page = app
        .services
        .list_trash(&caller.reading(), page.request(SORT)?)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// What emptying the trash came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Emptied {
    /// Things that were removed for good.
    removed: u64,
}

/// Remove everything in the trash for good
///
/// What is not in the trash lets go of it: a task of a project that is removed has no project then.
#[utoipa::path(delete, path = "/api/v1/trash", tag = "trash", responses((status = 200, body = Emptied)))]
pub(crate) async fn empty_trash(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<axum::Json<Emptied>> {
    let removed = app
        .services
        .empty_trash(&caller.writing(Digest::empty())?)
        .await?;
    Ok(axum::Json(Emptied { removed }))
}
