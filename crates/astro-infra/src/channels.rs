//! The ways to reach a person: a file per channel.
//!
//! A [`Target`] says where, a [`Message`] what; [`Channels::send`] sends it once and tells what became
//! of it, so that its caller can decide about a second try. Everything but mail leaves through
//! [`HttpOut`]; the mail server is the operator's own choice.

mod apprise;
mod email;
mod gotify;
mod message;
mod ntfy;
mod outcome;
mod target;
mod telegram;
mod text;
mod web_push;
mod webhook;

use astro_core::calendar::Timestamp;
use astro_core::error::FieldError;
use astro_core::random::Random;
use url::Url;

pub use email::{MailError, Mailer};
pub use message::{Action, Clear, Message};
pub use outcome::{SendError, Sent};
pub use target::{Target, TargetError};
pub use web_push::{Vapid, VapidError};
pub use webhook::new_secret as new_webhook_secret;

use crate::http_out::{HttpOut, Request};
use web_push::Subscription;

/// All channels that this server can use.
#[derive(Clone, Debug)]
pub struct Channels {
    http: HttpOut,
    mailer: Option<Mailer>,
    vapid: Option<Vapid>,
    random: Random,
}

impl Channels {
    /// Without a mailer no mail is sent, without a key no Web Push.
    pub fn new(
        http: HttpOut,
        mailer: Option<Mailer>,
        vapid: Option<Vapid>,
        random: Random,
    ) -> Self {
        Self {
            http,
            mailer,
            vapid,
            random,
        }
    }

    /// Whether there is a server that takes mail.
    pub fn can_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// What browsers subscribe with (`applicationServerKey`), base64url without padding.
    pub fn vapid_public_key(&self) -> Option<String> {
        self.vapid.as_ref().map(Vapid::public_key)
    }

    /// As [`Target::check`], and what is wrong with the target on this server: an address that its
    /// operator does not allow, a channel that is not set up.
    pub fn check(&self, target: &Target) -> Result<(), Vec<FieldError>> {
        target.check()?;
        let missing = match target {
            Target::Email { .. } if self.mailer.is_none() => Some(email::NOT_CONFIGURED),
            Target::WebPush { .. } if self.vapid.is_none() => Some(web_push::NOT_CONFIGURED),
            _ => None,
        };
        if let Some(reason) = missing {
            return Err(vec![FieldError::new("channel", "unavailable", reason)]);
        }
        let Some((field, address)) = target.address() else {
            return Ok(());
        };
        let refused = |reason: String| vec![FieldError::new(field, "not_allowed", reason)];
        let url = Url::parse(address).map_err(|error| refused(error.to_string()))?;
        self.http
            .check(&url)
            .map_err(|error| refused(error.to_string()))
    }

    /// Sends the message once. Takes at most ten seconds by HTTP and half a minute by mail.
    pub async fn send(
        &self,
        target: &Target,
        message: &Message,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let sent = self.send_to(target, message, now).await;
        sent.map_err(|error| error.without(target.secret()))
    }

    /// Takes an earlier message away where the channel can do that (Web Push, ntfy); `None` where it
    /// cannot and nothing was sent.
    pub async fn clear(
        &self,
        target: &Target,
        clear: &Clear,
        now: Timestamp,
    ) -> Result<Option<Sent>, SendError> {
        let sent = match target {
            Target::WebPush {
                endpoint,
                p256dh,
                auth,
            } => {
                let subscription = Subscription::new(endpoint, p256dh, auth)?;
                self.clear_web_push(&subscription, clear, now).await
            }
            Target::Ntfy {
                server,
                topic,
                token,
            } => {
                let request = ntfy::clearing(server, topic, token.as_ref(), clear)?;
                self.ask(request, now).await
            }
            Target::Email { .. }
            | Target::Gotify { .. }
            | Target::Webhook { .. }
            | Target::Apprise { .. }
            | Target::Telegram { .. } => return Ok(None),
        };
        sent.map(Some)
            .map_err(|error| error.without(target.secret()))
    }

    async fn send_to(
        &self,
        target: &Target,
        message: &Message,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let request = match target {
            Target::Email { address } => return self.email(address, message, now).await,
            Target::WebPush {
                endpoint,
                p256dh,
                auth,
            } => {
                let subscription = Subscription::new(endpoint, p256dh, auth)?;
                return self.web_push(&subscription, message, now).await;
            }
            Target::Ntfy {
                server,
                topic,
                token,
            } => ntfy::request(server, topic, token.as_ref(), message)?,
            Target::Gotify { server, token } => gotify::request(server, token, message)?,
            Target::Webhook { url, secret } => webhook::request(url, secret, message, now)?,
            Target::Apprise { server, key, urls } => {
                let request = apprise::request(server, key.as_deref(), urls.as_ref(), message)?;
                return apprise::judged(&self.http.send(request).await?, now);
            }
            Target::Telegram {
                server,
                bot_token,
                chat_id,
            } => telegram::request(server, bot_token, chat_id, message)?,
        };
        self.ask(request, now).await
    }

    async fn ask(&self, request: Request, now: Timestamp) -> Result<Sent, SendError> {
        outcome::judged(&self.http.send(request).await?, now)
    }
}

/// An address of the target's server: `path` below whatever path the server's own address has.
fn below(server: &str, path: &str) -> Result<Url, SendError> {
    let mut url = address(server)?;
    url.set_query(None);
    url.set_fragment(None);
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}/{path}"));
    Ok(url)
}

fn address(text: &str) -> Result<Url, SendError> {
    Url::parse(text).map_err(|error| SendError::refused(format!("not a usable address: {error}")))
}

/// A header that holds a token.
fn header_value(text: &str) -> Result<http::HeaderValue, SendError> {
    let mut value = http::HeaderValue::from_str(text)
        .map_err(|_| SendError::refused("the token cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
