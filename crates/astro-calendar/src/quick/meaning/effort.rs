//! Lengths of time.

use super::super::language::{Length, Meaning, UnitKind};
use super::{Captures, Value};

/// A year of effort is a slip of the finger.
const MOST_MINUTES: u32 = 365 * 24 * 60;

pub(super) fn length(meaning: Meaning, taken: &Captures<'_>) -> Option<Length> {
    if meaning == Meaning::ClockAmount {
        let clock = taken.clocks().next()?;
        return Some(Length {
            minutes: u32::from(clock.hour) * 60 + u32::from(clock.minute),
            ..Length::default()
        });
    }
    let mut all = Length::default();
    for (hundredths, unit) in taken.amounts() {
        let extra = if meaning == Meaning::AndAHalf { 50 } else { 0 };
        add(&mut all, hundredths + extra, unit.kind, unit.times)?;
    }
    (all != Length::default()).then_some(all)
}

fn add(all: &mut Length, hundredths: u32, kind: UnitKind, times: u32) -> Option<()> {
    let hundredths = hundredths.checked_mul(times)?;
    let whole = (hundredths % 100 == 0).then_some(hundredths / 100);
    let exact = |each: u32| {
        let parts = hundredths.checked_mul(each)?;
        (parts % 100 == 0).then_some(parts / 100)
    };
    match kind {
        UnitKind::Minute => all.minutes = all.minutes.checked_add(whole?)?,
        UnitKind::Hour => all.minutes = all.minutes.checked_add(exact(60)?)?,
        UnitKind::Day => all.days = all.days.checked_add(whole?)?,
        UnitKind::Workday => all.workdays = all.workdays.checked_add(whole?)?,
        UnitKind::Week => all.days = all.days.checked_add(whole?.checked_mul(7)?)?,
        UnitKind::Month => all.months = all.months.checked_add(whole?)?,
        UnitKind::Year => all.months = all.months.checked_add(exact(12)?)?,
    }
    let sane = all.days <= 36_600 && all.workdays <= 36_600 && all.months <= 1200;
    (sane && all.minutes <= MOST_MINUTES).then_some(())
}

/// Seconds of work: hours and minutes alone, since "for two days" is rarely eight hours each.
pub(super) fn seconds(length: Length) -> Option<u32> {
    let is_short = length.days == 0 && length.months == 0 && length.workdays == 0;
    (is_short && length.minutes > 0).then_some(length.minutes * 60)
}

/// A length of time before something is due.
pub(super) fn before(length: Length) -> Option<Value> {
    (length.months == 0 && length.workdays == 0).then_some(Value::RemindBefore {
        days: length.days,
        minutes: length.minutes,
    })
}
