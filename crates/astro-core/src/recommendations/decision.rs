//! A moment at which the product might speak: what it was asked, and what it answered.

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Recommendation;
use crate::error::{Checks, FieldError};
use crate::ids::DecisionId;
use crate::limits;
use crate::schema;
use crate::tasks::Task;

coded_enum! {
    /// What brought the moment about.
    #[derive(Default)]
    pub enum DecisionTrigger {
        /// The person asked; the quiet rule does not apply.
        #[default]
        Asked = 0 => "asked",
        AppOpen = 1 => "app_open",
        /// A slot of the day began.
        SlotTimer = 2 => "slot_timer",
        TaskCreated = 3 => "task_created",
        TaskDone = 4 => "task_done",
        ReminderDue = 5 => "reminder_due",
    }
}

coded_enum! {
    /// Where the answer will be shown.
    pub enum Surface {
        Today = 0 => "today",
        Notification = 1 => "notification",
        Terminal = 2 => "terminal",
        Api = 3 => "api",
        Mcp = 4 => "mcp",
    }
}

coded_enum! {
    /// The kinds that can be asked for.
    #[derive(Default)]
    pub enum AskedKind {
        #[default]
        NextTask = 0 => "next_task",
    }
}

/// What the caller knows of the person's moment and the server does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Situation {
    /// The device is set to do not disturb.
    pub do_not_disturb: bool,
    /// A meeting is going on.
    pub calendar_busy: bool,
}

/// A question for recommendations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecommendRequest {
    pub surface: Surface,
    #[serde(default)]
    pub trigger: DecisionTrigger,
    /// Seconds that the person has; tasks that cannot be done or begun within them are left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 31_536_000)]
    pub time_available_s: Option<u32>,
    #[serde(default)]
    pub kind: AskedKind,
    /// How many proposals at most; 3 where nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10)]
    pub limit: Option<u32>,
    #[serde(default)]
    pub context: Situation,
}

impl RecommendRequest {
    /// A plain question.
    pub fn on(surface: Surface) -> Self {
        Self {
            surface,
            trigger: DecisionTrigger::Asked,
            time_available_s: None,
            kind: AskedKind::NextTask,
            limit: None,
            context: Situation::default(),
        }
    }

    /// # Errors
    /// Every field that makes no sense.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.require(
            self.time_available_s
                .is_none_or(|seconds| (1..=31_536_000).contains(&seconds)),
            "time_available_s",
            "out_of_range",
            "must lie between 1 and 31536000",
        );
        checks.require(
            self.limit
                .is_none_or(|limit| (1..=limits::PROPOSALS_MAX).contains(&limit)),
            "limit",
            "out_of_range",
            format!("must lie between 1 and {}", limits::PROPOSALS_MAX),
        );
        checks.finish()
    }
}

coded_enum! {
    /// Why nothing is proposed.
    pub enum Silence {
        DoNotDisturb = 0 => "do_not_disturb",
        QuietHours = 1 => "quiet_hours",
        CalendarBusy = 2 => "calendar_busy",
        /// As many proposals as the person wants in a day were made unasked.
        TooManyToday = 3 => "too_many_today",
        /// The person turned this kind off.
        TurnedOff = 4 => "turned_off",
        /// The last unasked proposal was a moment ago.
        JustNudged = 5 => "just_nudged",
        /// The best score lies below the person's threshold.
        NothingWorthIt = 6 => "nothing_worth_it",
        /// Nothing can be done or begun in the time available.
        NothingFits = 7 => "nothing_fits",
        /// No task can be worked on.
        NothingOpen = 8 => "nothing_open",
    }
}

/// A reason for silence, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SilenceReason {
    pub code: Silence,
    pub text_key: String,
    pub args: Map<String, Value>,
    pub text: String,
}

/// How many open tasks could not be candidates, by the first reason that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Their project is put away.
    pub archived: u32,
    /// They, or what they are a part of, wait for somebody or for some day.
    pub waiting: u32,
    /// They, or what they are a part of, may not be started yet.
    pub not_started: u32,
    /// They, or what they are a part of, depend on an open task.
    pub blocked: u32,
    /// They have open parts, which come first.
    pub has_parts: u32,
    /// The person snoozed or dismissed them.
    pub set_aside: u32,
    /// They need longer than the time available.
    pub too_long: u32,
}

impl LeftOut {
    pub const fn total(&self) -> u32 {
        self.archived
            + self.waiting
            + self.not_started
            + self.blocked
            + self.has_parts
            + self.set_aside
            + self.too_long
    }
}

/// A moment of the log (learning.md 2a). Append-only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionPoint {
    pub id: DecisionId,
    #[schema(value_type = schema::Instant)]
    pub at: Timestamp,
    /// The person's offset from UTC at that moment, in seconds.
    pub tz_offset_s: i32,
    pub trigger: DecisionTrigger,
    pub surface: Surface,
    pub time_available_s: Option<u32>,
    pub situation: Situation,
    /// Whether the product was free to speak.
    pub available: bool,
    pub spoke: bool,
    /// Why not, in the order in which the rule asks.
    pub silence: Vec<Silence>,
    pub left_out: LeftOut,
}

/// A recommendation with the task that it is about, as the task was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Proposal {
    pub recommendation: Recommendation,
    pub task: Task,
}

/// The answer to a question for recommendations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decided {
    pub decision_id: DecisionId,
    #[schema(value_type = schema::Instant)]
    pub at: Timestamp,
    /// Whether anything is proposed.
    pub spoke: bool,
    /// Why nothing is, when nothing is.
    pub silence: Vec<SilenceReason>,
    pub policy: String,
    pub policy_version: String,
    /// How many tasks were weighed.
    pub weighed: u32,
    pub left_out: LeftOut,
    /// Best first.
    pub proposals: Vec<Proposal>,
}
