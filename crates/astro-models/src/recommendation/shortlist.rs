//! Which tasks a suggestion is chosen from.

use astro_core::preferences::RecommendationKind;
use astro_data::{About, Scene, candidates};
use uuid::Uuid;

use super::model::{Prediction, RecommendationModel};

/// Of four places one is the rules': what a net that has seen little does not think much of is looked at too.
const BY_RULES: usize = 4;

/// So many are looked at. Where far more could be begun than anybody can do, what is best is not told apart by what is
/// known of tasks: with 20 it is missed in one of four moments of such a world (docs/benchmarks.md).
pub const MOST: usize = 48;

/// What can be said at a moment.
#[derive(Clone, Debug)]
pub struct Shortlist {
    /// Tasks that could be suggested, the best first.
    pub candidates: Vec<(Uuid, Prediction)>,
    /// What is expected if nothing is said.
    pub silence: Prediction,
}

impl Shortlist {
    /// What each candidate is worth at a price of annoying; silence is worth its baseline.
    pub fn worth(&self, price: f64) -> impl Iterator<Item = (Uuid, f64)> {
        let baseline = self.silence.baseline;
        let worth = move |(id, said): &(Uuid, Prediction)| (*id, said.worth(baseline, price));
        self.candidates.iter().map(worth)
    }
}

impl RecommendationModel {
    /// At most so many of the tasks that could be begun now: those that are worth most, annoying left aside, and some by
    /// simple rules. `None` only for a net that says nothing of a row, which there is not.
    pub fn shortlist(&self, scene: &Scene<'_>, most: usize) -> Option<Shortlist> {
        let ready = candidates(scene, usize::MAX);
        let suggestion = |id: &Uuid| About::Suggestion(*id, RecommendationKind::NextTask);
        let mut rows = vec![scene.row(About::Silence.candidate())];
        rows.extend(ready.iter().map(|id| scene.row(suggestion(id).candidate())));
        let mut said = self.predict(&rows).into_iter();
        let silence = said.next()?;
        let baseline = silence.baseline;
        let by_rules: Vec<Uuid> = ready.iter().copied().take(most / BY_RULES).collect();
        let mut all: Vec<(Uuid, Prediction)> = ready.into_iter().zip(said).collect();
        all.sort_by(|a, b| {
            let worth = |said: &Prediction| said.worth(baseline, 0.0);
            worth(&b.1).total_cmp(&worth(&a.1)).then(a.0.cmp(&b.0))
        });
        let mut left = most.saturating_sub(by_rules.len());
        all.retain(|(id, _)| {
            if by_rules.contains(id) {
                return true;
            }
            let is_in = left > 0;
            left = left.saturating_sub(1);
            is_in
        });
        Some(Shortlist {
            candidates: all,
            silence,
        })
    }
}
