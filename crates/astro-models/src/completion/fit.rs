//! Training the completion net.

use std::path::Path;

use astro_core::calendar::Timestamp;
use astro_data::Example;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

use super::bins;
use super::model::{self, CompletionModel, Lines};
use super::net::CompletionNet;
use super::set::{Batch, Set};
use super::{HORIZON_DAYS, asked, done_within};
use crate::calibrate::Line;
use crate::dense::Source;
use crate::maths::{count, logit};
use crate::minutes;
use crate::scaler::Scaler;
use crate::training::{self, CheckpointError, Learner, Pass, Settings, Trained};
use crate::weights::{Weights, WeightsError};

/// How much the minutes count beside the fates. Both are measured against what a constant would lose.
const MINUTES_WEIGHT: f64 = 0.25;
/// So much is believed of a net before its probabilities are put right: as if each line were known to
/// within 0.1.
const LINE_BELIEF: f64 = 100.0;

/// A trained model and how it came about.
#[derive(Clone, Debug)]
pub struct Fitted {
    pub model: CompletionModel,
    pub passes: Vec<Pass>,
    /// The pass whose numbers were kept; 0 is what training began with.
    pub best: u32,
}

/// Trains on examples and stops by others, whose fates were known at `until`; from nothing, or from what a
/// prior knows already. `folder` keeps what was reached, so that training can go on after it was cut off.
///
/// # Errors
/// When what was reached cannot be kept or read.
pub fn fit(
    learn: &[&Example],
    check: &[&Example],
    until: Timestamp,
    prior: Option<&CompletionModel>,
    settings: &Settings,
    folder: Option<&Path>,
    after_pass: impl FnMut(u32, Pass),
) -> Result<Fitted, CheckpointError> {
    let scaler = prior.map_or_else(
        || Scaler::of(learn.iter().map(|example| &example.row)),
        |prior| prior.scaler.clone(),
    );
    let learner = CompletionLearner::new(learn, check, scaler);
    let begin = match prior {
        Some(prior) => prior.weights(),
        None => learner.begin(settings.seed)?,
    };
    let Trained {
        weights,
        passes,
        best,
    } = training::train(&learner, begin, settings, folder, after_pass)?;
    let mut model = CompletionModel::from_weights(weights, Lines::default())?;
    model.lines = lines(&model, check, until);
    Ok(Fitted {
        model,
        passes,
        best,
    })
}

/// What puts the probabilities of a model right, on examples that it did not learn from.
fn lines(model: &CompletionModel, check: &[&Example], until: Timestamp) -> Lines {
    let set = Set::of(check, &model.scaler);
    let curves = model::curves(&model.net, &set, &crate::device::cpu());
    let line = |hours: &dyn Fn(&Example) -> f64, answer: &dyn Fn(&Example) -> Option<bool>| {
        let rows = check
            .iter()
            .zip(&curves)
            .filter_map(|(example, (curve, _))| {
                Some((logit(curve.at(hours(example)).done), answer(example)?))
            });
        Line::fit(&rows.collect::<Vec<_>>(), LINE_BELIEF)
    };
    let day = |place: usize| {
        let hours = 24.0 * HORIZON_DAYS[place];
        line(&|_| hours, &|example| done_within(example, hours, until))
    };
    let took = check
        .iter()
        .zip(&curves)
        .filter_map(|(example, (_, said))| {
            Some((
                example.person,
                *said,
                libm::log(f64::from(example.minutes?)),
            ))
        });
    Lines {
        asked: line(&|example| bins::asked_h(&example.row), &|example| {
            asked(example, until)
        }),
        days: [day(0), day(1), day(2)],
        minutes_wider: minutes::wider(took),
    }
}

struct CompletionLearner {
    learn: Set,
    check: Set,
    scaler: Scaler,
    /// What constants lose on the examples: of the fates, of the minutes.
    constant: [f64; 2],
    fingerprint: String,
}

