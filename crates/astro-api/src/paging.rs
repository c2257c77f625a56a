//! Pages on the wire: `?limit=&cursor=`, `next_cursor` and a Link header (RFC 8288).

use astro_core::error::FieldError;
use astro_core::limits;
use astro_core::page::{Cursor, Page, PageRequest};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Uri, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, Result};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl PageQuery {
    pub(crate) fn new(limit: Option<u32>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// The request for a page in the order `sort`.
    pub(crate) fn request(&self, sort: &str) -> Result<PageRequest> {
        let limit = self.limit.unwrap_or(limits::PAGE_DEFAULT);
        if !(1..=limits::PAGE_MAX).contains(&limit) {
            return Err(wrong(
                "limit",
                format!("must lie between 1 and {}", limits::PAGE_MAX),
            ));
        }
        let after = self.cursor.as_deref().map(decode).transpose()?;
        if after.as_ref().is_some_and(|cursor| cursor.sort != sort) {
            return Err(wrong(
                "cursor",
                "belongs to a list in another order".to_owned(),
            ));
        }
        Ok(PageRequest { limit, after })
    }
}

fn wrong(field: &str, message: String) -> Problem {
    Problem::invalid(vec![FieldError::new(field, "wrong_value", message)])
}

fn decode(text: &str) -> Result<Cursor> {
    let cursor = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|json| serde_json::from_slice(&json).ok());
    cursor.ok_or_else(|| wrong("cursor", "is not a cursor of this server".to_owned()))
}

fn encode(cursor: &Cursor) -> String {
    // Text keys and integers only: serde_json cannot refuse them.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    items: Vec<T>,
    /// Ask for the next page with it; absent on the last one.
    next_cursor: Option<String>,
}

/// Answers a page, with a Link to the next.
pub(crate) fn answer<T: Serialize>(uri: &Uri, page: Page<T>) -> Response {
    let next = page.next.as_ref().map(encode);
    let link = next.as_ref().and_then(|cursor| {
        HeaderValue::from_str(&format!("<{}>; rel=\"next\"", with_cursor(uri, cursor))).ok()
    });
    let mut response = axum::Json(List {
        items: page.items,
        next_cursor: next,
    })
    .into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn with_cursor(uri: &Uri, cursor: &str) -> String {
    let others = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<String> = others
        .map(str::to_owned)
        .chain([format!("cursor={cursor}")])
        .collect();
    format!("{}?{}", uri.path(), query.join("&"))
}
