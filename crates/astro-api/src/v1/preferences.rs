//! Preferences, by key.

use astro_core::calendar::Timestamp;
use astro_core::ids::PreferenceId;
use astro_core::page::Page;
use astro_core::preferences::{PreferenceFields, PreferenceSource};
use astro_core::schema;
use astro_services::preferences::Setting;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::AppState;
use crate::auth::Caller;
use crate::body::{Digest, Json};
use crate::paging::{self, List};
use crate::problem::Result;
use crate::query::Path;
use crate::{etag, reply};

/// A key, what holds for it, and what could be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreferenceView {
    key: String,
    /// What holds.
    #[schema(value_type = Value)]
    value: Value,
    /// What holds while nobody chose.
    #[schema(value_type = Value)]
    default: Value,
    /// zone, weekday, `week_hours`, share, number, integer, choice, choices, language or flag.
    r#type: &'static str,
    /// Lowest value, of types that have one.
    minimum: Option<f64>,
    /// Highest value, of types that have one.
    maximum: Option<f64>,
    /// The words to choose from, of types that have them.
    choices: Vec<&'static str>,
    /// What the key is for.
    description: String,
    source: PreferenceSource,
    /// Of an inferred value, 0 to 1.
    confidence: Option<f64>,
    /// Inference must leave it alone.
    locked: bool,
    /// Of the kept row, for synchronisation; absent while the default holds.
    id: Option<PreferenceId>,
    /// Counts the writes to the key; 0 while the default holds.
    version: i64,
    #[schema(value_type = Option<schema::Instant>)]
    updated_at: Option<Timestamp>,
}

/// What a person chooses for a key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreferenceRequest {
    /// Of the type that the key asks for.
    #[schema(value_type = Value)]
    value: Value,
    /// Inference must leave it alone.
    #[serde(default)]
    locked: bool,
}

impl From<Setting> for PreferenceView {
    fn from(setting: Setting) -> Self {
        let range = setting.definition.kind.range();
        Self {
            version: setting.version(),
            updated_at: setting.row.as_ref().map(|row| row.updated_at),
            confidence: setting.row.as_ref().and_then(|row| row.confidence),
            locked: setting.row.as_ref().is_some_and(|row| row.locked),
            id: setting.row.as_ref().map(|row| row.id),
            r#type: setting.definition.kind.name(),
            minimum: range.map(|(minimum, _)| minimum),
            maximum: range.map(|(_, maximum)| maximum),
            choices: setting.definition.kind.choices(),
            default: setting.definition.default,
            description: setting.definition.doc,
            key: setting.definition.key,
            value: setting.value,
            source: setting.source,
        }
    }
}

/// Every preference, with what holds
#[utoipa::path(get, path = "/api/v1/preferences", tag = "preferences", responses((status = 200, body = List<PreferenceView>)))]
pub(crate) async fn list_preferences(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response> {
    let settings = app.services.list_preferences(&caller.reading()).await?;
    let page = Page {
        items: settings.into_iter().map(PreferenceView::from).collect(),
        next: None,
    };
    Ok(paging::answer(&caller.uri, page))
}

/// One preference
#[utoipa::path(get, path = "/api/v1/preferences/{key}", tag = "preferences", params(("key" = String, Path)), responses((status = 200, body = PreferenceView), (status = 304), (status = 404)))]
pub(crate) async fn get_preference(
    State(app): State<AppState>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Response> {
    let setting = app.services.get_preference(&caller.reading(), &key).await?;
    let tag = etag::of(setting.version(), false);
    Ok(reply::found_as(
        &caller.headers,
        &tag,
        &PreferenceView::from(setting),
    ))
}

/// Choose a value
#[utoipa::path(put, path = "/api/v1/preferences/{key}", tag = "preferences", params(("key" = String, Path)), request_body = PreferenceRequest, responses((status = 200, body = PreferenceView), (status = 412)))]
pub(crate) async fn put_preference(
    State(app): State<AppState>,
    caller: Caller,
    Path(key): Path<String>,
    body: Json<PreferenceRequest>,
) -> Result<Response> {
    let fields = PreferenceFields {
        key,
        value: body.value.value,
        locked: body.value.locked,
    };
    let written = app
        .services
        .put_preference(&caller.writing(body.digest)?, fields)
        .await?;
    let setting = Setting::of(&written.value)?;
    let tag = etag::of(setting.version(), false);
    Ok(reply::changed_as(
        &written,
        &tag,
        &PreferenceView::from(setting),
    ))
}

/// Go back to the default
#[utoipa::path(delete, path = "/api/v1/preferences/{key}", tag = "preferences", params(("key" = String, Path)), responses((status = 204), (status = 404), (status = 412)))]
pub(crate) async fn delete_preference(
    State(app): State<AppState>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Response> {
    let written = app
        .services
        .delete_preference(&caller.writing(Digest::empty())?, &key)
        .await?;
    Ok(reply::deleted(&written))
}
