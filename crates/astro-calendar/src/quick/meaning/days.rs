//! Days.

use jiff::{
    Span, ToSpan as _,
    civil::{Date, Weekday},
};

use super::super::language::{Capture, Length, Meaning, Unit, UnitKind};
use super::{Captures, Context, Value, effort};
use crate::day::week_start;

pub(super) fn understand(
    meaning: Meaning,
    taken: &Captures<'_>,
    context: &Context<'_>,
) -> Option<Date> {
    let today = context.today;
    match meaning {
        Meaning::MonthDay => month_day(taken, today),
        Meaning::Figures => taken.day().or_else(|| month_day(taken, today)),
        Meaning::Named => taken
            .month_day()
            .and_then(|(month, day)| coming(today, month, day)),
        Meaning::CalendarDay | Meaning::SameDay | Meaning::DatedWeekday => taken.day(),
        Meaning::Relative => ahead(today, taken.relative()?, 0),
        Meaning::Weekday => Some(coming_weekday(tomorrow(today)?, taken.weekday()?)),
        Meaning::ThisWeekday => Some(coming_weekday(today, taken.weekday()?)),
        Meaning::NextWeekday => Some(coming_weekday(next_week(today)?, taken.weekday()?)),
        Meaning::Ahead => reach(today, date_length(taken.length()?)?),
        Meaning::NextUnit => next_unit(today, taken.unit()?),
        Meaning::Weekend => Some(weekend(today)),
        Meaning::NextWeekend => Some(coming_weekday(next_week(today)?, Weekday::Saturday)),
        Meaning::EndOf => end_of(taken, today),
        Meaning::Middle => in_month(taken, today, 15),
        Meaning::StartOf => in_month(taken, today, 1),
        Meaning::DayOfMonth => day_of_month(taken, today),
        Meaning::NthWeekday => nth_weekday(taken, today),
        Meaning::After => reach(taken.day()?, date_length(amount(taken)?)?),
        Meaning::Before => {
            let length = date_length(taken.length()?)?;
            let back = span(length).negate();
            taken
                .day()?
                .checked_add(back)
                .ok()
                .filter(|_| length.workdays == 0)
        }
        _ => None,
    }
}

/// A length of time; a unit alone is one of it ("week from Monday").
fn amount(taken: &Captures<'_>) -> Option<Length> {
    let of_unit = || {
        let one = [Capture::Number(100), Capture::Unit(taken.unit()?)];
        effort::length(Meaning::Amount, &Captures(&one))
    };
    taken.length().or_else(of_unit)
}

fn date_length(length: Length) -> Option<Length> {
    (length.minutes == 0).then_some(length)
}

fn tomorrow(date: Date) -> Option<Date> {
    date.tomorrow().ok()
}

fn ahead(date: Date, days: u32, months: u32) -> Option<Date> {
    reach(
        date,
        Length {
            months,
            days,
            ..Length::default()
        },
    )
}

fn span(length: Length) -> Span {
    Span::new()
        .months(i64::from(length.months))
        .days(i64::from(length.days))
}

