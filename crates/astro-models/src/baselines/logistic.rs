//! Logistic regression with a small ridge, by Newton's method: the best that a plain line can do.

use astro_data::{Row, WIDTH};

use crate::maths::sigmoid;
use crate::scaler::Scaler;

/// One coefficient for each feature, and the intercept last.
const SIZE: usize = WIDTH + 1;
/// Of the ridge on scaled features; the intercept is free.
const RIDGE: f64 = 1.0;

/// A fitted line.
#[derive(Clone, Debug)]
pub struct Logistic {
    scaler: Scaler,
    coefficients: Vec<f64>,
}

impl Logistic {
    pub fn fit(rows: &[(&Row, bool)]) -> Self {
        let scaler = Scaler::of(rows.iter().map(|(row, _)| *row));
        let mut fitted = Self {
            scaler,
            coefficients: vec![0.0; SIZE],
        };
        let inputs: Vec<Vec<f32>> = rows.iter().map(|(row, _)| fitted.inputs(row)).collect();
        for _ in 0..25 {
            let step = fitted.step(&inputs, rows);
            let largest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
            for (coefficient, step) in fitted.coefficients.iter_mut().zip(step) {
                *coefficient -= step;
            }
            if largest < 1e-6 {
                break;
            }
        }
        fitted
    }

    pub fn predict(&self, row: &Row) -> f64 {
        self.chance(&self.inputs(row))
    }

    fn inputs(&self, row: &Row) -> Vec<f32> {
        let mut inputs = Vec::with_capacity(SIZE);
        self.scaler.write(row, &mut inputs);
        inputs.push(1.0);
        inputs
    }

    fn chance(&self, inputs: &[f32]) -> f64 {
        let pairs = inputs.iter().zip(&self.coefficients);
        sigmoid(pairs.map(|(x, b)| f64::from(*x) * b).sum())
    }

    /// Newton's step.
    fn step(&self, inputs: &[Vec<f32>], rows: &[(&Row, bool)]) -> Vec<f64> {
        let mut gradient = vec![0.0; SIZE];
        let mut hessian = vec![vec![0.0; SIZE]; SIZE];
        for (place, coefficient) in self.coefficients.iter().enumerate().take(WIDTH) {
            gradient[place] = RIDGE * coefficient;
            hessian[place][place] = RIDGE;
        }
        hessian[WIDTH][WIDTH] = 1e-6;
        for (x, (_, y)) in inputs.iter().zip(rows) {
            let p = self.chance(x);
            let (miss, weight) = (p - f64::from(u8::from(*y)), p * (1.0 - p));
            for (i, xi) in x.iter().enumerate() {
                let xi = f64::from(*xi);
                gradient[i] += miss * xi;
                for (h, xj) in hessian[i].iter_mut().zip(&x[..=i]) {
                    *h += weight * xi * f64::from(*xj);
                }
            }
        }
        solve(hessian, gradient)
    }
}

/// Solves a symmetric positive system of which the lower half is given (Cholesky).
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let len = b.len();
    for i in 0..len {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            let rest = a[i][j] - dot;
            a[i][j] = if i == j {
                libm::sqrt(rest.max(1e-12))
            } else {
                rest / a[j][j]
            };
        }
    }
    for i in 0..len {
        let dot: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i][i];
    }
    for i in (0..len).rev() {
        let dot: f64 = (i + 1..len).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

    use super::*;

    #[test]
    fn a_system_is_solved() {
        let a = vec![
            vec![4.0, 0.0, 0.0],
            vec![2.0, 5.0, 0.0],
            vec![1.0, 3.0, 6.0],
        ];
        let x = solve(a, vec![4.0 + 4.0 + 3.0, 2.0 + 10.0 + 9.0, 1.0 + 6.0 + 18.0]);
        for (found, wanted) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-9, "{x:?}");
        }
    }

    #[test]
    fn a_line_is_found_again() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut uniform = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
        let truth = |row: &Row| sigmoid(0.5 + 2.0 * f64::from(row.0[3]) - f64::from(row.0[40]));
        let rows: Vec<(Row, bool)> = (0..4_000)
            .map(|_| {
                let mut row = Row([0.0; WIDTH]);
                row.0[3] = crate::maths::single(2.0 * uniform() - 1.0);
                row.0[40] = crate::maths::single(2.0 * uniform() - 1.0);
                let y = uniform() < truth(&row);
                (row, y)
            })
            .collect();
        let fitted = Logistic::fit(&rows.iter().map(|(row, y)| (row, *y)).collect::<Vec<_>>());
        let off = rows
            .iter()
            .map(|(row, _)| (fitted.predict(row) - truth(row)).abs())
            .sum::<f64>();
        assert!(off / 4_000.0 < 0.02, "{}", off / 4_000.0);
    }
}
