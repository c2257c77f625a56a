//! Intervals by drawing people anew (Efron, 1979): rows of one person are not independent, people are.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::maths::quantile;

/// Where a figure lies with 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// 95 % intervals of figures of rows, from so many sets of people drawn with repetition. `figures` is
/// called with the places of the rows of each set and must answer as many figures each time.
pub fn intervals(
    people: &[Uuid],
    sets: usize,
    seed: u64,
    figures: impl Fn(&[usize]) -> Vec<f64>,
) -> Vec<Interval> {
    let mut rows_of: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (place, person) in people.iter().enumerate() {
        rows_of.entry(*person).or_default().push(place);
    }
    let rows_of: Vec<Vec<usize>> = rows_of.into_values().collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn: Vec<Vec<f64>> = Vec::new();
    for _ in 0..sets {
        let mut rows = Vec::with_capacity(people.len());
        for _ in 0..rows_of.len() {
            let which = rng.next_u64() % rows_of.len() as u64;
            let which = usize::try_from(which).unwrap_or_default();
            rows.extend_from_slice(&rows_of[which]);
        }
        for (figure, of_set) in figures(&rows).into_iter().enumerate() {
            if drawn.len() <= figure {
                drawn.push(Vec::new());
            }
            // a set in which everything came alike has no AUC
            drawn[figure].extend(Some(of_set).filter(|figure| figure.is_finite()));
        }
    }
    let interval = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        Interval {
            low: quantile(&figures, 0.025),
            high: quantile(&figures, 0.975),
        }
    };
    drawn.into_iter().map(interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of people who agree with themselves: the interval must be as wide as people differ,
    /// however many rows each has.
    #[test]
    fn intervals_are_as_wide_as_people_differ() {
        let width = |rows_each: u128| {
            let people: Vec<Uuid> = (0..40 * rows_each)
                .map(|row| Uuid::from_u128(row / rows_each))
                .collect();
            let value = |row: usize| f64::from(u8::from(people[row].as_u128().is_multiple_of(2)));
            let found = intervals(&people, 400, 7, |rows| {
                vec![crate::maths::mean(rows.iter().map(|row| value(*row)))]
            });
            found[0].high - found[0].low
        };
        // four standard errors of a mean of 40 coins: 0.31
        assert!((0.2..0.4).contains(&width(1)), "{}", width(1));
        assert!((width(20) - width(1)).abs() < 1e-12);
    }
}