/// The date that lies a length of time ahead; working days are those from Monday to Friday.
pub(super) fn reach(date: Date, length: Length) -> Option<Date> {
    let mut date = date.checked_add(span(length)).ok()?;
    let (weeks, days) = (length.workdays / 5, length.workdays % 5);
    date = date.checked_add(i64::from(weeks * 7).days()).ok()?;
    for _ in 0..days {
        date = date.tomorrow().ok()?;
        while is_weekend(date) {
            date = date.tomorrow().ok()?;
        }
    }
    Some(date).filter(|date| date.year() <= 9999)
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The first such day of the week on a date or after it.
fn coming_weekday(from: Date, weekday: Weekday) -> Date {
    let days = weekday.since(from.weekday());
    from.checked_add(i32::from(days).days()).unwrap_or(from)
}

fn next_week(today: Date) -> Option<Date> {
    ahead(week_start(today, Weekday::Monday), 7, 0)
}

fn weekend(today: Date) -> Date {
    if is_weekend(today) {
        today
    } else {
        coming_weekday(today, Weekday::Saturday)
    }
}

/// The first such day of the year that is today or later.
fn coming(today: Date, month: i8, day: i8) -> Option<Date> {
    // the 29th of February comes within eight years
    (0..=8)
        .filter_map(|years| Date::new(today.year().checked_add(years)?, month, day).ok())
        .find(|date| *date >= today)
}

fn month_day(taken: &Captures<'_>, today: Date) -> Option<Date> {
    let (month, day) = match taken.month_day() {
        Some(both) => both,
        None => (taken.month()?, taken.day_number()?),
    };
    match taken.year() {
        Some(year) => Date::new(year, month, day).ok(),
        None => coming(today, month, day),
    }
}

fn next_unit(today: Date, unit: Unit) -> Option<Date> {
    match unit.kind {
        UnitKind::Week => next_week(today),
        UnitKind::Month if unit.times > 1 => end_of_months(today, unit.times)?.tomorrow().ok(),
        UnitKind::Month => ahead(today.first_of_month(), 0, 1),
        UnitKind::Year => ahead(today.first_of_year(), 0, 12),
        UnitKind::Day => tomorrow(today),
        UnitKind::Workday => reach(
            today,
            Length {
                workdays: 1,
                ..Length::default()
            },
        ),
        UnitKind::Minute | UnitKind::Hour => None,
    }
}

/// The month that is named, this year or the next; without a name this month, or the next one
/// after "next".
fn in_month(taken: &Captures<'_>, today: Date, day: i8) -> Option<Date> {
    if let Some(month) = taken.month() {
        return match taken.year() {
            Some(year) => Date::new(year, month, day).ok(),
            None if month == today.month() && day < today.day() && day == 1 => {
                Date::new(today.year() + 1, month, day).ok()
            }
            None => coming(today, month, day),
        };
    }
    if let Some(year) = taken.year() {
        return Date::new(year, 1, 1)
            .ok()
            .filter(|date| day == 1 && *date >= today);
    }
    let unit = taken.unit()?;
    if unit.kind != UnitKind::Month {
        return None;
    }
    let this = Date::new(today.year(), today.month(), day).ok()?;
    let months = u32::from(taken.relative() == Some(1) || this < today);
    ahead(this, 0, months)
}

fn end_of(taken: &Captures<'_>, today: Date) -> Option<Date> {
    if let Some(month) = taken.month() {
        let year = taken.year().unwrap_or(today.year());
        let end = Date::new(year, month, 1).ok()?.last_of_month();
        if end < today && taken.year().is_none() {
            return Some(Date::new(year + 1, month, 1).ok()?.last_of_month());
        }
        return Some(end);
    }
    let is_next = taken.relative() == Some(1);
    let from = if is_next {
        next_unit(today, taken.unit()?)?
    } else {
        today
    };
    let unit = taken.unit()?;
    match unit.kind {
        UnitKind::Day | UnitKind::Workday => Some(from),
        UnitKind::Week if is_weekend(from) => Some(from),
        UnitKind::Week => Some(coming_weekday(from, Weekday::Friday)),
        UnitKind::Month if unit.times == 1 => Some(from.last_of_month()),
        UnitKind::Month => end_of_months(from, unit.times),
        UnitKind::Year => Some(from.last_of_year()),
        UnitKind::Minute | UnitKind::Hour => None,
    }
}

/// The end of the quarter or half year that a date lies in.
fn end_of_months(date: Date, months: u32) -> Option<Date> {
    let months = i8::try_from(months)
        .ok()
        .filter(|months| 12 % months == 0)?;
    let last = (date.month() - 1) / months * months + months;
    Some(Date::new(date.year(), last, 1).ok()?.last_of_month())
}

/// The coming such day of a month; months that are too short are passed over.
fn day_of_month(taken: &Captures<'_>, today: Date) -> Option<Date> {
    let Some(day) = taken.day_number() else {
        return position_in_month(taken, today);
    };
    let first = today.first_of_month();
    let months = if taken.relative() == Some(1) {
        1..=12
    } else {
        0..=12
    };
    months
        .filter_map(|months| {
            let month = ahead(first, 0, months)?;
            Date::new(month.year(), month.month(), day).ok()
        })
        .find(|date| *date >= today)
}

fn position_in_month(taken: &Captures<'_>, today: Date) -> Option<Date> {
    let positions = taken.ordinals()?;
    if positions < 1 << 32 && positions.is_power_of_two() {
        let day = [Capture::Day(i8::try_from(positions.trailing_zeros()).ok()?)];
        return day_of_month(&Captures(&day), today);
    }
    let is_last = positions == 1 << 33;
    let month = if taken.relative() == Some(1) {
        ahead(today.first_of_month(), 0, 1)?
    } else {
        today
    };
    is_last.then(|| month.last_of_month())
}

/// "The first Monday of March", "the last Friday of next month".
fn nth_weekday(taken: &Captures<'_>, today: Date) -> Option<Date> {
    let positions = taken.ordinals().filter(|all| all.is_power_of_two())?;
    let bit = i8::try_from(positions.trailing_zeros()).ok()?;
    let position = if bit > 32 { 32 - bit } else { bit };
    let weekday = taken.weekday()?;
    let in_month = |month: Date| month.nth_weekday_of_month(position, weekday).ok();
    if let Some(month) = taken.month() {
        let years = [today.year(), today.year().checked_add(1)?];
        return years
            .iter()
            .filter(|year| taken.year().is_none_or(|wanted| wanted == **year))
            .filter_map(|year| in_month(Date::new(*year, month, 1).ok()?))
            .find(|date| *date >= today);
    }
    let skipped = u32::from(taken.relative() == Some(1));
    (skipped..=skipped + 4)
        .filter_map(|months| in_month(ahead(today.first_of_month(), 0, months)?))
        .find(|date| *date >= today)
}

/// What lies a length of time ahead: a moment when hours or minutes were said, otherwise a date.
pub(super) fn moment_ahead(length: Length, context: &Context<'_>) -> Option<Value> {
    if length.minutes == 0 {
        return reach(context.today, length).map(Value::Due);
    }
    let zone = context.now.zone.rules();
    let days = span(length);
    let later = context
        .now
        .instant
        .to_zoned(zone.clone())
        .checked_add(days)
        .ok()?
        .checked_add(i64::from(length.minutes).minutes())
        .ok()?
        .datetime();
    let later = later.with().second(0).subsec_nanosecond(0).build().ok()?;
    (length.workdays == 0).then_some(Value::Moment(later))
}
