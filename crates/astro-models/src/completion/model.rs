//! The trained model, as it serves.

use std::cmp::Ordering;

use astro_core::models::ModelKind;
use astro_data::Row;
use serde::{Deserialize, Serialize};

use super::HORIZON_DAYS;
use super::bins;
use super::curve::Curve;
use super::said::{self, OfRow};
use super::set::Set;
use crate::artifact::Calibration;
use crate::calibrate::Line;
use crate::minutes;
use crate::model::{self, Model};

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

/// Says whether and when tasks are done.
pub type CompletionModel = Model<Lines>;

impl model::Lines for Lines {
    const KIND: ModelKind = ModelKind::Completion;
    const OUTPUTS: usize = said::OUTPUTS;

    fn of(calibration: Calibration) -> Option<Self> {
        match calibration {
            Calibration::Completion(lines) => Some(lines),
            Calibration::Recommender(_) => None,
        }
    }

    fn is_finite(&self) -> bool {
        let mut all = std::iter::once(self.asked).chain(self.days);
        all.all(Line::is_finite) && self.minutes_wider.is_finite()
    }
}

/// What is said of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Of being done by when it is wanted, or in a week where nobody said.
    pub asked: f64,
    /// How many hours that is from now.
    pub asked_h: f64,
    /// Of being done within a day, three days and a week.
    pub days: [f64; 3],
    /// Chances at any hour, before they are put right.
    pub curve: Curve,
    /// Active minutes that are left: with .1, .5 and .9 it takes no more.
    pub minutes: [f64; 3],
}

impl Model<Lines> {
    /// What the net says before chances are made of it. For whoever measures the net alone.
    pub fn say(&self, rows: &[Row]) -> Vec<OfRow> {
        let set = Set::unanswered(rows, &self.scaler);
        let places: Vec<usize> = (0..set.len()).collect();
        self.of_places(&set, &places)
    }

    /// What is said of each row, in their order.
    pub fn predict(&self, rows: &[Row]) -> Vec<Prediction> {
        let set = Set::unanswered(rows, &self.scaler);
        let curves = self.curves(&set).into_iter();
        let said = rows.iter().zip(curves).map(|(row, (curve, took))| {
            let day = |place: usize| {
                let chance = curve.at(24.0 * HORIZON_DAYS[place]).done;
                self.lines.days[place].apply(chance)
            };
            let asked_h = bins::asked_h(row);
            let asked = self.lines.asked.apply(curve.at(asked_h).done);
            Prediction {
                asked,
                asked_h,
                days: agreeing(in_order([day(0), day(1), day(2)]), asked, asked_h),
                minutes: minutes::interval(took, self.lines.minutes_wider).map(libm::exp),
                curve,
            }
        });
        said.collect()
    }

    /// Curves and logs of minutes, row by row.
    pub(super) fn curves(&self, set: &Set) -> Vec<(Curve, [f32; 3])> {
        let mut curves = Vec::with_capacity(set.len());
        let places: Vec<usize> = (0..set.len()).collect();
        for places in places.chunks(BATCH) {
            let said = self.of_places(set, places).into_iter();
            curves.extend(said.map(|said| {
                let minutes = said.minutes.map(minutes::possible);
                (Curve::from_logits(&said.done, &said.dropped), minutes)
            }));
        }
        curves
    }

    fn of_places(&self, set: &Set, places: &[usize]) -> Vec<OfRow> {
        let slots = places.iter().map(|place| set.slots(*place));
        said::of_rows(&self.net, set.rows(places, &self.device), slots)
    }
}

impl Prediction {
    /// With the chance of being done by when it is wanted put right by a line that followed outcomes.
    #[must_use]
    pub fn put_right(self, line: Line) -> Self {
        let asked = line.apply(self.asked);
        Self {
            days: agreeing(self.days, asked, self.asked_h),
            asked,
            ..self
        }
    }

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

/// Two chances of the same are one, and what takes longer is not less likely done.
fn agreeing(mut days: [f64; 3], asked: f64, asked_h: f64) -> [f64; 3] {
    for (chance, days) in days.iter_mut().zip(HORIZON_DAYS) {
        *chance = match (24.0 * days).total_cmp(&asked_h) {
            Ordering::Less => chance.min(asked),
            Ordering::Equal => asked,
            Ordering::Greater => chance.max(asked),
        };
    }
    days
}

/// Each question has a line of its own; a week must still not be less than a day.
fn in_order(mut days: [f64; 3]) -> [f64; 3] {
    days[1] = days[1].max(days[0]);
    days[2] = days[2].max(days[1]);
    days
}
