//! Reading and checking the text of a rule (RFC 5545 3.3.10).

use std::str::FromStr;

use jiff::{Timestamp, civil::Weekday, tz::TimeZone};

use super::{
    combination::check,
    numbers::{HOURS, MINUTES, MONTH_DAYS, MONTHS, Numbers, POSITIONS, SECONDS, WEEKS, YEAR_DAYS},
    problem::RuleError,
    rule::{End, Frequency, NumberedWeekday, Parts, Rule, Until},
};
use crate::{
    digits::take_fixed,
    when::text::{civil_date, civil_time},
};

/// Longer than a rule that names every day of the year from both ends.
const MAX_BYTES: usize = 4096;
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.len() > MAX_BYTES {
            return Err(RuleError::TooLong(text.len()));
        }
        let parts = read(surroundings(text).1)?;
        Ok(Rule {
            text: text.to_owned(),
            parts,
        })
    }
}

/// What stands before the parts (the property's name), the parts, and what stands behind (a semicolon).
pub(super) fn surroundings(text: &str) -> (&str, &str, &str) {
    let (before, rest) = match text.split_at_checked(6) {
        Some((name, rest)) if name.eq_ignore_ascii_case("RRULE:") => (name, rest),
        _ => ("", text),
    };
    let parts = rest.strip_suffix(';').unwrap_or(rest);
    (before, parts, &rest[parts.len()..])
}

fn read(text: &str) -> Result<Parts, RuleError> {
    if text.is_empty() {
        return Err(RuleError::Empty);
    }
    let mut values = Values::default();
    for part in text.split(';') {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| RuleError::NotAPart(RuleError::shown(part)))?;
        values.keep(name, value)?;
    }
    let parts = values.into_parts()?;
    check(&parts)?;
    Ok(parts)
}

const NAMES: [&str; 14] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYSETPOS",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
];

/// The value of each part, in the order of `NAMES`.
#[derive(Default)]
struct Values<'a>([Option<&'a str>; NAMES.len()]);

impl<'a> Values<'a> {
    fn keep(&mut self, name: &str, value: &'a str) -> Result<(), RuleError> {
        let index = NAMES
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))
            .ok_or_else(|| RuleError::UnknownPart(RuleError::shown(name)))?;
        match self.0[index].replace(value) {
            None => Ok(()),
            Some(_) => Err(RuleError::Repeated(NAMES[index])),
        }
    }

    fn get(&self, part: &str) -> Option<&'a str> {
        let index = NAMES.iter().position(|name| *name == part)?;
        self.0[index]
    }

    fn numbers(&self, list: &Numbers) -> Result<Vec<i64>, RuleError> {
        let Some(text) = self.get(list.part) else {
            return Ok(Vec::new());
        };
        read_list(text, |value| {
            number(value, list.range, list.from_both_ends)
                .ok_or_else(|| bad(list.part, value, list.allowed))
        })
    }

    fn into_parts(self) -> Result<Parts, RuleError> {
        let frequency = read_frequency(self.get("FREQ").ok_or(RuleError::NoFrequency)?)?;
        Ok(Parts {
            frequency,
            interval: self
                .get("INTERVAL")
                .map_or(Ok(1), |text| read_positive("INTERVAL", text))?,
            end: read_end(self.get("COUNT"), self.get("UNTIL"))?,
            // a leap second is the second before it (RFC 5545 3.3.12)
            seconds: self
                .numbers(&SECONDS)?
                .iter()
                .map(|s| *s.min(&59))
                .collect(),
            minutes: self.numbers(&MINUTES)?,
            hours: self.numbers(&HOURS)?,
            weekdays: self
                .get("BYDAY")
                .map_or(Ok(Vec::new()), |text| read_list(text, read_numbered))?,
            month_days: self.numbers(&MONTH_DAYS)?,
            year_days: self.numbers(&YEAR_DAYS)?,
            weeks: self.numbers(&WEEKS)?,
            months: self.numbers(&MONTHS)?,
            positions: self.numbers(&POSITIONS)?,
            week_start: self.get("WKST").map_or(Ok(Weekday::Monday), |text| {
                read_weekday(text)
                    .ok_or_else(|| bad("WKST", text, "one of MO, TU, WE, TH, FR, SA, SU"))
            })?,
        })
    }
}

