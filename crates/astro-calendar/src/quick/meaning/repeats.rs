//! Rules that are said: every day, the last Friday of the month.

use super::super::language::{Meaning, Unit, UnitKind};
use super::{Captures, Context, Rhythm, Value};

const WORKDAYS: u8 = 0b1_1111;
const EVERY_DAY: u8 = 0b111_1111;

/// Days of the week in a row that are a rule without "every"; of two, either may be meant once.
const FEWEST_LISTED: u32 = 3;

pub(super) fn understand(
    meaning: Meaning,
    taken: &Captures<'_>,
    context: &Context<'_>,
) -> Option<Value> {
    if meaning == Meaning::ListedWeekdays && taken.weekdays()?.count_ones() < FEWEST_LISTED {
        return Some(Value::Nothing);
    }
    let mut rhythm = rhythm(meaning, taken)?;
    rhythm.part = taken.part();
    rhythm.from_completion = taken.is_from_completion();
    // "every feb 30" never comes, and "every feb" was not said
    let comes = rhythm.comes_within_a_century() && rhythm.first(context.today).is_some();
    Some(if comes {
        Value::Rhythm(rhythm)
    } else {
        Value::Nothing
    })
}

fn rhythm(meaning: Meaning, taken: &Captures<'_>) -> Option<Rhythm> {
    let interval = interval(taken)?;
    match meaning {
        Meaning::EveryUnit => every_unit(taken, interval),
        Meaning::EveryYear => yearly(taken, interval),
        Meaning::EveryWeekday | Meaning::ListedWeekdays => Some(Rhythm {
            weekdays: taken.weekdays()?,
            ..Rhythm::of(UnitKind::Week, interval)
        }),
        Meaning::EveryDayBut => Some(Rhythm {
            weekdays: EVERY_DAY & !taken.weekdays()?,
            ..Rhythm::of(UnitKind::Week, interval)
        }),
        Meaning::EveryPart => Some(match taken.weekdays() {
            Some(weekdays) => Rhythm {
                weekdays,
                ..Rhythm::of(UnitKind::Week, interval)
            },
            None => Rhythm::of(UnitKind::Day, interval),
        }),
        _ => in_months(meaning, taken, interval),
    }
}

/// Positions in a month, or in one month of the year.
fn in_months(meaning: Meaning, taken: &Captures<'_>, interval: u32) -> Option<Rhythm> {
    let positions = taken
        .ordinals()
        .or_else(|| taken.day_number().map(|day| 1 << day))?;
    let unit = taken.unit().unwrap_or(Unit {
        kind: UnitKind::Month,
        times: 1,
    });
    if unit.kind != UnitKind::Month {
        return None;
    }
    let all = Rhythm {
        positions,
        ..Rhythm::of(UnitKind::Month, interval * unit.times)
    };
    match (meaning, taken.month()) {
        (Meaning::EveryMonthDay, _) => Some(all),
        (Meaning::EveryNthWorkday, _) => Some(Rhythm {
            weekdays: WORKDAYS,
            counts_together: true,
            ..all
        }),
        (Meaning::EveryNthWeekday, Some(month)) => Some(Rhythm {
            weekdays: taken.weekdays()?,
            unit: UnitKind::Year,
            month,
            ..all
        }),
        (Meaning::EveryNthWeekday, None) => Some(Rhythm {
            weekdays: taken.weekdays()?,
            ..all
        }),
        _ => None,
    }
}

/// One in how many; "every 3rd" counts like "every 3".
fn interval(taken: &Captures<'_>) -> Option<u32> {
    if let Some(interval) = taken.interval() {
        return Some(interval);
    }
    match taken.amounts().next() {
        Some((hundredths, _)) if hundredths % 100 == 0 => {
            Some(hundredths / 100).filter(|interval| (1..=999).contains(interval))
        }
        Some(_) => None,
        None => Some(1),
    }
}

/// "Every 2 weeks on monday", "every third day": the unit says how often, the rest on which days.
fn every_unit(taken: &Captures<'_>, interval: u32) -> Option<Rhythm> {
    let unit = taken.unit()?;
    let interval = interval.checked_mul(unit.times).filter(|all| *all <= 999)?;
    if unit.kind == UnitKind::Minute {
        return None;
    }
    if unit.kind == UnitKind::Workday {
        return (interval == 1).then_some(Rhythm {
            weekdays: WORKDAYS,
            ..Rhythm::of(UnitKind::Week, 1)
        });
    }
    let nth = taken
        .ordinals()
        .filter(|positions| *positions < 1 << 32 && positions.is_power_of_two());
    let interval = match nth {
        Some(positions) if interval == 1 => positions.trailing_zeros(),
        Some(_) => return None,
        None if taken.ordinals().is_some() => return None,
        None => interval,
    };
    let weekdays = taken.weekdays().unwrap_or(0);
    if weekdays != 0 && unit.kind != UnitKind::Week {
        return None;
    }
    Some(Rhythm {
        weekdays,
        ..Rhythm::of(unit.kind, interval)
    })
}

fn yearly(taken: &Captures<'_>, interval: u32) -> Option<Rhythm> {
    if taken.unit().is_some_and(|unit| unit.kind != UnitKind::Year) {
        return None;
    }
    let (month, day) = match taken.month_day() {
        Some(both) => both,
        None => (taken.month()?, taken.day_number().unwrap_or(1)),
    };
    Some(Rhythm {
        month,
        positions: 1 << day,
        ..Rhythm::of(UnitKind::Year, interval)
    })
}
