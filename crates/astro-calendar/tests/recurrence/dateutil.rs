//! Thousands of random rules beside python-dateutil, another program that many trust.
//!
//! `ASTRO_TEST_PYTHON` names a Python that has python-dateutil 2.9.0.post0; `cargo xtask test` makes
//! one. Where the two differ, the difference must belong to a class that is understood: each class has
//! a test of its own that shows the reason to be the reason.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use astro_calendar::recurrence::Budget;
use astro_calendar::{ToSpan as _, Weekday};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::making::{WEEKDAYS, local_time, rule_text};
use super::*;

/// More than the 10,000 that must be compared: some take dateutil too long.
const RULES: usize = 12_000;
const LEAST_COMPARED: usize = 10_000;
/// So many occurrences of each rule.
const COUNT: usize = 20;

/// A rule, and what the engine makes of it.
struct Case {
    start: String,
    text: String,
    found: Found,
}

#[derive(Debug, PartialEq, Eq)]
struct Found {
    starts: Vec<String>,
    ran_out: bool,
}

#[test]
fn python_dateutil_finds_the_same_or_the_difference_is_understood() {
    #[expect(clippy::disallowed_methods, reason = "says where Python is")]
    let python = std::env::var_os("ASTRO_TEST_PYTHON");
    let Some(python) = python else {
        println!("skipped: ASTRO_TEST_PYTHON does not name a Python with python-dateutil");
        return;
    };
    let cases = cases();
    let answers = ask(Command::new(python), &cases);
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (case, theirs) in cases.iter().zip(&answers) {
        match class(case, theirs) {
            Some(class) => *classes.entry(class).or_default() += 1,
            None => unexplained.push(format!(
                "{} {}\n  ours   {:?}\n  theirs {theirs}",
                case.start, case.text, case.found
            )),
        }
    }
    println!("{classes:#?}");
    let slow = classes.get(SLOW).copied().unwrap_or(0);
    assert!(RULES - slow >= LEAST_COMPARED, "{slow} took too long");
    assert!(
        unexplained.is_empty(),
        "{} unexplained:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
}

const SLOW: &str = "not compared: dateutil took too long";

/// Why the two differ, or that they do not.
fn class(case: &Case, theirs: &str) -> Option<&'static str> {
    if theirs == "!slow" {
        return Some(SLOW);
    }
    if theirs.starts_with('!') {
        // it refuses rules whose times never meet
        return case
            .found
            .starts
            .is_empty()
            .then_some("never: dateutil refuses");
    }
    let theirs: Vec<&str> = theirs
        .split(',')
        .filter(|start| !start.is_empty())
        .collect();
    if case.found.starts == theirs {
        return Some(if case.found.ran_out {
            "never (again): the budget is spent, dateutil looks on to the year 9999"
        } else {
            "the same"
        });
    }
    CLASSES
        .iter()
        .find(|(_, explains)| explains(case, &theirs))
        .map(|(name, _)| *name)
}

type Explains = fn(&Case, &[&str]) -> bool;

const CLASSES: &[(&str, Explains)] = &[
    (
        "YEARLY with BYMONTHDAY alone: of all months, here of DTSTART's",
        all_months,
    ),
    (
        "BYWEEKNO alone: all days of the week, here DTSTART's weekday",
        all_weekdays,
    ),
    (
        "BYSETPOS in the first week: dateutil's begins at DTSTART",
        first_week,
    ),
    (
        "BYWEEKNO: days of another year's weeks at New Year",
        weeks_at_new_year,
    ),
];

/// RFC 5545 3.3.10 does not say of which month a YEARLY rule's day is; decision 0008.
fn all_months(case: &Case, theirs: &[&str]) -> bool {
    let has = |part| case.has(part);
    let months = ";BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12";
    case.has("FREQ=YEARLY")
        && has("BYMONTHDAY")
        && !["BYMONTH=", "BYDAY", "BYYEARDAY", "BYWEEKNO"]
            .into_iter()
            .any(has)
        && find(&case.start, &(case.text.clone() + months)).starts == theirs
}

