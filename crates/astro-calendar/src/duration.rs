//! Durations of ISO 8601 as RFC 5545 3.3.6 uses them: `PT30M`, `-P1DT2H`, `P2W`.

use std::{fmt, str::FromStr};

use crate::{digits::take_run, text_form::serde_as_text};

/// Ten thousand years in days: more than lies between any two values of this crate.
const MAX_DAYS: i64 = 3_660_000;
const DAY_SECONDS: i64 = 86_400;
const MAX_SECONDS: i64 = MAX_DAYS * DAY_SECONDS;

/// A signed duration whose days and seconds are kept apart.
///
/// A day is a day of the calendar (23 to 25 hours where clocks change); an hour is 3600 seconds.
/// So `P1D` after 09:00 is 09:00 tomorrow, `PT24H` may be 08:00 or 10:00. Both parts have the same
/// sign, or are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct IsoDuration {
    days: i64,
    seconds: i64,
}

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No `P` at the start.
    #[error("a duration starts with P, as in PT30M or -P1DT2H")]
    NoDesignator,
    /// `P` or `PT` and nothing behind it.
    #[error("the duration has no amount, as in PT30M or P1D")]
    NoAmount,
    /// Years and months.
    #[error("years and months have no fixed length; give weeks, days, hours, minutes or seconds")]
    NoFixedLength,
    /// A unit that is unknown, repeated, out of order or on the wrong side of `T`.
    #[error(
        "{0:?} is not expected here; the order is P, weeks W, days D, T, hours H, minutes M, seconds S"
    )]
    UnexpectedUnit(String),
    /// A fraction.
    #[error("fractions are not supported; give whole numbers")]
    Fraction,
    /// Beyond ten thousand years.
    #[error("the duration is longer than ten thousand years")]
    TooLong,
}

impl IsoDuration {
    /// No time at all.
    pub const ZERO: Self = Self {
        days: 0,
        seconds: 0,
    };

    /// A duration of calendar days.
    pub fn from_days(days: i64) -> Result<Self, DurationError> {
        Self::checked(Some(days), Some(0))
    }

    /// A duration of exact seconds.
    pub fn from_seconds(seconds: i64) -> Result<Self, DurationError> {
        Self::checked(Some(0), Some(seconds))
    }

    /// The days of the calendar (weeks count seven).
    pub const fn days(self) -> i64 {
        self.days
    }

    /// The exact seconds beside the days.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Seconds with every day taken as 24 hours: for estimates, where no calendar is meant.
    pub const fn nominal_seconds(self) -> i64 {
        // both parts are bounded by MAX_SECONDS, so their sum fits by far
        self.days * DAY_SECONDS + self.seconds
    }

    /// Whether it points into the past.
    pub const fn is_negative(self) -> bool {
        self.days < 0 || self.seconds < 0
    }

    /// The same length in the other direction.
    pub const fn negated(self) -> Self {
        Self {
            days: -self.days,
            seconds: -self.seconds,
        }
    }

    fn checked(days: Option<i64>, seconds: Option<i64>) -> Result<Self, DurationError> {
        match (days, seconds) {
            (Some(days), Some(seconds))
                if days.abs() <= MAX_DAYS && seconds.abs() <= MAX_SECONDS =>
            {
                Ok(Self { days, seconds })
            }
            _ => Err(DurationError::TooLong),
        }
    }
}

/// The units in the order in which they may come; `false` stands before the `T`.
const UNITS: [(char, bool, i64); 5] = [
    ('W', false, 7),
    ('D', false, 1),
    ('H', true, 3600),
    ('M', true, 60),
    ('S', true, 1),
];

impl FromStr for IsoDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let mut rest = rest
            .strip_prefix(['P', 'p'])
            .ok_or(DurationError::NoDesignator)?;
        let (mut days, mut seconds) = (Some(0_i64), Some(0_i64));
        let (mut in_time, mut next_unit, mut amounts) = (false, 0, 0);
        while let Some(first) = rest.chars().next() {
            if first.eq_ignore_ascii_case(&'T') && !in_time {
                (in_time, amounts) = (true, 0);
                rest = &rest[1..];
                continue;
            }
            let (run, tail) = take_run(rest);
            let unit = tail
                .chars()
                .next()
                .filter(|_| !run.is_empty())
                .unwrap_or(first);
            let index = expect_unit(unit.to_ascii_uppercase(), in_time, next_unit)?;
            let (_, _, factor) = UNITS[index];
            let part = if in_time { &mut seconds } else { &mut days };
            *part = add_scaled(*part, run, factor)?;
            (next_unit, amounts) = (index + 1, amounts + 1);
            rest = &tail[1..];
        }
        if amounts == 0 {
            return Err(DurationError::NoAmount);
        }
        let duration = Self::checked(days, seconds)?;
        Ok(if negative {
            duration.negated()
        } else {
            duration
        })
    }
}

