//! Taskwarrior's `recur` and iCalendar's RRULE, as far as each can say the other's rules.

use astro_core::calendar::{Timestamp, When};

/// Words of the program (`task-color`'s manual page lists them) and what they say.
const WORDS: [(&str, &str, u32); 21] = [
    ("daily", "DAILY", 1),
    ("day", "DAILY", 1),
    ("weekly", "WEEKLY", 1),
    ("week", "WEEKLY", 1),
    ("sennight", "WEEKLY", 1),
    ("biweekly", "WEEKLY", 2),
    ("fortnight", "WEEKLY", 2),
    ("monthly", "MONTHLY", 1),
    ("month", "MONTHLY", 1),
    ("bimonthly", "MONTHLY", 2),
    ("quarterly", "MONTHLY", 3),
    ("quarter", "MONTHLY", 3),
    ("semiannual", "MONTHLY", 6),
    ("annual", "YEARLY", 1),
    ("yearly", "YEARLY", 1),
    ("year", "YEARLY", 1),
    ("biannual", "YEARLY", 2),
    ("biyearly", "YEARLY", 2),
    ("hourly", "HOURLY", 1),
    ("hour", "HOURLY", 1),
    ("weekdays", WEEKDAYS, 1),
];
const WEEKDAYS: &str = "WEEKLY;BYDAY=MO,TU,WE,TH,FR";

/// Units after a number, longest first, and what they say.
const UNITS: [(&str, &str, u32); 20] = [
    ("quarters", "MONTHLY", 3),
    ("quarter", "MONTHLY", 3),
    ("months", "MONTHLY", 1),
    ("month", "MONTHLY", 1),
    ("weeks", "WEEKLY", 1),
    ("hours", "HOURLY", 1),
    ("years", "YEARLY", 1),
    ("week", "WEEKLY", 1),
    ("hour", "HOURLY", 1),
    ("year", "YEARLY", 1),
    ("days", "DAILY", 1),
    ("qtrs", "MONTHLY", 3),
    ("mths", "MONTHLY", 1),
    ("day", "DAILY", 1),
    ("yrs", "YEARLY", 1),
    ("mo", "MONTHLY", 1),
    ("m", "MONTHLY", 1),
    ("q", "MONTHLY", 3),
    ("w", "WEEKLY", 1),
    ("d", "DAILY", 1),
];

/// The rule, or `None` when RRULE cannot say it (`P1Y3D`).
pub fn to_rrule(recur: &str, until: Option<Timestamp>, due: Option<&When>) -> Option<String> {
    let recur = recur.trim().to_ascii_lowercase();
    let (frequency, interval) = word(&recur)
        .or_else(|| counted(&recur))
        .or_else(|| iso(&recur))?;
    let mut rule = format!("FREQ={frequency}");
    if interval > 1 {
        rule += ";INTERVAL=";
        rule += &interval.to_string();
    }
    if let Some(until) = until {
        rule += ";UNTIL=";
        rule += &until_text(until, due);
    }
    Some(rule)
}

/// The last moment, of the same kind as the due time (RFC 5545 3.3.10).
fn until_text(until: Timestamp, due: Option<&When>) -> String {
    let text = super::dates::text(until);
    match due {
        Some(When::Date(_)) => text.chars().take(8).collect(),
        _ => text,
    }
}

fn word(recur: &str) -> Option<(&'static str, u32)> {
    WORDS
        .iter()
        .find(|(word, _, _)| *word == recur)
        .map(|(_, frequency, interval)| (*frequency, *interval))
}

fn counted(recur: &str) -> Option<(&'static str, u32)> {
    let digits = recur.len() - recur.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = recur.split_at(digits);
    unit_of(number, unit.trim())
}

fn unit_of(number: &str, unit: &str) -> Option<(&'static str, u32)> {
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    let (_, frequency, factor) = match unit {
        "y" => ("y", "YEARLY", 1),
        "h" => ("h", "HOURLY", 1),
        _ => *UNITS.iter().find(|(word, _, _)| *word == unit)?,
    };
    Some((frequency, number.checked_mul(factor)?))
}

