//! How long work takes, as three quantiles of the logarithm of minutes: what any net that says so shares.

use std::collections::BTreeMap;

use burn::tensor::activation::{relu, softplus};
use burn::tensor::{Device, Tensor, TensorData};
use uuid::Uuid;

use crate::maths::{count, mean, quantile};

/// What a net says of minutes: with these chances it takes no more.
pub const QUANTILES: [f32; 3] = [0.1, 0.5, 0.9];
/// So many numbers of a net say them: the middle, and how far the outer ones lie from it.
pub const OUTPUTS: usize = 3;
/// What lies between the outer ones.
const COVERAGE: f64 = 0.8;
/// With fewer examples of known minutes the interval stays as the net says it.
const FEWEST: usize = 20;
/// From so many people on rows are not each other's like: those of one person are.
const MANY: usize = 10;

/// The pinball loss (Koenker and Bassett, 1978) of three quantiles `[batch, 3]` of what came `[batch, 1]`.
pub fn pinball(said: Tensor<2>, came: Tensor<2>, device: &Device) -> Tensor<2> {
    let quantiles = Tensor::<2>::from_data(TensorData::new(QUANTILES.to_vec(), [1, 3]), device);
    let rest = quantiles.clone().neg().add_scalar(1.0);
    // what is below a quantile costs its share, what is above it the rest
    let off = came - said;
    relu(off.clone()) * quantiles + relu(off.neg()) * rest
}

/// What is lost by saying the same three quantiles of all; 0 of nothing.
pub fn constant_loss(sorted: &[f64]) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let of = |q: f32| {
        let q = f64::from(q);
        let said = quantile(sorted, q);
        let loss = |came: &f64| (q * (came - said)).max((q - 1.0) * (came - said));
        mean(sorted.iter().map(loss))
    };
    QUANTILES.map(of).iter().sum()
}

/// By how much the outer quantiles must move so that four of five lie between them (conformalized quantile
/// regression; Romano et al., 2019), from what was said and what came of rows that were not learnt from. Where people
/// are many they are what the interval must hold for: each counts alike, and one more is reckoned with (Dunn, Wasserman
/// and Ramdas, 2023).
pub fn wider(rows: impl Iterator<Item = (Uuid, [f32; 3], f64)>) -> f64 {
    let off = rows.map(|(person, [low, _, high], came)| {
        let off = (f64::from(low) - came).max(came - f64::from(high));
        (off, person)
    });
    let mut off: Vec<(f64, Uuid)> = off.collect();
    if off.len() < FEWEST {
        return 0.0;
    }
    off.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut rows_of: BTreeMap<Uuid, f64> = BTreeMap::new();
    for (_, person) in &off {
        *rows_of.entry(*person).or_default() += 1.0;
    }
    let by_person = rows_of.len() >= MANY;
    let units = count(if by_person { rows_of.len() } else { off.len() });
    // the share that holds for one more than there are
    let share = COVERAGE * (units + 1.0) - 1e-6;
    let mut below = 0.0;
    for (off, person) in &off {
        below += if by_person {
            1.0 / rows_of[person]
        } else {
            1.0
        };
        if below >= share {
            return *off;
        }
    }
    off.last().map_or(0.0, |(off, _)| *off)
}

/// Quantiles that cannot cross, `[batch, 3]`, of the numbers that say them.
pub fn quantiles(said: &Tensor<2>) -> Tensor<2> {
    let number = |place: usize| said.clone().narrow(1, place, 1);
    let middle = number(0);
    let low = middle.clone() - softplus(number(1), 1.0);
    let high = middle.clone() + softplus(number(2), 1.0);
    Tensor::cat(vec![low, middle, high], 1)
}

/// As [`quantiles`], of one row and outside the framework.
pub fn apart([middle, low, high]: [f32; 3]) -> [f32; 3] {
    // beyond 20 it is the number itself, to the last bit
    let softplus = |x: f32| {
        if x > 20.0 {
            x
        } else {
            libm::log1pf(libm::expf(x))
        }
    };
    [middle - softplus(low), middle, middle + softplus(high)]
}

/// ln of minutes that there can be: from a second to some years.
pub fn possible(log: f32) -> f32 {
    log.clamp(-5.0, 15.0)
}

/// The quantiles with the outer ones moved; the middle one stays between them.
pub fn interval(minutes: [f32; 3], wider: f64) -> [f64; 3] {
    let [low, middle, high] = minutes.map(f64::from);
    [
        (low - wider).min(middle),
        middle,
        (high + wider).max(middle),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of people whose minutes all lie as far off as their number, so many rows each.
    fn rows(people: u128, each: usize) -> impl Iterator<Item = (Uuid, [f32; 3], f64)> {
        let of = move |person: u128| {
            let off = f64::from(u32::try_from(person).unwrap());
            std::iter::repeat_n((Uuid::from_u128(person), [-1.0, 0.0, 1.0], 1.0 + off), each)
        };
        (1..=people).flat_map(of)
    }

    #[test]
    fn an_interval_holds_for_four_of_five_of_what_is_exchanged() {
        // of a few people rows are: 80 of 99 reckon with one more
        assert!((wider(rows(9, 11)) - 8.0).abs() < 1e-9);
        // of many people people are, however many rows some of them have
        let many = || rows(99, 1);
        assert!((wider(many()) - 80.0).abs() < 1e-9);
        let loud = rows(1, 5_000).chain(many());
        assert!((wider(loud) - 80.0).abs() < 1e-9);
        assert!(wider(rows(19, 1)).abs() < 1e-12, "too few rows say nothing");
    }

    #[test]
    fn a_constant_loses_what_it_should() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        // the three quantiles are 10, 50 and 90: pinball losses by hand
        let by_hand = [10.0, 50.0, 90.0]
            .into_iter()
            .zip([0.1, 0.5, 0.9])
            .map(|(said, q)| {
                sorted
                    .iter()
                    .map(|came| {
                        if came > &said {
                            q * (came - said)
                        } else {
                            (1.0 - q) * (said - came)
                        }
                    })
                    .sum::<f64>()
                    / 101.0
            });
        assert!((constant_loss(&sorted) - by_hand.sum::<f64>()).abs() < 1e-5);
        assert!(constant_loss(&[]).abs() < 1e-12);
    }

    #[test]
    fn an_interval_keeps_its_middle() {
        let is = |found: [f64; 3], wanted: [f64; 3]| {
            let off = found
                .iter()
                .zip(wanted)
                .map(|(found, wanted)| (found - wanted).abs());
            assert!(off.sum::<f64>() < 1e-12, "{found:?}");
        };
        is(interval([-2.0, 0.0, 1.0], 0.5), [-2.5, 0.0, 1.5]);
        is(interval([-2.0, 0.0, 1.0], -1.5), [-0.5, 0.0, 0.0]);
    }
}