/// Every day of the numbered weeks; what the rule leaves open is DTSTART's (RFC 5545 3.3.10).
fn all_weekdays(case: &Case, theirs: &[&str]) -> bool {
    let has = |part| case.has(part);
    if !has("BYWEEKNO") || ["BYMONTHDAY", "BYDAY", "BYYEARDAY"].into_iter().any(has) {
        return false;
    }
    let with_days = Case {
        start: case.start.clone(),
        text: case.text.clone() + ";BYDAY=MO,TU,WE,TH,FR,SA,SU",
        found: find(
            &case.start,
            &(case.text.clone() + ";BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        ),
    };
    with_days.found.starts == theirs || weeks_at_new_year(&with_days, theirs)
}

/// dateutil applies BYSETPOS to what of DTSTART's week is left on its day, not to the whole week.
fn first_week(case: &Case, theirs: &[&str]) -> bool {
    if !case.has("FREQ=WEEKLY") || !case.has("BYSETPOS") {
        return false;
    }
    let start: astro_calendar::DateTime = case.start.parse().unwrap();
    let into = start.weekday().since(case.week_start());
    let next_week = (start.date() + (7 - i32::from(into)).days()).to_string();
    let later = |starts: Vec<String>| -> Vec<String> {
        starts
            .into_iter()
            .filter(|start| *start >= next_week)
            .collect()
    };
    let ours = later(case.found.starts.clone());
    let theirs = later(theirs.iter().map(ToString::to_string).collect());
    // a COUNT or the end of the comparison cuts the one off that had more in the first week
    let len = ours.len().min(theirs.len());
    into > 0 && ours[..len] == theirs[..len] && ours.len().abs_diff(theirs.len()) <= 7
}

/// The days at New Year that lie in weeks of the other year: dateutil puts them into the calendar
/// year, which BYSETPOS and INTERVAL show, and finds no week -52 or -53 in the year before its own.
fn weeks_at_new_year(case: &Case, theirs: &[&str]) -> bool {
    let Some(weeks) = case.part("BYWEEKNO=") else {
        return false;
    };
    let is_at_border = |week: &str| ["1", "52", "53"].contains(&week.trim_start_matches('-'));
    if !weeks.split(',').any(is_at_border) {
        return false;
    }
    let at_new_year = |start: &str| {
        ["12-29", "12-30", "12-31", "01-01", "01-02", "01-03"].contains(&&start[5..10])
    };
    let ours = case.found.starts.iter().map(String::as_str);
    let ours: Vec<&str> = ours.filter(|start| !at_new_year(start)).collect();
    let theirs = theirs.iter().copied().filter(|start| !at_new_year(start));
    let differs_only_there = ours
        .iter()
        .copied()
        .zip(theirs)
        .all(|(ours, theirs)| ours == theirs);
    differs_only_there || case.has("BYSETPOS") || case.has("INTERVAL")
}

impl Case {
    fn has(&self, part: &str) -> bool {
        self.text.split(';').any(|piece| piece.starts_with(part))
    }

    fn part(&self, part: &str) -> Option<&str> {
        self.text
            .split(';')
            .find_map(|piece| piece.strip_prefix(part))
    }

    fn week_start(&self) -> Weekday {
        let name = self
            .text
            .split(';')
            .find_map(|piece| piece.strip_prefix("WKST="));
        let index = WEEKDAYS
            .iter()
            .position(|day| name.is_none_or(|name| name == *day));
        Weekday::from_monday_zero_offset(i8::try_from(index.unwrap()).unwrap()).unwrap()
    }
}

fn cases() -> Vec<Case> {
    // the same rules each time, so that a run can be repeated
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let end = prop_oneof![
        2 => Just(String::new()),
        1 => (1_u32..15).prop_map(|count| format!(";COUNT={count}")),
        1 => (1995_u16..2045, 1_u8..=12)
            .prop_map(|(year, month)| format!(";UNTIL={year}{month:02}24T083000")),
    ];
    let case = (local_time(), rule_text(), end);
    let mut next = || case.new_tree(&mut runner).unwrap().current();
    (0..RULES)
        .map(|_| {
            let (start, text, end) = next();
            let text = text + &end;
            let found = find(&start, &text);
            Case { start, text, found }
        })
        .collect()
}

fn find(start: &str, text: &str) -> Found {
    let series = series(start, text).with_budget(Budget::steps(50_000));
    let mut found = Found {
        starts: Vec::new(),
        ran_out: false,
    };
    for occurrence in series.occurrences(&TimeZone::UTC).take(COUNT) {
        match occurrence {
            Ok(occurrence) => found.starts.push(occurrence.start.to_string()),
            Err(_) => found.ran_out = true,
        }
    }
    found
}

fn ask(mut python: Command, cases: &[Case]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recurrence/expand.py");
    let mut child = python
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = cases.iter().map(request).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "python: {}", output.status);
    let answers: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(answers.len(), cases.len());
    answers
}

fn request(case: &Case) -> String {
    // where there is nothing to be found dateutil looks at every second to the end of the rule
    let is_rare = case.found.ran_out || case.found.starts.is_empty();
    let seconds = if is_rare { 0.02 } else { 0.5 };
    format!("{}|{}|{COUNT}|{seconds}\n", case.start, case.text)
}
