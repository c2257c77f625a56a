//! Alarms of a to-do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Extra, Relation};
use crate::{IsoDuration, When};

/// VALARM (RFC 5545 3.6.6, RFC 9074).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// TRIGGER.
    pub trigger: Trigger,
    /// UID.
    pub uid: Option<String>,
    /// ACTION as written: DISPLAY, EMAIL, AUDIO, ..
    pub action: Option<String>,
    /// ACKNOWLEDGED.
    pub acknowledged: Option<Timestamp>,
    /// RELATED-TO; RELTYPE=SNOOZE for a snoozed alarm.
    pub related: Vec<Relation>,
    /// DESCRIPTION.
    pub description: Option<String>,
    /// SUMMARY.
    pub summary: Option<String>,
    /// REPEAT.
    pub repeat: Option<u32>,
    /// DURATION: the time between repeats.
    pub repeat_every: Option<IsoDuration>,
    /// Everything else.
    pub extra: Extra,
}

/// When an alarm goes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A distance from the start or the due time.
    Offset {
        /// Negative for before.
        duration: IsoDuration,
        /// From what.
        from: Anchor,
    },
    /// A time of its own.
    At(When),
}

/// What a distance counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// RELATED=START, the default.
    Start,
    /// RELATED=END: the due time.
    End,
}

impl Alarm {
    /// An alarm with nothing but its trigger.
    pub fn new(trigger: Trigger) -> Self {
        Self {
            trigger,
            uid: None,
            action: None,
            acknowledged: None,
            related: Vec::new(),
            description: None,
            summary: None,
            repeat: None,
            repeat_every: None,
            extra: Extra::default(),
        }
    }

    /// Whether a property that may stand once is set. Its name in upper case.
    pub(super) fn has(&self, name: &str) -> bool {
        match name {
            "TRIGGER" => true,
            "UID" => self.uid.is_some(),
            "ACTION" => self.action.is_some(),
            "ACKNOWLEDGED" => self.acknowledged.is_some(),
            "DESCRIPTION" => self.description.is_some(),
            "SUMMARY" => self.summary.is_some(),
            "REPEAT" => self.repeat.is_some(),
            "DURATION" => self.repeat_every.is_some(),
            _ => false,
        }
    }
}
