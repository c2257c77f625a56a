//! A message as a mail: the same words as text and as simple HTML (RFC 2046, section 5.1.4).

use std::time::{Duration, SystemTime};

use astro_core::calendar::Timestamp;
use astro_core::web;
use lettre::Address;
use lettre::error::Error as LetterError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::channels::Message;
use crate::channels::message::links;
use crate::channels::text::{one_line, short_name, shortened};

/// RFC 5322 asks for lines of at most 998; far below it a subject is cut off on every screen anyway.
const MAX_SUBJECT: usize = 200;

pub(super) fn letter(
    from: &Mailbox,
    to: Address,
    message: &Message,
    now: Timestamp,
) -> Result<lettre::Message, LetterError> {
    let domain = from.email.domain();
    // the delivery's id, so that a second copy of a mail can be known as one; lettre would make up
    // the id and the boundary by chance
    let id = short_name(&message.id);
    let part = |content_type: ContentType, text: String| {
        SinglePart::builder().header(content_type).body(text)
    };
    let body = MultiPart::alternative()
        .boundary(format!("part-{id}"))
        .singlepart(part(ContentType::TEXT_PLAIN, text(message)))
        .singlepart(part(ContentType::TEXT_HTML, html(message)));
    let mut letter = lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .date(system_time(now))
        .message_id(Some(format!("<{id}@{domain}>")))
        // mail replaces nothing, but programs put one tag's mails together
        .references(format!("<tag-{}@{domain}>", short_name(&message.tag)))
        .subject(shortened(&one_line(&message.title), MAX_SUBJECT))
        .multipart(body)?;
    letter.headers_mut().insert_raw(HeaderValue::new(
        // RFC 3834, section 5: no machine answers it
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    Ok(letter)
}

fn system_time(now: Timestamp) -> SystemTime {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn text(message: &Message) -> String {
    let links = links(message.url.as_deref(), &message.actions);
    let parts = [one_line(&message.title), message.body.clone(), links];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn html(message: &Message) -> String {
    let title = escaped(&one_line(&message.title));
    let headline = match &message.url {
        Some(url) => link(url, &title),
        None => title.clone(),
    };
    let mut parts = vec![
        "<!doctype html>".to_owned(),
        format!("<html><head><meta charset=\"utf-8\"><title>{title}</title></head><body>"),
        format!("<p><strong>{headline}</strong></p>"),
    ];
    if !message.body.is_empty() {
        let body = escaped(&message.body).replace('\n', "<br>\n");
        parts.push(format!("<p>{body}</p>"));
    }
    for action in &message.actions {
        let label = escaped(&one_line(&action.label));
        parts.push(format!("<p>{}</p>", link(&action.url, &label)));
    }
    parts.push("</body></html>".to_owned());
    parts.join("\n")
}

/// Around text that is escaped already; the text alone where a page must not offer the address.
fn link(url: &str, text: &str) -> String {
    if web::is_address(url) {
        format!("<a href=\"{}\">{text}</a>", escaped(url))
    } else {
        text.to_owned()
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
