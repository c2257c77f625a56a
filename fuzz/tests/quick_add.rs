//! Reading a line of quick add.

use astro_calendar::When;
use astro_calendar::quick::{ChipKind, DateOrder, Language, Now, Options, Parsed, Span, parse};
use astro_calendar::recurrence::Rule;
use astro_fuzz::{Choices, check_memory, in_time};

const WORDS: [&str; 60] = [
    "call",
    "Bob",
    "today",
    "tomorrow",
    "friday",
    "sun",
    "may",
    "next",
    "every",
    "every!",
    "other",
    "1st",
    "31st",
    "last",
    "first",
    "day",
    "week",
    "month",
    "year",
    "of",
    "the",
    "at",
    "9am",
    "8",
    ":30",
    "12/05",
    "2026-12-03",
    "-",
    ",",
    "and",
    "for",
    "30m",
    "~1h",
    "in",
    "3",
    "until",
    "from",
    "starting",
    "10",
    "times",
    "p1",
    "!2",
    "#home",
    "@calls",
    "#\"",
    "\"",
    "{",
    "}",
    "deadline",
    "remind me",
    "before",
    "noon",
    "half",
    "past",
    "jeden",
    "demain",
    "mañana",
    "um",
    "à",
    "明日",
];
const STARTS: [(&str, &str); 6] = [
    ("2026-11-25T09:00:00Z", "Europe/Berlin"),
    ("2028-02-29T23:59:59Z", "UTC"),
    ("2011-12-29T12:00:00Z", "Pacific/Apia"),
    ("2026-10-03T15:45:00Z", "Australia/Lord_Howe"),
    ("0001-01-02T00:00:00Z", "Asia/Tokyo"),
    ("9999-12-30T21:59:59Z", "UTC"),
];

#[test]
fn any_line_is_read() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let mut choices = Choices::new(bytes);
        let (now, options) = (now(&mut choices), options(&mut choices));
        let text = choices.text();
        in_time(&text, || read(&text, &now, &options));
    });
    check_memory();
}

#[test]
fn lines_full_of_dates_are_read() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let mut choices = Choices::new(bytes);
        let (now, options) = (now(&mut choices), options(&mut choices));
        let mut text = String::new();
        for _ in 0..choices.below(40) {
            text.push_str(choices.one_of(&WORDS));
            text.push_str(if choices.once_in(8) { "" } else { " " });
        }
        in_time(&text, || read(&text, &now, &options));
    });
    check_memory();
}

#[test]
fn any_file_is_a_language_or_is_refused() {
    bolero::check!().for_each(|bytes: &[u8]| {
        let mut choices = Choices::new(bytes);
        let english = include_str!("../../crates/astro-calendar/src/quick/languages/en.txt");
        // a real file in which something was put
        let place = choices.number() % english.len();
        let place = (0..=place)
            .rev()
            .find(|at| english.is_char_boundary(*at))
            .unwrap_or(0);
        let file = [&english[..place], &choices.text(), &english[place..]].concat();
        // refusing is as good as reading
        let _ = in_time(&place, || Language::read(&file));
    });
    check_memory();
}

fn now(choices: &mut Choices<'_>) -> Now {
    let (instant, zone) = choices.one_of(&STARTS);
    Now {
        instant: instant.parse().unwrap(),
        zone: zone.parse().unwrap(),
    }
}

fn options(choices: &mut Choices<'_>) -> Options {
    let orders = [None, Some(DateOrder::MonthDay), Some(DateOrder::DayMonth)];
    let rejected = (0..choices.below(4)).map(|_| Span::new(choices.below(64), choices.below(64)));
    Options {
        rejected: rejected.collect(),
        date_order: choices.one_of(&orders),
        ..Options::default()
    }
}

fn read(text: &str, now: &Now, options: &Options) {
    for code in Language::codes() {
        let parsed = parse(text, Language::built_in(code).unwrap(), now, options);
        check_whole(text, &parsed);
        check_values(&parsed);
    }
}

/// Title and chips are the whole text; spans lie in it, in order and apart.
fn check_whole(text: &str, parsed: &Parsed) {
    let mut spans: Vec<Span> = parsed
        .chips
        .iter()
        .flat_map(|chip| chip.spans.clone())
        .collect();
    spans.sort_unstable();
    let mut left = String::new();
    let mut at = 0;
    for span in spans {
        assert!(at <= span.start && span.start < span.end);
        left.push_str(&text[at..span.start]);
        at = span.end;
    }
    left.push_str(&text[at..]);
    let solid = |text: &str| {
        text.chars()
            .filter(|sign| !sign.is_whitespace())
            .collect::<String>()
    };
    assert_eq!(solid(&parsed.title), solid(&left));
}

/// Every value can be written down and read again.
fn check_values(parsed: &Parsed) {
    if let Some(due) = &parsed.due {
        assert_eq!(due.to_string().parse::<When>().as_ref(), Ok(due));
    }
    if let Some(rule) = &parsed.rrule {
        let rule: Rule = rule.parse().unwrap();
        assert!(rule.check_for_tasks().is_ok());
    }
    for kind in [
        ChipKind::Project,
        ChipKind::Priority,
        ChipKind::Duration,
        ChipKind::Deadline,
    ] {
        let count = parsed.chips.iter().filter(|chip| chip.kind == kind).count();
        assert!(count <= 1, "{kind:?} twice");
    }
}
