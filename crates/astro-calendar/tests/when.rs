//! `When`: text form, instants around changes of the clocks, due and overdue.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use astro_calendar::{
    Date, DateTime, IsoDuration, SignedDuration, Time, TimeZone, Timestamp, When, WhenError,
    WhenKind, ZoneName, date, from_micros, micros, truncate_to_micros,
};
use proptest::prelude::*;

fn when(text: &str) -> When {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone(name: &str) -> TimeZone {
    name.parse::<ZoneName>().unwrap().load()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_four_kinds_are_told_apart_by_their_text() {
    for (text, kind) in [
        ("2026-11-25", WhenKind::Date),
        ("2026-11-25T09:00:00", WhenKind::Floating),
        ("2026-11-25T09:00:00[Europe/Madrid]", WhenKind::Zoned),
        ("2026-11-25T09:00:00Z", WhenKind::Utc),
        ("0001-01-01", WhenKind::Date),
        ("9999-12-31T23:59:59.999999", WhenKind::Floating),
        ("0001-01-01T00:00:00Z", WhenKind::Utc),
    ] {
        let value = when(text);
        assert_eq!(value.kind(), kind, "{text}");
        assert_eq!(value.to_string(), text);
    }
}

#[test]
fn other_spellings_become_the_canonical_text() {
    for (text, canonical) in [
        ("2026-11-25T09:00", "2026-11-25T09:00:00"),
        ("2026-11-25t09:00z", "2026-11-25T09:00:00Z"),
        ("2026-11-25T09:00:00.250", "2026-11-25T09:00:00.25"),
        (
            "2026-11-25T09:00:00.123456789Z",
            "2026-11-25T09:00:00.123456Z",
        ),
        ("2026-11-25T09:00:00+01:00", "2026-11-25T08:00:00Z"),
        ("2026-11-25T09:00-0530", "2026-11-25T14:30:00Z"),
        ("2026-11-25T09:00:00+01", "2026-11-25T08:00:00Z"),
        (
            "2026-11-25T09:00[europe/madrid]",
            "2026-11-25T09:00:00[Europe/Madrid]",
        ),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ] {
        assert_eq!(when(text).to_string(), canonical);
    }
}

#[test]
fn a_wrong_text_is_refused_with_what_is_wrong() {
    type Check = fn(&WhenError) -> bool;
    let cases: [(&str, Check); 24] = [
        ("", |e| matches!(e, WhenError::Empty)),
        ("tomorrow", |e| matches!(e, WhenError::BadDate(_))),
        ("20261125", |e| matches!(e, WhenError::BadDate(_))),
        ("2026-1-5", |e| matches!(e, WhenError::BadDate(_))),
        ("-2026-11-25", |e| matches!(e, WhenError::BadDate(_))),
        ("+002026-11-25", |e| matches!(e, WhenError::BadDate(_))),
        ("٢٠٢٦-11-25", |e| matches!(e, WhenError::BadDate(_))),
        ("0000-01-01", |e| matches!(e, WhenError::NoSuchDate(_))),
        ("2026-02-29", |e| matches!(e, WhenError::NoSuchDate(_))),
        ("2026-13-01", |e| matches!(e, WhenError::NoSuchDate(_))),
        ("2026-11-25 09:00", |e| matches!(e, WhenError::BadTime(_))),
        ("2026-11-25T", |e| matches!(e, WhenError::BadTime(_))),
        ("2026-11-25T9:00", |e| matches!(e, WhenError::BadTime(_))),
        ("2026-11-25T09:00:", |e| matches!(e, WhenError::BadTime(_))),
        ("2026-11-25T09:00:00.", |e| {
            matches!(e, WhenError::BadTime(_))
        }),
        ("2026-11-25T24:00", |e| {
            matches!(e, WhenError::NoSuchTime(_))
        }),
        ("2026-11-25T09:61", |e| {
            matches!(e, WhenError::NoSuchTime(_))
        }),
        ("2026-11-25T09:00:00 Z", |e| {
            matches!(e, WhenError::BadSuffix(_))
        }),
        ("2026-11-25T09:00:00+25:00", |e| {
            matches!(e, WhenError::BadSuffix(_))
        }),
        ("2026-11-25T09:00:00[Europe/Madrid", |e| {
            matches!(e, WhenError::BadSuffix(_))
        }),
        ("2026-11-25T09:00:00+01:00[Europe/Madrid]", |e| {
            matches!(e, WhenError::BadSuffix(_))
        }),
        ("2026-11-25T09:00:00[Europe/Madird]", |e| {
            matches!(e, WhenError::Zone(_))
        }),
        ("0001-01-01T00:00:00+01:00", |e| {
            matches!(e, WhenError::OutOfRange)
        }),
        ("9999-12-31T23:59:59Z", |e| {
            matches!(e, WhenError::OutOfRange)
        }),
    ];
    for (text, expected) in cases {
        let error = text.parse::<When>().unwrap_err();
        assert!(expected(&error), "{text}: {error:?}");
    }
    assert!(
        "9".repeat(1_000_000)
            .parse::<When>()
            .unwrap_err()
            .to_string()
            .len()
            < 200
    );
}

#[test]
fn it_travels_as_a_json_string() {
    let value: When = serde_json::from_str("\"2026-11-25T09:00[Europe/Madrid]\"").unwrap();
    assert_eq!(
        serde_json::to_string(&value).unwrap(),
        "\"2026-11-25T09:00:00[Europe/Madrid]\""
    );
    let error = serde_json::from_str::<When>("\"2026-02-30\"").unwrap_err();
    assert!(
        error.to_string().contains("there is no date 2026-02-30"),
        "{error}"
    );
    assert!(serde_json::from_str::<When>("20261125").is_err());
}

/// Nine o'clock stays nine o'clock over every change of the clocks.
#[test]
fn a_local_time_keeps_its_clock_over_daylight_saving_time() {
    for (text, expected) in [
        ("2026-03-28T09:00[Europe/Madrid]", "2026-03-28T08:00:00Z"),
        ("2026-03-29T09:00[Europe/Madrid]", "2026-03-29T07:00:00Z"),
        ("2026-10-24T09:00[Europe/Madrid]", "2026-10-24T07:00:00Z"),
        ("2026-10-25T09:00[Europe/Madrid]", "2026-10-25T08:00:00Z"),
        ("2026-04-04T09:00[Pacific/Auckland]", "2026-04-03T20:00:00Z"),
        ("2026-04-05T09:00[Pacific/Auckland]", "2026-04-04T21:00:00Z"),
        ("2026-09-27T09:00[Pacific/Auckland]", "2026-09-26T20:00:00Z"),
        (
            "2018-11-03T09:00[America/Sao_Paulo]",
            "2018-11-03T12:00:00Z",
        ),
        (
            "2018-11-04T09:00[America/Sao_Paulo]",
            "2018-11-04T11:00:00Z",
        ),
        (
            "2026-11-25T09:00[America/Sao_Paulo]",
            "2026-11-25T12:00:00Z",
        ),
        // half an hour of daylight saving
        (
            "2026-04-04T09:00[Australia/Lord_Howe]",
            "2026-04-03T22:00:00Z",
        ),
        (
            "2026-04-05T09:00[Australia/Lord_Howe]",
            "2026-04-04T22:30:00Z",
        ),
        // Ramadan: clocks go back in winter's end and forward again
        (
            "2026-02-14T09:00[Africa/Casablanca]",
            "2026-02-14T08:00:00Z",
        ),
        (
            "2026-02-16T09:00[Africa/Casablanca]",
            "2026-02-16T09:00:00Z",
        ),
        (
            "2026-03-23T09:00[Africa/Casablanca]",
            "2026-03-23T08:00:00Z",
        ),
    ] {
        assert_eq!(
            when(text).instant(&TimeZone::UTC),
            instant(expected),
            "{text}"
        );
    }
}

#[test]
fn a_local_time_that_does_not_exist_takes_the_offset_before_the_gap() {
    let missing = when("2026-03-29T02:30[Europe/Madrid]");
    assert_eq!(
        missing.instant(&TimeZone::UTC),
        instant("2026-03-29T01:30:00Z")
    );
    let missing = when("2026-10-04T02:15[Australia/Lord_Howe]");
    assert_eq!(
        missing.instant(&TimeZone::UTC),
        instant("2026-10-03T15:45:00Z")
    );
    // the example of RFC 5545 3.3.5
    let missing = when("2007-03-11T02:30[America/New_York]");
    assert_eq!(
        missing.instant(&TimeZone::UTC),
        instant("2007-03-11T07:30:00Z")
    );
}

#[test]
fn a_local_time_that_exists_twice_means_the_first() {
    let twice = when("2026-10-25T02:30[Europe/Madrid]");
    assert_eq!(
        twice.instant(&TimeZone::UTC),
        instant("2026-10-25T00:30:00Z")
    );
    let twice = when("2007-11-04T01:30[America/New_York]");
    assert_eq!(
        twice.instant(&TimeZone::UTC),
        instant("2007-11-04T05:30:00Z")
    );
}

#[test]
fn a_date_is_not_overdue_before_its_local_day_has_ended() {
    let due = when("2026-11-25");
    let berlin = zone("Europe/Berlin");
    assert!(!due.is_overdue(instant("2026-11-25T22:59:59.999999Z"), &berlin));
    assert!(due.is_overdue(instant("2026-11-25T23:00:00Z"), &berlin));
    // the same date for someone who has travelled
    let auckland = zone("Pacific/Auckland");
    assert!(!due.is_overdue(instant("2026-11-25T10:59:59Z"), &auckland));
    assert!(due.is_overdue(instant("2026-11-25T11:00:00Z"), &auckland));
    assert_eq!(due.date_in(&auckland), date(2026, 11, 25));
}

#[test]
fn a_date_due_before_a_missing_midnight_ends_with_the_change() {
    let due = when("2018-11-03");
    let zone = zone("America/Sao_Paulo");
    assert_eq!(
        due.due_index(&zone),
        micros(instant("2018-11-04T03:00:00Z"))
    );
    assert_eq!(when("2018-11-04").start_index(&zone), due.due_index(&zone));
}

#[test]
fn a_timed_due_is_overdue_at_its_instant() {
    let due = when("2026-11-25T09:00[Europe/Madrid]");
    let anywhere = zone("America/New_York");
    assert!(!due.is_overdue(instant("2026-11-25T07:59:59Z"), &anywhere));
    assert!(due.is_overdue(instant("2026-11-25T08:00:00Z"), &anywhere));
    let floating = when("2026-11-25T09:00");
    assert!(!floating.is_overdue(instant("2026-11-25T13:59:59Z"), &anywhere));
    assert!(floating.is_overdue(instant("2026-11-25T14:00:00Z"), &anywhere));
}

#[test]
fn the_date_of_a_value_is_the_one_the_person_sees() {
    let auckland = zone("Pacific/Auckland");
    assert_eq!(
        when("2026-11-25T20:00[Europe/Madrid]").date_in(&auckland),
        date(2026, 11, 26)
    );
    assert_eq!(
        when("2026-11-25T20:00:00Z").date_in(&auckland),
        date(2026, 11, 26)
    );
    assert_eq!(
        when("2026-11-25T20:00").date_in(&auckland),
        date(2026, 11, 25)
    );
}

#[test]
fn an_offset_of_days_keeps_the_clock_and_one_of_hours_does_not() {
    let madrid = zone("Europe/Madrid");
    let due = when("2026-03-30T09:00[Europe/Madrid]");
    let at = |text: &str| due.offset_by(text.parse::<IsoDuration>().unwrap(), &TimeZone::UTC);
    assert_eq!(at("-P1D"), instant("2026-03-29T07:00:00Z"));
    assert_eq!(at("-P2D"), instant("2026-03-28T08:00:00Z"));
    assert_eq!(at("-PT48H"), instant("2026-03-28T07:00:00Z"));
    assert_eq!(at("-P1DT30M"), instant("2026-03-29T06:30:00Z"));
    let day = when("2026-03-30").offset_by("PT9H".parse().unwrap(), &madrid);
    assert_eq!(day, instant("2026-03-30T07:00:00Z"));
    let far = when("9999-12-31").offset_by("P3660000D".parse().unwrap(), &madrid);
    assert_eq!(far, Timestamp::MAX);
}

#[test]
fn the_ends_of_time_saturate() {
    for name in ["Etc/GMT+12", "Pacific/Kiritimati", "UTC"] {
        let zone = zone(name);
        for text in [
            "9999-12-31",
            "9999-12-31T23:59:59",
            "0001-01-01",
            "0001-01-01T00:00:00",
        ] {
            let value = when(text);
            assert!(
                value.start_index(&zone) <= value.due_index(&zone),
                "{text} in {name}"
            );
            assert!(!value.to_string().is_empty());
        }
    }
}

#[test]
fn microseconds_are_cut_towards_the_past() {
    let before_1970 = Timestamp::from_nanosecond(-1).unwrap();
    assert_eq!(micros(before_1970), -1);
    assert_eq!(
        truncate_to_micros(before_1970),
        Timestamp::from_microsecond(-1).unwrap()
    );
    assert_eq!(from_micros(i64::MAX), Err(WhenError::OutOfRange));
    assert_eq!(from_micros(i64::MIN), Err(WhenError::OutOfRange));
}

fn any_date() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn any_local() -> impl Strategy<Value = DateTime> {
    (
        any_date(),
        0_i8..24,
        0_i8..60,
        0_i8..60,
        prop_oneof![Just(0), 0_i32..1_000_000],
    )
        .prop_map(|(date, hour, minute, second, micros)| {
            date.to_datetime(Time::new(hour, minute, second, micros * 1000).unwrap())
        })
}

fn any_zone() -> impl Strategy<Value = ZoneName> {
    let names: Vec<String> = ZoneName::all()
        .filter(|name| name != "Etc/Unknown")
        .collect();
    prop::sample::select(names).prop_map(|name| name.parse().unwrap())
}

fn any_when() -> impl Strategy<Value = When> {
    let first = micros(instant("0001-01-01T00:00:00Z"));
    let last = micros(Timestamp::MAX);
    prop_oneof![
        any_date().prop_map(When::Date),
        any_local().prop_map(When::Floating),
        (any_local(), any_zone()).prop_map(|(local, zone)| When::Zoned { local, zone }),
        (first..=last).prop_map(|micros| When::Utc(from_micros(micros).unwrap())),
    ]
}

proptest! {
    #[test]
    fn a_value_reads_back_as_itself(value in any_when()) {
        prop_assert_eq!(value.to_string().parse::<When>(), Ok(value));
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,40}") {
        if let Ok(value) = text.parse::<When>() {
            prop_assert_eq!(value.to_string().parse::<When>(), Ok(value));
        }
    }

    #[test]
    fn nearly_right_texts_are_read_or_refused_without_a_panic(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9]([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\\.[0-9]{0,12})?(Z|[-+][0-9:]{2,5}|\\[[A-Za-z/_]{0,20}\\])?)?",
    ) {
        if let Ok(value) = text.parse::<When>() {
            prop_assert_eq!(value.to_string().parse::<When>(), Ok(value));
        }
    }

    #[test]
    fn a_later_date_is_due_no_earlier(zone in any_zone(), one in any_date(), two in any_date()) {
        let (first, last) = if one <= two { (one, two) } else { (two, one) };
        let rules = zone.rules();
        prop_assert!(When::Date(first).due_index(rules) <= When::Date(last).due_index(rules));
        prop_assert!(When::Date(first).start_index(rules) <= When::Date(last).start_index(rules));
    }

    #[test]
    fn a_date_is_due_when_the_next_one_starts(zone in any_zone(), day in any_date()) {
        let rules = zone.rules();
        let next = When::Date(day.tomorrow().unwrap());
        prop_assert_eq!(When::Date(day).due_index(rules), next.start_index(rules));
    }

    #[test]
    fn a_value_is_overdue_from_its_index_on(value in any_when(), zone in any_zone()) {
        let index = value.due_index(zone.rules());
        let at = Timestamp::from_microsecond(index).unwrap();
        prop_assert!(value.is_overdue(at, zone.rules()));
        let before = at.checked_sub(SignedDuration::from_micros(1)).unwrap();
        prop_assert!(!value.is_overdue(before, zone.rules()));
    }

    #[test]
    fn microseconds_read_back_as_themselves(micro in micros("0001-01-01T00:00:00Z".parse().unwrap())..=micros(Timestamp::MAX)) {
        prop_assert_eq!(from_micros(micro).map(micros), Ok(micro));
    }
}
