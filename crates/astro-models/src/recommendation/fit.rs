//! Training the recommendation net.

use std::path::Path;

use astro_data::Exposure;
use burn::tensor::activation::{log_softmax, softplus};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

use super::Head;
use super::model::{Lines, RecommendationModel};
use super::net::{OfRow, RecommendationNet, Said};
use super::set::{self, Batch, Set, Weighing};
use crate::calibrate::Line;
use crate::dense::Source;
use crate::maths::count;
use crate::minutes;
use crate::scaler::Scaler;
use crate::training::{self, CheckpointError, Learner, Pass, Settings, Trained};
use crate::weights::{Weights, WeightsError};

/// So much is believed of a net before its probabilities are put right, as for completion.
const LINE_BELIEF: f64 = 100.0;

/// A trained model and how it came about.
#[derive(Clone, Debug)]
pub struct Fitted {
    pub model: RecommendationModel,
    pub passes: Vec<Pass>,
    /// The pass whose numbers were kept; 0 is what training began with.
    pub best: u32,
}

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
) -> Result<Fitted, CheckpointError> {
    let scaler = prior.map_or_else(
        || Scaler::of(learn.iter().map(|exposure| &exposure.row)),
        |prior| prior.scaler.clone(),
    );
    let learner = RecommendationLearner::new(learn, check, scaler);
    let begin = match prior {
        Some(prior) => prior.weights(),
        None => learner.begin(settings.seed)?,
    };
    let Trained {
        weights,
        passes,
        best,
    } = training::train(&learner, begin, settings, folder, after_pass)?;
    let mut model = RecommendationModel::from_weights(weights, Lines::default())?;
    model.lines = lines(&model, check);
    Ok(Fitted {
        model,
        passes,
        best,
    })
}

/// What puts a model right, on exposures that it did not learn from.
fn lines(model: &RecommendationModel, check: &[&Exposure]) -> Lines {
    let rows: Vec<_> = check.iter().map(|exposure| exposure.row.clone()).collect();
    let said: Vec<OfRow> = rows
        .chunks(1_024)
        .flat_map(|rows| {
            let question = set::question(rows, &model.scaler, &model.device);
            model.net.say(question)
        })
        .collect();
    let binary = Head::ALL.map(|head| {
        let rows = check.iter().zip(&said).filter_map(|(exposure, said)| {
            Some((
                f64::from(said.binary[head as usize]),
                head.answer(exposure)?,
            ))
        });
        Line::fit(&rows.collect::<Vec<_>>(), LINE_BELIEF)
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

    fn begin(&self, seed: u64) -> Result<Weights, WeightsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let net = RecommendationNet::new(&mut Source::Seed(&mut rng), &crate::device::cpu())?;
        Ok(self.weights(&net))
    }
}

impl Learner for RecommendationLearner {
    type Net = RecommendationNet;

    fn len(&self) -> usize {
        self.learn.len()
    }

    fn loss(&self, net: &RecommendationNet, places: &[usize], device: &Device) -> Tensor<1> {
        loss(net, self.learn.batch(places, device), device)
    }

    fn check(&self, net: &RecommendationNet) -> f64 {
        let device = crate::device::cpu();
        let places: Vec<usize> = (0..self.check.len()).collect();
        let sum: f64 = places
            .chunks(1_024)
            .map(|places| {
                let loss = loss(net, self.check.batch(places, &device), &device);
                f64::from(loss.into_scalar::<f32>()) * count(places.len())
            })
            .sum();
        sum / count(places.len()).max(1.0)
    }

    fn weights(&self, net: &RecommendationNet) -> Weights {
        let mut weights = Weights::default();
        net.collect(&mut weights);
        self.scaler.collect(&mut weights);
        weights
    }

    fn net(
        &self,
        mut weights: Weights,
        device: &Device,
    ) -> Result<RecommendationNet, WeightsError> {
        Scaler::load(&mut weights)?;
        let net = RecommendationNet::new(&mut Source::Weights(&mut weights), device)?;
        weights.used_up()?;
        Ok(net)
    }

    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
}

/// The mean over a batch's rows of what each head loses, times what each answer weighs.
fn loss(net: &RecommendationNet, batch: Batch, device: &Device) -> Tensor<1> {
    let Said {
        binary,
        rewards,
        minutes,
        moves,
    } = net.forward(batch.rows);
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
