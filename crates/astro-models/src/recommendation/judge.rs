//! How good each head is on what the model has not seen, beside what it must beat.

use std::collections::BTreeMap;

use astro_data::{About, Exposure, NextMove};
use uuid::Uuid;

use super::Head;
use super::model::{Prediction, RecommendationModel};
use crate::baselines::{self, Answered, Baseline};
use crate::evaluation::{self, Asked, Evaluation, FEWEST_ROWS, Good, Measure, NET, Slice};
use crate::lesson::Lesson;
use crate::maths::{count, mean, quantile};
use crate::metrics::log_loss_of;

/// Hours that are offered for a task.
const OFFERED: usize = 3;

/// Judges every head on rows of later and of unseen people. What has too few rows is left out; `None` when
/// nothing is left.
pub fn evaluate(
    model: &RecommendationModel,
    lesson: &Lesson<Exposure>,
    seed: u64,
) -> Option<Evaluation> {
    let learn: Vec<&Exposure> = lesson.learn.iter().collect();
    let baselines: Vec<_> = Head::ALL
        .into_iter()
        .map(|head| (head, baselines::fit_all(&answered(head, &learn))))
        .collect();
    let constants = Constants::of(&learn);
    let mut slices = Vec::new();
    let mut measures = Vec::new();
    for (name, exposures) in [("later", &lesson.later), ("unseen people", &lesson.unseen)] {
        let rows: Vec<_> = exposures.iter().map(|one| one.row.clone()).collect();
        let said = model.predict(&rows);
        let judged = Judged {
            name,
            exposures,
            said: &said,
        };
        let of_heads = baselines
            .iter()
            .filter_map(|(head, baselines)| judged.head(*head, baselines, seed));
        slices.extend(of_heads);
        measures.extend(judged.measures(&constants));
    }
    Evaluation::of(slices, measures)
}

fn answered<'a>(head: Head, exposures: &[&'a Exposure]) -> Vec<Answered<'a>> {
    let rows = exposures.iter().filter_map(|exposure| {
        Some(Answered {
            person: exposure.person,
            row: &exposure.row,
            came: head.answer(exposure)?,
        })
    });
    rows.collect()
}

/// What would be said of every row by who has only counted.
struct Constants {
    /// Rewards: if accepted, if nothing is said.
    rewards: [f64; 2],
    minutes: [f64; 3],
    moves: [f64; 6],
    /// Local hours do not stand in a row: hours after the decision, the most frequent first.
    slots: Vec<u64>,
}

impl Constants {
    fn of(learn: &[&Exposure]) -> Self {
        let mean_of = |of: fn(&Exposure) -> Option<f32>| {
            let known: Vec<f64> = learn
                .iter()
                .filter_map(|one| of(one).map(f64::from))
                .collect();
            if known.is_empty() {
                0.0
            } else {
                mean(known.iter().copied())
            }
        };
        let mut minutes: Vec<f64> = learn
            .iter()
            .filter_map(|one| one.outcomes.minutes.map(f64::from))
            .collect();
        minutes.sort_by(f64::total_cmp);
        let moves = NextMove::ALL.map(|next| {
            // as if each had been seen once
            1.0 + count(
                learn
                    .iter()
                    .filter(|one| one.outcomes.next == Some(next))
                    .count(),
            )
        });
        let all: f64 = moves.iter().sum();
        let mut slots: BTreeMap<u64, usize> = BTreeMap::new();
        for exposure in learn
            .iter()
            .filter(|one| one.outcomes.in_slot == Some(true))
        {
            *slots.entry(hours_after(exposure)).or_default() += 1;
        }
        let mut slots: Vec<(u64, usize)> = slots.into_iter().collect();
        slots.sort_by_key(|(hours, often)| (std::cmp::Reverse(*often), *hours));
        Self {
            rewards: [
                mean_of(|one| one.outcomes.progress),
                mean_of(|one| one.outcomes.baseline),
            ],
            minutes: crate::minutes::QUANTILES.map(|q| quantile(&minutes, f64::from(q))),
            moves: moves.map(|same| same / all),
            slots: slots.into_iter().map(|(hours, _)| hours).collect(),
        }
    }
}

/// Hours from the decision to a slot, the one that runs already at 0; each slot of a question has its own.
fn hours_after(exposure: &Exposure) -> u64 {
    match exposure.about {
        About::Slot(_, slot) => {
            let seconds = slot.duration_since(exposure.at).as_secs();
            seconds.unsigned_abs().div_ceil(3_600)
        }
        _ => 0,
    }
}

struct Judged<'a> {
    name: &'a str,
    exposures: &'a [Exposure],
    said: &'a [Prediction],
}

impl<'a> Judged<'a> {
    fn rows(&self) -> impl Iterator<Item = (&'a Exposure, &'a Prediction)> {
        self.exposures.iter().zip(self.said)
    }

