//! Reading recurrence rules, and finding their occurrences.

use astro_calendar::recurrence::{Budget, Rule, Series};
use astro_calendar::{TimeZone, Timestamp, When};
use astro_fuzz::{Choices, check_memory, in_time};

const NAMES: [&str; 14] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYSETPOS",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
];
const FREQUENCIES: [&str; 7] = [
    "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY",
];
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const STARTS: [&str; 12] = [
    "2026-11-23",
    "2024-02-29T09:00:00",
    "2026-03-28T02:30:00[Europe/Madrid]",
    "1997-09-02T09:00:00[America/New_York]",
    "2026-10-03T23:59:59[Australia/Lord_Howe]",
    "2011-12-29T12:00:00[Pacific/Apia]",
    "1582-10-15T00:00:00Z",
    "2016-12-31T23:59:59.999999Z",
    "0001-01-01",
    "0001-01-01T00:00:00[Asia/Tokyo]",
    "9999-12-31T23:59:59",
    "9999-12-30T21:59:59Z",
];

#[test]
fn any_text_is_a_rule_or_is_refused() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        in_time(&text, || read(&text));
    });
    check_memory();
}

#[test]
fn whatever_rule_is_read_comes_to_an_end() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let mut choices = Choices::new(bytes);
        let series = series(&mut choices);
        in_time(&series, || expand(&series, &mut choices));
    });
    check_memory();
}

/// A rule that is read gives its text back, and can be given another end.
fn read(text: &str) -> Option<Rule> {
    let rule: Rule = text.parse().ok()?;
    assert_eq!(rule.to_string(), text);
    let counted = rule.with_count(3);
    assert_eq!(counted.to_string().parse(), Ok(counted));
    for first_left_out in STARTS {
        let ended = rule.ending_before(&first_left_out.parse().unwrap());
        assert_eq!(ended.to_string().parse(), Ok(ended));
    }
    // refusing is as good as allowing
    let _ = rule.check_for_tasks();
    Some(rule)
}

fn expand(series: &Series, choices: &mut Choices) {
    let person = TimeZone::UTC;
    check(series.occurrences(&person), None);
    let seconds = i64::try_from(choices.number()).unwrap() * 4_000_000 - 62_000_000_000;
    let bound = Timestamp::from_second(seconds).unwrap();
    check(series.after(bound, &person), Some(bound));
}

/// Occurrences come in order, each once, and none that is not wanted.
fn check(occurrences: astro_calendar::recurrence::Occurrences, after: Option<Timestamp>) {
    let mut last: Option<When> = None;
    for occurrence in occurrences.take(30) {
        let Ok(occurrence) = occurrence else {
            return;
        };
        let start = occurrence.start;
        let begins = start.instant(&TimeZone::UTC);
        assert!(after.is_none_or(|bound| begins > bound), "{start}");
        if let Some(last) = last {
            assert!(last.instant(&TimeZone::UTC) <= begins, "{last} {start}");
        }
        last = Some(start);
    }
}

fn series(choices: &mut Choices) -> Series {
    let start = when(choices);
    let mut series = Series::new(start).with_budget(Budget::steps(100_000));
    while choices.below(3) > 0 {
        series = match choices.below(6) {
            0 => series.with_rdates([when(choices)]),
            1 => series.with_exdates([when(choices)]),
            2 => series.with_moved(when(choices), when(choices)),
            _ => match read(&rule_text(choices)) {
                Some(rule) => series.with_rule(rule),
                None => series,
            },
        };
    }
    series
}

fn when(choices: &mut Choices) -> When {
    choices.one_of(&STARTS).parse().unwrap()
}

fn rule_text(choices: &mut Choices) -> String {
    let mut parts = vec![format!("FREQ={}", choices.one_of(&FREQUENCIES))];
    let mut names: Vec<&str> = NAMES[1..].to_vec();
    while choices.below(4) > 0 && !names.is_empty() {
        let name = names.swap_remove(choices.below(names.len()));
        parts.push(format!("{name}={}", value(name, choices)));
    }
    if choices.once_in(50) {
        parts.push(choices.text());
    }
    parts.join(";")
}

fn value(name: &str, choices: &mut Choices) -> String {
    match name {
        "INTERVAL" | "COUNT" if choices.once_in(8) => format!("{}00000", choices.number()),
        "INTERVAL" | "COUNT" => format!("{}", choices.number() % 100),
        "UNTIL" => choices
            .one_of(&[
                "20271231",
                "20261201T090000",
                "99991231T235959Z",
                "00010101",
            ])
            .to_owned(),
        "WKST" => choices.one_of(&WEEKDAYS).to_owned(),
        _ => {
            let most = if choices.once_in(8) { 60 } else { 3 };
            let count = 1 + choices.below(most);
            let values: Vec<String> = (0..count).map(|_| one_value(name, choices)).collect();
            values.join(",")
        }
    }
}

fn one_value(name: &str, choices: &mut Choices) -> String {
    let (low, high, is_signed) = match name {
        "BYMONTH" => (1, 12, false),
        "BYHOUR" => (0, 23, false),
        "BYMINUTE" => (0, 59, false),
        "BYSECOND" => (0, 60, false),
        "BYMONTHDAY" => (1, 31, true),
        "BYYEARDAY" | "BYSETPOS" => (1, 366, true),
        _ => (1, 53, true),
    };
    let number = low + choices.number() % (high - low + 1);
    let sign = if is_signed && choices.below(2) == 1 {
        "-"
    } else {
        ""
    };
    match name {
        "BYDAY" if choices.below(3) > 0 => choices.one_of(&WEEKDAYS).to_owned(),
        "BYDAY" => format!("{sign}{number}{}", choices.one_of(&WEEKDAYS)),
        _ => format!("{sign}{number}"),
    }
}
