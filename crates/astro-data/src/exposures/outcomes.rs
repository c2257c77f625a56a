//! A row of a decision, and what came of it.

use astro_core::calendar::Timestamp;
use astro_core::preferences::RecommendationKind;
use uuid::Uuid;

use crate::reward::Reward;
use crate::row::Row;
use crate::scene::Candidate;

/// What somebody does with a task by themselves, within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NextMove {
    /// Works on it within two hours.
    Now,
    /// Works on it later that day.
    Later,
    Deferred,
    /// Makes parts of it.
    Split,
    Dropped,
    Nothing,
}

impl NextMove {
    pub const ALL: [Self; 6] = [
        Self::Now,
        Self::Later,
        Self::Deferred,
        Self::Split,
        Self::Dropped,
        Self::Nothing,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Later => "later",
            Self::Deferred => "deferred",
            Self::Split => "split",
            Self::Dropped => "dropped",
            Self::Nothing => "nothing",
        }
    }
}

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A suggestion that was made.
    Suggestion(Uuid, RecommendationKind),
    /// The person, while nothing was said.
    Silence,
    /// A task that could have been suggested and was not.
    Task(Uuid),
    /// An hour of the next day in which a task could be worked on.
    Slot(Uuid, Timestamp),
}

impl About {
    /// What its row is made of.
    pub fn candidate(self) -> Candidate {
        match self {
            Self::Suggestion(task, kind) => Candidate {
                task: Some(task),
                kind: Some(kind),
                slot: None,
            },
            Self::Silence => Candidate::default(),
            Self::Task(task) => Candidate {
                task: Some(task),
                ..Candidate::default()
            },
            Self::Slot(task, slot) => Candidate {
                task: Some(task),
                kind: Some(RecommendationKind::PlanBlock),
                slot: Some(slot),
            },
        }
    }
}

/// What came of a row; what is `None` was not asked of it, or was not known yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// It was accepted.
    pub accepted: Option<bool>,
    /// Work on it began within 15 minutes.
    pub started: Option<bool>,
    /// The reward of the two hours after it was accepted.
    pub progress: Option<f32>,
    /// The reward of two hours in which nothing was said.
    pub baseline: Option<f32>,
    /// It was dismissed, or suggestions were turned off over it.
    pub burdened: Option<bool>,
    /// It was worked on in this hour, and not before.
    pub in_slot: Option<bool>,
    /// Active minutes from then to its completion, where work was measured.
    pub minutes: Option<f32>,
    /// It was answered within 10 and within 30 minutes.
    pub responded: [Option<bool>; 2],
    pub next: Option<NextMove>,
}

/// A row of a decision with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    pub person: Uuid,
    pub decision: Uuid,
    pub at: Timestamp,
    pub about: About,
    /// Chances of saying anything, and of saying this given that anything was said.
    pub p_speak: f64,
    pub p_choice: f64,
    /// Of what was done at this decision.
    pub propensity: f64,
    pub row: Row,
    pub outcomes: Outcomes,
    /// Of the window after the decision; `None` on rows that are not of what was done.
    pub reward: Option<Reward>,
}
