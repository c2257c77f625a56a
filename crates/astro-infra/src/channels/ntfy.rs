//! ntfy: a topic on ntfy.sh or one's own server (<https://docs.ntfy.sh/publish/#publish-as-json>).

use astro_core::secret::Secret;
use http::{HeaderName, Method, header};
use serde_json::json;

use super::text::{one_line, short_name, shortened, shortened_utf8};
use super::{Clear, Message, SendError, below, header_value};
use crate::http_out::Request;

/// From version 2.16 on, a later message of the same sequence replaces the earlier.
const SEQUENCE: HeaderName = HeaderName::from_static("x-sequence-id");
/// In bytes: a longer message arrives as a file to be opened.
const MAX_BODY: usize = 4_096;
const MAX_TITLE: usize = 250;
const MAX_ACTIONS: usize = 3;
/// Of 1 to 5, where 3 is the default and 5 rings until it is seen.
const URGENT: u8 = 5;
const ORDINARY: u8 = 3;

pub(super) fn request(
    server: &str,
    topic: &str,
    token: Option<&Secret>,
    message: &Message,
) -> Result<Request, SendError> {
    let actions: Vec<_> = message
        .actions
        .iter()
        .take(MAX_ACTIONS)
        .map(|action| {
            json!({"action": "view", "label": one_line(&action.label), "url": action.url, "clear": true})
        })
        .collect();
    let mut body = json!({
        "topic": topic,
        "title": shortened(&one_line(&message.title), MAX_TITLE),
        "message": shortened_utf8(&message.body, MAX_BODY),
        "priority": if message.is_urgent { URGENT } else { ORDINARY },
    });
    if let Some(url) = &message.url {
        body["click"] = json!(url);
    }
    if !actions.is_empty() {
        body["actions"] = json!(actions);
    }
    let sequence = header_value(&short_name(&message.tag))?;
    let request = Request::post_json(below(server, "")?, &body).header(SEQUENCE, sequence);
    with_token(request, token)
}

/// Takes the messages of a tag off the devices (version 2.16 and later).
pub(super) fn clearing(
    server: &str,
    topic: &str,
    token: Option<&Secret>,
    clear: &Clear,
) -> Result<Request, SendError> {
    let path = format!("{topic}/{}", short_name(&clear.tag));
    let mut request = Request::post(below(server, &path)?, "");
    request.method = Method::DELETE;
    with_token(request, token)
}

fn with_token(request: Request, token: Option<&Secret>) -> Result<Request, SendError> {
    let Some(token) = token else {
        return Ok(request);
    };
    let bearer = header_value(&format!("Bearer {}", token.expose()))?;
    Ok(request.header(header::AUTHORIZATION, bearer))
}
