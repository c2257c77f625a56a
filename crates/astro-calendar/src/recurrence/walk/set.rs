//! The wall times of one period.

use super::super::{clock::Clock, days::DAY};

/// Every time of the clock on each of the days, or those that BYSETPOS chose from them.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// Ascending.
    pub days: Vec<i64>,
    pub clock: Clock,
    chosen: Option<Vec<i64>>,
}

impl Default for Set {
    fn default() -> Self {
        Self {
            days: Vec::new(),
            clock: Clock::MIDNIGHT,
            chosen: None,
        }
    }
}

impl Set {
    /// Applies BYSETPOS.
    pub fn choose(&mut self, positions: &[i64]) {
        if positions.is_empty() {
            return;
        }
        let times = self.clock.len();
        let days = &self.days;
        let wall_at = |index: i64| {
            let day = usize::try_from(index / times)
                .ok()
                .and_then(|day| days.get(day))?;
            Some(day * DAY + self.clock.nth(index % times))
        };
        let len = i64::try_from(days.len()).unwrap_or(i64::MAX) * times;
        let mut chosen: Vec<i64> = indexes(positions, len).filter_map(wall_at).collect();
        chosen.sort_unstable();
        chosen.dedup();
        self.chosen = Some(chosen);
    }

    /// The first wall time that is not before `from`.
    pub fn first_from(&self, from: i64) -> Option<i64> {
        if let Some(chosen) = &self.chosen {
            let index = chosen.partition_point(|wall| *wall < from);
            return chosen.get(index).copied();
        }
        let day = from.div_euclid(DAY);
        let index = self.days.partition_point(|other| *other < day);
        self.days[index..].iter().take(2).find_map(|found| {
            let second = if *found == day {
                from.rem_euclid(DAY)
            } else {
                0
            };
            Some(found * DAY + self.clock.first_from(second)?)
        })
    }
}

/// The indexes, from 0, that positions from both ends name in a set of `len`.
pub(super) fn indexes(positions: &[i64], len: i64) -> impl Iterator<Item = i64> {
    positions
        .iter()
        .map(move |position| {
            if *position > 0 {
                position - 1
            } else {
                len + position
            }
        })
        .filter(move |index| (0..len).contains(index))
}
