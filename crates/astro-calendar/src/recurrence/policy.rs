//! Which rules make sense for something that a person does.

use super::{
    days::month_len,
    rule::{Frequency, Parts, Rule},
};

/// The most occurrences a day that a task may have: once an hour.
pub const MOST_A_DAY: usize = 24;
/// The most days that may lie between two occurrences: a century.
const MOST_DAYS_APART: u64 = 36_525;
/// A leap year: it has every date.
const LEAP_YEAR: i64 = 2024;

/// Why a rule is right and still not one for a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Every second or every minute.
    #[error("a task cannot repeat with FREQ={frequency}; use HOURLY or less often", frequency = .0.as_str())]
    TooFrequent(Frequency),
    /// More often than [`MOST_A_DAY`].
    #[error(
        "a task can repeat at most {MOST_A_DAY} times a day, this rule up to {0} times; name fewer hours and minutes"
    )]
    TooManyADay(usize),
    /// More than a century between two occurrences.
    #[error("INTERVAL={0} is more than a century; give a smaller one")]
    TooFarApart(u32),
    /// Dates such as the 30th of February.
    #[error(
        "no month of BYMONTH has a day of BYMONTHDAY, so it would never happen; change one of them"
    )]
    NoSuchDay,
}

impl Rule {
    /// Whether a task may repeat by this rule: at most [`MOST_A_DAY`] times a day and at least once a
    /// century, on dates that exist.
    pub fn check_for_tasks(&self) -> Result<(), PolicyError> {
        let parts = &self.parts;
        if parts.frequency < Frequency::Hourly {
            return Err(PolicyError::TooFrequent(parts.frequency));
        }
        let a_day = most_a_day(parts);
        if a_day > MOST_A_DAY {
            return Err(PolicyError::TooManyADay(a_day));
        }
        if u64::from(parts.interval) > most_periods(parts.frequency) {
            return Err(PolicyError::TooFarApart(parts.interval));
        }
        if never_falls_on_a_date(parts) {
            return Err(PolicyError::NoSuchDay);
        }
        Ok(())
    }
}

/// No day has more occurrences than this.
fn most_a_day(parts: &Parts) -> usize {
    let or_one = |values: &[i64]| values.len().max(1);
    let in_an_hour = or_one(&parts.minutes) * or_one(&parts.seconds);
    let chosen = |count: usize| {
        if parts.positions.is_empty() {
            count
        } else {
            count.min(parts.positions.len())
        }
    };
    if parts.frequency == Frequency::Hourly {
        let allowed = if parts.hours.is_empty() {
            24
        } else {
            parts.hours.len()
        };
        let reached = 24_usize.div_ceil(usize::try_from(parts.interval).unwrap_or(usize::MAX));
        allowed.min(reached) * chosen(in_an_hour)
    } else {
        chosen(or_one(&parts.hours) * in_an_hour)
    }
}

fn most_periods(frequency: Frequency) -> u64 {
    match frequency {
        Frequency::Yearly => 100,
        Frequency::Monthly => 1200,
        Frequency::Weekly => MOST_DAYS_APART / 7,
        Frequency::Daily => MOST_DAYS_APART,
        Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => MOST_DAYS_APART * 24,
    }
}

fn never_falls_on_a_date(parts: &Parts) -> bool {
    let longest = parts
        .months
        .iter()
        .map(|month| month_len(LEAP_YEAR, *month))
        .max();
    longest.is_some_and(|longest| {
        !parts.month_days.is_empty() && parts.month_days.iter().all(|day| day.abs() > longest)
    })
}
