//! What holds of every text.

use astro_calendar::quick::{Language, Options, Parsed, Span, parse};
use astro_calendar::recurrence::{Rule, Series};
use proptest::prelude::*;

use crate::phrases::now;

fn read(text: &str, code: &str, rejected: Vec<Span>) -> Parsed {
    let options = Options {
        rejected,
        ..Options::default()
    };
    parse(text, Language::built_in(code).unwrap(), &now(), &options)
}

fn solid(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}

/// Spans lie in the text, in order and apart; title and chips are the whole text.
fn is_whole(text: &str, parsed: &Parsed) -> Result<(), TestCaseError> {
    let mut spans: Vec<Span> = parsed
        .chips
        .iter()
        .flat_map(|chip| chip.spans.clone())
        .collect();
    for chip in &parsed.chips {
        prop_assert!(!chip.spans.is_empty());
        prop_assert!(chip.spans.is_sorted(), "{:?}", chip);
    }
    prop_assert!(
        parsed.chips.is_sorted_by_key(|chip| chip.spans[0]),
        "{:?}",
        parsed.chips
    );
    spans.sort_unstable();
    let mut left = String::new();
    let mut at = 0;
    for span in spans {
        prop_assert!(at <= span.start && span.start < span.end, "{span:?}");
        prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        left.push_str(&text[at..span.start]);
        at = span.end;
    }
    left.push_str(&text[at..]);
    prop_assert_eq!(solid(&parsed.title), solid(&left));
    prop_assert_eq!(parsed.title.trim(), parsed.title.as_str());
    Ok(())
}

/// Rejecting every chip until none is left gives the text back.
fn comes_back(text: &str, code: &str) -> Result<(), TestCaseError> {
    let mut rejected = Vec::new();
    for _ in 0..100 {
        let parsed = read(text, code, rejected.clone());
        is_whole(text, &parsed)?;
        if parsed.chips.is_empty() {
            prop_assert_eq!(solid(&parsed.title), solid(text));
            return Ok(());
        }
        rejected.extend(parsed.chips.iter().flat_map(|chip| chip.spans.clone()));
    }
    Err(TestCaseError::fail(
        "chips come back after they were rejected",
    ))
}

/// The engine reads the rule, tasks may have it, and what is due is its first occurrence.
fn begins_when_due(text: &str, code: &str) -> Result<(), TestCaseError> {
    let parsed = read(text, code, Vec::new());
    let Some(said) = parsed.rrule else {
        return Ok(());
    };
    let rule: Rule = said
        .parse()
        .map_err(|error| TestCaseError::fail(format!("{said}: {error}")))?;
    prop_assert!(rule.check_for_tasks().is_ok(), "{said}");
    let due = parsed
        .due
        .ok_or_else(|| TestCaseError::fail(format!("{text:?} has no first time")))?;
    let series = Series::new(due.clone()).with_rule(rule);
    let first = series.occurrences(&now().zone.load()).next();
    let first = first
        .transpose()
        .map_err(|error| TestCaseError::fail(format!("{said}: {error}")))?;
    prop_assert!(
        first.is_some_and(|first| first.start == due),
        "{text:?}: {said} from {due}"
    );
    Ok(())
}

/// Words that mean something, for lines that hold much.
const WORDS: &str = "call Bob tomorrow friday next every every! other 1st and the last day of month at \
    9am 9 : 30 - , ! !1 p2 #home @calls @ # for 30m ~ in 3 weeks until dec 31 12/05 / 2026-12-03 sun \
    may ( ) \" deadline { } remind me before to noon jeden Montag um Uhr 1. demain à 9h mañana las 's \
    é \u{301} 明日 🎉 starting times daily from half past six morning mon, wed - fri 91st 2nd 24/7 8 pm";

/// Words that mean something, joined at random.
fn any_line() -> impl Strategy<Value = String> {
    let words: Vec<&str> = WORDS.split(' ').collect();
    let joined = prop_oneof![8 => Just(" "), 1 => Just(""), 1 => Just("\u{a0} ")];
    prop::collection::vec((prop::sample::select(words), joined), 0..14).prop_map(|parts| {
        parts
            .iter()
            .flat_map(|(word, join)| [*word, *join])
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn title_and_chips_are_the_whole_text(line in any_line()) {
        for code in Language::codes() {
            is_whole(&line, &read(&line, code, Vec::new()))?;
        }
    }

    #[test]
    fn rejecting_every_chip_gives_the_text_back(line in any_line()) {
        comes_back(&line, "en")?;
    }

    #[test]
    fn any_text_is_read(text in any::<String>(), start in 0_usize..40, length in 0_usize..40) {
        is_whole(&text, &read(&text, "en", Vec::new()))?;
        // spans that nobody gave out are no reason to fail
        is_whole(&text, &read(&text, "de", vec![Span::new(start, start + length), Span::new(length, start)]))?;
    }

    #[test]
    fn a_rule_is_one_that_tasks_take_and_begins_when_it_is_due(line in any_line()) {
        begins_when_due(&line, "en")?;
    }
}

#[test]
fn the_phrases_hold_the_properties() {
    for file in [
        include_str!("phrases.txt"),
        include_str!("wider.txt"),
        include_str!("further.txt"),
        include_str!("other_languages.txt"),
        include_str!("negative.txt"),
    ] {
        for line in file
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            let mut fields = line.split(" | ");
            let (code, text) = (fields.next().unwrap(), fields.next().unwrap());
            comes_back(text, code).unwrap();
            begins_when_due(text, code).unwrap();
        }
    }
}
