//! Words of the model registry.

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

coded_enum! {
    /// What a model is of.
    pub enum ModelKind {
        /// Is a task done, and when?
        Completion = 0 => "completion",
        /// What is a suggestion worth, and when is it welcome?
        Recommender = 1 => "recommender",
    }
}

coded_enum! {
    /// What a version is used for.
    pub enum ModelAlias {
        /// It serves.
        Champion = 0 => "champion",
        /// It is to take the champion's place.
        Challenger = 1 => "challenger",
        /// It is asked beside the champion, and only written down.
        Shadow = 2 => "shadow",
        /// It served before the champion; a rollback brings it back.
        Previous = 3 => "previous",
    }
}

/// A trained version, as the registry knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    pub kind: ModelKind,
    /// The first 16 digits of the hash of its files.
    pub version: String,
    pub aliases: Vec<ModelAlias>,
    #[schema(value_type = schema::Instant)]
    pub trained_at: Timestamp,
    /// Nothing that was recorded later was learnt from.
    #[schema(value_type = schema::Instant)]
    pub watermark: Timestamp,
    /// What it began with: `prior` ships with the product.
    pub parent: Option<String>,
    /// Whom it learnt from, and how many open tasks on how many days.
    pub people: u64,
    pub learnt: u64,
    /// How good it was on what it had not seen; absent where too little was left to say.
    pub figures: Option<ModelFigures>,
    /// Why its files cannot be used, where they cannot.
    pub damage: Option<String>,
}

/// How good a version was on rows that it had not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelFigures {
    /// Which rows: those of later than all that was learnt from, where there are any.
    pub slice: String,
    pub rows: u64,
    pub auc: f64,
    pub log_loss: f64,
    pub brier: f64,
    /// Expected calibration error.
    pub ece: f64,
    /// Baselines that were at least as good by log loss.
    pub not_beaten: Vec<String>,
}

/// What is likely to become of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outlook {
    /// The version that says so; `prior` is what ships with the product.
    pub model: String,
    /// When the task is wanted, by its due or its deadline; the end of the day where only a day is given.
    #[schema(value_type = Option<schema::Instant>)]
    pub wanted_by: Option<Timestamp>,
    /// Chance of being done by then; within a week where nobody said or that is over.
    pub done_in_time: f64,
    /// Chances of being done within a day, three days and a week.
    pub done_within_1d: f64,
    pub done_within_3d: f64,
    pub done_within_7d: f64,
    /// Chance of being given up within a week.
    pub dropped_within_7d: f64,
    /// When it is as likely done as not; absent if it rather never is.
    #[schema(value_type = Option<schema::Instant>)]
    pub likely_done_at: Option<Timestamp>,
    /// When work must begin so that even a long stretch of it ends in time.
    #[schema(value_type = Option<schema::Instant>)]
    pub start_by: Option<Timestamp>,
    /// Active minutes that are left: with .1, .5 and .9 it takes no more.
    pub minutes_low: f64,
    pub minutes_typical: f64,
    pub minutes_high: f64,
    /// How long this person's tasks take against their estimates, and how many tasks speak for it.
    pub planning_factor: f64,
    pub planning_tasks: f64,
    /// The three hours of the next day in which it is most likely begun, the likeliest first.
    pub good_times: Vec<GoodTime>,
    /// The version that says when.
    pub times_model: String,
}

/// An hour in which something can be done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GoodTime {
    #[schema(value_type = schema::Instant)]
    pub from: Timestamp,
    /// The chance that this is the hour, if it is begun within a day at all.
    pub chance: f64,
}
