//! What the words of a language stand for, whatever the language.

use super::super::meaning::Value;

/// A part of the day; the clock times are the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum UnitKind {
    Minute,
    Hour,
    Day,
    Workday,
    Week,
    Month,
    Year,
}

/// A unit that has a word: a quarter is three months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Unit {
    pub kind: UnitKind,
    pub times: u32,
}

/// A length of time, its parts kept apart: a month is no number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Length {
    pub months: u32,
    pub days: u32,
    pub workdays: u32,
    pub minutes: u32,
}

/// What one part of a pattern took from the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) enum Capture {
    /// Days of the week as bits, Monday is bit 0.
    Weekdays(u8),
    Month(i8),
    /// In hundredths, so that one and a half is 150.
    Number(u32),
    /// Positions as bits: the first is bit 1, the last bit 33, the last but one bit 34.
    Ordinals(u64),
    Unit(Unit),
    /// One in how many: every other is 2.
    Interval(u32),
    Part(Part),
    Hour(u8),
    Minute(u8),
    /// Hour and minute; whether they can only be meant so.
    Clock {
        hour: u8,
        minute: u8,
        sure: bool,
    },
    /// Whether it is after noon.
    Half {
        afternoon: bool,
    },
    /// Days from today.
    Relative(u32),
    /// Whether it counts from completion.
    Every {
        completion: bool,
    },
    /// 1 to 9.
    Level(u8),
    Day(i8),
    Year(i16),
    MonthDay {
        month: i8,
        day: i8,
    },
    /// What a rule inside of a pattern means.
    Value(Value),
}
