//! What devices exchange with the server to stay alike: changes on the way down, operations on the
//! way up.

use std::fmt;
use std::str::FromStr;

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::events::{Action, Entity};
use crate::ids::EventId;
use crate::schema;

/// How far a device has read.
///
/// On the wire it is `SEQ`, or `SEQ.FLOOR` between the pages of a first reading: everything that
/// was removed for good up to `FLOOR` had gone before that reading began, so this device never
/// held it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncToken {
    /// Number of the last change that was read; 0 before the first.
    pub seq: i64,
    pub floor: i64,
}

impl SyncToken {
    /// Whether a reading can go on from here, when the owner's latest change is `change_seq` and
    /// what was removed for good goes up to `purged_seq`. A token of the future comes from a
    /// database that was set back, so what the device holds may never have happened here.
    pub fn is_good(self, change_seq: i64, purged_seq: i64) -> bool {
        self == Self::default()
            || (self.seq.max(self.floor) <= change_seq && purged_seq <= self.seq.max(self.floor))
    }
}

impl fmt::Display for SyncToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.floor > self.seq {
            write!(f, "{}.{}", self.seq, self.floor)
        } else {
            write!(f, "{}", self.seq)
        }
    }
}

/// Text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a sync token of this server")]
pub struct NotAToken;

impl FromStr for SyncToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let (seq, floor) = text.split_once('.').unwrap_or((text, "0"));
        let number = |digits: &str| {
            let plain =
                (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            plain
                .then(|| digits.parse().ok())
                .flatten()
                .ok_or(NotAToken)
        };
        Ok(Self {
            seq: number(seq)?,
            floor: number(floor)?,
        })
    }
}

/// A row as it is after its latest change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowChange {
    pub entity: Entity,
    pub id: Uuid,
    pub change_seq: i64,
    pub version: i64,
    /// It lies in the trash.
    pub deleted: bool,
    /// The whole row; absent when it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub document: Option<Value>,
}

/// One page of changes, in the order in which they happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    pub changes: Vec<RowChange>,
    pub next: SyncToken,
    /// There is more to read at once.
    pub more: bool,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpKind {
    /// Makes a row of the fields in `patch`.
    Create,
    /// Applies `patch`, a JSON Merge Patch.
    Update,
    /// Puts the row into the trash.
    Delete,
    /// Takes the row out of the trash.
    Restore,
    /// Marks a task done.
    Complete,
    /// Makes a finished task open again.
    Reopen,
    /// Leaves an occurrence of a series out.
    Skip,
    /// Makes the occurrence `patch.recurrence_id` of a series a row, where it is none yet. Its id is
    /// the `UUIDv5` of that text in the namespace of the series' id.
    Materialise,
    /// Takes note of a reminder.
    Acknowledge,
    /// Puts a reminder off until `patch.until`.
    Snooze,
}

/// One change that a device made, perhaps long before it could send it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Op {
    /// A `UUIDv7` of the device's making: the same operation sent again is answered as the first
    /// time and does nothing.
    pub op_id: Uuid,
    pub kind: OpKind,
    /// `feedback` can only be created; its `patch` holds the `recommendation_id`, too, and it is
    /// answered with the recommendation.
    pub entity: Entity,
    /// The row; for a creation the `UUIDv7` that it shall have, or absent to let the server choose.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// Fields of the row.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub patch: Map<String, Value>,
    /// The version that the device knew.
    #[serde(default)]
    pub base_version: Option<i64>,
    /// Refuse the operation when the row is not at `base_version` any more. Otherwise the last
    /// writer of a field wins, in the order in which the server hears of them.
    #[serde(default)]
    pub strict: bool,
}

/// What an operation came to.
#[derive(Clone, Debug, PartialEq)]
pub struct OpDone {
    pub id: Uuid,
    pub version: i64,
    pub change_seq: i64,
    pub deleted: bool,
    /// Present where it can be undone.
    pub undo: Option<EventId>,
}

/// Something in the trash.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TrashItem {
    pub entity: Entity,
    pub id: Uuid,
    /// What a person knows it by.
    pub title: String,
    pub version: i64,
    #[schema(value_type = schema::Instant)]
    pub deleted_at: Timestamp,
}

/// Something that happened to a thing.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct HistoryEntry {
    /// Also the undo token, for as long as the write can be undone.
    pub id: EventId,
    /// When it happened, by the clock of whoever reported it.
    #[schema(value_type = schema::Instant)]
    pub at: Timestamp,
    /// When this server learnt of it.
    #[schema(value_type = schema::Instant)]
    pub recorded_at: Timestamp,
    pub entity: Entity,
    pub entity_id: Uuid,
    pub action: Action,
    /// The first entry of the same write, when it is not this one.
    pub cause: Option<EventId>,
    pub change_seq: i64,
    /// Names of the changed fields, and old and new values of those that hold no words.
    #[schema(value_type = Object)]
    pub data: Value,
    pub version_after: i64,
}

impl From<crate::events::Event> for HistoryEntry {
    fn from(event: crate::events::Event) -> Self {
        Self {
            id: event.id,
            at: event.at,
            recorded_at: event.recorded_at,
            entity: event.entity,
            entity_id: event.entity_id,
            action: event.action,
            cause: event.cause,
            change_seq: event.change_seq,
            data: event.data,
            version_after: event.version_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn tokens_are_read_as_they_were_written(seq in 0_i64..1_000_000_000_000, ahead in 0_i64..1000) {
            let token = SyncToken { seq, floor: if ahead == 0 { 0 } else { seq + ahead } };
            prop_assert_eq!(token.to_string().parse(), Ok(token));
        }

        #[test]
        fn reading_any_text_never_panics(text in "\\PC*") {
            let _ = text.parse::<SyncToken>();
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in [
            "",
            "-1",
            "+1",
            "1.",
            ".1",
            "1.2.3",
            "9999999999999999999",
            "x",
        ] {
            assert_eq!(text.parse::<SyncToken>(), Err(NotAToken), "{text}");
        }
    }

    #[test]
    fn a_token_is_good_until_something_after_it_was_removed_for_good() {
        let at = |seq, floor| SyncToken { seq, floor };
        assert!(at(0, 0).is_good(10, 9));
        assert!(!at(5, 0).is_good(10, 9));
        assert!(at(9, 0).is_good(10, 9));
        assert!(at(5, 9).is_good(10, 9));
        assert!(!at(5, 8).is_good(10, 9));
        assert!(!at(11, 0).is_good(10, 9));
    }
}
