//! Clock times and ranges of them, such as quiet hours.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};

use crate::{digits::take_fixed, text_form::serde_as_text};

/// A clock time to the minute, `00:00` to `23:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime {
    minute_of_day: u16,
}

/// Why a text is not a clock time or a range of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Not `HH:MM` between 00:00 and 23:59.
    #[error("{0:?} is not a clock time; give HH:MM between 00:00 and 23:59")]
    BadTime(String),
    /// No `-` between two times.
    #[error("{0:?} is not a range of clock times; give HH:MM-HH:MM, such as 22:00-07:00")]
    BadRange(String),
    /// Start and end are the same.
    #[error("the range is empty; for the whole day give 00:00-24:00")]
    EmptyRange,
}

const DAY_MINUTES: u16 = 24 * 60;
const SHOWN_CHARS: usize = 20;

impl ClockTime {
    /// A clock time, if hour and minute exist.
    pub fn new(hour: u8, minute: u8) -> Option<Self> {
        let minute_of_day = u16::from(hour) * 60 + u16::from(minute);
        (hour < 24 && minute < 60).then_some(Self { minute_of_day })
    }

    /// Minutes since midnight, 0 to 1439.
    pub const fn minute_of_day(self) -> u16 {
        self.minute_of_day
    }

    /// The same as a civil time.
    pub fn to_time(self) -> Time {
        civil_time(self.minute_of_day)
    }
}

/// A civil time; 24:00 wraps to 00:00.
fn civil_time(minute_of_day: u16) -> Time {
    let minutes = i64::from(minute_of_day % DAY_MINUTES);
    Time::midnight().wrapping_add(minutes.minutes())
}

impl FromStr for ClockTime {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Self, ClockError> {
        minutes_of(text)
            .filter(|minutes| *minutes < DAY_MINUTES)
            .map(|minute_of_day| Self { minute_of_day })
            .ok_or_else(|| ClockError::BadTime(text.chars().take(SHOWN_CHARS).collect()))
    }
}

/// Minutes of `HH:MM`, `24:00` included.
fn minutes_of(text: &str) -> Option<u16> {
    let (hour, rest) = take_fixed(text, 2)?;
    let (minute, rest) = take_fixed(rest.strip_prefix(':')?, 2)?;
    let minutes = u16::try_from(hour * 60 + minute).ok()?;
    (rest.is_empty() && minute < 60 && minutes <= DAY_MINUTES).then_some(minutes)
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_minutes(f, self.minute_of_day)
    }
}

fn write_minutes(f: &mut fmt::Formatter<'_>, minutes: u16) -> fmt::Result {
    write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)
}

serde_as_text!(ClockTime, "a clock time HH:MM");

/// A part of every day, from a start (inside) to an end (outside); it may run over midnight.
///
/// Written `22:00-07:00`. The whole day is `00:00-24:00`; an empty range cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClockRange {
    start: u16,
    end: u16,
}

impl ClockRange {
    /// A range; `None` when both times are the same.
    pub fn new(start: ClockTime, end: ClockTime) -> Option<Self> {
        Self::of_minutes(start.minute_of_day, end.minute_of_day)
    }

    fn of_minutes(start: u16, end: u16) -> Option<Self> {
        (start != end && start < DAY_MINUTES).then_some(Self { start, end })
    }

    /// Whether a local clock time lies in the range.
    pub fn contains(&self, local: Time) -> bool {
        let minute = minute_of(local);
        if self.start < self.end {
            self.start <= minute && minute < self.end
        } else {
            minute >= self.start || minute < self.end
        }
    }

    /// Whether a local clock time lies in the part of a range over midnight that the next day has.
    pub fn is_after_midnight(&self, local: Time) -> bool {
        self.start > self.end && minute_of(local) < self.end
    }

    /// If `now` lies in the range on a clock of the zone: the instant at which the range ends.
    pub fn ends_at(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = zone.to_datetime(now);
        if !self.contains(local.time()) {
            return None;
        }
        let ends_today = self.end < DAY_MINUTES && minute_of(local.time()) < self.end;
        let date = if ends_today {
            local.date()
        } else {
            local.date().tomorrow().ok()?
        };
        // an end that the clocks skip or repeat must still lie ahead
        let end = zone.to_ambiguous_timestamp(date.to_datetime(civil_time(self.end)));
        [end.compatible(), end.later()]
            .into_iter()
            .flatten()
            .find(|end| *end > now)
    }
}

