//! Where a person's reminders go: a phone, a topic, an address of a program. What lets one in there
//! is never shown again once it is kept.

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Channel;
use crate::error::{Checks, FieldError};
use crate::ids::DestinationId;
use crate::secret::Secret;
use crate::{limits, schema};

/// A place that reminders can be sent to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Destination {
    pub id: DestinationId,
    pub channel: Channel,
    pub title: String,
    /// As the channel asks for; see docs/channels.md.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// Whether a secret is kept with it.
    pub has_secret: bool,
    /// Events that are sent there besides reminders, such as `astro.tasks.completed.v1`; webhooks
    /// only. `*` stands for any one word: `astro.tasks.*.v1`.
    pub events: Vec<String>,
    pub enabled: bool,
    pub version: i64,
    #[schema(value_type = schema::Instant)]
    pub created_at: Timestamp,
    #[schema(value_type = schema::Instant)]
    pub updated_at: Timestamp,
}

/// What a person writes of a destination.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDestination {
    pub channel: Channel,
    /// What to call it: "Phone", "Kitchen tablet".
    #[schema(min_length = 1, max_length = 255)]
    pub title: String,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// A token, password or signing secret; kept, used, and never shown.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4096)]
    pub secret: Option<Secret>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub events: Vec<String>,
    #[serde(default = "enabled")]
    pub enabled: bool,
}

fn enabled() -> bool {
    true
}

impl NewDestination {
    /// # Errors
    /// Every field that cannot be kept, whatever the channel.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.title("title", &self.title, limits::SHORT_CHARS);
        checks.require(
            !matches!(self.channel, Channel::InApp | Channel::Email),
            "channel",
            "no_address",
            "needs no destination: in_app is the product itself, email goes to the account's address",
        );
        checks.require(
            self.events.is_empty() || self.channel == Channel::Webhook,
            "events",
            "webhooks_only",
            "only webhooks are told of events",
        );
        checks.require(
            self.events.len() <= limits::DESTINATIONS,
            "events",
            "too_many",
            "are too many",
        );
        for (n, pattern) in self.events.iter().enumerate() {
            checks.require(
                is_pattern(pattern),
                &format!("events[{n}]"),
                "no_subject",
                "must be a subject such as astro.tasks.completed.v1, with * for any one word",
            );
        }
        checks.finish()
    }
}

fn is_pattern(text: &str) -> bool {
    let words: Vec<&str> = text.split('.').collect();
    let is_word = |word: &&str| {
        *word == "*"
            || (!word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
    };
    words.len() == 4 && words[0] == "astro" && words.iter().all(is_word)
}

/// Whether a subject is meant by a pattern.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let (pattern, subject) = (pattern.split('.'), subject.split('.'));
    pattern.clone().count() == subject.clone().count()
        && pattern
            .zip(subject)
            .all(|(want, is)| want == "*" || want == is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_word() {
        assert!(matches("astro.tasks.*.v1", "astro.tasks.completed.v1"));
        assert!(matches("astro.*.*.v1", "astro.reminders.fired.v1"));
        assert!(!matches("astro.*.v1", "astro.tasks.completed.v1"));
        assert!(!matches("astro.tasks.*.v1", "astro.goals.completed.v1"));
        assert!(
            is_pattern("astro.tasks.*.v1")
                && !is_pattern("tasks")
                && !is_pattern("astro.Tasks.x.v1")
        );
    }
}
