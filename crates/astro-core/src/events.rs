//! The owner's log: what happened to what, when, and how it was before.
//!
//! One row serves four readers: the outbox that tells other parts of the product, the history,
//! undo, and learning. It is written in the transaction of the change itself.

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::ids::EventId;

coded_enum! {
    /// The nouns that events, sync and undo speak of.
    pub enum Entity {
        Task = 0 => "task",
        Project = 1 => "project",
        Label = 2 => "label",
        TimeEntry = 3 => "time_entry",
        Reminder = 4 => "reminder",
        Goal = 5 => "goal",
        Datapoint = 6 => "datapoint",
        Preference = 7 => "preference",
        Recommendation = 8 => "recommendation",
        Feedback = 9 => "feedback",
    }
}

coded_enum! {
    /// What happened. Codes are stored.
    pub enum Action {
        Created = 0 => "created",
        Edited = 1 => "edited",
        /// Work on it began.
        Started = 2 => "started",
        /// Work on it paused.
        Stopped = 3 => "stopped",
        Completed = 4 => "completed",
        Reopened = 5 => "reopened",
        /// Its start or due moved later.
        Deferred = 6 => "deferred",
        Cancelled = 7 => "cancelled",
        Deleted = 8 => "deleted",
        Restored = 9 => "restored",
        /// An earlier write was taken back.
        Undone = 10 => "undone",
        Shown = 11 => "shown",
        Answered = 12 => "answered",
        /// Brought in from a file.
        Imported = 13 => "imported",
        /// A reminder called.
        Fired = 14 => "fired",
        /// What was to go out was given up.
        Failed = 15 => "failed",
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub id: EventId,
    /// When it happened, by the clock of whoever reported it.
    pub at: Timestamp,
    /// When this server learnt of it.
    pub recorded_at: Timestamp,
    pub entity: Entity,
    pub entity_id: Uuid,
    pub action: Action,
    /// The first entry of the write that this one belongs to; absent for that entry itself. What
    /// a write brings about goes and comes back with it: undo takes the whole write back.
    pub cause: Option<EventId>,
    /// The owner's change counter of the write.
    pub change_seq: i64,
    /// What learning may read: names of changed fields and their values where these are no text
    /// of a person (times, numbers, states).
    pub data: Value,
    /// The whole row as it was before, until undo expires; absent for a creation.
    pub before: Option<Value>,
    /// The row's version after the write; undo refuses when it has moved on.
    pub version_after: i64,
}

/// What a push says of a change: where to look, never what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Notice {
    pub entity: Entity,
    pub id: Uuid,
    /// The owner's change counter after the change; sync answers everything up to it.
    pub change_seq: i64,
}

impl Event {
    /// What a push says of it.
    pub fn notice(&self) -> Notice {
        Notice {
            entity: self.entity,
            id: self.entity_id,
            change_seq: self.change_seq,
        }
    }

    /// The subject on the bus: `astro.tasks.completed.v1`.
    pub fn subject(&self) -> String {
        let plural = match self.entity {
            Entity::TimeEntry => "time_entries".to_owned(),
            Entity::Feedback => "feedback".to_owned(),
            other => format!("{other}s"),
        };
        format!("astro.{plural}.{}.v1", self.action)
    }
}
