//! Clock times.

use jiff::civil::Time;

use super::super::language::{Length, Meaning, Part};
use super::{Captures, Context, Value, days};

/// A clock time as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Clock {
    /// 0 to 23.
    pub hour: u8,
    pub minute: u8,
    /// It can only be meant so; otherwise "five" may be five in the afternoon.
    pub sure: bool,
}

impl Clock {
    pub const fn hour(hour: u8) -> Self {
        Self {
            hour,
            minute: 0,
            sure: hour == 0 || hour > 12,
        }
    }

    fn minutes(self) -> u16 {
        u16::from(self.hour) * 60 + u16::from(self.minute)
    }

    fn of_minutes(minutes: u16, sure: bool) -> Option<Self> {
        Some(Self {
            hour: u8::try_from(minutes / 60 % 24).ok()?,
            minute: u8::try_from(minutes % 60).ok()?,
            sure,
        })
    }

    /// The time; an hour that could be either is one of the afternoon up to `afternoon_until`.
    pub fn settle(self, afternoon_until: u8, part: Option<Part>) -> Option<Time> {
        let hour = match (self.sure, part) {
            (false, Some(Part::Morning)) => self.hour % 12,
            (false, Some(Part::Night)) if self.hour < 6 || self.hour == 12 => self.hour % 12,
            (false, Some(_)) => self.hour % 12 + 12,
            (false, None) if (1..=afternoon_until).contains(&self.hour) => self.hour + 12,
            (true, _) | (false, None) => self.hour,
        };
        Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(self.minute).ok()?,
            0,
            0,
        )
        .ok()
    }

    /// Twelve hours later, where it could be meant so.
    pub fn in_the_afternoon(self) -> Option<Self> {
        (!self.sure && self.hour < 12).then_some(Self {
            hour: self.hour + 12,
            minute: self.minute,
            sure: true,
        })
    }
}

/// The one clock time that a pattern took, with "am" or "pm" or a part of the day.
pub(super) fn clock(
    meaning: Meaning,
    taken: &Captures<'_>,
    context: &Context<'_>,
) -> Option<Clock> {
    let base = taken.clocks().next()?;
    let minute = taken.minute();
    let clock = match (meaning, minute) {
        (Meaning::Past, minute) => shift(base, i16::from(i8::try_from(minute?).ok()?))?,
        (Meaning::To, minute) => shift(base, -i16::from(i8::try_from(minute?).ok()?))?,
        (_, Some(minute)) if base.minute == 0 => Clock { minute, ..base },
        _ => base,
    };
    if clock.hour > 23 {
        return None;
    }
    if let Some(is_afternoon) = taken.is_afternoon() {
        return halved(clock, is_afternoon);
    }
    match taken.part() {
        Some(part) => {
            let time = clock.settle(context.language.afternoon_until, Some(part))?;
            Some(Clock {
                hour: time.hour().unsigned_abs(),
                minute: time.minute().unsigned_abs(),
                sure: true,
            })
        }
        None => Some(clock),
    }
}

/// A clock time shifted by minutes within the same half of the day.
fn shift(base: Clock, by: i16) -> Option<Clock> {
    let minutes = i16::try_from(base.minutes()).ok()? + by;
    Clock::of_minutes(u16::try_from(minutes.rem_euclid(24 * 60)).ok()?, base.sure)
}

/// A clock of twelve hours.
fn halved(clock: Clock, is_afternoon: bool) -> Option<Clock> {
    if clock.hour == 0 || clock.hour > 12 {
        return (is_afternoon == (clock.hour > 12)).then_some(clock);
    }
    Some(Clock {
        hour: clock.hour % 12 + if is_afternoon { 12 } else { 0 },
        minute: clock.minute,
        sure: true,
    })
}

/// Several hours of a day as bits, and the minute that they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Hours {
    hours: u32,
    minute: i8,
}

impl Hours {
    pub fn times(self) -> impl Iterator<Item = Time> {
        (0..24_i8)
            .filter(move |hour| self.hours & (1 << hour) != 0)
            .filter_map(move |hour| Time::new(hour, self.minute, 0, 0).ok())
    }

