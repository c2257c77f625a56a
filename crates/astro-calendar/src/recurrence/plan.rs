//! What a rule means on its DTSTART: what it leaves out is taken from there (RFC 5545 3.3.10,
//! "Information, not contained in the rule").

use super::{
    clock::{Clock, all_below, bits},
    days::{DAY, DayFilter, FromBothEnds, Weekdays, civil, weekday, weekday_number},
    rule::{Frequency, NumberedWeekday, Parts},
};

/// A rule with everything filled in. Wall times are seconds since 1970 on a clock without a zone.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub frequency: Frequency,
    pub interval: i64,
    /// The wall time of DTSTART.
    pub start: i64,
    /// Whether occurrences are whole days.
    pub of_days: bool,
    pub days: DayFilter,
    /// BYWEEKNO.
    pub weeks: Vec<i64>,
    /// Days since Monday.
    pub week_start: i64,
    pub clock: Clock,
    pub positions: Vec<i64>,
}

impl Plan {
    pub fn new(parts: &Parts, start: i64, of_days: bool) -> Self {
        Self {
            frequency: parts.frequency,
            interval: i64::from(parts.interval),
            start,
            of_days,
            days: day_filter(parts, start.div_euclid(DAY)),
            weeks: parts.weeks.clone(),
            week_start: weekday_number(parts.week_start),
            clock: clock(parts, start.rem_euclid(DAY), of_days),
            positions: parts.positions.clone(),
        }
    }
}

fn day_filter(parts: &Parts, start: i64) -> DayFilter {
    let mut filter = DayFilter {
        months: bits(parts.months.iter().copied()),
        month_days: (!parts.month_days.is_empty()).then(|| from_both_ends(&parts.month_days)),
        year_days: (!parts.year_days.is_empty()).then(|| parts.year_days.clone()),
        weekdays: (!parts.weekdays.is_empty()).then(|| weekdays(parts)),
    };
    let names_no_day =
        filter.month_days.is_none() && filter.year_days.is_none() && filter.weekdays.is_none();
    let civil = civil(start);
    let by_week = parts.frequency == Frequency::Weekly || !parts.weeks.is_empty();
    if by_week && names_no_day {
        filter.weekdays = Some(Weekdays {
            every: bits([weekday(start)]),
            nth: Vec::new(),
            within_month: false,
        });
    } else if parts.frequency == Frequency::Yearly && !by_week {
        // BYMONTHDAY alone does not say of which month: DTSTART does
        let names_no_month = filter.months == 0;
        if names_no_month && filter.year_days.is_none() && filter.weekdays.is_none() {
            filter.months = bits([civil.month]);
        }
    }
    let by_month = matches!(parts.frequency, Frequency::Monthly | Frequency::Yearly);
    if by_month && !by_week && names_no_day {
        filter.month_days = Some(from_both_ends(&[civil.day]));
    }
    filter
}

fn from_both_ends(days: &[i64]) -> FromBothEnds {
    let side = |sign: i64| bits(days.iter().map(|day| day * sign).filter(|day| *day > 0));
    FromBothEnds {
        forward: side(1),
        backward: side(-1),
    }
}

fn weekdays(parts: &Parts) -> Weekdays {
    let (every, nth): (Vec<NumberedWeekday>, Vec<NumberedWeekday>) = parts
        .weekdays
        .iter()
        .partition(|weekday| weekday.number == 0);
    Weekdays {
        every: bits(every.iter().map(|weekday| weekday.weekday)),
        nth: nth.iter().map(|day| (day.number, day.weekday)).collect(),
        within_month: parts.frequency == Frequency::Monthly || !parts.months.is_empty(),
    }
}

/// What is finer than the frequency is DTSTART's where the rule does not name it; what is coarser is
/// not limited.
fn clock(parts: &Parts, start: i64, of_days: bool) -> Clock {
    let choose = |values: &[i64], unit: Frequency, from_start: i64, count: i64| {
        if !values.is_empty() && !of_days {
            bits(values.iter().copied())
        } else if parts.frequency > unit {
            bits([from_start])
        } else {
            all_below(count)
        }
    };
    let clock = Clock {
        hours: choose(&parts.hours, Frequency::Hourly, start / 3600, 24),
        minutes: choose(&parts.minutes, Frequency::Minutely, start / 60 % 60, 60),
        seconds: choose(&parts.seconds, Frequency::Secondly, start % 60, 60),
    };
    // BYHOUR, BYMINUTE and BYSECOND are ignored where DTSTART is a date (RFC 5545 3.3.10)
    if of_days && parts.frequency >= Frequency::Daily {
        Clock::MIDNIGHT
    } else {
        clock
    }
}
