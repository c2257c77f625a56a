//! How good probabilities are. Every function takes what was said and what came; the order of rows
//! changes nothing.

mod bootstrap;
mod survival;

use serde::{Deserialize, Serialize};

pub use bootstrap::{Interval, intervals};
pub use survival::{Known, concordance, integrated_brier, survival_brier};

use crate::calibrate::Line;
use crate::maths::{count, logit, mean};

/// A probability and what came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    pub p: f64,
    pub y: bool,
}

/// The figures of one set of rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub rows: u64,
    /// Share of rows in which it came.
    pub base_rate: f64,
    /// Chance that a row in which it came has the higher probability; NaN where all are alike.
    pub auc: f64,
    /// Mean of -ln of what was said of what came, in nats.
    pub log_loss: f64,
    /// Mean squared error (Brier, 1950).
    pub brier: f64,
    /// Expected calibration error over 15 bins of equal size (Naeini et al., 2015).
    pub ece: f64,
    /// Of the logistic line through the logits (Cox, 1958): 1 and 0 are calibrated.
    pub slope: f64,
    pub intercept: f64,
}

impl Figures {
    pub fn of(rows: &[Judged]) -> Self {
        let logits = rows.iter().map(|row| (logit(row.p), row.y));
        let line = Line::fit(&logits.collect::<Vec<_>>(), 1e-6);
        Self {
            rows: rows.len() as u64,
            base_rate: mean(rows.iter().map(|row| f64::from(u8::from(row.y)))),
            auc: auc(rows),
            log_loss: log_loss(rows),
            brier: brier(rows),
            ece: ece(rows, 15),
            slope: line.slope,
            intercept: line.intercept,
        }
    }
}

/// Area under the ROC curve by ranks (Mann and Whitney, 1947); ties count half.
pub fn auc(rows: &[Judged]) -> f64 {
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| a.p.total_cmp(&b.p));
    let (mut rank_sum, mut positives, mut below) = (0.0, 0_usize, 0_usize);
    for tie in sorted.chunk_by(|a, b| a.p.total_cmp(&b.p).is_eq()) {
        let here = tie.iter().filter(|row| row.y).count();
        let middle = count(below) + f64::midpoint(count(tie.len()), 1.0);
        rank_sum += count(here) * middle;
        positives += here;
        below += tie.len();
    }
    let (positives, negatives) = (count(positives), count(below - positives));
    (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

/// Mean of -ln of what was said of what came.
pub fn log_loss(rows: &[Judged]) -> f64 {
    mean(rows.iter().map(|row| {
        let said = if row.y { row.p } else { 1.0 - row.p };
        log_loss_of(said)
    }))
}

/// -ln of what was said of what came. What was excluded and came costs as much as 1e-12.
pub fn log_loss_of(said: f64) -> f64 {
    -libm::log(said.clamp(1e-12, 1.0))
}

pub fn brier(rows: &[Judged]) -> f64 {
    mean(rows.iter().map(|row| {
        let miss = row.p - f64::from(u8::from(row.y));
        miss * miss
    }))
}

/// What was said and what came in bins of equal size, from the least likely on: mean probability,
/// share, rows. Of rows that were said alike each counts as their share, whichever bin it falls into.
pub fn reliability(rows: &[Judged], bins: usize) -> Vec<(f64, f64, usize)> {
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| a.p.total_cmp(&b.p));
    let mut came = Vec::with_capacity(sorted.len());
    for tie in sorted.chunk_by(|a, b| a.p.total_cmp(&b.p).is_eq()) {
        let share = mean(tie.iter().map(|row| f64::from(u8::from(row.y))));
        came.extend(std::iter::repeat_n(share, tie.len()));
    }
    let bins = bins.min(sorted.len());
    (0..bins)
        .map(|bin| {
            let (from, to) = (bin * sorted.len() / bins, (bin + 1) * sorted.len() / bins);
            let said = mean(sorted[from..to].iter().map(|row| row.p));
            (said, mean(came[from..to].iter().copied()), to - from)
        })
        .collect()
}

