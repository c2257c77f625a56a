//! Gotify: an application on one's own server (<https://gotify.net/docs/pushmsg>).

use astro_core::secret::Secret;
use http::HeaderName;
use serde_json::json;

use super::message::links;
use super::text::one_line;
use super::{Message, SendError, below, header_value};
use crate::http_out::Request;

const KEY: HeaderName = HeaderName::from_static("x-gotify-key");
/// From 8 on the app interrupts; 4 to 7 make a sound.
const URGENT: u8 = 8;
const ORDINARY: u8 = 5;

pub(super) fn request(
    server: &str,
    token: &Secret,
    message: &Message,
) -> Result<Request, SendError> {
    // said by name: the server's own default would be up to its administrator
    let mut extras = json!({"client::display": {"contentType": "text/plain"}});
    if let Some(url) = &message.url {
        extras["client::notification"] = json!({"click": {"url": url}});
    }
    // the url is what a tap opens, and the app has no buttons
    let links = links(None, &message.actions);
    let text = [message.text(), &links].join("\n\n");
    let body = json!({
        "title": one_line(&message.title),
        "message": text.trim_end(),
        "priority": if message.is_urgent { URGENT } else { ORDINARY },
        "extras": extras,
    });
    let request = Request::post_json(below(server, "message")?, &body);
    Ok(request.header(KEY, header_value(token.expose())?))
}
