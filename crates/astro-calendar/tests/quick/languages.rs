//! Languages as data: those that come along, others that somebody writes, and what is refused.

use astro_calendar::When;
use astro_calendar::quick::{Language, Options, parse};

use crate::phrases::now;

/// Japanese for a test: written without spaces, the unit and the particles after what they mark.
const JAPANESE: &str = "\
[language]
code: ja

[weekdays]
fr: 金曜日

[units]
day: 日

[relative days]
1: 明日

[every]
due: 毎

[day.relative]
<relative-day>

[day.weekday]
<weekday>

[day.ahead]
<length> 後

[time.clock]
<hour> 時

[due.date]
<date> に

[due.time]
<time> に

[repeat.weekdays]
<every> <weekdays>
";

#[test]
fn a_language_is_found_by_its_tag() {
    assert_eq!(Language::built_in("EN-gb").map(Language::code), Some("en"));
    assert!(Language::built_in("tlh").is_none());
}

#[test]
fn a_language_may_do_without_spaces() {
    let japanese = Language::read(JAPANESE).unwrap();
    for (text, title, due, rule) in [
        (
            "明日9時に母に電話",
            "母に電話",
            "2026-11-26T09:00:00[Europe/Berlin]",
            None,
        ),
        ("母に電話明日", "母に電話", "2026-11-26", None),
        ("3日後に歯医者", "歯医者", "2026-11-28", None),
        (
            "ごみ毎金曜日",
            "ごみ",
            "2026-11-27",
            Some("FREQ=WEEKLY;BYDAY=FR"),
        ),
    ] {
        let parsed = parse(text, &japanese, &now(), &Options::default());
        let due: When = due.parse().unwrap();
        assert_eq!(
            (parsed.title.as_str(), parsed.due, parsed.rrule.as_deref()),
            (title, Some(due), rule),
            "{text}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_used_is_refused_with_its_line() {
    for (file, line, problem) in [
        ("", 1, "code: en"),
        ("code: en", 1, "must come first"),
        (
            "[language]\ncode: en\n\n[weekday]\nmo: Montag",
            4,
            "there is no section [weekday]",
        ),
        (
            "[language]\ncode: en\ndates: year/day",
            3,
            "there is no setting",
        ),
        (
            "[language]\ncode: en\n[weekdays]\nmonday: Montag",
            4,
            "\"monday\" is nothing that this section can mean",
        ),
        ("[language]\ncode: en\n[weekdays]\nmo Montag", 4, "a colon"),
        (
            "[language]\ncode: en\n[weekdays]\nmo: Montag,,Mo",
            4,
            "an empty form",
        ),
        (
            "[language]\ncode: en\n[day.weekday]\non <wochentag>",
            4,
            "there is no place <wochentag>",
        ),
        (
            "[language]\ncode: en\n[day.weekday]\non [<weekday>",
            4,
            "']' is missing",
        ),
        (
            "[language]\ncode: en\n[day.weekday]\non <weekday>)",
            4,
            "nothing opened",
        ),
        (
            "[language]\ncode: en\n[day.weekday]\n[on]",
            4,
            "may not be empty",
        ),
        (
            "[language]\ncode: en\n[day.weekday]\n<date>",
            4,
            "later rule",
        ),
        (
            "[language]\ncode: en\n[day.weekday]\n[a] [b] [c] [d] [e] [f] [g] [h] [i] [j] <weekday>",
            4,
            "more than 512 ways",
        ),
        (
            "[language]\ncode: en\n[articles]\nof the, a-b",
            4,
            "more than one word",
        ),
    ] {
        let error = Language::read(file).expect_err(file);
        assert_eq!(error.line, line, "{file}");
        assert!(error.problem.contains(problem), "{file}: {error}");
    }
}
