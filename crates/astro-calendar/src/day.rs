//! Local days: where they start and end, which one an instant lies in, and weeks.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};

/// The instants between which a local day lies: `start <= t < end`.
///
/// Where a zone skipped the whole day (Pacific/Apia, 2011-12-30) the two are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayBounds {
    /// The first instant of the day.
    pub start: Timestamp,
    /// The first instant of the following day.
    pub end: Timestamp,
}

impl DayBounds {
    /// Whether the instant lies in the day.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }
}

/// The bounds of a local day. Neighbouring days touch exactly, whatever the clocks do.
pub fn day_bounds(date: Date, zone: &TimeZone) -> DayBounds {
    DayBounds {
        start: start_of_day(date, zone),
        end: end_of_day(date, zone),
    }
}

/// The first instant from which on the local date is `date` or later.
///
/// Where midnight does not exist the day starts with the change of the clocks (Sao Paulo,
/// 2018-11-04 at 01:00). Where clocks go back over midnight, so that the date before comes again
/// (St John's, 2010-11-07), the day starts with the second midnight: nothing is late while the
/// person's own clock still shows the day before. Saturates at the ends of time.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(Time::midnight()));
    let first = ambiguous.compatible().unwrap_or(end_of_time(date));
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => first,
        AmbiguousOffset::Gap { .. } => change_at_or_before(first, zone),
        AmbiguousOffset::Fold { .. } => {
            let change = zone
                .following(first)
                .next()
                .map(|change| change.timestamp());
            if change.is_some_and(|change| local_date(change, zone) < date) {
                ambiguous.later().unwrap_or(first)
            } else {
                first
            }
        }
    }
}

/// The end of time nearest to a date whose instant cannot be written.
pub(crate) fn end_of_time(date: Date) -> Timestamp {
    if date.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    }
}

fn change_at_or_before(instant: Timestamp, zone: &TimeZone) -> Timestamp {
    let just_after = instant.checked_add(1.nanosecond()).unwrap_or(instant);
    zone.preceding(just_after)
        .next()
        .map_or(instant, |change| change.timestamp())
}

/// The first instant after a local day: the start of the next one.
pub fn end_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    date.tomorrow()
        .map_or(Timestamp::MAX, |next| start_of_day(next, zone))
}

/// The date that a clock in the zone shows at the instant.
pub fn local_date(instant: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(instant).date()
}

/// The first day of the week that holds `date`, for weeks that begin on `first`.
pub fn week_start(date: Date, first: Weekday) -> Date {
    let days = date.weekday().since(first);
    date.checked_sub(i32::from(days).days())
        .unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::ZoneName;

    fn zone(name: &str) -> TimeZone {
        name.parse::<ZoneName>().unwrap().load()
    }

    fn start(name: &str, day: Date) -> String {
        start_of_day(day, &zone(name)).to_string()
    }

    #[test]
    fn a_day_whose_midnight_does_not_exist_starts_with_the_change() {
        assert_eq!(
            start("America/Sao_Paulo", date(2018, 11, 4)),
            "2018-11-04T03:00:00Z"
        );
        assert_eq!(
            start("Asia/Beirut", date(2022, 3, 27)),
            "2022-03-26T22:00:00Z"
        );
        // 23:30 became 00:30: the first instant of the 31st is the change, not half an hour later
        assert_eq!(
            start("America/Toronto", date(1919, 3, 31)),
            "1919-03-31T04:30:00Z"
        );
    }

    #[test]
    fn a_repeated_midnight_starts_the_day_once() {
        // Havana goes from 01:00 back to 00:00 of the same date: the first midnight
        assert_eq!(
            start("America/Havana", date(2026, 11, 1)),
            "2026-11-01T04:00:00Z"
        );
        // St John's went from 00:01 back to 23:01 of the date before: the second midnight
        assert_eq!(
            start("America/St_Johns", date(2010, 11, 7)),
            "2010-11-07T03:30:00Z"
        );
        let saturday = day_bounds(date(2010, 11, 6), &zone("America/St_Johns"));
        assert_eq!(saturday.end.duration_since(saturday.start).as_hours(), 25);
    }

    #[test]
    fn a_day_that_a_zone_skipped_is_empty() {
        let skipped = day_bounds(date(2011, 12, 30), &zone("Pacific/Apia"));
        assert_eq!(skipped.start, skipped.end);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for name in ["Etc/GMT+12", "Pacific/Kiritimati", "UTC"] {
            for day in [Date::MIN, Date::MAX] {
                let bounds = day_bounds(day, &zone(name));
                assert!(bounds.start <= bounds.end);
                week_start(day, Weekday::Sunday);
            }
        }
    }

    #[test]
    fn a_week_starts_on_the_chosen_weekday() {
        assert_eq!(
            week_start(date(2026, 11, 25), Weekday::Monday),
            date(2026, 11, 23)
        );
        assert_eq!(
            week_start(date(2026, 11, 25), Weekday::Sunday),
            date(2026, 11, 22)
        );
        assert_eq!(
            week_start(date(2026, 11, 23), Weekday::Monday),
            date(2026, 11, 23)
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
        fn neighbouring_days_touch_and_never_run_backwards(
            zone in any_zone(), year in 1850_i16..2100, day in 1_i16..365,
        ) {
            let today = date(year, 1, 1).checked_add(i32::from(day).days()).unwrap();
            let (here, next) = (day_bounds(today, &zone), day_bounds(today.tomorrow().unwrap(), &zone));
            prop_assert_eq!(here.end, next.start);
            prop_assert!(here.start <= here.end);
        }

        #[test]
        fn an_instant_lies_in_the_bounds_of_its_date_or_in_a_repeated_piece(
            zone in any_zone(), second in -3_000_000_000_i64..4_000_000_000,
        ) {
            let instant = Timestamp::from_second(second).unwrap();
            let today = local_date(instant, &zone);
            let bounds = day_bounds(today, &zone);
            prop_assert!(instant < bounds.end);
            // before its start only if the clocks are about to go back to the day before
            if instant < bounds.start {
                let change = zone.following(instant).next().unwrap().timestamp();
                prop_assert!(local_date(change, &zone) < today);
            }
        }
    }
}
