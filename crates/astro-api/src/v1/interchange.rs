//! Files of other programs in and out, and everything of an owner at once.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the queries' names in full"
)]

use astro_core::error::FieldError;
use astro_core::interchange::{Format, ImportReport};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::auth::Caller;
use crate::body::Raw;
use crate::problem::{Problem, Result};
use crate::query::Query;

/// Fields that the file's format has no words for, with the number of tasks that have them.
const UNSAID: HeaderName = HeaderName::from_static("astro-unsaid");

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// What the file is written in.
    #[param(inline)]
    format: Format,
    /// Say what would happen, and change nothing.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// What to write.
    #[param(inline)]
    format: Format,
}

/// Bring a file in
///
/// What the format says that has no place here is kept with each task and comes out again.
/// Importing the same file twice makes nothing twice.
#[utoipa::path(post, path = "/api/v1/import", tag = "data", params(ImportQuery), request_body(content = String, content_type = "application/octet-stream", description = "The file, 25 MiB at most"), responses((status = 200, body = ImportReport), (status = 413), (status = 422)))]
pub(crate) async fn import_file(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    Raw(file): Raw,
) -> Result<Response> {
    if file.is_empty() {
        let empty = FieldError::new("file", "blank", "there is nothing in it");
        return Err(Problem::invalid(vec![empty]));
    }
    let report = app
        .services
        .import(
            &caller.reading(),
            query.format,
            file.to_vec(),
            query.dry_run,
            &|_, _| {},
        )
        .await?;
    Ok(axum::Json(report).into_response())
}

/// Take everything out
///
/// The format `json` is lossless: brought into an empty account it gives an equal one. The header
/// `Astro-Unsaid` names the fields that another format has no words for.
#[utoipa::path(get, path = "/api/v1/export", tag = "data", params(ExportQuery), responses((status = 200, description = "The file", content(
    (serde_json::Value = "application/json"),
    (String = "text/plain"),
    (String = "text/calendar"),
    (String = "application/jsonl"),
))))]
pub(crate) async fn export_file(
    State(app): State<AppState>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let format = query.format;
    let exported = app.services.export(&caller.reading(), format).await?;
    let mut response = exported.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    let name = format!(
        "attachment; filename=\"astroassistance.{}\"",
        format.extension()
    );
    let unsaid: Vec<String> = exported
        .unsaid
        .iter()
        .map(|unsaid| format!("{}={}", unsaid.field, unsaid.count))
        .collect();
    for (header, value) in [
        (header::CONTENT_DISPOSITION, name),
        (UNSAID, unsaid.join(", ")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header, value);
        }
    }
    Ok(response)
}
