//! Putting probabilities right: once, after training, and on and on while the model serves.

use serde::{Deserialize, Serialize};

use crate::maths::{logit, sigmoid};

/// So much is believed of a net before its probabilities are put right: as if each line were known to within 0.1.
pub const BELIEF: f64 = 100.0;

/// A line through logits (Platt, 1999): p' = sigmoid(intercept + slope * logit(p)).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub slope: f64,
    pub intercept: f64,
}

impl Default for Line {
    /// Changes nothing.
    fn default() -> Self {
        Self {
            slope: 1.0,
            intercept: 0.0,
        }
    }
}

impl Line {
    /// The line that fits logits and what came best, drawn towards [`Line::default`] with the weight of
    /// `belief` (a precision: 1 is a standard deviation of 1 for slope and intercept). Newton's method.
    pub fn fit(rows: &[(f64, bool)], belief: f64) -> Self {
        let mut line = Self::default();
        for _ in 0..50 {
            let mut g = [belief * line.intercept, belief * (line.slope - 1.0)];
            let mut h = [belief, 0.0, belief];
            for (x, y) in rows {
                let p = sigmoid(line.intercept + line.slope * x);
                let (miss, weight) = (p - f64::from(u8::from(*y)), p * (1.0 - p));
                g[0] += miss;
                g[1] += miss * x;
                h[0] += weight;
                h[1] += weight * x;
                h[2] += weight * x * x;
            }
            let det = h[0] * h[2] - h[1] * h[1];
            if det.abs() < 1e-12 {
                break;
            }
            let step = [
                (h[2] * g[0] - h[1] * g[1]) / det,
                (h[0] * g[1] - h[1] * g[0]) / det,
            ];
            // a bounded step cannot leap over the valley where nearly all came alike
            line.intercept -= step[0].clamp(-2.0, 2.0);
            line.slope -= step[1].clamp(-1.0, 1.0);
            if step[0].abs() + step[1].abs() < 1e-10 {
                break;
            }
        }
        line.slope = line.slope.max(0.05);
        line
    }

    /// The probability put right.
    pub fn apply(self, p: f64) -> f64 {
        sigmoid(self.intercept + self.slope * logit(p))
    }

    pub fn is_finite(self) -> bool {
        self.slope.is_finite() && self.intercept.is_finite()
    }
}

/// A line that follows: two numbers and how sure they are, moved by each outcome (an extended Kalman
/// filter of a logistic observation), and less sure of the past with each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Online {
    line: Line,
    /// Covariance of intercept and slope: both variances, and between them.
    spread: [f64; 3],
    /// What the past counts after one more outcome; 1 forgets nothing.
    memory: f64,
}

/// No less sure than this, however long nothing is heard: standard deviations of 0.5 and 0.3.
const WIDEST: [f64; 2] = [0.25, 0.09];

impl Online {
    /// Begins with a line that changes nothing. `half_life` is in outcomes.
    pub fn new(half_life: f64) -> Self {
        Self {
            line: Line::default(),
            spread: [0.03, 0.0, 0.0075],
            memory: libm::exp2(-1.0 / half_life.max(1.0)),
        }
    }

    pub fn line(&self) -> Line {
        self.line
    }

    /// Learns what came of a probability that was said before it was put right.
    pub fn learn(&mut self, said: f64, came: bool) {
        let x = logit(said);
        let widen = 1.0 / self.memory;
        let [mut ii, mut is, mut ss] = self.spread.map(|number| number * widen);
        if ii > WIDEST[0] || ss > WIDEST[1] {
            let back = (WIDEST[0] / ii).min(WIDEST[1] / ss);
            (ii, is, ss) = (ii * back, is * back, ss * back);
        }
        let p = sigmoid(self.line.intercept + self.line.slope * x);
        let weight = (p * (1.0 - p)).max(1e-6);
        // the gain: spread times (1, x), over the variance of the outcome in logits
        let (to_intercept, to_slope) = (ii + is * x, is + ss * x);
        let variance = 1.0 / weight + to_intercept + to_slope * x;
        let miss = (f64::from(u8::from(came)) - p) / weight;
        self.line.intercept += to_intercept / variance * miss;
        self.line.slope = (self.line.slope + to_slope / variance * miss).clamp(0.2, 3.0);
        self.spread = [
            ii - to_intercept * to_intercept / variance,
            is - to_intercept * to_slope / variance,
            ss - to_slope * to_slope / variance,
        ];
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

    use super::*;
    use crate::metrics::{Judged, ece};

    /// Logits, and what came by a line of truth.
    fn world(truth: Line, rows: usize, seed: u64) -> Vec<(f64, bool)> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut uniform = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
        (0..rows)
            .map(|_| {
                let x = 6.0 * uniform() - 3.0;
                (x, uniform() < sigmoid(truth.intercept + truth.slope * x))
            })
            .collect()
    }

    #[test]
    fn a_line_is_found_again() {
        let truth = Line {
            slope: 0.6,
            intercept: -0.7,
        };
        let found = Line::fit(&world(truth, 40_000, 7), 1.0);
        assert!((found.slope - truth.slope).abs() < 0.05, "{found:?}");
        assert!(
            (found.intercept - truth.intercept).abs() < 0.05,
            "{found:?}"
        );
    }

    #[test]
    fn little_evidence_and_one_sided_evidence_change_little() {
        assert_eq!(Line::fit(&[], 1.0), Line::default());
        let one_sided: Vec<_> = (0..30).map(|row| (f64::from(row % 3), true)).collect();
        let line = Line::fit(&one_sided, 25.0);
        assert!(line.is_finite() && line.intercept < 1.0, "{line:?}");
    }

    #[test]
    fn the_online_line_follows_a_world_that_changes() {
        let mut online = Online::new(2_000.0);
        let (before, after) = (
            Line {
                slope: 1.0,
                intercept: 0.0,
            },
            Line {
                slope: 0.7,
                intercept: 0.8,
            },
        );
        for (x, y) in world(before, 5_000, 1) {
            online.learn(sigmoid(x), y);
        }
        assert!((online.line().intercept).abs() < 0.15, "{online:?}");
        let changed = world(after, 8_000, 2);
        for (x, y) in &changed[..5_000] {
            online.learn(sigmoid(*x), *y);
        }
        let judge = |line: Line| {
            let rows = changed[5_000..].iter().map(|(x, y)| Judged {
                p: line.apply(sigmoid(*x)),
                y: *y,
            });
            ece(&rows.collect::<Vec<_>>(), 15)
        };
        let (stale, followed) = (judge(Line::default()), judge(online.line()));
        assert!(
            followed < 0.03 && followed < stale / 3.0,
            "{stale} {followed}"
        );
    }
}