fn bad(part: &'static str, value: &str, allowed: &'static str) -> RuleError {
    RuleError::BadValue {
        part,
        value: RuleError::shown(value),
        allowed,
    }
}

/// Values between commas, sorted, each once.
fn read_list<T: Ord>(
    text: &str,
    read: impl Fn(&str) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    let mut values = text.split(',').map(read).collect::<Result<Vec<_>, _>>()?;
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

/// Up to three digits in the range; with a sign if it may count from the end.
fn number(text: &str, (low, high): (i64, i64), from_both_ends: bool) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) if from_both_ends => (-1, digits),
        Some(_) => return None,
        None if from_both_ends => (1, text.strip_prefix('+').unwrap_or(text)),
        None => (1, text),
    };
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let value: i64 = digits.parse().ok().filter(|_| is_number)?;
    (low <= value && value <= high).then_some(sign * value)
}

fn read_frequency(text: &str) -> Result<Frequency, RuleError> {
    Frequency::ALL
        .into_iter()
        .find(|frequency| frequency.as_str().eq_ignore_ascii_case(text))
        .ok_or_else(|| {
            let allowed = "one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY";
            bad("FREQ", text, allowed)
        })
}

fn read_positive(part: &'static str, text: &str) -> Result<u32, RuleError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|value| digits && *value > 0)
        .ok_or_else(|| bad(part, text, "a whole number from 1 to 4294967295"))
}

fn read_weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, weekday)| *weekday)
}

fn read_numbered(text: &str) -> Result<NumberedWeekday, RuleError> {
    let read = || {
        let (digits, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let number = match digits {
            "" => 0,
            digits => number(digits, (1, 53), true)?,
        };
        let weekday = i64::from(read_weekday(name)?.to_monday_zero_offset());
        Some(NumberedWeekday { number, weekday })
    };
    read().ok_or_else(|| {
        let allowed = "a weekday such as MO, or one with a number from 1 to 53 or -1 to -53 such as 2MO or -1FR";
        bad("BYDAY", text, allowed)
    })
}

fn read_end(count: Option<&str>, until: Option<&str>) -> Result<End, RuleError> {
    match (count, until) {
        (Some(_), Some(_)) => Err(RuleError::CountAndUntil),
        (Some(count), None) => read_positive("COUNT", count).map(End::Count),
        (None, Some(until)) => read_until(until).map(End::Until).ok_or_else(|| {
            let allowed =
                "a date 20261231, a local time 20261231T235959 or an instant 20261231T235959Z";
            bad("UNTIL", until, allowed)
        }),
        (None, None) => Ok(End::Never),
    }
}

fn read_until(text: &str) -> Option<Until> {
    let (year, rest) = take_fixed(text, 4)?;
    let (month, rest) = take_fixed(rest, 2)?;
    let (day, rest) = take_fixed(rest, 2)?;
    let date = civil_date(year, month, day)?;
    if rest.is_empty() {
        return Some(Until::Date(date));
    }
    let (hour, rest) = take_fixed(rest.strip_prefix(['T', 't'])?, 2)?;
    let (minute, rest) = take_fixed(rest, 2)?;
    let (second, rest) = take_fixed(rest, 2)?;
    let local = date.to_datetime(civil_time(hour, minute, second, 0)?);
    match rest {
        "" => Some(Until::Local(local)),
        // the last hours of the year 9999 have no instant; they are written for "always"
        "Z" | "z" => Some(Until::Utc(
            TimeZone::UTC.to_timestamp(local).unwrap_or(Timestamp::MAX),
        )),
        _ => None,
    }
}

impl std::fmt::Display for NumberedWeekday {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.number != 0 {
            write!(f, "{}", self.number)?;
        }
        let name = usize::try_from(self.weekday)
            .ok()
            .and_then(|weekday| WEEKDAYS.get(weekday));
        f.write_str(name.map_or("", |(name, _)| name))
    }
}
