//! Moments at which something could be suggested, as they are logged when they happen.

use astro_core::calendar::Timestamp;
use astro_core::preferences::RecommendationKind;
use uuid::Uuid;

use crate::fact::Answer;
use crate::scene::Moment;

/// A decision: what could have been said, what was said with which chance, and what was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub id: Uuid,
    pub at: Timestamp,
    /// Seconds until the calendar is busy; `None` when no calendar is known.
    pub free_s: Option<u32>,
    /// Whether the person asked.
    pub asked: bool,
    /// Tasks that could have been suggested.
    pub candidates: Vec<Uuid>,
    /// What was suggested; `None` is silence.
    pub chosen: Option<(Uuid, RecommendationKind)>,
    /// Chance of saying anything.
    pub p_speak: f64,
    /// Chance of saying this, given that anything is said.
    pub p_choice: f64,
    /// When it was answered, and how; `None` where nobody did.
    pub answered: Option<(Timestamp, Answer)>,
    /// Suggestions were turned off over it.
    pub turned_off: bool,
}

impl Decision {
    /// The moment, as features see it.
    pub fn moment(&self) -> Moment {
        Moment {
            now: self.at,
            free_s: self.free_s,
            busy: self.free_s.map(|free| free == 0),
            asked: self.asked,
        }
    }

    /// The chance of what was done: of this suggestion, or of silence.
    pub fn propensity(&self) -> f64 {
        match self.chosen {
            Some(_) => self.p_speak * self.p_choice,
            None => 1.0 - self.p_speak,
        }
    }
}