/// The position in [`UNITS`] of a unit that may stand here.
fn expect_unit(unit: char, in_time: bool, next_unit: usize) -> Result<usize, DurationError> {
    match unit {
        'Y' => return Err(DurationError::NoFixedLength),
        'M' if !in_time => return Err(DurationError::NoFixedLength),
        '.' | ',' => return Err(DurationError::Fraction),
        _ => {}
    }
    UNITS
        .iter()
        .position(|(letter, time, _)| *letter == unit && *time == in_time)
        .filter(|index| *index >= next_unit)
        .ok_or_else(|| DurationError::UnexpectedUnit(unit.to_string()))
}

fn add_scaled(sum: Option<i64>, run: &str, factor: i64) -> Result<Option<i64>, DurationError> {
    if run.is_empty() {
        return Err(DurationError::NoAmount);
    }
    // a run too long for an i64 is simply too long a time
    let amount = run
        .parse::<i64>()
        .ok()
        .and_then(|amount| amount.checked_mul(factor));
    Ok(sum
        .zip(amount)
        .and_then(|(sum, amount)| sum.checked_add(amount)))
}

impl fmt::Display for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_negative() { "-P" } else { "P" })?;
        let (days, seconds) = (self.days.abs(), self.seconds.abs());
        if days != 0 {
            write!(f, "{days}D")?;
        }
        if seconds != 0 || days == 0 {
            f.write_str("T")?;
        }
        for (amount, unit) in [
            (seconds / 3600, 'H'),
            (seconds / 60 % 60, 'M'),
            (seconds % 60, 'S'),
        ] {
            if amount != 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        if days == 0 && seconds == 0 {
            f.write_str("0S")?;
        }
        Ok(())
    }
}

serde_as_text!(IsoDuration, "an ISO 8601 duration such as PT30M or -P1DT2H");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> (i64, i64) {
        let duration: IsoDuration = text.parse().unwrap();
        (duration.days(), duration.seconds())
    }

    #[test]
    fn days_and_seconds_stay_apart() {
        assert_eq!(parsed("PT30M"), (0, 1800));
        assert_eq!(parsed("-P1DT2H"), (-1, -7200));
        assert_eq!(parsed("P2W"), (14, 0));
        assert_eq!(parsed("+P15DT5H0M20S"), (15, 18_020));
        assert_eq!(parsed("PT1H30M"), (0, 5400));
        assert_eq!(parsed("PT24H"), (0, 86_400));
        assert_eq!(parsed("pt90m"), (0, 5400));
        assert_eq!(parsed("PT0S"), (0, 0));
    }

    #[test]
    fn a_wrong_duration_says_what_is_wrong() {
        use DurationError::{
            Fraction, NoAmount, NoDesignator, NoFixedLength, TooLong, UnexpectedUnit,
        };
        for (text, error) in [
            ("", NoDesignator),
            ("30M", NoDesignator),
            ("P", NoAmount),
            ("PT", NoAmount),
            ("P1DT", NoAmount),
            ("PD", NoAmount),
            ("P1M", NoFixedLength),
            ("P1Y", NoFixedLength),
            ("PT1.5H", Fraction),
            ("P1H", UnexpectedUnit("H".into())),
            ("PT1D", UnexpectedUnit("D".into())),
            ("PT1M1H", UnexpectedUnit("H".into())),
            ("PT1S1S", UnexpectedUnit("S".into())),
            ("P1", UnexpectedUnit("1".into())),
            ("PT5é", UnexpectedUnit("é".into())),
            ("P99999999999999999999D", TooLong),
            ("P3660001D", TooLong),
            ("PT9223372036854775807H", TooLong),
        ] {
            assert_eq!(text.parse::<IsoDuration>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_duration_reads_back_as_itself(
            days in 0..=MAX_DAYS, seconds in 0..=MAX_SECONDS, negative: bool,
        ) {
            let duration = IsoDuration { days, seconds };
            let duration = if negative { duration.negated() } else { duration };
            prop_assert_eq!(duration.to_string().parse::<IsoDuration>(), Ok(duration));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "[-+]?[PpT0-9WDHMSY.é]{0,24}") {
            if let Ok(duration) = text.parse::<IsoDuration>() {
                prop_assert_eq!(duration.to_string().parse::<IsoDuration>(), Ok(duration));
            }
        }
    }
}
