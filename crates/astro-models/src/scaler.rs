//! Numbers of different sizes made alike: each feature less its mean, over its spread.

use astro_data::{Row, WIDTH};

use crate::maths::{count, single};
use crate::weights::{Weights, WeightsError};

/// What lies further out is no more unusual than this many spreads.
const FURTHEST: f32 = 6.0;

/// Mean and spread of each feature, from the rows that were learnt from.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaler {
    mean: Vec<f32>,
    /// One over the standard deviation; 0 for a feature that is always the same.
    by: Vec<f32>,
}

impl Scaler {
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Self {
        let all = count(rows.clone().count()).max(1.0);
        let mut mean = vec![0.0_f64; WIDTH];
        let mut squares = vec![0.0_f64; WIDTH];
        for row in rows.clone() {
            for (sum, value) in mean.iter_mut().zip(row.0) {
                *sum += f64::from(value) / all;
            }
        }
        for row in rows {
            for ((sum, value), mean) in squares.iter_mut().zip(row.0).zip(&mean) {
                let off = f64::from(value) - mean;
                *sum += off * off / all;
            }
        }
        let by = |variance: &f64| {
            if *variance > 1e-8 {
                1.0 / libm::sqrt(*variance)
            } else {
                0.0
            }
        };
        Self {
            mean: mean.iter().map(|mean| single(*mean)).collect(),
            by: squares
                .iter()
                .map(|variance| single(by(variance)))
                .collect(),
        }
    }

    /// This one, with the features of which it knows nothing as another has them.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for place in self.unlike(other) {
            both.mean[place] = other.mean[place];
            both.by[place] = other.by[place];
        }
        both
    }

    /// Features of which this one knows nothing, and another does.
    pub(crate) fn unlike(&self, other: &Self) -> impl Iterator<Item = usize> {
        let is_new = |(mine, theirs): (&f32, &f32)| *mine <= 0.0 && *theirs > 0.0;
        let by = self.by.iter().zip(&other.by).enumerate();
        by.filter(move |(_, by)| is_new(*by))
            .map(|(place, _)| place)
    }

    /// A row as nets see it, written behind others.
    pub fn write(&self, row: &Row, to: &mut Vec<f32>) {
        to.extend(
            row.0
                .iter()
                .zip(&self.mean)
                .zip(&self.by)
                .map(|((value, mean), by)| ((value - mean) * by).clamp(-FURTHEST, FURTHEST)),
        );
    }

    pub(crate) fn collect(&self, weights: &mut Weights) {
        weights.insert("scaler.mean", vec![WIDTH], self.mean.clone());
        weights.insert("scaler.by", vec![WIDTH], self.by.clone());
    }

    pub(crate) fn load(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            mean: weights.take("scaler.mean", &[WIDTH])?,
            by: weights.take("scaler.by", &[WIDTH])?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_come_out_alike_and_constants_silent() {
        let row = |value: f32| {
            let mut row = Row([3.0; WIDTH]);
            row.0[0] = value;
            row
        };
        let rows = [row(100.0), row(102.0), row(104.0), row(106.0)];
        let scaler = Scaler::of(rows.iter());
        let mut out = Vec::new();
        for row in &rows {
            scaler.write(row, &mut out);
        }
        let first: Vec<f32> = out.iter().step_by(WIDTH).copied().collect();
        assert!(first.iter().sum::<f32>().abs() < 1e-5);
        assert!((first.iter().map(|x| x * x).sum::<f32>() - 4.0).abs() < 1e-4);
        assert!(out[1].abs() < f32::EPSILON, "a constant tells nothing");
        let mut far = Vec::new();
        scaler.write(&row(1e9), &mut far);
        assert!((far[0] - FURTHEST).abs() < f32::EPSILON);
    }
}
