//! How something repeats.

use std::fmt::Write as _;

use jiff::{ToSpan as _, civil::Date};

use super::super::language::{Length, Part, UnitKind};

const DAY_NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A recurrence rule as far as people say one in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Rhythm {
    pub unit: UnitKind,
    pub interval: u32,
    /// Days of the week as bits, Monday is bit 0.
    pub weekdays: u8,
    /// Positions as bits: the first is bit 1, the last bit 33.
    pub positions: u64,
    /// 1 to 12; 0 is every month.
    pub month: i8,
    /// Positions count the weekdays together: the last working day.
    pub counts_together: bool,
    /// The part of the day that was named with it.
    pub part: Option<Part>,
    /// Counts from completion.
    pub from_completion: bool,
}

impl Rhythm {
    pub fn of(unit: UnitKind, interval: u32) -> Self {
        Self {
            unit,
            interval,
            weekdays: 0,
            positions: 0,
            month: 0,
            counts_together: false,
            part: None,
            from_completion: false,
        }
    }

    /// Whether it repeats within a day, so that a clock time must be known.
    pub fn is_hourly(&self) -> bool {
        self.unit == UnitKind::Hour
    }

    /// Whether its interval is one that somebody lives to see again; tasks take no other.
    pub fn comes_within_a_century(&self) -> bool {
        let most = match self.unit {
            UnitKind::Year => 100,
            UnitKind::Month => 1_200,
            _ => 5_000,
        };
        self.interval <= most
    }

    /// Whether it may come at several clock times of its days.
    pub fn takes_hours(&self) -> bool {
        !self.is_hourly() && !self.counts_together
    }

    /// The rule's text without an end.
    pub fn text(&self) -> String {
        let frequency = match self.unit {
            UnitKind::Minute => "MINUTELY",
            UnitKind::Hour => "HOURLY",
            UnitKind::Day | UnitKind::Workday => "DAILY",
            UnitKind::Week => "WEEKLY",
            UnitKind::Month => "MONTHLY",
            UnitKind::Year => "YEARLY",
        };
        let mut text = format!("FREQ={frequency}");
        let mut part = |name: &str, value: &dyn std::fmt::Display| {
            // writing to a String cannot fail
            let _ = write!(text, ";{name}={value}");
        };
        if self.interval != 1 {
            part("INTERVAL", &self.interval);
        }
        if self.month != 0 {
            part("BYMONTH", &self.month);
        }
        let positions = || self.positions().map(|position| position.to_string());
        let days = self.day_names();
        if self.weekdays == 0 {
            if self.positions != 0 {
                part("BYMONTHDAY", &join(positions()));
            }
        } else if self.positions == 0 {
            part("BYDAY", &join(days.map(str::to_owned)));
        } else if self.counts_together {
            part("BYDAY", &join(days.map(str::to_owned)));
            part("BYSETPOS", &join(positions()));
        } else {
            let all = days.flat_map(|day| {
                self.positions()
                    .map(move |position| format!("{position}{day}"))
            });
            part("BYDAY", &join(all));
        }
        text
    }

    /// Positions in the order first to last, then last to first.
    fn positions(&self) -> impl Iterator<Item = i8> + '_ {
        (1..=63_i8)
            .filter(|bit| self.positions & (1 << bit) != 0)
            .map(|bit| if bit > 32 { 32 - bit } else { bit })
    }

    fn day_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        (0..7)
            .zip(DAY_NAMES)
            .filter(|(bit, _)| self.weekdays & (1 << bit) != 0)
            .map(|(_, name)| name)
    }

    /// The first date on `from` or after it that the rule has.
    pub fn first(&self, from: Date) -> Option<Date> {
        // the 29th of February comes within eight years
        let mut date = from;
        for _ in 0..8 * 366 {
            if self.holds(date) {
                return Some(date);
            }
            date = if self.month != 0 && date.month() != self.month {
                date.last_of_month().tomorrow().ok()?
            } else {
                date.tomorrow().ok()?
            };
        }
        None
    }

    fn holds(&self, date: Date) -> bool {
        if self.month != 0 && date.month() != self.month {
            return false;
        }
        let is_weekday = |date: Date| {
            let bit = date.weekday().to_monday_zero_offset();
            self.weekdays & (1 << bit) != 0
        };
        if self.weekdays != 0 && !is_weekday(date) {
            return false;
        }
        if self.positions == 0 {
            return true;
        }
        let (forward, back) = if self.weekdays == 0 {
            (date.day(), date.days_in_month() - date.day() + 1)
        } else if self.counts_together {
            let count = |days: std::ops::RangeInclusive<i8>| {
                let held = days
                    .filter(|day| Date::new(date.year(), date.month(), *day).is_ok_and(is_weekday));
                i8::try_from(held.count()).unwrap_or(i8::MAX)
            };
            (
                count(1..=date.day()),
                count(date.day()..=date.days_in_month()),
            )
        } else {
            (
                (date.day() - 1) / 7 + 1,
                (date.days_in_month() - date.day()) / 7 + 1,
            )
        };
        self.positions & (1 << forward | 1_u64 << (32 + back)) != 0
    }

    /// The last day of something that lasts for a length of time from its first day.
    pub fn last(first: Date, length: Length) -> Option<Date> {
        super::days::reach(first, length)?
            .checked_sub(1.days())
            .ok()
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

/// The end of a rule as a part of its text.
pub(in super::super) fn until(date: Date) -> String {
    format!(
        "UNTIL={:04}{:02}{:02}",
        date.year(),
        date.month(),
        date.day()
    )
}