    /// As parts of a recurrence rule.
    pub fn rule_text(self) -> String {
        let hours: Vec<String> = self.times().map(|time| time.hour().to_string()).collect();
        format!("BYHOUR={};BYMINUTE={}", hours.join(","), self.minute)
    }
}

/// Clock times that differ in the hour alone: others no single rule can say.
pub(super) fn several(taken: &Captures<'_>, context: &Context<'_>) -> Option<Hours> {
    let mut all: Option<Hours> = None;
    for clock in taken.clocks() {
        let time = clock.settle(context.language.afternoon_until, None)?;
        let so_far = all.get_or_insert(Hours {
            hours: 0,
            minute: time.minute(),
        });
        if so_far.minute != time.minute() {
            return None;
        }
        so_far.hours |= 1 << time.hour();
    }
    all.filter(|all| all.hours.count_ones() > 1)
}

/// The hours of a day from one clock time to another, one in so many.
pub(in super::super) fn hours_between(
    (from, to): (Clock, Clock),
    every: u32,
    context: &Context<'_>,
) -> Option<Hours> {
    let afternoon_until = context.language.afternoon_until;
    let begin = from.settle(afternoon_until, None)?;
    let end = to.settle(afternoon_until, None)?;
    let is_cut_short = end.minute() < begin.minute();
    let last = end.hour() - i8::from(is_cut_short);
    let every = usize::try_from(every).ok().filter(|every| *every > 0)?;
    let hours = (begin.hour()..=last)
        .step_by(every)
        .fold(0, |hours, hour| hours | 1 << hour);
    let minute = begin.minute();
    Some(Hours { hours, minute }).filter(|all| all.hours.count_ones() > 1)
}

/// From one clock time to another; "from 2 to 3pm" begins in the afternoon too.
pub(super) fn range(taken: &Captures<'_>, context: &Context<'_>) -> Option<Value> {
    let mut clocks = taken.clocks();
    let (from, to) = (clocks.next()?, clocks.next()?);
    let to = match taken.is_afternoon() {
        Some(is_afternoon) => halved(to, is_afternoon)?,
        None => to,
    };
    let until = context.language.afternoon_until;
    let from = if !from.sure && to.sure && to.hour >= 12 {
        from.in_the_afternoon()
            .filter(|later| later.minutes() < to.minutes())
            .unwrap_or(from)
    } else {
        from
    };
    let begin = from.settle(until, None)?;
    let end = to.settle(until, None)?;
    let to = if end <= begin {
        to.in_the_afternoon().unwrap_or(to)
    } else {
        to
    };
    (from != to).then_some(Value::Range(from, to))
}

/// A date and a clock time written as one.
pub(super) fn moment(taken: &Captures<'_>) -> Option<Value> {
    let time = taken.clocks().next()?.settle(0, None)?;
    Some(Value::Moment(taken.day()?.to_datetime(time)))
}

/// "Remind me tomorrow at 9": a day, a time, or both.
pub(super) fn reminder(taken: &Captures<'_>, context: &Context<'_>) -> Option<Value> {
    let date = taken.day();
    let clock = match taken.clocks().next() {
        Some(_) => Some(clock(Meaning::Clock, taken, context)?),
        None => None,
    };
    let part = if clock.is_none() { taken.part() } else { None };
    Some(Value::RemindAt { date, clock, part })
}

/// "Remind me in 2 hours".
pub(super) fn reminder_ahead(length: Length, context: &Context<'_>) -> Option<Value> {
    let (date, clock) = match days::moment_ahead(length, context)? {
        Value::Moment(moment) => {
            let clock = Clock {
                hour: moment.hour().unsigned_abs(),
                minute: moment.minute().unsigned_abs(),
                sure: true,
            };
            (moment.date(), Some(clock))
        }
        Value::Due(date) => (date, None),
        _ => return None,
    };
    Some(Value::RemindAt {
        date: Some(date),
        clock,
        part: None,
    })
}
