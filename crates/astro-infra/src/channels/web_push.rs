//! Web Push: a browser, by way of its maker's push service (RFC 8030). What is sent can be read by the
//! browser alone ([`encryption`], RFC 8291); who sends it is shown by a signature ([`vapid`],
//! RFC 8292).
//!
//! The payload is JSON: `{id, title, body, url, tag, actions: [{label, url}], is_urgent}`, or, to take
//! a notification away, `{id, clear: TAG}`.

mod encryption;
mod vapid;

use astro_core::calendar::Timestamp;
use astro_core::error::Checks;
use astro_core::limits;
use astro_core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use self::encryption::{MAX_PLAINTEXT, Receiver, encrypt};
pub use self::vapid::{Vapid, VapidError};
use super::outcome::judged;
use super::text::{one_line, short_name, shortened};
use super::{Channels, Clear, Message, SendError, Sent, address, header_value};
use crate::http_out::Request;

pub(super) const NOT_CONFIGURED: &str = "Web Push is not set up on this server";

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");
const MAX_TITLE: usize = 200;
/// A body is cut to the longest of these with which the whole fits into one record.
const BODY_LENGTHS: [usize; 5] = [1_500, 700, 300, 100, 0];
/// Browsers show no more.
const MAX_ACTIONS: usize = 3;

/// What the browser gave its page when it subscribed.
pub(super) struct Subscription {
    endpoint: Url,
    receiver: Receiver,
}

impl Subscription {
    pub fn new(endpoint: &str, p256dh: &str, auth: &Secret) -> Result<Self, SendError> {
        let receiver = decoded(p256dh)
            .zip(decoded(auth.expose()))
            .and_then(|(key, auth)| Receiver::new(&key, &auth))
            .ok_or_else(|| SendError::refused("the browser's keys cannot be used"))?;
        Ok(Self {
            endpoint: address(endpoint)?,
            receiver,
        })
    }
}

/// Browsers leave the padding out; some libraries do not.
fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

pub(super) fn check(checks: &mut Checks, p256dh: &str, auth: &Secret) {
    let is_point = decoded(p256dh).is_some_and(|bytes| encryption::is_point(&bytes));
    checks.require(
        is_point,
        "p256dh",
        "wrong_value",
        "must be the browser's public key: 65 bytes in base64url",
    );
    let is_secret = decoded(auth.expose()).is_some_and(|bytes| bytes.len() == 16);
    checks.require(
        is_secret,
        "auth",
        "wrong_value",
        "must be the browser's secret: 16 bytes in base64url",
    );
}

impl Channels {
    pub(super) async fn web_push(
        &self,
        subscription: &Subscription,
        message: &Message,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let urgency = if message.is_urgent { "high" } else { "normal" };
        let payload = payload(message)
            .ok_or_else(|| SendError::refused("the message's address is too long for a push"))?;
        self.push(subscription, &payload, &message.tag, urgency, now)
            .await
    }

    /// Has the topic of what it takes away: where the device has not fetched that yet, it never will.
    pub(super) async fn clear_web_push(
        &self,
        subscription: &Subscription,
        clear: &Clear,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let payload = json!({"id": clear.id, "clear": clear.tag}).to_string();
        self.push(subscription, &payload, &clear.tag, "normal", now)
            .await
    }

    async fn push(
        &self,
        subscription: &Subscription,
        payload: &str,
        tag: &str,
        urgency: &'static str,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let vapid = self
            .vapid
            .as_ref()
            .ok_or_else(|| SendError::refused(NOT_CONFIGURED))?;
        let body = encrypt(&subscription.receiver, payload.as_bytes(), &self.random)
            .ok_or_else(|| SendError::refused("the message is too long for a push"))?;
        let proof = vapid.authorization(&subscription.endpoint, now);
        let request = Request::post(subscription.endpoint.clone(), body)
            .header(header::AUTHORIZATION, header_value(&proof)?)
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            )
            .header(
                header::CONTENT_ENCODING,
                HeaderValue::from_static("aes128gcm"),
            )
            .header(TTL, HeaderValue::from(limits::PUSH_TTL.as_secs()))
            .header(URGENCY, HeaderValue::from_static(urgency))
            .header(TOPIC, header_value(&short_name(tag))?);
        let answer = self.http.send(request).await?;
        let sent = judged(&answer, now);
        // a subscription that has ended (RFC 8030, section 7.3)
        match sent {
            Err(SendError::Refused { reason, .. }) => Err(SendError::Refused {
                reason,
                is_gone: [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&answer.status),
            }),
            other => other,
        }
    }
}

/// The message in as much of its length as fits.
fn payload(message: &Message) -> Option<String> {
    let actions: Vec<Value> = message
        .actions
        .iter()
        .take(MAX_ACTIONS)
        .map(|action| json!({"label": one_line(&action.label), "url": action.url}))
        .collect();
    BODY_LENGTHS
        .iter()
        .map(|length| {
            json!({
                "id": message.id,
                "title": shortened(&one_line(&message.title), MAX_TITLE),
                "body": shortened(&message.body, *length),
                "url": message.url,
                "tag": message.tag,
                "actions": actions,
                "is_urgent": message.is_urgent,
            })
            .to_string()
        })
        .find(|payload| payload.len() <= MAX_PLAINTEXT)
}
