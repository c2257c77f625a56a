//! An Apprise API server, the door to a hundred further services
//! (<https://github.com/caronc/apprise-api>).

use astro_core::calendar::Timestamp;
use astro_core::error::Checks;
use astro_core::secret::Secret;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::text::one_line;
use super::{Message, SendError, Sent, below, outcome};
use crate::http_out::{Answer, Request};

pub(super) fn check(checks: &mut Checks, key: Option<&String>, urls: Option<&Secret>) {
    checks.require(
        key.is_some() != urls.is_some(),
        "key",
        "wrong_value",
        "either key or urls must be given, and not both",
    );
    if let Some(urls) = urls {
        checks.title("urls", urls.expose(), 4_096);
    }
}

pub(super) fn request(
    server: &str,
    key: Option<&str>,
    urls: Option<&Secret>,
    message: &Message,
) -> Result<Request, SendError> {
    let url = match key {
        Some(key) => below(server, &format!("notify/{key}"))?,
        None => below(server, "notify/")?,
    };
    let mut body = json!({
        "title": one_line(&message.title),
        "body": message.text_with_links(),
        "type": if message.is_urgent { "warning" } else { "info" },
        "format": "text",
    });
    if let Some(urls) = urls {
        body["urls"] = json!(urls.expose());
    }
    let request = Request::post_json(url, &body);
    Ok(request.header(header::ACCEPT, HeaderValue::from_static("application/json")))
}

/// Of the answers, 200 alone means that every service took it. 204 is said where nothing is kept under
/// the key, 424 where a service failed and others may have taken it.
pub(super) fn judged(answer: &Answer, now: Timestamp) -> Result<Sent, SendError> {
    let sent = outcome::judged(answer, now);
    match (answer.status, sent) {
        (StatusCode::NO_CONTENT, _) => Err(SendError::refused(
            "answered 204 No Content: nothing is kept under this key",
        )),
        (StatusCode::FAILED_DEPENDENCY, Err(error)) => Err(SendError::Unknown {
            reason: error.reason().to_owned(),
        }),
        (_, sent) => sent,
    }
}
