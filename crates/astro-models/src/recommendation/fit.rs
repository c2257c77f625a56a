//! Training the recommendation net.

use std::path::Path;

use astro_data::Exposure;
use burn::tensor::activation::{log_softmax, softplus};
use burn::tensor::{Device, Tensor};
use sha2::{Digest as _, Sha256};

use super::Head;
use super::model::{Lines, RecommendationModel};
use super::said::{OfRow, Said};
use super::set::{Batch, Set, Weighing};
use crate::calibrate::{BELIEF, Line};
use crate::minutes;
use crate::net::Net;
use crate::scaler::Scaler;
use crate::training::{self, CheckpointError, Fitted, Learner, Part, Pass, Settings};

/// Trains on exposures and stops by others; from nothing, or from what a prior knows already. `folder` keeps what was
/// reached, so that training can go on after it was cut off.
///
/// # Errors
/// When what was reached cannot be kept or read.
pub fn fit(
    learn: &[&Exposure],
    check: &[&Exposure],
    prior: Option<&RecommendationModel>,
    settings: &Settings,
    folder: Option<&Path>,
    after_pass: impl FnMut(u32, Pass),
) -> Result<Fitted<Lines>, CheckpointError> {
    let scaler = training::scaler(prior, learn.iter().map(|exposure| &exposure.row));
    let learner = RecommendationLearner::new(learn, check, scaler);
    let mut fitted = training::train(&learner, prior, settings, folder, after_pass)?;
    fitted.model.lines = lines(&fitted.model, check);
    Ok(fitted)
}

/// What puts a model right, on exposures that it did not learn from.
fn lines(model: &RecommendationModel, check: &[&Exposure]) -> Lines {
    let rows: Vec<_> = check.iter().map(|exposure| exposure.row.clone()).collect();
    let said: Vec<OfRow> = rows
        .chunks(1_024)
        .flat_map(|rows| model.say(rows))
        .collect();
    let binary = Head::ALL.map(|head| {
        let rows = check.iter().zip(&said).filter_map(|(exposure, said)| {
            Some((
                f64::from(said.binary[head as usize]),
                head.answer(exposure)?,
            ))
        });
        Line::fit(&rows.collect::<Vec<_>>(), BELIEF)
    });
    let known = check.iter().zip(&said).filter_map(|(exposure, said)| {
        let took = libm::log(f64::from(exposure.outcomes.minutes?));
        Some((exposure.person, said.minutes, took))
    });
    Lines {
        binary,
        minutes_wider: minutes::wider(known),
    }
}

struct RecommendationLearner {
    learn: Set,
    check: Set,
    scaler: Scaler,
    fingerprint: String,
}

impl RecommendationLearner {
    fn new(learn: &[&Exposure], check: &[&Exposure], scaler: Scaler) -> Self {
        let mut hash = Sha256::new();
        for exposure in learn.iter().chain(check) {
            hash.update(exposure.person.as_bytes());
            hash.update(exposure.decision.as_bytes());
            hash.update(exposure.row.hash());
            hash.update(format!("{:?} {}", exposure.outcomes, exposure.propensity));
        }
        // of both alike: what an answer weighs must not differ between learning and checking
        let weighing = Weighing::of(learn);
        Self {
            learn: Set::of(learn, &scaler, &weighing),
            check: Set::of(check, &scaler, &weighing),
            scaler,
            fingerprint: format!("recommender {:x}", hash.finalize()),
        }
    }

    fn set(&self, part: Part) -> &Set {
        match part {
            Part::Learn => &self.learn,
            Part::Check => &self.check,
        }
    }
}

impl Learner for RecommendationLearner {
    type Lines = Lines;

    fn scaler(&self) -> &Scaler {
        &self.scaler
    }

    fn len(&self, part: Part) -> usize {
        self.set(part).len()
    }

    fn loss(&self, net: &Net, part: Part, places: &[usize], device: &Device) -> Tensor<1> {
        loss(net, self.set(part).batch(places, device), device)
    }

    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
}

/// The mean over a batch's rows of what each head loses, times what each answer weighs.
fn loss(net: &Net, batch: Batch, device: &Device) -> Tensor<1> {
    let Said {
        binary,
        rewards,
        minutes,
        moves,
    } = Said::of(net, batch.rows);
    // far beyond what any chance needs, and short of what overflows
    let binary = binary.clamp(-30.0, 30.0);
    let [came, weight] = batch.binary;
    let of_binary = (softplus(binary.clone(), 1.0) - binary * came) * weight;
    let [came, weight] = batch.rewards;
    let off = rewards - came;
    let of_rewards = off.clone() * off * weight;
    let [came, weight] = batch.minutes;
    let of_minutes = minutes::pinball(minutes, came, device) * weight;
    let [came, weight] = batch.moves;
    let of_moves = (log_softmax(moves, 1) * came).sum_dim(1).neg() * weight;
    let by_row = of_binary.sum_dim(1) + of_rewards.sum_dim(1) + of_minutes.sum_dim(1) + of_moves;
    by_row.mean()
}
