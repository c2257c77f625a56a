//! Reminders.

use astro_core::calendar::When;
use astro_core::ids::ReminderId;
use astro_core::reminders::{Reminder, ReminderFields};
use astro_core::schema;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::filters::RemindersQuery;
use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List};
use crate::patch::{MergePatch, patch_schema};
use crate::problem::Result;
use crate::query::{Path, Query};
use crate::reply;

patch_schema!(ReminderPatch, ReminderFields);

const PLACE: &str = "/api/v1/reminders";

/// Until when a reminder is put off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeReminder {
    /// In the future.
    #[schema(value_type = schema::When)]
    until: When,
}

/// Reminders, oldest first
#[utoipa::path(get, path = "/api/v1/reminders", tag = "reminders", params(RemindersQuery), responses((status = 200, body = List<Reminder>)))]
pub(crate) async fn list_reminders(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<RemindersQuery>,
) -> Result<Response> {
    let (filter, page) = query.read()?;
    let page = app
        .services
        .list_reminders(&caller.reading(), filter, page)
        .await?;
    Ok(paging::answer(&caller.uri, page))
}

/// Add a reminder
#[utoipa::path(post, path = "/api/v1/reminders", tag = "reminders", request_body = ReminderFields, responses((status = 201, body = Reminder)))]
pub(crate) async fn create_reminder(
    State(app): State<AppState>,
    caller: Caller,
    body: Json<ReminderFields>,
) -> Result<Response> {
    let written = app
        .services
        .create_reminder(&caller.writing(body.digest)?, body.value)
        .await?;
    Ok(reply::created(PLACE, &written))
}

/// One reminder
#[utoipa::path(get, path = "/api/v1/reminders/{id}", tag = "reminders", params(("id" = ReminderId, Path)), responses((status = 200, body = Reminder), (status = 304), (status = 404)))]
pub(crate) async fn get_reminder(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReminderId>,
) -> Result<Response> {
    let found = app.services.get_reminder(&caller.reading(), id).await?;
    Ok(reply::found(&caller.headers, &found))
}

/// Change a reminder
#[utoipa::path(patch, path = "/api/v1/reminders/{id}", tag = "reminders", params(("id" = ReminderId, Path)), request_body(content = ReminderPatch, content_type = "application/merge-patch+json"), responses((status = 200, body = Reminder), (status = 404), (status = 412)))]
pub(crate) async fn update_reminder(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReminderId>,
    body: MergePatch<ReminderFields>,
) -> Result<Response> {
    let written = app
        .services
        .update_reminder(&caller.writing(body.digest)?, id, body.patch)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a reminder into the trash
#[utoipa::path(delete, path = "/api/v1/reminders/{id}", tag = "reminders", params(("id" = ReminderId, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_reminder(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReminderId>,
) -> Result<Response> {
    let written = app
        .services
        .delete_reminder(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::deleted(&written))
}

/// Take a reminder out of the trash
#[utoipa::path(post, path = "/api/v1/reminders/{id}/restore", tag = "reminders", params(("id" = ReminderId, Path)), responses((status = 200, body = Reminder), (status = 404), (status = 412)))]
pub(crate) async fn restore_reminder(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReminderId>,
) -> Result<Response> {
    let written = app
        .services
        .restore_reminder(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}

/// Take note of a reminder
///
/// On every channel at once, together with what puts it off.
#[utoipa::path(post, path = "/api/v1/reminders/{id}/acknowledge", tag = "reminders", params(("id" = ReminderId, Path)), responses((status = 200, body = Reminder), (status = 404), (status = 412)))]
pub(crate) async fn acknowledge_reminder(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReminderId>,
) -> Result<Response> {
    let written = app
        .services
        .acknowledge_reminder(&caller.writing(Digest::empty())?, id)
        .await?;
    Ok(reply::changed(&written))
}

/// Put a reminder off
///
/// Answers the reminder that will call instead: a new one, or the same when it puts off another.
#[utoipa::path(post, path = "/api/v1/reminders/{id}/snooze", tag = "reminders", params(("id" = ReminderId, Path)), request_body = SnoozeReminder, responses((status = 200, body = Reminder), (status = 404), (status = 412)))]
pub(crate) async fn snooze_reminder(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<ReminderId>,
    body: Json<SnoozeReminder>,
) -> Result<Response> {
    let written = app
        .services
        .snooze_reminder(&caller.writing(body.digest)?, id, body.value.until)
        .await?;
    Ok(reply::changed(&written))
}
