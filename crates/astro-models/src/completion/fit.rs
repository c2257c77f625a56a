//! Training the completion net.

use std::path::Path;

use astro_core::calendar::Timestamp;
use astro_data::Example;
use burn::tensor::{Device, Tensor};
use sha2::{Digest as _, Sha256};

use super::bins;
use super::model::{CompletionModel, Lines};
use super::said::Said;
use super::set::{Batch, Set};
use super::{HORIZON_DAYS, asked, done_within};
use crate::calibrate::{BELIEF, Line};
use crate::maths::{count, logit};
use crate::minutes;
use crate::net::Net;
use crate::scaler::Scaler;
use crate::training::{self, CheckpointError, Fitted, Learner, Part, Pass, Settings};

/// How much the minutes count beside the fates. Both are measured against what a constant would lose.
const MINUTES_WEIGHT: f64 = 0.25;
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
) -> Result<Fitted<Lines>, CheckpointError> {
    let scaler = training::scaler(prior, learn.iter().map(|example| &example.row));
    let learner = CompletionLearner::new(learn, check, scaler);
    let mut fitted = training::train(&learner, prior, settings, folder, after_pass)?;
    fitted.model.lines = lines(&fitted.model, check, until);
    Ok(fitted)
}

/// What puts the probabilities of a model right, on examples that it did not learn from.
fn lines(model: &CompletionModel, check: &[&Example], until: Timestamp) -> Lines {
    let set = Set::of(check, &model.scaler);
    let curves = model.curves(&set);
    let line = |hours: &dyn Fn(&Example) -> f64, answer: &dyn Fn(&Example) -> Option<bool>| {
        let rows = check
            .iter()
            .zip(&curves)
            .filter_map(|(example, (curve, _))| {
                Some((logit(curve.at(hours(example)).done), answer(example)?))
            });
        Line::fit(&rows.collect::<Vec<_>>(), BELIEF)
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

    fn set(&self, part: Part) -> &Set {
        match part {
            Part::Learn => &self.learn,
            Part::Check => &self.check,
        }
    }

    /// Both losses together, each against what a constant loses.
    fn total(&self, [fates, minutes]: [Tensor<1>; 2]) -> Tensor<1> {
        let [fates_constant, minutes_constant] = self.constant;
        fates.div_scalar(fates_constant) + minutes.mul_scalar(MINUTES_WEIGHT / minutes_constant)
    }
}

impl Learner for CompletionLearner {
    type Lines = Lines;

    fn scaler(&self) -> &Scaler {
        &self.scaler
    }

    fn len(&self, part: Part) -> usize {
        self.set(part).len()
    }

    fn loss(&self, net: &Net, part: Part, places: &[usize], device: &Device) -> Tensor<1> {
        let batch = self.set(part).batch(places, device);
        self.total(losses(net, &batch, device))
    }

    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
}

/// Mean losses of a batch: -ln of each row's fate, and the pinball loss of its minutes.
fn losses(net: &Net, batch: &Batch, device: &Device) -> [Tensor<1>; 2] {
    let said = Said::of(net, batch.rows.clone(), &batch.slots);
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
