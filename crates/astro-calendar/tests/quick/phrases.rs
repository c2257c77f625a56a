//! Phrases and what they mean. Each set is scored; the score is asserted, so that it can only rise.

use astro_calendar::When;
use astro_calendar::quick::{
    ChipKind, Language, Now, Options, Parsed, Reminder, RepeatFrom, parse,
};

/// 2026-11-25 is a Wednesday.
pub fn now() -> Now {
    Now {
        instant: "2026-11-25T09:00:00Z".parse().unwrap(),
        zone: "Europe/Berlin".parse().unwrap(),
    }
}

struct Phrase<'a> {
    line: usize,
    language: &'a str,
    text: &'a str,
    /// Title, date, time, rule, minutes, priority, names.
    expected: [&'a str; 7],
}

fn phrases(file: &str) -> impl Iterator<Item = Phrase<'_>> {
    file.lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#') && !line.is_empty())
        .map(|(at, line)| {
            let fields: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [language, text, expected @ ..] = fields.as_slice() else {
                panic!("line {}: {line}", at + 1);
            };
            Phrase {
                line: at + 1,
                language,
                text,
                expected: expected
                    .try_into()
                    .unwrap_or_else(|_| panic!("line {}: {line}", at + 1)),
            }
        })
}

/// The same seven fields of what was understood.
fn understood(parsed: &Parsed) -> [String; 7] {
    let nothing = || "-".to_owned();
    let local = parsed.due.as_ref().map(|due| match due {
        When::Date(date) => (*date, None),
        When::Floating(local) | When::Zoned { local, .. } => (local.date(), Some(local.time())),
        When::Utc(_) => panic!("{due} is no local time"),
    });
    // a rule that repeats within the day has a clock time that nobody wrote
    let was_written = parsed
        .chips
        .iter()
        .any(|chip| chip.kind != ChipKind::Recurrence)
        || !parsed
            .rrule
            .as_deref()
            .unwrap_or_default()
            .starts_with("FREQ=HOURLY");
    let time = local.and_then(|(_, time)| time).filter(|_| was_written);
    let names = parsed.project.iter().map(|name| format!("#{name}"));
    let names: Vec<String> = names
        .chain(parsed.labels.iter().map(|name| format!("@{name}")))
        .collect();
    let mark = if parsed.repeat_from == RepeatFrom::Completion {
        "!"
    } else {
        ""
    };
    [
        parsed.title.clone(),
        local.map_or_else(nothing, |(date, _)| date.to_string()),
        time.map_or_else(nothing, |time| time.strftime("%H:%M").to_string()),
        parsed
            .rrule
            .as_ref()
            .map_or_else(nothing, |rule| format!("{rule}{mark}")),
        parsed
            .duration_s
            .map_or_else(nothing, |seconds| (seconds / 60).to_string()),
        parsed
            .priority
            .map_or_else(nothing, |priority| priority.div_ceil(2).to_string()),
        if names.is_empty() {
            nothing()
        } else {
            names.join(" ")
        },
    ]
}

fn is_right(expected: &[&str; 7], got: &[String; 7]) -> bool {
    expected
        .iter()
        .zip(got)
        .all(|(expected, got)| *expected == "*" && got != "-" || expected == got)
}

/// Right, and all; what is wrong is printed.
fn score(file: &str, counts: impl Fn(&Phrase<'_>) -> bool) -> (usize, usize) {
    let (mut right, mut all) = (0, 0);
    for phrase in phrases(file).filter(counts) {
        let language = Language::built_in(phrase.language).unwrap();
        let parsed = parse(phrase.text, language, &now(), &Options::default());
        let got = understood(&parsed);
        all += 1;
        if is_right(&phrase.expected, &got) {
            right += 1;
        } else {
            println!(
                "line {}: {:?}\n  expected {:?}\n  got      {got:?}",
                phrase.line, phrase.text, phrase.expected
            );
        }
    }
    println!("{right} of {all}");
    (right, all)
}

#[test]
fn the_sixty_four_phrases_are_understood_whole() {
    let file = include_str!("phrases.txt");
    assert_eq!(score(file, |_| true), (64, 64));
    // those without a rule: date, time and title, what the other parsers were measured on
    assert_eq!(score(file, |phrase| phrase.expected[3] == "-"), (47, 47));
}

#[test]
fn a_wider_set_is_understood_whole() {
    let (right, all) = score(include_str!("wider.txt"), |_| true);
    assert!(all >= 200);
    assert_eq!(right, all);
}

#[test]
fn a_further_set_is_understood_whole() {
    let (right, all) = score(include_str!("further.txt"), |_| true);
    assert!(all >= 100);
    assert_eq!(right, all);
}

#[test]
fn the_languages_that_came_later_are_understood() {
    let (right, all) = score(include_str!("other_languages.txt"), |_| true);
    assert_eq!(right, all);
}

#[test]
fn sentences_without_a_sign_set_nothing() {
    let file = include_str!("negative.txt");
    let sentences: Vec<(&str, &str)> = file
        .lines()
        .filter_map(|line| line.split_once(" | "))
        .filter(|(language, _)| !language.starts_with('#'))
        .collect();
    assert!(sentences.len() >= 100);
    let mut wrong = 0;
    for (language, text) in sentences {
        let parsed = parse(
            text,
            Language::built_in(language).unwrap(),
            &now(),
            &Options::default(),
        );
        if !parsed.chips.is_empty() || parsed.title != text {
            wrong += 1;
            println!("{text:?}: {:?}", parsed.chips);
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn nothing_begins_after_it_is_due() {
    let english = Language::built_in("en").unwrap();
    for (text, today, title, start, due) in [
        (
            "Draft report start monday due friday",
            30,
            "Draft report",
            "2026-11-30",
            "2026-12-04",
        ),
        (
            "Draft report start monday due friday",
            25,
            "Draft report",
            "2026-11-30",
            "2026-12-04",
        ),
        (
            "Draft report start monday due dec 4",
            30,
            "Draft report",
            "2026-11-30",
            "2026-12-04",
        ),
        (
            "Draft report start wednesday due friday",
            30,
            "Draft report",
            "2026-12-02",
            "2026-12-04",
        ),
        (
            "Draft report start dec 9 due dec 4",
            30,
            "Draft report start dec 9",
            "-",
            "2026-12-04",
        ),
    ] {
        let now = Now {
            instant: format!("2026-11-{today}T09:00:00Z").parse().unwrap(),
            ..now()
        };
        let parsed = parse(text, english, &now, &Options::default());
        assert_eq!(parsed.title, title, "{text}");
        let begins = parsed.start.map_or("-".to_owned(), |day| day.to_string());
        assert_eq!(begins, start, "{text}");
        assert_eq!(parsed.due, Some(When::Date(due.parse().unwrap())), "{text}");
    }
}

#[test]
fn a_reminder_after_a_length_of_time_is_at_that_moment() {
    let english = Language::built_in("en").unwrap();
    let text = "Remind me in 2 hours to check the oven";
    let parsed = parse(text, english, &now(), &Options::default());
    let moment = When::Zoned {
        local: "2026-11-25T12:00:00".parse().unwrap(),
        zone: now().zone,
    };
    assert_eq!(parsed.reminders, [Reminder::At(moment)]);
}
