//! The trained model, as it serves.

use astro_core::models::ModelKind;
use astro_data::Row;
use serde::{Deserialize, Serialize};

use super::said::{self, OfRow};
use super::{BINARY, Head, MOVES, set};
use crate::artifact::Calibration;
use crate::calibrate::Line;
use crate::maths::sigmoid;
use crate::minutes;
use crate::model::{self, Model};

/// How what the net says is put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Of the questions of yes and no, in the order of [`Head::ALL`].
    pub binary: [Line; BINARY],
    /// As of completion: by how much the interval of minutes is wider on both sides, as a logarithm.
    pub minutes_wider: f64,
}

/// Says what suggestions are worth, and when they are welcome.
pub type RecommendationModel = Model<Lines>;

impl model::Lines for Lines {
    const KIND: ModelKind = ModelKind::Recommender;
    const OUTPUTS: usize = said::OUTPUTS;

    fn of(calibration: Calibration) -> Option<Self> {
        match calibration {
            Calibration::Recommender(lines) => Some(lines),
            Calibration::Completion(_) => None,
        }
    }

    fn is_finite(&self) -> bool {
        self.binary.into_iter().all(Line::is_finite) && self.minutes_wider.is_finite()
    }
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

impl Model<Lines> {
    /// What is said of each row, in their order.
    pub fn predict(&self, rows: &[Row]) -> Vec<Prediction> {
        /// Rows are computed so many at a time: without large arrays.
        const BATCH: usize = 256;
        rows.chunks(BATCH)
            .flat_map(|rows| self.predict_batch(rows))
            .collect()
    }

    fn predict_batch(&self, rows: &[Row]) -> Vec<Prediction> {
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
        self.say(rows).into_iter().map(prediction).collect()
    }

    /// What the net says before it is put right.
    pub(super) fn say(&self, rows: &[Row]) -> Vec<OfRow> {
        let rows = set::question(rows, &self.scaler, &self.device);
        said::of_rows(&self.net, rows)
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
