//! Strong entity tags. A tag is the version, and `b` where the answer also says "blocked", which
//! can change while the row does not.

use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::problem::{Problem, Result};

/// The tag of a version.
pub(crate) fn of(version: i64, blocked: bool) -> HeaderValue {
    let tag = format!("\"{version}{}\"", if blocked { "b" } else { "" });
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The version that If-Match asks for; `*` asks for any.
///
/// # Errors
/// 412 for a tag that this server cannot have given, since it cannot match anything.
pub(crate) fn expected_version(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map(|tag| tag.trim_end_matches('b'))
        .and_then(|tag| tag.parse().ok());
    match version {
        Some(version) => Ok(Some(version)),
        None => Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "Changed in the meantime",
            "If-Match holds no tag that this server gave",
        )),
    }
}

/// Whether If-None-Match says that the client has this already.
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let Some(known) = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let tag = tag.to_str().unwrap_or_default();
    known
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