/// Expected calibration error over so many bins of equal size.
pub fn ece(rows: &[Judged], bins: usize) -> f64 {
    let all = count(rows.len());
    reliability(rows, bins)
        .iter()
        .map(|(said, came, len)| (said - came).abs() * count(*len) / all)
        .sum()
}

/// Points of the ROC curve, from (0, 0) to (1, 1): false and true positive rate.
pub fn roc(rows: &[Judged]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| b.p.total_cmp(&a.p));
    let positives = count(rows.iter().filter(|row| row.y).count()).max(1.0);
    let negatives = (count(rows.len()) - positives).max(1.0);
    let (mut hits, mut false_alarms) = (0_usize, 0_usize);
    let mut points = vec![(0.0, 0.0)];
    for tie in sorted.chunk_by(|a, b| a.p.total_cmp(&b.p).is_eq()) {
        let here = tie.iter().filter(|row| row.y).count();
        hits += here;
        false_alarms += tie.len() - here;
        points.push((count(false_alarms) / negatives, count(hits) / positives));
    }
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> impl Strategy<Value = Vec<Judged>> {
        let row = (0_u32..=20, any::<bool>()).prop_map(|(p, y)| Judged {
            p: f64::from(p) / 20.0,
            y,
        });
        proptest::collection::vec(row, 2..60)
    }

    proptest! {
        /// An oracle: all pairs, one by one.
        #[test]
        fn auc_is_the_share_of_pairs_in_order(rows in rows()) {
            let (mut won, mut pairs) = (0.0, 0.0);
            for a in rows.iter().filter(|row| row.y) {
                for b in rows.iter().filter(|row| !row.y) {
                    pairs += 1.0;
                    won += if a.p > b.p { 1.0 } else if a.p < b.p { 0.0 } else { 0.5 };
                }
            }
            prop_assume!(pairs > 0.0);
            prop_assert!((auc(&rows) - won / pairs).abs() < 1e-12);
            // the area under the curve is the same number
            let area: f64 = roc(&rows).windows(2)
                .map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1) / 2.0).sum();
            prop_assert!((area - won / pairs).abs() < 1e-12);
        }

        #[test]
        fn order_changes_nothing(rows in rows()) {
            let mut turned = rows.clone();
            turned.reverse();
            prop_assert!((ece(&rows, 15) - ece(&turned, 15)).abs() < 1e-12);
            prop_assert!((log_loss(&rows) - log_loss(&turned)).abs() < 1e-12);
        }
    }

    #[test]
    fn figures_of_a_case_worked_by_hand() {
        let rows = [(0.8, true), (0.6, false), (0.3, true), (0.1, false)];
        let rows = rows.map(|(p, y)| Judged { p, y });
        assert!((auc(&rows) - 0.75).abs() < 1e-12);
        assert!((brier(&rows) - (0.04 + 0.36 + 0.49 + 0.01) / 4.0).abs() < 1e-12);
        let by_hand = -(0.8_f64.ln() + 0.4_f64.ln() + 0.3_f64.ln() + 0.9_f64.ln()) / 4.0;
        assert!((log_loss(&rows) - by_hand).abs() < 1e-12);
        // two bins: 0.2 said and half came, 0.7 said and half came
        assert!((ece(&rows, 2) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_constant_that_is_right_on_the_whole_is_calibrated() {
        let rows: Vec<Judged> = (0..400)
            .map(|row| Judged {
                p: 0.25,
                y: row % 4 == 0,
            })
            .collect();
        assert!(ece(&rows, 15) < 1e-9);
    }

    #[test]
    fn what_is_excluded_and_comes_costs_much_and_not_everything() {
        let rows = [Judged { p: 0.0, y: true }];
        assert!((log_loss(&rows) - 27.63).abs() < 0.01);
    }
}
