//! Reminders: when and where to call a task to mind. Delivery is not done here.

pub mod answers;
pub mod deliveries;
pub mod destinations;
mod timing;

use astro_calendar::{IsoDuration, Timestamp, When};
use serde::{Deserialize, Serialize};

pub use timing::{Anchors, fire_at, followed, is_late};

use crate::error::{Checks, FieldError};
use crate::ids::{ReminderId, TaskId};
use crate::limits;
use crate::schema;

coded_enum! {
    /// A way to reach a person.
    pub enum Channel {
        InApp = 0 => "in_app",
        Email = 1 => "email",
        WebPush = 2 => "web_push",
        Ntfy = 3 => "ntfy",
        Gotify = 4 => "gotify",
        Webhook = 5 => "webhook",
        Apprise = 6 => "apprise",
        Telegram = 7 => "telegram",
    }
}

coded_enum! {
    #[derive(Default)]
    pub enum ReminderState {
        /// Will be delivered at `next_fire_at`.
        #[default]
        Scheduled = 0 => "scheduled",
        Sent = 1 => "sent",
        Acknowledged = 2 => "acknowledged",
        /// Another reminder, its snooze, calls again later.
        Snoozed = 3 => "snoozed",
        Expired = 4 => "expired",
        Failed = 5 => "failed",
    }
}

coded_enum! {
    /// Who chose the time.
    #[derive(Default)]
    pub enum ChosenBy {
        #[default]
        User = 0 => "user",
        Default = 1 => "default",
        Model = 2 => "model",
    }
}

coded_enum! {
    /// What an offset counts from.
    pub enum Anchor {
        Start = 0 => "start",
        Due = 1 => "due",
    }
}

coded_enum! {
    pub enum Passage {
        Arrive = 0 => "arrive",
        Depart = 1 => "depart",
    }
}

/// What sets a reminder off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// A moment.
    Absolute {
        #[schema(value_type = schema::When)]
        at: When,
    },
    /// A time before or after the task's start or due, such as `-PT30M` for half an hour before.
    Offset {
        from: Anchor,
        #[schema(value_type = schema::IsoDuration)]
        by: IsoDuration,
    },
    /// Coming to a place or leaving it.
    Place {
        #[schema(min_length = 1, max_length = 500)]
        location: String,
        on: Passage,
    },
}

/// Calling again until somebody reacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nag {
    /// Seconds between two calls.
    #[schema(minimum = 60, maximum = 604_800)]
    pub every_s: u32,
    /// Calls after the first at most.
    #[schema(minimum = 1, maximum = 100)]
    pub max: u32,
}

document! {
    /// A reminder of a task, which may have several.
    pub struct Reminder /
    /// What a person writes of a reminder.
    ReminderFields {
        writable {
            task_id: TaskId,
            /// The occurrence of a recurring task that it belongs to; absent for all of them.
            #[serde(default)]
            #[schema(value_type = Option<schema::When>)]
            occurrence: Option<When>,
            trigger: Trigger,
            /// Where it goes; empty for the channels of the preference `remind.channels`.
            #[serde(default)]
            #[schema(max_items = 8)]
            channels: Vec<Channel>,
            #[serde(default)]
            nag: Option<Nag>,
            #[serde(default)]
            chosen_by: ChosenBy,
            /// Calls in quiet hours too; others wait for their end.
            #[serde(default)]
            urgent: bool,
        }
        kept {
            id: ReminderId,
            /// The global id; a foreign one is kept.
            uid: String,
            state: ReminderState,
            /// The reminder that this one puts off.
            snooze_of: Option<ReminderId>,
            /// When it will be delivered, derived from the trigger and the task; absent when it
            /// will not be.
            #[schema(value_type = Option<schema::Instant>)]
            next_fire_at: Option<Timestamp>,
            #[schema(value_type = Option<schema::Instant>)]
            acknowledged_at: Option<Timestamp>,
            /// How often it has called since it was set.
            #[serde(default)]
            calls: u32,
            /// When it called last.
            #[serde(default)]
            #[schema(value_type = Option<schema::Instant>)]
            called_at: Option<Timestamp>,
        }
    }
}

/// Which reminders a list holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReminderFilter {
    pub task: Option<TaskId>,
    pub state: Option<ReminderState>,
}

impl ReminderFields {
    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        if let Trigger::Place { location, .. } = &self.trigger {
            checks.title("trigger.location", location, limits::TITLE_CHARS);
        }
        let repeated =
            (1..self.channels.len()).find(|&n| self.channels[..n].contains(&self.channels[n]));
        if let Some(n) = repeated {
            checks.add(format!("channels[{n}]"), "repeated", "is named twice");
        }
        if let Some(nag) = self.nag {
            checks.require(
                (60..=7 * 24 * 3600).contains(&nag.every_s),
                "nag.every_s",
                "out_of_range",
                "must lie between 60 (a minute) and 604800 (a week)",
            );
            checks.require(
                (1..=100).contains(&nag.max),
                "nag.max",
                "out_of_range",
                "must lie between 1 and 100",
            );
        }
        checks.finish()
    }
}
