//! The published recurrence cases of libical (`src/test/icalrecur_test.txt`), as a JSON array of
//! objects with RRULE, DTSTART and INSTANCES. They are not part of this repository:
//! `ASTRO_RRULE_CASES` says where the file is.

use std::fs;

use astro_calendar::{When, ical::date_value};
use serde_json::Value;

use super::*;

#[test]
fn the_published_cases_of_libical_are_met() {
    #[expect(clippy::disallowed_methods, reason = "says where the cases are")]
    let path = std::env::var_os("ASTRO_RRULE_CASES");
    let Some(path) = path else {
        println!("skipped: ASTRO_RRULE_CASES does not say where libical's cases are");
        return;
    };
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    println!("{} of {}", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// libical has no answer for one case, in which a week-year and a month meet. By RFC 5545 3.3.10 every
/// part limits: the 30th of December in the years in which it lies in week 1 of the next one.
const WITHOUT_ANSWER: (&str, &str) = (
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101",
    "20241230,20251230,20301230,20311230",
);

fn difference(case: &Value) -> Option<String> {
    let text = |name: &str| case[name].as_str().unwrap().to_owned();
    let rule_text = text("RRULE");
    let wanted = if rule_text == WITHOUT_ANSWER.0 {
        WITHOUT_ANSWER.1.to_owned()
    } else {
        text("INSTANCES")
    };
    let wanted: Vec<When> = wanted
        .split(',')
        .map(|value| date_value(value).unwrap())
        .collect();
    let series = Series::new(date_value(&text("DTSTART")).unwrap()).with_rule(rule(&rule_text));
    let given: Vec<When> = series
        .occurrences(&TimeZone::UTC)
        .take(wanted.len() + 1)
        .map(|occurrence| occurrence.unwrap().start)
        .collect();
    let shown = |values: &[When]| values.iter().map(When::to_string).collect::<Vec<_>>();
    (given != wanted).then(|| {
        format!(
            "{rule_text} from {}: {:?}, not {:?}",
            text("DTSTART"),
            shown(&given),
            shown(&wanted)
        )
    })
}
