//! Where a person is reached, and the two halves in which that is kept: settings that their owner may
//! see again, and one secret that nobody may.

use astro_core::error::{Checks, FieldError};
use astro_core::limits::URL_CHARS;
use astro_core::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{apprise, telegram, web_push, webhook};

/// A target of one channel. Its JSON form is what a person sends to set it up; written out, it lacks
/// the secret ([`Target::settings`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    Email {
        address: String,
    },
    /// A browser's subscription, as its `PushSubscription` tells it (base64url without padding).
    WebPush {
        endpoint: String,
        /// The browser's public key: 65 bytes of an uncompressed P-256 point.
        p256dh: String,
        /// 16 bytes.
        #[serde(skip_serializing)]
        auth: Secret,
    },
    Ntfy {
        server: String,
        topic: String,
        #[serde(default, skip_serializing)]
        token: Option<Secret>,
    },
    Gotify {
        server: String,
        /// An application's token.
        #[serde(skip_serializing)]
        token: Secret,
    },
    Webhook {
        url: String,
        /// `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks has it.
        #[serde(skip_serializing)]
        secret: Secret,
    },
    /// An Apprise API server: either what it keeps under a key, or Apprise addresses that go with
    /// each message.
    Apprise {
        server: String,
        #[serde(default)]
        key: Option<String>,
        #[serde(default, skip_serializing)]
        urls: Option<Secret>,
    },
    Telegram {
        #[serde(default = "telegram::default_server")]
        server: String,
        #[serde(skip_serializing)]
        bot_token: Secret,
        /// A number, or the `@name` of a public channel.
        chat_id: String,
    },
}

/// Kept settings that make no target.
#[derive(Debug, thiserror::Error)]
#[error("these settings make no target: {0}")]
pub struct TargetError(#[from] serde_json::Error);

impl Target {
    /// The channel's name: `email`, `web_push`, `ntfy`, `gotify`, `webhook`, `apprise`, `telegram`.
    pub fn channel(&self) -> &'static str {
        match self {
            Self::Email { .. } => "email",
            Self::WebPush { .. } => "web_push",
            Self::Ntfy { .. } => "ntfy",
            Self::Gotify { .. } => "gotify",
            Self::Webhook { .. } => "webhook",
            Self::Apprise { .. } => "apprise",
            Self::Telegram { .. } => "telegram",
        }
    }

    /// The half that may be shown, its channel's name among it.
    pub fn settings(&self) -> Result<Value, TargetError> {
        Ok(serde_json::to_value(self)?)
    }

    /// The half that may not.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Email { .. } => None,
            Self::WebPush { auth: secret, .. }
            | Self::Gotify { token: secret, .. }
            | Self::Webhook { secret, .. }
            | Self::Telegram {
                bot_token: secret, ..
            } => Some(secret),
            Self::Ntfy { token: secret, .. } | Self::Apprise { urls: secret, .. } => {
                secret.as_ref()
            }
        }
    }

    /// Puts the two halves together again.
    pub fn of(settings: &Value, secret: Option<&Secret>) -> Result<Self, TargetError> {
        let mut whole = settings.clone();
        if let (Some(fields), Some(secret)) = (whole.as_object_mut(), secret) {
            let name = match fields.get("channel").and_then(Value::as_str) {
                Some("web_push") => "auth",
                Some("webhook") => "secret",
                Some("apprise") => "urls",
                Some("telegram") => "bot_token",
                _ => "token",
            };
            fields.insert(name.to_owned(), secret.expose().into());
        }
        Ok(serde_json::from_value(whole)?)
    }

    /// Every wrong setting, by its name in the JSON form. What only a look-up or a sending could show
    /// is not among them.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        if let Some((field, address)) = self.address() {
            web_address(&mut checks, field, address);
        }
        match self {
            Self::Email { address } => checks.require(
                address.parse::<lettre::Address>().is_ok(),
                "address",
                "wrong_value",
                "must be an e-mail address such as owner@example.org",
            ),
            Self::WebPush { p256dh, auth, .. } => web_push::check(&mut checks, p256dh, auth),
            Self::Ntfy { topic, token, .. } => {
                word(&mut checks, "topic", topic);
                if let Some(secret) = token {
                    token_text(&mut checks, "token", secret);
                }
            }
            Self::Gotify { token, .. } => token_text(&mut checks, "token", token),
            Self::Webhook { secret, .. } => webhook::check(&mut checks, secret),
            Self::Apprise { key, urls, .. } => {
                apprise::check(&mut checks, key.as_ref(), urls.as_ref());
                if let Some(key) = key {
                    word(&mut checks, "key", key);
                }
            }
            Self::Telegram {
                bot_token, chat_id, ..
            } => telegram::check(&mut checks, bot_token, chat_id),
        }
        checks.finish()
    }

    /// The address that its requests go to, with the name of its setting; mail has none.
    pub(super) fn address(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Email { .. } => None,
            Self::WebPush { endpoint, .. } => Some(("endpoint", endpoint)),
            Self::Webhook { url, .. } => Some(("url", url)),
            Self::Ntfy { server, .. }
            | Self::Gotify { server, .. }
            | Self::Apprise { server, .. }
            | Self::Telegram { server, .. } => Some(("server", server)),
        }
    }
}

