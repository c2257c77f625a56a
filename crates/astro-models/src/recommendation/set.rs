//! Exposures as the net reads them: what came, and how much each answer counts.

use astro_data::{Exposure, NextMove, Row, WIDTH};
use burn::tensor::{Device, Tensor, TensorData};

use super::{BINARY, Head, MOVES, REWARDS};
use crate::dense::gathered;
use crate::maths::{count, single};
use crate::minutes;
use crate::scaler::Scaler;

/// A choice that was made with a small chance stands for many, but never for more than these.
const MOST_WEIGHT: f64 = 10.0;
/// How much each kind of head counts beside the others, each measured against what a constant loses.
const OF_BINARY: f64 = 1.0;
const OF_REWARDS: f64 = 0.5;
const OF_MINUTES: f64 = 0.5;
const OF_MOVES: f64 = 0.5;

/// What answers weigh, so that every head, however seldom it is asked, counts as it should: one over what a
/// constant loses, over the share of rows that have an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weighing {
    binary: [f64; BINARY],
    rewards: [f64; REWARDS],
    minutes: f64,
    moves: f64,
}

/// Rows with what came of them, ready for batches. All arrays lie row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    rows: Vec<f32>,
    binary: Answers,
    rewards: Answers,
    minutes: Answers,
    moves: Answers,
}

/// Answers of some heads and what they weigh; what was not asked weighs nothing.
#[derive(Clone, Debug, Default)]
struct Answers {
    came: Vec<f32>,
    weight: Vec<f32>,
}

/// Tensors of one batch.
pub(super) struct Batch {
    pub rows: Tensor<2>,
    /// `[batch, 6]` each: 1 where it came, and the weights.
    pub binary: [Tensor<2>; 2],
    /// `[batch, 2]` each.
    pub rewards: [Tensor<2>; 2],
    /// ln of minutes, `[batch, 1]` each.
    pub minutes: [Tensor<2>; 2],
    /// `[batch, 6]` and `[batch, 1]`.
    pub moves: [Tensor<2>; 2],
}

impl Weighing {
    pub fn of(exposures: &[&Exposure]) -> Self {
        let all = count(exposures.len()).max(1.0);
        let binary = Head::ALL.map(|head| {
            let rows = exposures
                .iter()
                .filter_map(|exposure| Some((weight(head, exposure), head.answer(exposure)?)));
            let (mut asked, mut came) = (0.0, 0.0);
            for (weight, answer) in rows {
                asked += weight;
                came += weight * f64::from(u8::from(answer));
            }
            let share = if asked > 0.0 { came / asked } else { 0.0 };
            weighed(OF_BINARY, entropy(&[share, 1.0 - share]), asked / all)
        });
        let rewards = [0, 1].map(|place| {
            let known: Vec<(f64, f64)> = exposures
                .iter()
                .filter_map(|exposure| reward(place, exposure))
                .collect();
            let asked: f64 = known.iter().map(|(weight, _)| weight).sum();
            let middle = known
                .iter()
                .map(|(weight, value)| weight * value)
                .sum::<f64>()
                / asked.max(1e-9);
            let off = known
                .iter()
                .map(|(weight, value)| weight * (value - middle) * (value - middle));
            weighed(OF_REWARDS, off.sum::<f64>() / asked.max(1e-9), asked / all)
        });
        let mut took: Vec<f64> = exposures
            .iter()
            .filter_map(|one| log_minutes(one))
            .collect();
        took.sort_by(f64::total_cmp);
        let moves = NextMove::ALL.map(|next| {
            let same = exposures
                .iter()
                .filter(|one| one.outcomes.next == Some(next));
            count(same.count())
        });
        let asked: f64 = moves.iter().sum();
        let shares = moves.map(|same| same / asked.max(1.0));
        Self {
            binary,
            rewards,
            minutes: weighed(
                OF_MINUTES,
                minutes::constant_loss(&took),
                count(took.len()) / all,
            ),
            moves: weighed(OF_MOVES, entropy(&shares), asked / all),
        }
    }
}

