//! What happened to a recommendation. Rows are appended and never changed.

use astro_calendar::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Surface;
use crate::error::{Checks, FieldError};
use crate::ids::{DecisionId, FeedbackId, RecommendationId};
use crate::schema;
use crate::tasks::TaskSource;

/// How far ahead a snooze may reach.
const LATEST: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

coded_enum! {
    /// An answer, or an outcome that came later.
    pub enum FeedbackEvent {
        Seen = 0 => "seen",
        Accepted = 1 => "accepted",
        /// Work on the task began.
        Started = 2 => "started",
        /// The task was done; `value` is 1 on time, 0 late, absent without due.
        Done = 3 => "done",
        Dismissed = 4 => "dismissed",
        /// Put off; `until` says how long.
        Snoozed = 5 => "snoozed",
        /// Seen and not answered in its time.
        Ignored = 6 => "ignored",
        /// Accepted with changes; `edited_value` has them.
        Edited = 7 => "edited",
        /// An answer or what came of it was taken back.
        Undone = 8 => "undone",
        /// `rating` is 1 for up, -1 for down.
        Thumbs = 9 => "thumbs",
        MutedKind = 10 => "muted_kind",
        TurnedOff = 11 => "turned_off",
        /// The task was given up.
        NotDone = 12 => "not_done",
        /// `value` is the seconds that the task really took.
        ActualDuration = 13 => "actual_duration",
    }
}

coded_enum! {
    /// Why a recommendation was not welcome.
    pub enum ReasonCode {
        WrongTime = 0 => "wrong_time",
        WrongTask = 1 => "wrong_task",
        TooLong = 2 => "too_long",
        TooShort = 3 => "too_short",
        NotNow = 4 => "not_now",
        /// Do not propose this task again.
        Never = 5 => "never",
        AlreadyDone = 6 => "already_done",
        Other = 7 => "other",
    }
}

/// Feedback as it is reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    /// The reporter's own id for it: reporting the same twice keeps it once.
    #[serde(default)]
    pub id: Option<FeedbackId>,
    pub event: FeedbackEvent,
    #[serde(default)]
    pub reason: Option<ReasonCode>,
    /// For `snoozed`: until when.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    pub until: Option<Timestamp>,
    /// For `edited`: what was done instead, as a merge patch of the task.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub edited_value: Option<Value>,
    /// For `thumbs`: 1 up, -1 down.
    #[serde(default)]
    #[schema(minimum = -1, maximum = 1)]
    pub rating: Option<i8>,
    /// For `done`: 1 on time, 0 late. For `actual_duration`: seconds.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 31_536_000)]
    pub value: Option<f64>,
    /// When it happened, where that was before it is reported. Never before the recommendation was
    /// made; clocks may differ by five minutes.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    pub at: Option<Timestamp>,
    /// Milliseconds from showing to answering.
    #[serde(default)]
    pub latency_ms: Option<u32>,
}

impl NewFeedback {
    /// An event of which nothing else is known.
    pub fn of(event: FeedbackEvent) -> Self {
        Self {
            id: None,
            event,
            reason: None,
            until: None,
            edited_value: None,
            rating: None,
            value: None,
            at: None,
            latency_ms: None,
        }
    }

    /// # Errors
    /// Every field that makes no sense together with the event at `now`.
    pub fn check(&self, now: Timestamp) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        let in_reach = |at: Timestamp| at.duration_since(now) <= LATEST;
        checks.require(
            self.at.is_none_or(|at| at <= now),
            "at",
            "in_future",
            "must not lie in the future",
        );
        if self.event == FeedbackEvent::Snoozed {
            checks.require(
                self.until
                    .is_some_and(|until| until > now && in_reach(until)),
                "until",
                "out_of_range",
                "a snooze needs a moment within the next ten years",
            );
        }
        if self.event == FeedbackEvent::Thumbs {
            checks.require(
                self.rating.is_some_and(|rating| rating.abs() == 1),
                "rating",
                "out_of_range",
                "thumbs need a rating of 1 or -1",
            );
        }
        if self.event == FeedbackEvent::ActualDuration {
            checks.require(
                self.value.is_some(),
                "value",
                "missing",
                "a duration needs its seconds",
            );
        }
        self.check_value(&mut checks);
        self.check_fields_of_other_events(&mut checks);
        checks.finish()
    }

    fn check_value(&self, checks: &mut Checks) {
        let Some(value) = self.value else { return };
        let (is_right, message) = match self.event {
            FeedbackEvent::Done => (
                [0.0, 1.0].contains(&value),
                "must be 1 for on time or 0 for late",
            ),
            _ => (
                (0.0..=31_536_000.0).contains(&value),
                "must lie between 0 and 31536000",
            ),
        };
        checks.require(is_right, "value", "out_of_range", message);
    }

    /// What an event does not speak of is refused rather than lost.
    fn check_fields_of_other_events(&self, checks: &mut Checks) {
        use FeedbackEvent as E;
        let foreign = |field: &str, is_given: bool, owners: &[E], checks: &mut Checks| {
            checks.require(
                !is_given || owners.contains(&self.event),
                field,
                "not_of_event",
                format!("does not belong to the event {}", self.event),
            );
        };
        foreign("until", self.until.is_some(), &[E::Snoozed], checks);
        foreign(
            "edited_value",
            self.edited_value.is_some(),
            &[E::Edited],
            checks,
        );
        foreign("rating", self.rating.is_some(), &[E::Thumbs], checks);
        foreign(
            "value",
            self.value.is_some(),
            &[E::Done, E::ActualDuration],
            checks,
        );
        foreign(
            "reason",
            self.reason.is_some(),
            &[
                E::Dismissed,
                E::Snoozed,
                E::NotDone,
                E::MutedKind,
                E::TurnedOff,
            ],
            checks,
        );
    }
}

/// Feedback as it is kept (product.md 2.8, learning.md 2a "outcome").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    pub id: FeedbackId,
    pub recommendation_id: RecommendationId,
    pub decision_id: DecisionId,
    pub event: FeedbackEvent,
    pub reason: Option<ReasonCode>,
    #[schema(value_type = Option<schema::Instant>)]
    pub until: Option<Timestamp>,
    #[schema(value_type = Option<Object>)]
    pub edited_value: Option<Value>,
    pub rating: Option<i8>,
    pub value: Option<f64>,
    #[schema(value_type = schema::Instant)]
    pub at: Timestamp,
    #[schema(value_type = schema::Instant)]
    pub recorded_at: Timestamp,
    pub latency_ms: Option<u32>,
    /// Where it was shown.
    pub surface: Surface,
    /// At which rank it was shown.
    pub rank: u32,
    /// Who reported it; `rule` is the product itself.
    pub source: TaskSource,
    /// Whether learning may use it.
    pub consent: bool,
    pub weight: f64,
}

impl Feedback {
    /// Whether this is what `report` says, so that reporting it again changes nothing.
    pub fn says(&self, recommendation: RecommendationId, report: &NewFeedback) -> bool {
        self.recommendation_id == recommendation
            && self.event == report.event
            && self.reason == report.reason
            && self.until == report.until
            && self.edited_value == report.edited_value
            && self.rating == report.rating
            && self.value == report.value
            && report.at.is_none_or(|at| at == self.at)
            && self.latency_ms == report.latency_ms
    }
}
