//! Sets of times of day, as bits.

use super::days::DAY;

/// Every combination of some hours, minutes and seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub hours: u64,
    pub minutes: u64,
    pub seconds: u64,
}

/// The set of some small numbers.
pub(super) fn bits(values: impl IntoIterator<Item = i64>) -> u64 {
    values.into_iter().fold(0, |set, value| set | 1 << value)
}

/// The numbers below `count`.
pub(super) fn all_below(count: i64) -> u64 {
    (1 << count) - 1
}

pub(super) fn has(set: u64, value: i64) -> bool {
    set >> value & 1 == 1
}

/// The smallest member that is not below `from`.
pub(super) fn next_bit(set: u64, from: i64) -> Option<i64> {
    let rest = if from < 64 { set >> from } else { 0 };
    (rest != 0).then(|| from + i64::from(rest.trailing_zeros()))
}

fn count(set: u64) -> i64 {
    i64::from(set.count_ones())
}

fn nth_bit(set: u64, index: i64) -> i64 {
    // clearing the lowest bit so many times
    let rest = (0..index).fold(set, |rest, _| rest & rest.wrapping_sub(1));
    i64::from(rest.trailing_zeros())
}

impl Clock {
    /// Midnight alone.
    pub const MIDNIGHT: Self = Self {
        hours: 1,
        minutes: 1,
        seconds: 1,
    };

    /// How many times of day.
    pub fn len(self) -> i64 {
        count(self.hours) * count(self.minutes) * count(self.seconds)
    }

    /// The second of the day of the time at `index` (from 0), in ascending order.
    pub fn nth(self, index: i64) -> i64 {
        let (minutes, seconds) = (count(self.minutes), count(self.seconds));
        let hour = nth_bit(self.hours, index / (minutes * seconds));
        let minute = nth_bit(self.minutes, index / seconds % minutes);
        hour * 3600 + minute * 60 + nth_bit(self.seconds, index % seconds)
    }

    /// The first time of day that is not before `second` of the day.
    pub fn first_from(self, second: i64) -> Option<i64> {
        if second >= DAY {
            return None;
        }
        let (hour, minute) = (second / 3600, second / 60 % 60);
        if has(self.hours, hour) {
            if has(self.minutes, minute)
                && let Some(second) = next_bit(self.seconds, second % 60)
            {
                return Some(hour * 3600 + minute * 60 + second);
            }
            if let Some(minute) = next_bit(self.minutes, minute + 1) {
                return Some(hour * 3600 + minute * 60 + self.seconds_first());
            }
        }
        let hour = next_bit(self.hours, hour + 1)?;
        let minute = i64::from(self.minutes.trailing_zeros());
        Some(hour * 3600 + minute * 60 + self.seconds_first())
    }

    fn seconds_first(self) -> i64 {
        i64::from(self.seconds.trailing_zeros())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds_of(clock: Clock) -> Vec<i64> {
        (0..DAY)
            .filter(|second| {
                has(clock.hours, second / 3600)
                    && has(clock.minutes, second / 60 % 60)
                    && has(clock.seconds, second % 60)
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50))]
        #[test]
        fn counting_and_seeking_agree_with_looking_at_every_second(
            hours in 1_u64..1 << 24, minutes in 1_u64..1 << 60, seconds in 1_u64..1 << 60,
            from in 0..DAY,
        ) {
            let clock = Clock { hours, minutes, seconds };
            let all = seconds_of(clock);
            prop_assert_eq!(clock.len(), i64::try_from(all.len()).unwrap());
            for index in [0, all.len() / 3, all.len() - 1] {
                prop_assert_eq!(clock.nth(i64::try_from(index).unwrap()), all[index]);
            }
            let expected = all.iter().copied().find(|second| *second >= from);
            prop_assert_eq!(clock.first_from(from), expected);
        }
    }
}
