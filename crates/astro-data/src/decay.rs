//! Counts that forget: what lies a half-life back counts half.

use astro_core::calendar::Timestamp;
use serde::{Deserialize, Serialize};

use crate::maths::{remaining, seconds};

const HOUR_S: f64 = 3_600.0;

/// A sum in which each amount halves with every half-life since it was added. The half-life is the
/// caller's: the same one for every call on one counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decay {
    value: f64,
    /// When `value` was true; nothing was added yet without it.
    at: Option<Timestamp>,
}

impl Decay {
    /// Adds an amount that belongs to `at`. Amounts may come in any order of their times.
    pub fn add(&mut self, at: Timestamp, amount: f64, half_life_h: f64) {
        let half_life = half_life_h * HOUR_S;
        match self.at {
            None => {
                *self = Self {
                    value: amount,
                    at: Some(at),
                }
            }
            Some(known) if at >= known => {
                self.value = self.value * remaining(seconds(known, at), half_life) + amount;
                self.at = Some(at);
            }
            // it is late: part of it is forgotten already
            Some(known) => self.value += amount * remaining(seconds(at, known), half_life),
        }
    }

    /// What is left of it at a moment. Before the latest amount it is what was left then.
    pub fn get(&self, now: Timestamp, half_life_h: f64) -> f64 {
        let elapsed = self.at.map_or(0.0, |at| seconds(at, now).max(0.0));
        self.value * remaining(elapsed, half_life_h * HOUR_S)
    }
}

#[cfg(test)]
mod tests {
    use astro_core::calendar::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn half_is_left_after_a_half_life() {
        let mut decay = Decay::default();
        decay.add(at(10), 1.0, 24.0);
        assert!((decay.get(at(34), 24.0) - 0.5).abs() < 1e-12);
        assert!((decay.get(at(10), 24.0) - 1.0).abs() < 1e-12);
        assert!(Decay::default().get(at(1), 24.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_order_of_amounts_does_not_matter(
            mut amounts in proptest::collection::vec((0_i64..2_000, 0.0_f64..5.0), 1..20),
        ) {
            let sum = |amounts: &[(i64, f64)]| {
                let mut decay = Decay::default();
                for (hour, amount) in amounts {
                    decay.add(at(*hour), *amount, 48.0);
                }
                decay.get(at(2_000), 48.0)
            };
            let given = sum(&amounts);
            amounts.sort_by_key(|(hour, _)| *hour);
            prop_assert!((sum(&amounts) - given).abs() < 1e-9);
            let closed: f64 = amounts
                .iter()
                .map(|(hour, amount)| amount * remaining(seconds(at(*hour), at(2_000)), 48.0 * 3_600.0))
                .sum();
            prop_assert!((closed - given).abs() < 1e-9);
        }
    }
}