fn minute_of(time: Time) -> u16 {
    // hour and minute of a civil time are never negative
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

impl FromStr for ClockRange {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Self, ClockError> {
        let shown = || text.chars().take(SHOWN_CHARS).collect();
        let (start, end) = text
            .split_once('-')
            .ok_or_else(|| ClockError::BadRange(shown()))?;
        let start: ClockTime = start.parse()?;
        let end = minutes_of(end).ok_or_else(|| ClockError::BadRange(shown()))?;
        Self::of_minutes(start.minute_of_day, end).ok_or(ClockError::EmptyRange)
    }
}

impl fmt::Display for ClockRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_minutes(f, self.start)?;
        f.write_str("-")?;
        write_minutes(f, self.end)
    }
}

serde_as_text!(ClockRange, "a range of clock times HH:MM-HH:MM");

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;
    use crate::ZoneName;

    fn zone(name: &str) -> TimeZone {
        name.parse::<ZoneName>().unwrap().load()
    }

    #[test]
    fn quiet_hours_run_over_midnight() {
        let quiet: ClockRange = "22:00-07:00".parse().unwrap();
        for (clock, inside) in [
            (time(22, 0, 0, 0), true),
            (time(23, 59, 59, 0), true),
            (time(0, 0, 0, 0), true),
            (time(6, 59, 59, 0), true),
            (time(7, 0, 0, 0), false),
            (time(21, 59, 59, 0), false),
        ] {
            assert_eq!(quiet.contains(clock), inside, "{clock}");
        }
        let lunch: ClockRange = "12:00-13:00".parse().unwrap();
        assert!(lunch.contains(time(12, 30, 0, 0)) && !lunch.contains(time(13, 0, 0, 0)));
        let all: ClockRange = "00:00-24:00".parse().unwrap();
        assert!(all.contains(time(0, 0, 0, 0)) && all.contains(time(23, 59, 0, 0)));
        assert_eq!(all.to_string(), "00:00-24:00");
    }

    #[test]
    fn quiet_hours_end_at_their_instant() {
        let berlin = zone("Europe/Berlin");
        let quiet: ClockRange = "22:00-07:00".parse().unwrap();
        let end = |now: &str| {
            quiet
                .ends_at(now.parse().unwrap(), &berlin)
                .map(|end| end.to_string())
        };
        assert_eq!(
            end("2026-11-24T21:30:00Z").as_deref(),
            Some("2026-11-25T06:00:00Z")
        );
        assert_eq!(
            end("2026-11-25T05:59:00Z").as_deref(),
            Some("2026-11-25T06:00:00Z")
        );
        assert_eq!(end("2026-11-25T06:00:00Z"), None);
        // the night of the change to summer time is an hour shorter
        assert_eq!(
            end("2026-03-28T21:30:00Z").as_deref(),
            Some("2026-03-29T05:00:00Z")
        );
    }

    #[test]
    fn a_wrong_clock_text_is_refused() {
        for text in [
            "", "7:00", "24:00", "07:60", "07:00:00", "ab:cd", "07-00", "0７:00",
        ] {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
        for text in [
            "22:00",
            "22:00-",
            "22:00-25:00",
            "-",
            "24:00-07:00",
            "22:00–07:00",
        ] {
            assert!(text.parse::<ClockRange>().is_err(), "{text}");
        }
        assert_eq!(
            "07:00-07:00".parse::<ClockRange>(),
            Err(ClockError::EmptyRange)
        );
    }

    fn any_zone() -> impl Strategy<Value = TimeZone> {
        let names: Vec<String> = ZoneName::all()
            .filter(|name| name != "Etc/Unknown")
            .collect();
        prop::sample::select(names).prop_map(|name| zone(&name))
    }

    proptest! {
        #[test]
        fn a_range_reads_back_as_itself(start in 0_u16..1440, end in 0_u16..=1440) {
            if let Some(range) = ClockRange::of_minutes(start, end) {
                prop_assert_eq!(range.to_string().parse::<ClockRange>(), Ok(range));
            }
        }

        #[test]
        fn the_end_of_a_range_lies_ahead(
            zone in any_zone(), start in 0_u16..1440, end in 0_u16..=1440,
            second in 0_i64..2_000_000_000,
        ) {
            let now = Timestamp::from_second(second).unwrap();
            if let Some(range) = ClockRange::of_minutes(start, end)
                && let Some(until) = range.ends_at(now, &zone)
            {
                prop_assert!(until > now);
                prop_assert!(until.duration_since(now).as_hours() <= 49);
            }
        }
    }
}
