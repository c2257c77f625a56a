//! Time in a world: minutes since a Monday. Everybody lives in UTC.

use astro_core::calendar::{SignedDuration, Timestamp};

/// Minutes since Monday, 2026-01-05, midnight.
pub type Minute = i64;

pub const HOUR: Minute = 60;
pub const DAY: Minute = 24 * HOUR;
/// Life goes on in steps of half an hour.
pub const SLOT: Minute = 30;

/// 2026-01-05T00:00:00Z.
const BEGIN_S: i64 = 1_767_571_200;

/// The moment as the record has it.
pub fn timestamp(minute: Minute) -> Timestamp {
    let begin = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(BEGIN_S);
    begin + SignedDuration::from_mins(minute)
}

/// The minute in which a moment of the record lies.
pub fn minute(at: Timestamp) -> Minute {
    (at.as_second() - BEGIN_S).div_euclid(60)
}

#[expect(clippy::cast_precision_loss, reason = "minutes of years fit 53 bits")]
pub fn number(minutes: Minute) -> f64 {
    minutes as f64
}

/// Whole minutes of a number of them.
#[expect(clippy::cast_possible_truncation, reason = "durations of days")]
pub fn whole(minutes: f64) -> Minute {
    libm::round(minutes) as Minute
}

pub fn day(minute: Minute) -> i64 {
    minute.div_euclid(DAY)
}

/// The hour of the day, with its part.
pub fn hour(minute: Minute) -> f64 {
    number(minute.rem_euclid(DAY)) / 60.0
}

pub fn is_weekend(minute: Minute) -> bool {
    day(minute).rem_euclid(7) >= 5
}

/// The hour of the week, from 0 to 167.
pub fn hour_of_week(minute: Minute) -> usize {
    let hours = minute.div_euclid(HOUR).rem_euclid(7 * 24);
    usize::try_from(hours).unwrap_or(0)
}

pub fn days(minutes: Minute) -> f64 {
    number(minutes) / number(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_begins_on_a_monday() {
        assert_eq!(timestamp(0).to_string(), "2026-01-05T00:00:00Z");
        assert!(!is_weekend(0) && is_weekend(5 * DAY) && !is_weekend(7 * DAY));
        let in_it = timestamp(8 * DAY) + SignedDuration::from_secs(59);
        assert_eq!((minute(in_it), minute(timestamp(-1))), (8 * DAY, -1));
        assert_eq!((hour_of_week(8 * DAY + 61), day(-1)), (25, -1));
    }
}
