//! Times and durations as people say and read them.

use anyhow::anyhow;
use astro_core::calendar::{Date, TimeZone, Timestamp, ToSpan as _, When, WhenKind, Zoned};

use crate::failure::Misuse;

/// How far a due is from today, in a word or two.
pub fn relative(when: &When, today: Date, zone: &TimeZone) -> String {
    let date = when.date_in(zone);
    let day = match days_between(today, date) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days @ 2..=6 => format!("in {days} days"),
        days @ -13..=-2 => format!("{} days ago", -days),
        _ if date.year() == today.year() => date.strftime("%-d %b").to_string(),
        _ => date.to_string(),
    };
    if when.kind() == WhenKind::Date {
        return day;
    }
    let time = Zoned::new(when.instant(zone), zone.clone());
    format!("{day} {}", time.strftime("%H:%M"))
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// What a person typed for a moment: `today`, `tomorrow`, a weekday, `+3d`, or what the API reads.
pub fn read_when(text: &str, today: Date) -> anyhow::Result<String> {
    let lower = text.to_lowercase();
    let in_days = |days: i64| {
        today
            .checked_add(days.days())
            .map(|date| date.to_string())
            .map_err(|error| anyhow!(error))
    };
    if let Some(days) = lower
        .strip_prefix('+')
        .and_then(|rest| rest.strip_suffix('d'))
    {
        let days = days
            .parse()
            .map_err(|_| Misuse::error(format!("'{text}' is no number of days, such as +3d")))?;
        return in_days(days);
    }
    match lower.as_str() {
        "today" => in_days(0),
        "tomorrow" => in_days(1),
        _ => match WEEKDAYS
            .iter()
            .position(|day| lower.len() >= 3 && day.starts_with(&lower))
        {
            Some(wanted) => {
                let now = i64::from(today.weekday().to_monday_zero_offset());
                let ahead = (i64::try_from(wanted)? - now).rem_euclid(7);
                // "friday" on a Friday is the next one: today has a word of its own.
                in_days(if ahead == 0 { 7 } else { ahead })
            }
            None => Ok(text.to_owned()),
        },
    }
}

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Seconds of `45m`, `1h30m`, `90` (minutes), `2h`, `1d` (of 24 hours).
pub fn read_duration(text: &str) -> anyhow::Result<u32> {
    let wrong = || {
        Misuse::error(format!(
            "'{text}' is no duration; write 45m, 1h30m, 2h or 1d"
        ))
    };
    let mut seconds: u64 = 0;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        seconds = seconds.saturating_add(count.saturating_mul(unit));
        digits.clear();
    }
    if !digits.is_empty() {
        let minutes: u64 = digits.parse().map_err(|_| wrong())?;
        seconds = seconds.saturating_add(minutes.saturating_mul(60));
    }
    match u32::try_from(seconds) {
        Ok(seconds) if seconds > 0 => Ok(seconds),
        _ => Err(wrong()),
    }
}

/// A duration for people.
pub fn duration(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// A moment that lies so many seconds ahead.
pub fn ahead(now: Timestamp, seconds: u32) -> anyhow::Result<Timestamp> {
    now.checked_add(std::time::Duration::from_secs(seconds.into()))
        .map_err(|error| anyhow!(error))
}

#[cfg(test)]
mod tests {
    use astro_core::calendar::date;

    use super::*;

    #[test]
    fn days_near_today_have_names() {
        let zone = TimeZone::UTC;
        let today = date(2026, 11, 22);
        let told = |text: &str| relative(&text.parse().unwrap(), today, &zone);
        assert_eq!(told("2026-11-22"), "today");
        assert_eq!(told("2026-11-23"), "tomorrow");
        assert_eq!(told("2026-11-20"), "2 days ago");
        assert_eq!(told("2026-12-24"), "24 Dec");
        assert_eq!(told("2027-01-02"), "2027-01-02");
        assert_eq!(told("2026-11-22T15:30:00"), "today 15:30");
    }

    #[test]
    fn days_can_be_typed_as_they_are_said() {
        // A Sunday.
        let today = date(2026, 11, 22);
        let read = |text: &str| read_when(text, today).unwrap();
        assert_eq!(read("Tomorrow"), "2026-11-23");
        assert_eq!(read("fri"), "2026-11-27");
        assert_eq!(read("sunday"), "2026-11-29");
        assert_eq!(read("+10d"), "2026-12-02");
        assert_eq!(read("2026-12-01T10:00:00"), "2026-12-01T10:00:00");
        assert!(read_when("+xd", today).is_err());
    }

    #[test]
    fn durations_are_read_and_told() {
        assert_eq!(read_duration("1h30m").unwrap(), 5_400);
        assert_eq!(read_duration("45").unwrap(), 2_700);
        for wrong in ["", "0m", "h", "1w", "-5m"] {
            assert!(read_duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(duration(5_400), "1 h 30 min");
        assert_eq!(duration(61), "2 min");
        assert_eq!(duration(7_200), "2 h");
    }
}