    fn head(&self, head: Head, baselines: &[(&str, Baseline)], seed: u64) -> Option<Slice> {
        let rows: Vec<_> = self
            .rows()
            .filter_map(|(exposure, said)| Some((exposure, said, head.answer(exposure)?)))
            .collect();
        let asked: Vec<Asked> = rows
            .iter()
            .map(|(exposure, _, came)| Asked {
                person: exposure.person,
                at: exposure.at,
                came: *came,
            })
            .collect();
        let net = rows.iter().map(|(_, said, _)| said.chance(head)).collect();
        let mut models: Vec<(String, Vec<f64>)> = vec![(NET.to_owned(), net)];
        for (name, baseline) in baselines {
            let chances = rows
                .iter()
                .map(|(exposure, ..)| baseline.predict(exposure.person, &exposure.row));
            models.push(((*name).to_owned(), chances.collect()));
        }
        let name = format!("{}, {}", self.name, head.name());
        evaluation::judge(&name, head.question(), &asked, &models, seed)
    }

    fn measures(&self, constants: &Constants) -> Vec<Measure> {
        let [accepted, silent] = constants.rewards;
        let mut all = vec![
            self.reward(
                "squared error of the reward if accepted",
                accepted,
                |one, said| Some((f64::from(one.outcomes.progress?), said.progress)),
            ),
            self.reward(
                "squared error of the reward of silence",
                silent,
                |one, said| Some((f64::from(one.outcomes.baseline?), said.baseline)),
            ),
        ];
        all.extend(self.minutes(constants));
        all.extend([self.slots(constants), self.moves(constants)]);
        // nothing to compare with where nobody was learnt from
        all.retain(|measure| measure.rows >= FEWEST_ROWS as u64 && measure.constant.is_finite());
        all
    }

    fn measure(&self, name: &str, figures: &[(f64, f64)], good: Good) -> Measure {
        let of = |side: fn(&(f64, f64)) -> f64| mean(figures.iter().map(side));
        Measure {
            name: name.to_owned(),
            slice: self.name.to_owned(),
            rows: figures.len() as u64,
            net: of(|(net, _)| *net),
            constant: of(|(_, constant)| *constant),
            good,
        }
    }

    fn reward(
        &self,
        name: &str,
        constant: f64,
        of: fn(&Exposure, &Prediction) -> Option<(f64, f64)>,
    ) -> Measure {
        let squared = |off: f64| off * off;
        let figures: Vec<_> = self
            .rows()
            .filter_map(|(exposure, said)| of(exposure, said))
            .map(|(came, said)| (squared(came - said), squared(came - constant)))
            .collect();
        self.measure(name, &figures, Good::Low)
    }

    fn minutes(&self, constants: &Constants) -> [Measure; 2] {
        let rows: Vec<_> = self
            .rows()
            .filter_map(|(exposure, said)| {
                Some((f64::from(exposure.outcomes.minutes?), said.minutes))
            })
            .collect();
        let holds =
            |[low, _, high]: [f64; 3], came: f64| f64::from(u8::from(low <= came && came <= high));
        let off = |[_, middle, _]: [f64; 3], came: f64| (libm::log(middle) - libm::log(came)).abs();
        let both = |of: &dyn Fn([f64; 3], f64) -> f64| -> Vec<(f64, f64)> {
            let figures = rows.iter();
            figures
                .map(|(came, said)| (of(*said, *came), of(constants.minutes, *came)))
                .collect()
        };
        [
            self.measure(
                "share of minutes within the 80 % interval",
                &both(&holds),
                Good::Near80,
            ),
            self.measure("error of ln minutes, absolute", &both(&off), Good::Low),
        ]
    }

    /// How often the hour in which a task was begun is among the three that would be offered.
    fn slots(&self, constants: &Constants) -> Measure {
        let mut questions: BTreeMap<Uuid, Vec<(&Exposure, &Prediction)>> = BTreeMap::new();
        for (exposure, said) in self.rows() {
            if exposure.outcomes.in_slot.is_some() {
                questions
                    .entry(exposure.decision)
                    .or_default()
                    .push((exposure, said));
            }
        }
        let figures: Vec<(f64, f64)> = questions
            .into_values()
            .map(|mut slots| {
                let hit = |slots: &[(&Exposure, &Prediction)]| {
                    let first = slots.iter().take(OFFERED);
                    let came = |one: &Exposure| one.outcomes.in_slot == Some(true);
                    f64::from(u8::from(first.copied().any(|(one, _)| came(one))))
                };
                slots.sort_by(|a, b| b.1.chance(Head::Slot).total_cmp(&a.1.chance(Head::Slot)));
                let net = hit(&slots);
                let rank = |one: &Exposure| {
                    let hours = hours_after(one);
                    let place = constants.slots.iter().position(|known| *known == hours);
                    place.unwrap_or(usize::MAX)
                };
                slots.sort_by_key(|(one, _)| (rank(one), hours_after(one)));
                (net, hit(&slots))
            })
            .collect();
        self.measure("hour begun in among the three best", &figures, Good::High)
    }

    fn moves(&self, constants: &Constants) -> Measure {
        let figures: Vec<_> = self
            .rows()
            .filter_map(|(exposure, said)| {
                let next = exposure.outcomes.next? as usize;
                Some((
                    log_loss_of(said.moves[next]),
                    log_loss_of(constants.moves[next]),
                ))
            })
            .collect();
        self.measure("log loss of what is done with a task", &figures, Good::Low)
    }
}
