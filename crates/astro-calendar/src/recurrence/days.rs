//! Days as numbers, and which of them the parts of a rule allow.

use jiff::civil::{Date, Weekday};

use super::clock::has;

/// Seconds of a day on a clock that never changes.
pub(super) const DAY: i64 = 86_400;
/// 0001-01-01 and 9999-12-31, in days since 1970-01-01.
pub(super) const FIRST_DAY: i64 = -719_162;
pub(super) const LAST_DAY: i64 = 2_932_896;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

/// The date of a day since 1970-01-01, counted in years that begin in March, so that the leap day is
/// the last one.
pub(super) fn civil(day: i64) -> Civil {
    let days = day + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (month_of_year, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    Civil {
        year: year + era * 400 + carry,
        month: month_of_year,
        day: of_year - (153 * month + 2) / 5 + 1,
    }
}

/// The day since 1970-01-01 of a date.
pub(super) fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

pub(super) fn of_date(date: Date) -> i64 {
    day_of(
        i64::from(date.year()),
        i64::from(date.month()),
        i64::from(date.day()),
    )
}

/// Nothing outside of the years that a date can have.
pub(super) fn to_date(day: i64) -> Option<Date> {
    let civil = civil(day);
    let (year, month) = (i16::try_from(civil.year), i8::try_from(civil.month));
    Date::new(year.ok()?, month.ok()?, i8::try_from(civil.day).ok()?).ok()
}

/// Days since Monday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

pub(super) fn weekday_number(weekday: Weekday) -> i64 {
    i64::from(weekday.to_monday_zero_offset())
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn year_len(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

pub(super) fn month_len(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The first day of the week that holds `day`.
pub(super) fn week_of(day: i64, first: i64) -> i64 {
    day - (weekday(day) - first).rem_euclid(7)
}

/// The first day of week 1: the first week with at least four days of the year, so the one of the
/// 4th of January (RFC 5545 3.3.10, BYWEEKNO).
pub(super) fn week_one(year: i64, first: i64) -> i64 {
    week_of(day_of(year, 1, 4), first)
}

/// The year of which `day`'s week is one.
pub(super) fn week_year(day: i64, first: i64) -> i64 {
    let year = civil(day).year;
    if day >= week_one(year + 1, first) {
        year + 1
    } else if day < week_one(year, first) {
        year - 1
    } else {
        year
    }
}

/// Which days some parts of a rule allow: BYMONTH, BYYEARDAY, BYMONTHDAY and BYDAY.
#[derive(Debug, Clone, Default)]
pub(super) struct DayFilter {
    /// The months that are allowed, 1 to 12; none stands for all.
    pub months: u64,
    pub month_days: Option<FromBothEnds>,
    pub year_days: Option<Vec<i64>>,
    pub weekdays: Option<Weekdays>,
}

/// Days of the month counted from its beginning and from its end, both from 1.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FromBothEnds {
    pub forward: u64,
    pub backward: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Weekdays {
    /// Weekdays without a number.
    pub every: u64,
    /// Number and weekday: the second Friday, the last Monday.
    pub nth: Vec<(i64, i64)>,
    /// Whether the numbers count in the month, or else in the year.
    pub within_month: bool,
}

impl DayFilter {
    pub fn allows_month(&self, month: i64) -> bool {
        self.months == 0 || has(self.months, month)
    }

    pub fn allows(&self, day: i64) -> bool {
        let civil = civil(day);
        self.allows_month(civil.month)
            && self.allows_month_day(&civil)
            && self.allows_year_day(day, civil.year)
            && self
                .weekdays
                .as_ref()
                .is_none_or(|weekdays| weekdays.allow(day, &civil))
    }

    fn allows_month_day(&self, civil: &Civil) -> bool {
        self.month_days.is_none_or(|days| {
            has(days.forward, civil.day)
                || has(
                    days.backward,
                    month_len(civil.year, civil.month) - civil.day + 1,
                )
        })
    }

    fn allows_year_day(&self, day: i64, year: i64) -> bool {
        self.year_days.as_ref().is_none_or(|days| {
            let forward = day - day_of(year, 1, 1) + 1;
            days.contains(&forward) || days.contains(&(forward - year_len(year) - 1))
        })
    }
}

impl Weekdays {
    fn allow(&self, day: i64, civil: &Civil) -> bool {
        let weekday = weekday(day);
        if has(self.every, weekday) {
            return true;
        }
        if !self.nth.iter().any(|(_, wanted)| *wanted == weekday) {
            return false;
        }
        let (index, len) = if self.within_month {
            (civil.day - 1, month_len(civil.year, civil.month))
        } else {
            (day - day_of(civil.year, 1, 1), year_len(civil.year))
        };
        let (forward, backward) = (index / 7 + 1, -((len - 1 - index) / 7 + 1));
        self.nth
            .iter()
            .any(|(nth, wanted)| *wanted == weekday && (*nth == forward || *nth == backward))
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    #[test]
    fn days_are_numbered_as_jiff_counts() {
        let mut date = Date::constant(1900, 1, 1);
        for day in day_of(1900, 1, 1)..day_of(2310, 1, 1) {
            assert_eq!(to_date(day), Some(date));
            assert_eq!(of_date(date), day);
            assert_eq!(weekday(day), weekday_number(date.weekday()));
            date = date.checked_add(1.day()).unwrap();
        }
        assert_eq!(to_date(FIRST_DAY), Some(Date::constant(1, 1, 1)));
        assert_eq!(to_date(LAST_DAY), Some(Date::MAX));
        assert_eq!(to_date(LAST_DAY + 1), None);
    }

    #[test]
    fn week_years_that_begin_on_monday_are_those_of_iso_8601() {
        for day in day_of(1900, 1, 1)..day_of(2310, 1, 1) {
            let iso = to_date(day).unwrap().iso_week_date();
            let year = week_year(day, 0);
            assert_eq!(year, i64::from(iso.year()), "{day}");
            let week = (day - week_one(year, 0)) / 7 + 1;
            assert_eq!(week, i64::from(iso.week()));
        }
    }
}
