//! Recommendations: what the product proposes, why, what the person answered, and the log that
//! says what else could have been proposed and with which probability.
//!
//! A [`DecisionPoint`] is one moment at which the product might have spoken. When it was free to,
//! an [`Exposure`] keeps everything it weighed. When it spoke, each proposal of the slate is a
//! [`Recommendation`], and [`Feedback`] is appended to it. Suggesting never changes a task.

mod decision;
mod exposure;
mod features;
mod feedback;
mod packed;

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use decision::{
    AskedKind, Decided, DecisionPoint, DecisionTrigger, LeftOut, Proposal, RecommendRequest,
    Silence, SilenceReason, Situation, Surface,
};
pub use exposure::{
    Candidate, DecisionRecord, Exploration, Exposure, LogChecks, Replay, SlateEntry,
};
pub use features::FeatureRow;
pub use feedback::{Feedback, FeedbackEvent, NewFeedback, ReasonCode};
pub use packed::{CorruptLog, Hash128, pack, unpack};

use crate::document::{Document, Stamp};
use crate::ids::{DecisionId, RecommendationId, TaskId};
use crate::preferences::RecommendationKind;
use crate::schema;

coded_enum! {
    /// What became of a recommendation.
    pub enum RecommendationState {
        /// Made, and not known to have been seen.
        Created = 0 => "created",
        Shown = 1 => "shown",
        Accepted = 2 => "accepted",
        /// Accepted with changes.
        Edited = 3 => "edited",
        Dismissed = 4 => "dismissed",
        /// Put off until `set_aside_until`.
        Snoozed = 5 => "snoozed",
        /// Shown and not answered in its time.
        Ignored = 6 => "ignored",
        /// Never shown in its time.
        Expired = 7 => "expired",
        /// What it proposed has happened.
        Applied = 8 => "applied",
    }
}

impl RecommendationState {
    /// Still waiting for an answer.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Shown)
    }
}

/// One term of a score. The contributions of all reasons of a recommendation add up to its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// What was looked at: `due`, `priority`, `label`, ..
    pub feature: String,
    /// How strongly it holds, usually between 0 and 1.
    pub value: f64,
    /// What it adds to the score: the value times its coefficient.
    pub contribution: f64,
    /// The sentence's key, for translations.
    pub text_key: String,
    /// What the sentence speaks of, for translations.
    pub args: Map<String, Value>,
    /// The sentence in English.
    pub text: String,
}

/// A change of the task that would have given it another rank, found by weighing it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counterfactual {
    /// The change, as a merge patch of the task.
    #[schema(value_type = Object)]
    pub patch: Value,
    /// The rank that the task would have had; 1 is first.
    pub rank: u32,
    /// The score that the task would have had.
    pub score: f64,
    pub text_key: String,
    pub args: Map<String, Value>,
    pub text: String,
}

/// A proposal, as it is kept (product.md 2.7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Recommendation {
    pub id: RecommendationId,
    /// The decision that it was made in; the other proposals of that decision are its alternatives.
    pub decision_id: DecisionId,
    pub kind: RecommendationKind,
    pub task_id: TaskId,
    /// What accepting it comes to, as a merge patch of the task.
    #[schema(value_type = Object)]
    pub proposal: Value,
    /// Its place in what was proposed; 1 is first.
    pub rank: u32,
    pub score: f64,
    pub reasons: Vec<Reason>,
    pub counterfactual: Option<Counterfactual>,
    pub policy: String,
    pub policy_version: String,
    /// How probable it was that the decision would come out as it did.
    pub propensity: f64,
    pub surface: Surface,
    pub state: RecommendationState,
    /// Until when it stands.
    #[schema(value_type = schema::Instant)]
    pub expires_at: Timestamp,
    /// When the person first saw it, as far as is known.
    #[schema(value_type = Option<schema::Instant>)]
    pub shown_at: Option<Timestamp>,
    #[schema(value_type = Option<schema::Instant>)]
    pub answered_at: Option<Timestamp>,
    /// Until when its task is not proposed again, after a snooze or a dismissal.
    #[schema(value_type = Option<schema::Instant>)]
    pub set_aside_until: Option<Timestamp>,
    /// Counts the writes to this row; the strong `ETag`.
    pub version: i64,
    /// The owner's change counter at the last write; what sync tokens compare with.
    pub change_seq: i64,
    #[schema(value_type = schema::Instant)]
    pub created_at: Timestamp,
    #[schema(value_type = schema::Instant)]
    pub updated_at: Timestamp,
    /// Set while the row lies in the trash.
    #[serde(default)]
    #[schema(value_type = Option<schema::Instant>)]
    pub deleted_at: Option<Timestamp>,
}

/// Nobody writes a recommendation: the writable half is empty, and answers are appended beside it.
impl Document for Recommendation {
    type Fields = ();

    fn id(&self) -> Uuid {
        self.id.uuid()
    }

    fn fields(&self) {}

    fn set_fields(&mut self, (): ()) {}

    fn stamp(&self) -> Stamp {
        Stamp {
            version: self.version,
            change_seq: self.change_seq,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
        }
    }

    fn set_stamp(&mut self, stamp: Stamp) {
        self.version = stamp.version;
        self.change_seq = stamp.change_seq;
        self.created_at = stamp.created_at;
        self.updated_at = stamp.updated_at;
        self.deleted_at = stamp.deleted_at;
    }
}

/// Which recommendations a list shows, newest first. Every part that is present must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecommendationFilter {
    pub state: Option<RecommendationState>,
    pub task: Option<TaskId>,
    pub decision: Option<DecisionId>,
}