fn web_address(checks: &mut Checks, field: &str, text: &str) {
    checks.text(field, text, URL_CHARS);
    let is_right = Url::parse(text).is_ok_and(|url| {
        ["http", "https"].contains(&url.scheme())
            && url.username().is_empty()
            && url.password().is_none()
    });
    checks.require(
        is_right,
        field,
        "wrong_value",
        "must be an address that begins with https:// or http:// and holds no user name or password",
    );
}

/// What stands in a path as it is.
fn word(checks: &mut Checks, field: &str, text: &str) {
    let is_right = (1..=64).contains(&text.len()) && text.chars().all(is_word);
    checks.require(
        is_right,
        field,
        "wrong_value",
        "must be 1 to 64 letters, digits, dashes or underscores",
    );
}

pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// What stands in a header as it is.
fn token_text(checks: &mut Checks, field: &str, token: &Secret) {
    let text = token.expose();
    checks.text(field, text, URL_CHARS);
    checks.require(
        !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()),
        field,
        "wrong_value",
        "must be printable ASCII characters without blanks",
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    fn right() -> Vec<(Value, Option<&'static str>)> {
        let webhook = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        vec![
            (
                json!({"channel": "email", "address": "o@example.org"}),
                None,
            ),
            (
                json!({"channel": "web_push", "endpoint": "https://push.example.net/x", "p256dh": P256DH, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}),
                Some("BTBZMqHH6r4Tts7J_aSIgg"),
            ),
            (
                json!({"channel": "ntfy", "server": "https://ntfy.example.org", "topic": "t_1", "token": "tk_1"}),
                Some("tk_1"),
            ),
            (
                json!({"channel": "ntfy", "server": "https://ntfy.example.org", "topic": "t"}),
                None,
            ),
            (
                json!({"channel": "gotify", "server": "https://gotify.example.org", "token": "A1"}),
                Some("A1"),
            ),
            (
                json!({"channel": "webhook", "url": "https://hook.example.org/x?y=z", "secret": webhook}),
                Some(webhook),
            ),
            (
                json!({"channel": "apprise", "server": "https://apprise.example.org", "key": "home"}),
                None,
            ),
            (
                json!({"channel": "apprise", "server": "https://apprise.example.org", "urls": "discord://a/b"}),
                Some("discord://a/b"),
            ),
            (
                json!({"channel": "telegram", "bot_token": "123:abc", "chat_id": "-100200"}),
                Some("123:abc"),
            ),
        ]
    }

    #[test]
    fn the_two_halves_make_the_same_target_again_and_only_one_holds_the_secret() {
        for (sent, secret) in right() {
            let target: Target = serde_json::from_value(sent.clone()).unwrap();
            assert_eq!(target.check(), Ok(()), "{sent}");
            let settings = target.settings().unwrap();
            assert_eq!(settings["channel"], target.channel());
            assert_eq!(target.secret().map(Secret::expose), secret);
            let again = Target::of(&settings, target.secret()).unwrap();
            assert_eq!(again.settings().unwrap(), settings);
            assert_eq!(again.secret().map(Secret::expose), secret);
            for shown in [settings.to_string(), format!("{target:?}")] {
                assert!(
                    secret.is_none_or(|secret| !shown.contains(secret)),
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn every_wrong_setting_is_named() {
        for (sent, fields) in [
            (
                json!({"channel": "email", "address": "a@b\r\nBcc: c@d"}),
                vec!["address"],
            ),
            (
                json!({"channel": "web_push", "endpoint": "push", "p256dh": "AAAA", "auth": "x"}),
                vec!["endpoint", "p256dh", "auth"],
            ),
            (
                json!({"channel": "ntfy", "server": "ftp://x", "topic": "a/b", "token": "a b"}),
                vec!["server", "topic", "token"],
            ),
            (
                json!({"channel": "gotify", "server": "https://u:p@x", "token": ""}),
                vec!["server", "token"],
            ),
            (
                json!({"channel": "webhook", "url": "x", "secret": "whsec_short"}),
                vec!["url", "secret"],
            ),
            (
                json!({"channel": "apprise", "server": "http://x"}),
                vec!["key"],
            ),
            (
                json!({"channel": "apprise", "server": "http://x", "key": "k", "urls": "json://x"}),
                vec!["key"],
            ),
            (
                json!({"channel": "telegram", "bot_token": "1:a/../b", "chat_id": "me"}),
                vec!["bot_token", "chat_id"],
            ),
        ] {
            let target: Target = serde_json::from_value(sent.clone()).unwrap();
            let wrong = target.check().unwrap_err();
            let wrong: Vec<&str> = wrong.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(wrong, fields, "{sent}");
        }
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let sent = json!({"channel": "email", "address": "o@example.org", "bcc": "x"});
        assert!(serde_json::from_value::<Target>(sent).is_err());
    }
}
