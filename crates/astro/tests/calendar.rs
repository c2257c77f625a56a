//! `astro calendar expand`, as it is typed.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::process::{Command, Output};

use serde_json::{Value, json};

fn astro(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_astro"))
        .args(["calendar", "expand"])
        .args(arguments)
        // neither a configuration nor a server is needed
        .env_clear()
        .output()
        .unwrap()
}

fn lines(arguments: &[&str]) -> Vec<String> {
    let output = astro(arguments);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn nine_oclock_is_printed_with_the_offset_of_each_day() {
    let madrid = ["--zone", "Europe/Madrid", "--rrule", "FREQ=DAILY"];
    let shown = lines(
        &[
            &["--start", "2026-03-27T09:00", "--count", "5"],
            &madrid[..],
        ]
        .concat(),
    );
    assert_eq!(
        shown,
        [
            "2026-03-27T09:00:00+01:00",
            "2026-03-28T09:00:00+01:00",
            "2026-03-29T09:00:00+02:00",
            "2026-03-30T09:00:00+02:00",
            "2026-03-31T09:00:00+02:00",
        ]
    );
    let missing = lines(
        &[
            &["--start", "2026-03-28T02:30", "--count", "2"],
            &madrid[..],
        ]
        .concat(),
    );
    assert_eq!(
        missing,
        ["2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00"]
    );
}

#[test]
fn dates_are_printed_as_dates_ten_unless_told_otherwise() {
    let shown = lines(&["--start", "2026-03-27", "--rrule", "FREQ=WEEKLY;BYDAY=FR"]);
    assert_eq!(shown.len(), 10);
    assert_eq!(shown[1], "2026-04-03");
}

#[test]
fn single_dates_exceptions_and_a_beginning_are_minded() {
    let shown = lines(&[
        "--start",
        "2026-03-27T09:00Z",
        "--rrule",
        "FREQ=DAILY;COUNT=4",
        "--rdate",
        "2026-04-10T18:00Z,2026-04-11T18:00",
        "--exdate",
        "2026-03-29",
        "--after",
        "2026-03-28T08:59:59Z",
    ]);
    assert_eq!(
        shown,
        [
            "2026-03-28T09:00:00+00:00",
            "2026-03-30T09:00:00+00:00",
            "2026-04-10T18:00:00+00:00",
            "2026-04-11T18:00:00+00:00",
        ]
    );
}

#[test]
fn programs_get_json() {
    let output = astro(&[
        "--start",
        "2026-10-25T02:30[Europe/Madrid]",
        "--rrule",
        "FREQ=DAILY;COUNT=1",
        "--json",
    ]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        answer,
        json!([{
            "recurrence_id": "2026-10-25T02:30:00[Europe/Madrid]",
            "start": "2026-10-25T02:30:00+02:00",
        }])
    );
}

#[test]
fn what_is_typed_wrongly_is_said_and_ends_with_2() {
    for (arguments, message) in [
        (
            &["--start", "2026-03-27", "--rrule", "FREQ=DALY"][..],
            "FREQ: \"DALY\" is not one of YEARLY",
        ),
        (
            &["--start", "27.3.2026"],
            "does not begin with a date YYYY-MM-DD",
        ),
        (
            &["--start", "2026-03-27", "--zone", "Europe/Madird"],
            "unknown time zone \"Europe/Madird\"",
        ),
        (
            &["--start", "2026-03-27T09:00Z", "--zone", "Europe/Madrid"],
            "--start has a zone or an offset",
        ),
        (
            &["--start", "2026-03-27", "--count", "0"],
            "0 is not in 1..=100000",
        ),
    ] {
        let output = astro(arguments);
        assert!(said(&output).contains(message), "{}", said(&output));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_search_that_finds_nothing_ends_with_an_error() {
    let output = astro(&[
        "--start",
        "2026-03-27T09:00",
        "--rrule",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=10",
    ]);
    assert!(said(&output).contains("no further occurrence was found in 500000 steps"));
    assert_eq!(output.status.code(), Some(1));
}
