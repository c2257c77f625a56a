//! A Telegram bot (<https://core.telegram.org/bots/api#sendmessage>).

use astro_core::error::Checks;
use astro_core::secret::Secret;
use serde_json::{Value, json};
use url::{Host, Url};

use super::message::links;
use super::target::is_word;
use super::text::{one_line, shortened_utf16};
use super::{Action, Message, SendError, below};
use crate::http_out::Request;

/// In UTF-16 units.
const MAX_TEXT: usize = 4_096;

pub(super) fn default_server() -> String {
    "https://api.telegram.org".to_owned()
}

pub(super) fn check(checks: &mut Checks, bot_token: &Secret, chat_id: &str) {
    // it stands in the path as it is
    let is_token = bot_token.expose().split_once(':').is_some_and(|(id, key)| {
        is_number(id) && !key.is_empty() && key.len() <= 128 && key.chars().all(is_word)
    });
    checks.require(
        is_token,
        "bot_token",
        "wrong_value",
        "must be the token of a bot, such as 123456:ABC-DEF",
    );
    let is_chat = match chat_id.strip_prefix('@') {
        Some(name) => (1..=64).contains(&name.len()) && name.chars().all(is_word),
        None => is_number(chat_id.strip_prefix('-').unwrap_or(chat_id)),
    };
    checks.require(
        is_chat,
        "chat_id",
        "wrong_value",
        "must be a number, or the @name of a public channel",
    );
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn request(
    server: &str,
    bot_token: &Secret,
    chat_id: &str,
    message: &Message,
) -> Result<Request, SendError> {
    let (buttons, plain): (Vec<&Action>, Vec<&Action>) = message
        .actions
        .iter()
        .partition(|action| is_public(&action.url));
    let mut body = json!({
        "chat_id": chat_id,
        // no parse mode: the text is not markup
        "text": text(message, plain),
        "link_preview_options": {"is_disabled": true},
    });
    if !buttons.is_empty() {
        let keyboard: Vec<Value> = buttons
            .iter()
            .map(|action| json!([{"text": one_line(&action.label), "url": action.url}]))
            .collect();
        body["reply_markup"] = json!({"inline_keyboard": keyboard});
    }
    let url = below(server, &format!("bot{}/sendMessage", bot_token.expose()))?;
    Ok(Request::post_json(url, &body))
}

/// What is no button follows the words, which are cut so that it fits.
fn text(message: &Message, plain: Vec<&Action>) -> String {
    let mut words = one_line(&message.title);
    if !message.body.is_empty() {
        words = format!("{words}\n\n{}", message.body);
    }
    let links = links(message.url.as_deref(), plain);
    if links.is_empty() {
        return shortened_utf16(&words, MAX_TEXT);
    }
    let links = format!("\n\n{links}");
    let room = MAX_TEXT.saturating_sub(links.encode_utf16().count());
    shortened_utf16(
        &format!("{}{links}", shortened_utf16(&words, room)),
        MAX_TEXT,
    )
}

/// Telegram refuses a message with a button whose host is not of the open internet (`localhost`,
/// `nas`), all of it.
fn is_public(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        ["http", "https"].contains(&url.scheme())
            && match url.host() {
                Some(Host::Domain(name)) => name.trim_end_matches('.').contains('.'),
                Some(_) => true,
                None => false,
            }
    })
}
