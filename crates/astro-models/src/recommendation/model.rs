//! The trained model, as it serves.

use astro_data::Row;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::net::{OfRow, RecommendationNet};
use super::{BINARY, Head, MOVES, set};
use crate::calibrate::Line;
use crate::dense::Source;
use crate::maths::sigmoid;
use crate::minutes;
use crate::scaler::Scaler;
use crate::weights::{Weights, WeightsError};

/// How what the net says is put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Of the questions of yes and no, in the order of [`Head::ALL`].
    pub binary: [Line; BINARY],
    /// As of completion: by how much the interval of minutes is wider on both sides, as a logarithm.
    pub minutes_wider: f64,
}

/// A net that serves: it never changes, and can be shared.
#[derive(Clone, Debug)]
pub struct RecommendationModel {
    pub(super) net: RecommendationNet,
    pub(super) scaler: Scaler,
    pub lines: Lines,
    pub(super) device: Device,
}

/// What is said of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Chances, in the order of [`Head::ALL`].
    pub binary: [f64; BINARY],
    /// The reward of the window if it is accepted, in shares of the most that a task can be worth.
    pub progress: f64,
    /// The reward of the window if nothing is said. Of a row without a task.
    pub baseline: f64,
    /// Active minutes that are left: with .1, .5 and .9 it takes no more.
    pub minutes: [f64; 3],
    /// What is done with it anyway, in the order of [`astro_data::NextMove::ALL`]; they add up to 1.
    pub moves: [f64; MOVES],
}

impl RecommendationModel {
    /// A model of given numbers.
    ///
    /// # Errors
    /// When they are not exactly those of this net.
    pub fn from_weights(mut weights: Weights, lines: Lines) -> Result<Self, WeightsError> {
        let device = crate::device::cpu();
        let scaler = Scaler::load(&mut weights)?;
        let net = RecommendationNet::new(&mut Source::Weights(&mut weights), &device)?;
        weights.used_up()?;
        if !lines.binary.into_iter().all(Line::is_finite) || !lines.minutes_wider.is_finite() {
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

    /// What is said of each row, in their order.
    pub fn predict(&self, rows: &[Row]) -> Vec<Prediction> {
        /// Rows are computed so many at a time: without large arrays.
        const BATCH: usize = 256;
        rows.chunks(BATCH)
            .flat_map(|rows| self.predict_batch(rows))
            .collect()
    }

    fn predict_batch(&self, rows: &[Row]) -> Vec<Prediction> {
        let said = self
            .net
            .say(set::question(rows, &self.scaler, &self.device));
        let prediction = |said: OfRow| {
            let mut chances = [0.0; BINARY];
            for ((chance, logit), line) in
                chances.iter_mut().zip(said.binary).zip(self.lines.binary)
            {
                *chance = line.apply(sigmoid(f64::from(logit)));
            }
            let [progress, baseline] = said.rewards.map(f64::from);
            Prediction {
                binary: chances,
                progress,
                baseline,
                minutes: minutes::interval(
                    said.minutes.map(minutes::possible),
                    self.lines.minutes_wider,
                )
                .map(libm::exp),
                moves: softmax(&said.moves),
            }
        };
        said.into_iter().map(prediction).collect()
    }
}

impl Prediction {
    pub fn chance(&self, head: Head) -> f64 {
        self.binary[head as usize]
    }

    /// What suggesting it is worth: its reward if it is accepted and the baseline if not, less the price of annoying.
    /// Silence is worth the baseline.
    pub fn worth(&self, baseline: f64, price: f64) -> f64 {
        let accept = self.chance(Head::Accept);
        accept * self.progress + (1.0 - accept) * baseline - price * self.chance(Head::Burden)
    }
}

fn softmax(logits: &[f32; MOVES]) -> [f64; MOVES] {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let e = logits.map(|logit| libm::exp(f64::from(logit - most)));
    let all: f64 = e.iter().sum();
    e.map(|e| e / all)
}
