//! How often the product spoke lately, and how that was taken.

use std::collections::BTreeMap;

use astro_core::calendar::Timestamp;
use astro_core::preferences::RecommendationKind;

use super::habits::{MONTH_H, WEEK_H};
use crate::decay::Decay;
use crate::fact::Answer;
use crate::maths::smoothed;

/// Half-lives of what was shown, in hours: this afternoon, this day, this week.
pub(crate) const SHOWN_H: [f64; 3] = [4.0, 24.0, WEEK_H];
/// What share of suggestions is taken before anything is known.
const TAKEN: f64 = 0.3;

/// Counts that forget, of suggestions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dosage {
    shown: [Decay; 3],
    kinds: BTreeMap<i64, Kind>,
    all: Kind,
    pub(crate) shown_at: Option<Timestamp>,
    pub(crate) last: Option<Answer>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Kind {
    shown: Decay,
    accepted: Decay,
    dismissed: Decay,
    ignored: Decay,
    snoozed: Decay,
}

impl Kind {
    fn answered(&mut self, at: Timestamp, answer: Answer) {
        let counter = match answer {
            Answer::Accepted => &mut self.accepted,
            Answer::Dismissed => &mut self.dismissed,
            Answer::Ignored => &mut self.ignored,
            Answer::Snoozed => &mut self.snoozed,
        };
        counter.add(at, 1.0, MONTH_H);
    }

    fn answers(&self, now: Timestamp) -> f64 {
        [
            &self.accepted,
            &self.dismissed,
            &self.ignored,
            &self.snoozed,
        ]
        .iter()
        .map(|counter| counter.get(now, MONTH_H))
        .sum()
    }

    fn share(&self, counter: &Decay, now: Timestamp, prior: f64) -> f64 {
        smoothed(counter.get(now, MONTH_H), self.answers(now), prior, 5.0)
    }
}

impl Dosage {
    pub(crate) fn shown(&mut self, at: Timestamp, kind: RecommendationKind) {
        for (counter, half_life) in self.shown.iter_mut().zip(SHOWN_H) {
            counter.add(at, 1.0, half_life);
        }
        let of_kind = self.kinds.entry(kind.code()).or_default();
        of_kind.shown.add(at, 1.0, WEEK_H);
        self.shown_at = self.shown_at.max(Some(at));
    }

    pub(crate) fn answered(&mut self, at: Timestamp, kind: RecommendationKind, answer: Answer) {
        self.kinds
            .entry(kind.code())
            .or_default()
            .answered(at, answer);
        self.all.answered(at, answer);
        self.last = Some(answer);
    }

    /// How much was shown lately, by each of [`SHOWN_H`].
    pub(crate) fn shown_lately(&self, now: Timestamp) -> [f64; 3] {
        let mut lately = [0.0; 3];
        for ((left, counter), half_life) in lately.iter_mut().zip(&self.shown).zip(SHOWN_H) {
            *left = counter.get(now, half_life);
        }
        lately
    }

    /// Share of suggestions that were taken.
    pub(crate) fn taken(&self, now: Timestamp) -> f64 {
        self.all.share(&self.all.accepted, now, TAKEN)
    }

    pub(crate) fn dismissed(&self, now: Timestamp) -> f64 {
        self.all.share(&self.all.dismissed, now, 0.2)
    }

    pub(crate) fn ignored(&self, now: Timestamp) -> f64 {
        self.all.share(&self.all.ignored, now, 0.3)
    }

    /// As [`Dosage::taken`], of one kind, drawn towards that of all.
    pub(crate) fn taken_of(&self, kind: RecommendationKind, now: Timestamp) -> f64 {
        let general = self.taken(now);
        let known = self.kinds.get(&kind.code());
        known.map_or(general, |one| one.share(&one.accepted, now, general))
    }

    /// How much of a kind was shown this week.
    pub(crate) fn shown_of(&self, kind: RecommendationKind, now: Timestamp) -> f64 {
        let known = self.kinds.get(&kind.code());
        known.map_or(0.0, |one| one.shown.get(now, WEEK_H))
    }
}
