//! The trained model, as it serves.

use astro_data::Row;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::HORIZON_DAYS;
use super::bins;
use super::curve::Curve;
use super::net::{CompletionNet, OfRow};
use super::set::Set;
use crate::calibrate::Line;
use crate::dense::Source;
use crate::minutes;
use crate::scaler::Scaler;
use crate::weights::{Weights, WeightsError};

/// Rows are computed so many at a time: what a person has open, without large arrays.
const BATCH: usize = 256;

/// How probabilities are put right, one line for each question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// Of being done when it is wanted.
    pub asked: Line,
    /// Of being done within each of [`HORIZON_DAYS`].
    pub days: [Line; 3],
    /// By how much the interval of minutes is wider on both sides, as a logarithm, so that it holds what it says
    /// (conformalized quantile regression; Romano et al., 2019).
    pub minutes_wider: f64,
}

/// A net that serves: it never changes, and can be shared.
#[derive(Clone, Debug)]
pub struct CompletionModel {
    pub(super) net: CompletionNet,
    pub(super) scaler: Scaler,
    pub lines: Lines,
    device: Device,
}

/// What is said of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Of being done by when it is wanted, or in a week where nobody said.
    pub asked: f64,
    /// Of being done within a day, three days and a week.
    pub days: [f64; 3],
    /// Chances at any hour, before they are put right.
    pub curve: Curve,
    /// Active minutes that are left: with .1, .5 and .9 it takes no more.
    pub minutes: [f64; 3],
}

impl CompletionModel {
    /// A model of given numbers.
    ///
    /// # Errors
    /// When they are not exactly those of this net.
    pub fn from_weights(mut weights: Weights, lines: Lines) -> Result<Self, WeightsError> {
        let device = crate::device::cpu();
        let scaler = Scaler::load(&mut weights)?;
        let net = CompletionNet::new(&mut Source::Weights(&mut weights), &device)?;
        weights.used_up()?;
        let all = [lines.asked, lines.days[0], lines.days[1], lines.days[2]];
        if !all.into_iter().all(Line::is_finite) || !lines.minutes_wider.is_finite() {
            return Err(WeightsError::NotFinite("lines".to_owned()));
        }
        Ok(Self {
            net,
            scaler,
            lines,
            device,
        })
    }

    /// All its numbers.
    pub fn weights(&self) -> Weights {
        let mut weights = Weights::default();
        self.net.collect(&mut weights);
        self.scaler.collect(&mut weights);
        weights
    }

    /// What the net says before chances are made of it. For whoever measures the net alone.
    pub fn say(&self, rows: &[Row]) -> Vec<OfRow> {
        let set = Set::unanswered(rows, &self.scaler);
        let places: Vec<usize> = (0..set.len()).collect();
        said(&self.net, &set, &places, &self.device)
    }

    /// What is said of each row, in their order.
    pub fn predict(&self, rows: &[Row]) -> Vec<Prediction> {
        let set = Set::unanswered(rows, &self.scaler);
        let curves = curves(&self.net, &set, &self.device).into_iter();
        let said = rows.iter().zip(curves).map(|(row, (curve, took))| {
            let day = |place: usize| {
                let chance = curve.at(24.0 * HORIZON_DAYS[place]).done;
                self.lines.days[place].apply(chance)
            };
            Prediction {
                asked: self.lines.asked.apply(curve.at(bins::asked_h(row)).done),
                days: in_order([day(0), day(1), day(2)]),
                minutes: minutes::interval(took, self.lines.minutes_wider).map(libm::exp),
                curve,
            }
        });
        said.collect()
    }
}

impl Prediction {
    /// Hours after which it is as likely done as not; `None` if it rather never is.
    pub fn median_h(&self) -> Option<f64> {
        self.curve.done_by(0.5)
    }

    /// Hours from now at which work must begin, so that even the time it takes with .9 ends when the task is wanted;
    /// negative when that is over.
    pub fn start_by_h(&self, wanted_h: f64) -> f64 {
        wanted_h - self.minutes[2] / 60.0
    }
}

/// Each question has a line of its own; a week must still not be less than a day.
fn in_order(mut days: [f64; 3]) -> [f64; 3] {
    days[1] = days[1].max(days[0]);
    days[2] = days[2].max(days[1]);
    days
}

/// Curves and logs of minutes, row by row.
pub(super) fn curves(net: &CompletionNet, set: &Set, device: &Device) -> Vec<(Curve, [f32; 3])> {
    let mut curves = Vec::with_capacity(set.len());
    let places: Vec<usize> = (0..set.len()).collect();
    for places in places.chunks(BATCH) {
        let said = said(net, set, places, device).into_iter();
        curves.extend(said.map(|said| {
            let minutes = said.minutes.map(minutes::possible);
            (Curve::from_logits(&said.done, &said.dropped), minutes)
        }));
    }
    curves
}

fn said(net: &CompletionNet, set: &Set, places: &[usize], device: &Device) -> Vec<OfRow> {
    let slots = places.iter().map(|place| set.slots(*place));
    net.say(set.rows(places, device), slots)
}