/// An ISO 8601 duration of one unit: `P2W`, `P1M`, `PT8H`.
fn iso(recur: &str) -> Option<(&'static str, u32)> {
    let rest = recur.strip_prefix('p')?;
    let (rest, in_time) = match rest.strip_prefix('t') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let (number, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    match (unit, in_time) {
        ("h", true) => unit_of(number, "h"),
        ("y" | "m" | "w" | "d", false) => unit_of(number, unit),
        _ => None,
    }
}

/// The `recur` that says the rule, with its `until`; `None` when the program has no word for it.
pub fn to_recur(rrule: &str) -> Option<(String, Option<Timestamp>)> {
    let (mut frequency, mut interval, mut by_day, mut until) = (None, 1_u32, None, None);
    for part in rrule.split(';') {
        let (name, value) = part.split_once('=')?;
        match name {
            "FREQ" => frequency = Some(value),
            "INTERVAL" => interval = value.parse().ok()?,
            "BYDAY" => by_day = Some(value),
            "UNTIL" => until = Some(until_instant(value)?),
            _ => return None,
        }
    }
    let recur = match (frequency?, by_day, interval) {
        ("WEEKLY", Some("MO,TU,WE,TH,FR"), 1) => "weekdays".to_owned(),
        (_, Some(_), _) => return None,
        ("DAILY", _, 1) => "daily".to_owned(),
        ("WEEKLY", _, 1) => "weekly".to_owned(),
        ("MONTHLY", _, 1) => "monthly".to_owned(),
        ("YEARLY", _, 1) => "yearly".to_owned(),
        ("DAILY", _, days) => format!("P{days}D"),
        ("WEEKLY", _, weeks) => format!("P{weeks}W"),
        ("MONTHLY", _, months) => format!("P{months}M"),
        ("YEARLY", _, years) => format!("P{years}Y"),
        ("HOURLY", _, hours) => format!("PT{hours}H"),
        _ => return None,
    };
    Some((recur, until))
}

fn until_instant(text: &str) -> Option<Timestamp> {
    match text.len() {
        8 => super::dates::parse(&format!("{text}T000000Z")),
        _ => super::dates::parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_durations_become_rules() {
        for (recur, rrule) in [
            ("daily", "FREQ=DAILY"),
            ("weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
            ("fortnight", "FREQ=WEEKLY;INTERVAL=2"),
            ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
            ("biannual", "FREQ=YEARLY;INTERVAL=2"),
            ("2weeks", "FREQ=WEEKLY;INTERVAL=2"),
            ("3 days", "FREQ=DAILY;INTERVAL=3"),
            ("10d", "FREQ=DAILY;INTERVAL=10"),
            ("2q", "FREQ=MONTHLY;INTERVAL=6"),
            ("P1M", "FREQ=MONTHLY"),
            ("P10D", "FREQ=DAILY;INTERVAL=10"),
            ("PT8H", "FREQ=HOURLY;INTERVAL=8"),
            ("1y", "FREQ=YEARLY"),
        ] {
            assert_eq!(
                to_rrule(recur, None, None).as_deref(),
                Some(rrule),
                "{recur}"
            );
        }
    }

    #[test]
    fn what_is_no_single_interval_has_no_rule() {
        for recur in [
            "",
            "P1Y3D",
            "0d",
            "P",
            "PT",
            "blue moon",
            "99999999999d",
            "4294967295q",
        ] {
            assert_eq!(to_rrule(recur, None, None), None, "{recur}");
        }
    }

    #[test]
    fn a_rule_that_the_program_can_say_comes_back_the_same() {
        for (frequency, interval) in [
            ("DAILY", 1),
            ("WEEKLY", 3),
            ("MONTHLY", 6),
            ("YEARLY", 2),
            ("HOURLY", 8),
        ] {
            let rule = match interval {
                1 => format!("FREQ={frequency}"),
                _ => format!("FREQ={frequency};INTERVAL={interval}"),
            };
            let (recur, until) = to_recur(&rule).unwrap();
            assert_eq!(to_rrule(&recur, until, None), Some(rule));
        }
        assert_eq!(to_recur("FREQ=MONTHLY;BYDAY=-1FR"), None);
        assert_eq!(to_recur("FREQ=DAILY;COUNT=3"), None);
    }

    #[test]
    fn a_series_ends_with_its_until() {
        let until = super::super::dates::parse("20270601T000000Z");
        let due = When::Date(astro_core::calendar::date(2026, 11, 20));
        let rule = to_rrule("weekly", until, Some(&due)).unwrap();
        assert_eq!(rule, "FREQ=WEEKLY;UNTIL=20270601");
        assert_eq!(to_recur(&rule), Some(("weekly".to_owned(), until)));
    }
}
