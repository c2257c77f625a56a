//! What is a suggestion worth, and when is it welcome? One trunk and several heads (Caruana, 1997): is it taken, is
//! it begun, what does it bring when it is taken, what comes when nothing is said, does it annoy, which hour suits
//! a task, how long does it take, is it answered soon, and what does this person do with such a task anyway.
//!
//! Start with [`Head`], then [`RecommendationModel::predict`].

mod explain;
mod fit;
mod judge;
mod model;
mod said;
mod set;
mod shortlist;
pub mod table;

use astro_data::{Exposure, NextMove};
use serde::{Deserialize, Serialize};

pub use explain::Contribution;
pub use fit::fit;
pub use judge::evaluate;
pub use model::{Lines, Prediction, RecommendationModel};
pub use shortlist::{MOST, Shortlist};

/// Questions of yes and no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    Accept,
    Start,
    Burden,
    Slot,
    Respond10,
    Respond30,
}

impl Head {
    /// All of them, in the order of the net's numbers.
    pub const ALL: [Self; 6] = [
        Self::Accept,
        Self::Start,
        Self::Burden,
        Self::Slot,
        Self::Respond10,
        Self::Respond30,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Start => "start",
            Self::Burden => "burden",
            Self::Slot => "slot",
            Self::Respond10 => "respond in 10 min",
            Self::Respond30 => "respond in 30 min",
        }
    }

    pub fn question(self) -> &'static str {
        match self {
            Self::Accept => "accepted, when it was suggested",
            Self::Start => "begun within 15 minutes, when it was suggested",
            Self::Burden => "dismissed, or suggestions turned off over it",
            Self::Slot => {
                "begun in this hour of the next day, of a task that was begun in one of them"
            }
            Self::Respond10 => "answered within 10 minutes",
            Self::Respond30 => "answered within 30 minutes",
        }
    }

    /// What came of a row; `None` where that was not asked.
    pub fn answer(self, exposure: &Exposure) -> Option<bool> {
        let outcomes = &exposure.outcomes;
        match self {
            Self::Accept => outcomes.accepted,
            Self::Start => outcomes.started,
            Self::Burden => outcomes.burdened,
            Self::Slot => outcomes.in_slot,
            Self::Respond10 => outcomes.responded[0],
            Self::Respond30 => outcomes.responded[1],
        }
    }

    /// Whether it is asked of what was done, which was chosen with some chance.
    fn is_of_choice(self) -> bool {
        self != Self::Slot
    }
}

const BINARY: usize = Head::ALL.len();
/// Rewards: of a suggestion that was accepted, and of silence.
const REWARDS: usize = 2;
const MOVES: usize = NextMove::ALL.len();
