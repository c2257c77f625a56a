//! How a sending ended, in the words of the channel's owner.

use std::time::{Duration, SystemTime};

use astro_core::calendar::Timestamp;
use astro_core::secret::Secret;
use http::{StatusCode, header};
use serde_json::Value;

use super::text::cut;
use crate::http_out::{Answer, HttpError};

/// Of what the other side said, so many characters are kept.
const MAX_REMARK: usize = 200;

/// The other side took the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it answered: `201 Created`, `250 OK`.
    pub answer: String,
}

/// The message was not sent, or nobody knows. The reasons hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Certainly not accepted; it may be tried again, not sooner than the other side asked.
    #[error("not sent: {reason}")]
    NotSent {
        reason: String,
        retry_after: Option<Duration>,
    },
    /// Never will be as things are set up.
    #[error("refused: {reason}")]
    Refused {
        reason: String,
        /// The target itself is no more: it will not be there again later.
        is_gone: bool,
    },
    /// It may have been accepted: trying again may say it twice.
    #[error("unknown: {reason}")]
    Unknown { reason: String },
}

impl SendError {
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
            is_gone: false,
        }
    }

    pub(super) fn not_sent(reason: impl Into<String>) -> Self {
        Self::NotSent {
            reason: reason.into(),
            retry_after: None,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::NotSent { reason, .. }
            | Self::Refused { reason, .. }
            | Self::Unknown { reason } => reason,
        }
    }

    /// The same without a text that nobody may see, should the other side have repeated it.
    pub(super) fn without(mut self, secret: Option<&Secret>) -> Self {
        let secret = secret.map_or("", Secret::expose);
        let (Self::NotSent { reason, .. }
        | Self::Refused { reason, .. }
        | Self::Unknown { reason }) = &mut self;
        if !secret.is_empty() && reason.contains(secret) {
            *reason = reason.replace(secret, "***");
        }
        self
    }
}

impl From<HttpError> for SendError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Blocked(reason) => Self::refused(reason),
            HttpError::NotSent(reason) => Self::not_sent(reason),
            HttpError::Unknown(reason) => Self::Unknown { reason },
        }
    }
}

/// What an HTTP answer means for the message.
pub(super) fn judged(answer: &Answer, now: Timestamp) -> Result<Sent, SendError> {
    let status = answer.status;
    if status.is_success() {
        return Ok(Sent {
            answer: status.to_string(),
        });
    }
    let reason = match remark(answer) {
        Some(remark) => format!("answered {status}: {remark}"),
        None => format!("answered {status}"),
    };
    let is_passing = status.is_server_error()
        || [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::TOO_EARLY,
        ]
        .contains(&status);
    if is_passing {
        return Err(SendError::NotSent {
            reason,
            retry_after: retry_after(answer, now),
        });
    }
    if status.is_redirection() {
        return Err(SendError::refused(format!(
            "{reason}; redirects are not followed: set the final address"
        )));
    }
    Err(SendError::Refused {
        reason,
        is_gone: status == StatusCode::GONE,
    })
}

/// The one sentence of an error document, by the names that ntfy, Gotify, Telegram, Apprise and
/// RFC 9457 give it. Nothing else of the body is repeated.
fn remark(answer: &Answer) -> Option<String> {
    const NAMES: [&str; 5] = [
        "description",
        "errorDescription",
        "detail",
        "error",
        "title",
    ];
    let document: Value = serde_json::from_slice(&answer.body).ok()?;
    let said = NAMES
        .iter()
        .find_map(|name| document.get(name).and_then(Value::as_str))?;
    let line: String = said
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Some(cut(&line, MAX_REMARK).to_owned())
}

/// In the header, as seconds or a date (RFC 9110, section 10.2.3), or as Telegram says it.
fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let Some(value) = answer.headers.get(header::RETRY_AFTER) else {
        let document: Value = serde_json::from_slice(&answer.body).ok()?;
        let seconds = document.pointer("/parameters/retry_after")?.as_u64()?;
        return Some(Duration::from_secs(seconds));
    };
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let until = until.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let now = Duration::from_secs(u64::try_from(now.as_second()).ok()?);
    Some(until.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-25T09:00:00Z".parse().unwrap()
    }

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            is_cut: false,
        }
    }

    fn waits(text: &str) -> Option<Duration> {
        let mut answer = answer(429, "");
        let value = HeaderValue::from_str(text).unwrap();
        answer.headers.insert(header::RETRY_AFTER, value);
        match judged(&answer, now()) {
            Err(SendError::NotSent { retry_after, .. }) => retry_after,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_status_means_one_of_three_things() {
        for status in 200..=599 {
            let verdict = judged(&answer(status, ""), now());
            let is_right = match status {
                200..=299 => verdict.is_ok(),
                408 | 425 | 429 | 500..=599 => matches!(verdict, Err(SendError::NotSent { .. })),
                410 => matches!(verdict, Err(SendError::Refused { is_gone: true, .. })),
                _ => matches!(verdict, Err(SendError::Refused { is_gone: false, .. })),
            };
            assert!(is_right, "{status}: {verdict:?}");
        }
    }

    #[test]
    fn the_wish_to_be_left_alone_is_read_in_both_forms() {
        assert_eq!(waits("120"), Some(Duration::from_mins(2)));
        let date = "Wed, 25 Nov 2026 09:01:30 GMT";
        assert_eq!(waits(date), Some(Duration::from_secs(90)));
        let past = "Wed, 25 Nov 2026 08:00:00 GMT";
        assert_eq!(waits(past), Some(Duration::ZERO));
        assert_eq!(waits("soon"), None);
    }

    #[test]
    fn of_an_error_document_one_sentence_is_repeated_and_nothing_else() {
        let named = answer(
            400,
            r#"{"ok":false,"description":"chat\nnot found","x":"y"}"#,
        );
        let error = judged(&named, now()).unwrap_err();
        assert_eq!(error.reason(), "answered 400 Bad Request: chat not found");
        let page = answer(404, "<html>inside</html>");
        let error = judged(&page, now()).unwrap_err();
        assert_eq!(error.reason(), "answered 404 Not Found");
    }

    #[test]
    fn a_repeated_secret_is_taken_out_of_the_reason() {
        let error = SendError::refused("bad token abc").without(Some(&Secret::new("abc")));
        assert_eq!(error.reason(), "bad token ***");
    }
}
