//! The text form of [`When`], written and read.

use std::{fmt, str::FromStr};

use jiff::{
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

use super::{When, WhenError, in_years};
use crate::digits::{take_fixed, take_run};

const SHOWN_CHARS: usize = 60;

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Date(date) => write_date(f, *date),
            When::Floating(local) => write_local(f, *local),
            When::Zoned { local, zone } => {
                write_local(f, *local)?;
                write!(f, "[{zone}]")
            }
            When::Utc(instant) => {
                write_local(f, TimeZone::UTC.to_datetime(*instant))?;
                f.write_str("Z")
            }
        }
    }
}

fn write_date(f: &mut fmt::Formatter<'_>, date: Date) -> fmt::Result {
    write!(
        f,
        "{:04}-{:02}-{:02}",
        date.year(),
        date.month(),
        date.day()
    )
}

fn write_local(f: &mut fmt::Formatter<'_>, local: DateTime) -> fmt::Result {
    write_date(f, local.date())?;
    write!(
        f,
        "T{:02}:{:02}:{:02}",
        local.hour(),
        local.minute(),
        local.second()
    )?;
    let micros = local.subsec_nanosecond() / 1000;
    if micros == 0 {
        return Ok(());
    }
    let digits = format!("{micros:06}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

impl FromStr for When {
    type Err = WhenError;

    fn from_str(text: &str) -> Result<Self, WhenError> {
        if text.is_empty() {
            return Err(WhenError::Empty);
        }
        let (date, rest) = read_date(text)?;
        if rest.is_empty() {
            return Ok(When::Date(date));
        }
        let (time, suffix) = read_time(rest)?;
        let local = date.to_datetime(time);
        if suffix.is_empty() {
            Ok(When::Floating(local))
        } else if let Some(zone) = suffix.strip_prefix('[') {
            let zone = zone
                .strip_suffix(']')
                .ok_or_else(|| WhenError::BadSuffix(shown(suffix)))?;
            Ok(When::Zoned {
                local,
                zone: zone.parse()?,
            })
        } else {
            let offset = read_offset(suffix).ok_or_else(|| WhenError::BadSuffix(shown(suffix)))?;
            let instant = offset
                .to_timestamp(local)
                .map_err(|_| WhenError::OutOfRange)?;
            When::utc(instant)
        }
    }
}

fn read_date(text: &str) -> Result<(Date, &str), WhenError> {
    let fields = || {
        let (year, rest) = take_fixed(text, 4)?;
        let (month, rest) = take_fixed(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = take_fixed(rest.strip_prefix('-')?, 2)?;
        Some((year, month, day, rest))
    };
    let (year, month, day, rest) = fields().ok_or_else(|| WhenError::BadDate(shown(text)))?;
    let date = civil_date(year, month, day)
        .ok_or_else(|| WhenError::NoSuchDate(format!("{year:04}-{month:02}-{day:02}")))?;
    Ok((date, rest))
}

/// The date, if it exists and lies in the years 0001 to 9999.
pub(crate) fn civil_date(year: u32, month: u32, day: u32) -> Option<Date> {
    let (year, month, day) = (
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    );
    Date::new(year, month, day)
        .ok()
        .filter(|date| in_years(*date))
}

/// Reads `T09:00`, `T09:00:00`, `T09:00:00.25`; gives the time and what follows.
fn read_time(text: &str) -> Result<(Time, &str), WhenError> {
    let bad = || WhenError::BadTime(shown(text));
    let digits = text.strip_prefix(['T', 't']).ok_or_else(bad)?;
    let (hour, rest) = take_fixed(digits, 2).ok_or_else(bad)?;
    let (minute, rest) = rest
        .strip_prefix(':')
        .and_then(|rest| take_fixed(rest, 2))
        .ok_or_else(bad)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => take_fixed(rest, 2).ok_or_else(bad)?,
        None => (0, rest),
    };
    let (micros, rest) = match rest.strip_prefix('.') {
        Some(rest) => read_fraction(rest).ok_or_else(bad)?,
        None => (0, rest),
    };
    let time = civil_time(hour, minute, second, micros)
        .ok_or_else(|| WhenError::NoSuchTime(format!("{hour:02}:{minute:02}:{second:02}")))?;
    Ok((time, rest))
}

/// The time, if it exists; a leap second is the second before it (RFC 5545 3.3.12).
pub(crate) fn civil_time(hour: u32, minute: u32, second: u32, micros: u32) -> Option<Time> {
    let second = if second == 60 { 59 } else { second };
    let part = |value: u32| i8::try_from(value).ok();
    let nanos = i32::try_from(micros.checked_mul(1000)?).ok()?;
    Time::new(part(hour)?, part(minute)?, part(second)?, nanos).ok()
}

/// Microseconds of the digits after the point; finer digits are cut.
fn read_fraction(text: &str) -> Option<(u32, &str)> {
    let (run, rest) = take_run(text);
    let kept = run.get(..6).unwrap_or(run);
    let value: u32 = kept.parse().ok()?;
    let missing = u32::try_from(6 - kept.len()).ok()?;
    Some((value * 10_u32.pow(missing), rest))
}

/// Reads `Z`, `+01:00`, `+0100` or `+01`.
fn read_offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("Z") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, rest) = take_fixed(rest, 2)?;
    let (minutes, rest) = match rest {
        "" => (0, ""),
        rest => take_fixed(rest.strip_prefix(':').unwrap_or(rest), 2)?,
    };
    if !rest.is_empty() || hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Offset::from_seconds(sign * seconds).ok()
}
