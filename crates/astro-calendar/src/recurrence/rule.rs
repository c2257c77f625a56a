//! The recurrence rule.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
};

use crate::text_form::serde_as_text;

/// A recurrence rule, RFC 5545 3.3.10.
///
/// `FromStr` reads and checks the value of an RRULE, `Display` gives the very text back. Lower case, a
/// semicolon at the end and the property's name in front (`RRULE:`) are read too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) text: String,
    pub(super) parts: Parts,
}

/// What the parts say; lists are sorted and hold nothing twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub frequency: Frequency,
    pub interval: u32,
    pub end: End,
    pub seconds: Vec<i64>,
    pub minutes: Vec<i64>,
    pub hours: Vec<i64>,
    pub weekdays: Vec<NumberedWeekday>,
    pub month_days: Vec<i64>,
    pub year_days: Vec<i64>,
    pub weeks: Vec<i64>,
    pub months: Vec<i64>,
    pub positions: Vec<i64>,
    pub week_start: Weekday,
}

/// How a rule ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Never,
    Count(u32),
    Until(Until),
}

/// `MO`, `2MO`, `-1FR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NumberedWeekday {
    /// 0 for every one.
    pub number: i64,
    /// Days since Monday.
    pub weekday: i64,
}

/// How often, before INTERVAL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// Every second.
    Secondly,
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// The last moment of a rule, itself included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// To the end of a day.
    Date(Date),
    /// A local time.
    Local(DateTime),
    /// An instant.
    Utc(Timestamp),
}

impl Rule {
    /// How often, before [`interval`](Self::interval).
    pub fn frequency(&self) -> Frequency {
        self.parts.frequency
    }

    /// Every how many days, weeks, ..; at least 1.
    pub fn interval(&self) -> u32 {
        self.parts.interval
    }

    /// After how many occurrences it ends.
    pub fn count(&self) -> Option<u32> {
        match self.parts.end {
            End::Count(count) => Some(count),
            _ => None,
        }
    }

    /// When it ends.
    pub fn until(&self) -> Option<&Until> {
        match &self.parts.end {
            End::Until(until) => Some(until),
            _ => None,
        }
    }

    /// The text that was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Frequency {
    /// All of them, from the most frequent on.
    pub const ALL: [Self; 7] = [
        Self::Secondly,
        Self::Minutely,
        Self::Hourly,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
    ];

    /// Its name in a rule: `DAILY`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secondly => "SECONDLY",
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

serde_as_text!(Rule, "a recurrence rule such as FREQ=WEEKLY;BYDAY=MO,TH");