impl CompletionLearner {
    fn new(learn: &[&Example], check: &[&Example], scaler: Scaler) -> Self {
        let mut hash = Sha256::new();
        for example in learn.iter().chain(check) {
            hash.update(example.person.as_bytes());
            hash.update(example.row.hash());
            hash.update(format!("{:?} {:?}", example.fate, example.minutes));
        }
        let learn = Set::of(learn, &scaler);
        Self {
            constant: constant_losses(&learn),
            check: Set::of(check, &scaler),
            learn,
            scaler,
            fingerprint: format!("completion {:x}", hash.finalize()),
        }
    }

    fn begin(&self, seed: u64) -> Result<Weights, WeightsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let net = CompletionNet::new(&mut Source::Seed(&mut rng), &crate::device::cpu())?;
        Ok(self.weights(&net))
    }

    /// Both losses together, each against what a constant loses.
    fn total(&self, [fates, minutes]: [Tensor<1>; 2]) -> Tensor<1> {
        let [fates_constant, minutes_constant] = self.constant;
        fates.div_scalar(fates_constant) + minutes.mul_scalar(MINUTES_WEIGHT / minutes_constant)
    }
}

impl Learner for CompletionLearner {
    type Net = CompletionNet;

    fn len(&self) -> usize {
        self.learn.len()
    }

    fn loss(&self, net: &CompletionNet, places: &[usize], device: &Device) -> Tensor<1> {
        self.total(losses(net, &self.learn.batch(places, device), device))
    }

    fn check(&self, net: &CompletionNet) -> f64 {
        let device = crate::device::cpu();
        let places: Vec<usize> = (0..self.check.len()).collect();
        let sum: f64 = places
            .chunks(1_024)
            .map(|places| {
                let losses = losses(net, &self.check.batch(places, &device), &device);
                f64::from(self.total(losses).into_scalar::<f32>()) * count(places.len())
            })
            .sum();
        sum / count(places.len()).max(1.0)
    }

    fn weights(&self, net: &CompletionNet) -> Weights {
        let mut weights = Weights::default();
        net.collect(&mut weights);
        self.scaler.collect(&mut weights);
        weights
    }

    fn net(&self, mut weights: Weights, device: &Device) -> Result<CompletionNet, WeightsError> {
        Scaler::load(&mut weights)?;
        let net = CompletionNet::new(&mut Source::Weights(&mut weights), device)?;
        weights.used_up()?;
        Ok(net)
    }

    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
}

/// Mean losses of a batch: -ln of each row's fate, and the pinball loss of its minutes.
fn losses(net: &CompletionNet, batch: &Batch, device: &Device) -> [Tensor<1>; 2] {
    let said = net.forward(batch.rows.clone(), &batch.slots);
    // far beyond what any chance needs, and short of what overflows
    let (done, dropped) = (
        said.done.clamp(-30.0, 30.0),
        said.dropped.clamp(-30.0, 30.0),
    );
    let all = (done.clone().exp() + dropped.clone().exp())
        .add_scalar(1.0)
        .log();
    let of_bins =
        batch.at_risk.clone() * all - batch.done.clone() * done - batch.dropped.clone() * dropped;
    let fates = of_bins.sum_dim(1).mean();
    let pinball = minutes::pinball(said.minutes, batch.log_minutes.clone(), device);
    let known = batch.has_minutes.clone();
    let minutes = (pinball * known.clone()).sum() / known.sum().clamp_min(1.0);
    [fates, minutes]
}

/// What is lost by saying the same of every row: the share that ends in each bin, and the three quantiles of
/// all minutes.
fn constant_losses(set: &Set) -> [f64; 2] {
    let (by_bin, mut took) = set.totals();
    let entropy = |part: f64, all: f64| {
        if part > 0.0 {
            -part * libm::log(part / all)
        } else {
            0.0
        }
    };
    let fates: f64 = by_bin
        .iter()
        .map(|[at_risk, done, dropped]| {
            let open = at_risk - done - dropped;
            [open, *done, *dropped]
                .into_iter()
                .map(|part| entropy(part, *at_risk))
                .sum::<f64>()
        })
        .sum();
    took.sort_by(f64::total_cmp);
    // nothing to compare with where all are alike
    let or_one = |loss: f64| if loss > 1e-9 { loss } else { 1.0 };
    [
        or_one(fates / count(set.len()).max(1.0)),
        or_one(minutes::constant_loss(&took)),
    ]
}
