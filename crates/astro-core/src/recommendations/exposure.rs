//! What a decision weighed and how probable each outcome was.

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DecisionPoint, FeatureRow, Hash128};
use crate::ids::{DecisionId, TaskId};
use crate::preferences::{RecommendationKind, Urgency};
use crate::schema;

coded_enum! {
    /// Whether the choice was made to learn something.
    pub enum Exploration {
        /// The policy's best.
        None = 0 => "none",
    }
}

/// One of the things that could have been proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    pub kind: RecommendationKind,
    pub task_id: TaskId,
    pub row: FeatureRow,
    /// Over the feature schema and the packed row; the row computed anew must give it again.
    pub row_hash: Hash128,
    pub score: f64,
    /// How probable it was to be chosen, given that the product speaks.
    pub p_choice: f64,
}

/// A place of the slate: which candidate, and how probable it was there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlateEntry {
    /// Index into the candidates.
    pub candidate: u32,
    pub probability: f64,
}

/// The full record of a choice (learning.md 2a).
///
/// Silence and the candidates are one choice: silence has the probability `1 - p_speak`, candidate
/// `i` has `p_speak * p_choice(i)`, and these add up to 1. Without candidates silence is certain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    pub decision_id: DecisionId,
    pub policy: String,
    pub policy_version: String,
    /// Versions of the models that took part; the rule has none.
    pub models: Vec<String>,
    /// Of the policy's parameters (the person's coefficients at that moment), kept beside the log.
    pub parameters: Hash128,
    pub reward_version: String,
    pub feature_schema: Hash128,
    /// All that were weighed, best first.
    pub candidates: Vec<Candidate>,
    /// Index of the chosen one; `None` is silence.
    pub chosen: Option<u32>,
    pub p_speak: f64,
    /// Of the chosen candidate, given that the product speaks; 1 for silence.
    pub p_choice: f64,
    /// Of what was done.
    pub propensity: f64,
    pub slate: Vec<SlateEntry>,
    pub exploration: Exploration,
    /// Hash of the instance key that was drawn with.
    pub draw_key: Hash128,
    /// Counter of the first draw: draw = PRF(instance key, decision id, counter).
    pub draw_counter: u32,
    /// When the first of the slate was seen. What was never shown had no effect.
    #[schema(value_type = Option<schema::Instant>)]
    pub shown_at: Option<Timestamp>,
    /// Over all reasons and counterfactuals that were given.
    pub explanation: Option<Hash128>,
}

coded_enum! {
    /// What drawing a logged choice again says.
    pub enum Replay {
        /// The draw gives the logged choice.
        Same = 0 => "same",
        /// It gives another: the log or the code is broken.
        Different = 1 => "different",
        /// It was drawn with the key of another installation.
        OtherKey = 2 => "other_key",
    }
}

/// Whether a logged exposure holds together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogChecks {
    pub replay: Replay,
    /// Candidates whose row does not have its hash.
    pub row_mismatches: u32,
    /// Candidates whose score does not follow from their row and the parameters.
    pub score_mismatches: u32,
    /// Of silence and all candidates; 1.
    pub probability_sum: f64,
}

/// All that the log has of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DecisionRecord {
    pub point: DecisionPoint,
    /// Absent when the product was not free to speak.
    pub exposure: Option<Exposure>,
    /// The coefficients that it was weighed with.
    pub parameters: Option<Urgency>,
    pub checks: Option<LogChecks>,
}