/// Nothing where nothing was asked, or all answers are alike.
fn weighed(of: f64, constant: f64, asked: f64) -> f64 {
    if asked > 0.0 && constant > 1e-6 {
        of / constant / asked
    } else {
        0.0
    }
}

fn entropy(shares: &[f64]) -> f64 {
    let known = shares.iter().filter(|share| **share > 0.0);
    known.map(|share| -share * libm::log(*share)).sum()
}

/// One over the chance of what was done, up to a bound (Ionides, 2008); what was not chosen counts once.
fn weight(head: Head, exposure: &Exposure) -> f64 {
    if head.is_of_choice() {
        choice_weight(exposure)
    } else {
        1.0
    }
}

fn choice_weight(exposure: &Exposure) -> f64 {
    (1.0 / exposure.propensity.max(1e-9)).min(MOST_WEIGHT)
}

/// Of a suggestion that was accepted, and of silence.
fn reward(place: usize, exposure: &Exposure) -> Option<(f64, f64)> {
    let outcomes = &exposure.outcomes;
    let reward = [outcomes.progress, outcomes.baseline][place]?;
    Some((choice_weight(exposure), f64::from(reward)))
}

fn log_minutes(exposure: &Exposure) -> Option<f64> {
    exposure
        .outcomes
        .minutes
        .map(|minutes| libm::log(f64::from(minutes)))
}

impl Set {
    pub fn of(exposures: &[&Exposure], scaler: &Scaler, weighing: &Weighing) -> Self {
        let mut set = Self::default();
        for exposure in exposures {
            scaler.write(&exposure.row, &mut set.rows);
            for (head, weighs) in Head::ALL.into_iter().zip(weighing.binary) {
                let answer = head.answer(exposure);
                let answer =
                    answer.map(|came| (f64::from(u8::from(came)), weighs * weight(head, exposure)));
                set.binary.push(answer);
            }
            for (place, weighs) in weighing.rewards.into_iter().enumerate() {
                let answer = reward(place, exposure);
                set.rewards
                    .push(answer.map(|(weight, reward)| (reward, weighs * weight)));
            }
            let minutes = log_minutes(exposure);
            set.minutes
                .push(minutes.map(|minutes| (minutes, weighing.minutes)));
            let next = exposure.outcomes.next;
            let is = NextMove::ALL.map(|other| f32::from(u8::from(next == Some(other))));
            set.moves.came.extend(is);
            let weighs = next.map_or(0.0, |_| weighing.moves);
            set.moves.weight.push(single(weighs));
        }
        set
    }

    pub fn len(&self) -> usize {
        self.moves.weight.len()
    }

    pub fn batch(&self, places: &[usize], device: &Device) -> Batch {
        let rows = gathered(&self.rows, WIDTH, places, device);
        let answers = |answers: &Answers, width: usize| {
            [&answers.came, &answers.weight].map(|all| gathered(all, width, places, device))
        };
        Batch {
            rows,
            binary: answers(&self.binary, BINARY),
            rewards: answers(&self.rewards, REWARDS),
            minutes: answers(&self.minutes, 1),
            moves: [
                gathered(&self.moves.came, MOVES, places, device),
                gathered(&self.moves.weight, 1, places, device),
            ],
        }
    }
}

impl Answers {
    fn push(&mut self, answer: Option<(f64, f64)>) {
        let (came, weight) = answer.unwrap_or_default();
        self.came.push(single(came));
        self.weight.push(single(weight));
    }
}

/// Rows without answers.
pub(super) fn question(rows: &[Row], scaler: &Scaler, device: &Device) -> Tensor<2> {
    let mut numbers = Vec::with_capacity(rows.len() * WIDTH);
    for row in rows {
        scaler.write(row, &mut numbers);
    }
    Tensor::from_data(TensorData::new(numbers, [rows.len(), WIDTH]), device)
}
