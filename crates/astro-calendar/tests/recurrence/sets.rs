//! RDATE, EXDATE, moved occurrences, several rules, and how they end.

use astro_calendar::recurrence::{Budget, OutOfWork};

use super::*;

fn all(series: &Series) -> Vec<String> {
    starts(series.occurrences(&TimeZone::UTC), 99)
}

fn whens(texts: &[&str]) -> Vec<When> {
    texts.iter().map(|text| when(text)).collect()
}

#[test]
fn without_a_rule_there_are_dtstart_and_the_rdates() {
    let series = Series::new(when("2026-03-27T09:00[Europe/Madrid]"));
    assert_eq!(all(&series), ["2026-03-27T09:00:00[Europe/Madrid]"]);
    let more = series.with_rdates(whens(&[
        "2026-04-27T08:00Z",
        "2026-03-26",
        "2026-04-27T10:00",
        "2026-04-27T10:00[Europe/Madrid]",
        "2026-05-01T18:00[America/New_York]",
    ]));
    // of whatever kind, they become what DTSTART is, and one instant is one occurrence
    assert_eq!(
        all(&more),
        [
            "2026-03-26T09:00:00[Europe/Madrid]",
            "2026-03-27T09:00:00[Europe/Madrid]",
            "2026-04-27T10:00:00[Europe/Madrid]",
            "2026-05-02T00:00:00[Europe/Madrid]",
        ]
    );
}

#[test]
fn a_dtstart_that_is_none_of_the_rules_is_no_occurrence() {
    let series = series("1997-09-02", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=1");
    assert_eq!(all(&series), ["1998-02-13"]);
}

#[test]
fn an_exdate_leaves_out_one_instant_or_a_whole_day() {
    let rule_text = "FREQ=DAILY;BYHOUR=9,18;COUNT=8";
    let left = |exdates: &[&str]| {
        let series = series("2026-03-27T09:00[Europe/Madrid]", rule_text);
        all(&series.with_exdates(whens(exdates))).len()
    };
    assert_eq!(left(&[]), 8);
    assert_eq!(left(&["2026-03-28T09:00[Europe/Madrid]"]), 7);
    assert_eq!(
        left(&["2026-03-28T08:00Z", "2026-03-29T07:00Z", "2026-03-29T18:00"]),
        5
    );
    assert_eq!(left(&["2026-03-28T09:01[Europe/Madrid]"]), 8);
    assert_eq!(left(&["2026-03-28"]), 6);
    let days = series("2026-03-27", "FREQ=DAILY;COUNT=4").with_exdates(whens(&[
        "2026-03-28T00:00[America/New_York]",
        "2026-03-29T00:00Z",
    ]));
    assert_eq!(all(&days), ["2026-03-27", "2026-03-30"]);
}

#[test]
fn a_moved_occurrence_keeps_its_id_and_comes_when_it_begins() {
    let series = series("2026-03-27T09:00[Europe/Madrid]", "FREQ=DAILY;COUNT=4")
        .with_moved(
            when("2026-03-28T09:00[Europe/Madrid]"),
            when("2026-03-31T12:00[Europe/Madrid]"),
        )
        .with_moved(when("2026-03-30T07:00Z"), when("2026-03-26"))
        // no occurrence, so nothing to move; and one that was left out
        .with_moved(when("2026-03-28T10:00[Europe/Madrid]"), when("2026-03-28"))
        .with_moved(when("2026-03-29T09:00[Europe/Madrid]"), when("2026-03-29"))
        .with_exdates(whens(&["2026-03-29T09:00[Europe/Madrid]"]));
    let shown: Vec<_> = series
        .occurrences(&TimeZone::UTC)
        .map(|occurrence| occurrence.unwrap())
        .map(|found| format!("{} {}", found.recurrence_id, found.start))
        .collect();
    assert_eq!(
        shown,
        [
            "2026-03-30T09:00:00[Europe/Madrid] 2026-03-26",
            "2026-03-27T09:00:00[Europe/Madrid] 2026-03-27T09:00:00[Europe/Madrid]",
            "2026-03-28T09:00:00[Europe/Madrid] 2026-03-31T12:00:00[Europe/Madrid]",
        ]
    );
    // it is found where it begins, not where it was
    let found = |from: &str| starts(series.from(from.parse().unwrap(), &TimeZone::UTC), 9);
    assert_eq!(
        found("2026-03-28T00:00:00Z"),
        ["2026-03-31T12:00:00[Europe/Madrid]"]
    );
    assert!(found("2026-04-01T00:00:00Z").is_empty());
}

#[test]
fn several_rules_together_give_each_occurrence_once() {
    let series = series("2026-01-01", "FREQ=MONTHLY;COUNT=3")
        .with_rule(rule("FREQ=WEEKLY;BYDAY=SU;UNTIL=20260201"))
        .with_rdates(whens(&["2026-01-04"]));
    assert_eq!(
        all(&series),
        [
            "2026-01-01",
            "2026-01-04",
            "2026-01-11",
            "2026-01-18",
            "2026-01-25",
            "2026-02-01",
            "2026-03-01"
        ]
    );
}

#[test]
fn until_includes_its_last_moment() {
    for (start, until, count) in [
        ("2026-03-27", "20260329", 3),
        ("2026-03-27", "20260329T000000Z", 3),
        ("2026-03-27", "20260328T235959Z", 2),
        ("2026-03-27T09:00", "20260329", 3),
        ("2026-03-27T09:00", "20260329T090000", 3),
        ("2026-03-27T09:00", "20260329T090000Z", 3),
        ("2026-03-27T09:00", "20260329T085959", 2),
        ("2026-03-27T09:00[Europe/Madrid]", "20260329", 3),
        ("2026-03-27T09:00[Europe/Madrid]", "20260329T070000Z", 3),
        ("2026-03-27T09:00[Europe/Madrid]", "20260329T065959Z", 2),
        ("2026-03-27T09:00[Europe/Madrid]", "20260329T090000", 3),
        ("2026-03-27T09:00[Europe/Madrid]", "20260329T085959", 2),
        ("2026-03-27T09:00Z", "20260329", 3),
        ("2026-03-27T09:00Z", "20260329T085959", 2),
    ] {
        let series = series(start, &format!("FREQ=DAILY;UNTIL={until}"));
        assert_eq!(all(&series).len(), count, "{start} {until}");
    }
}

#[test]
fn a_rule_whose_parts_never_meet_ends_with_an_error_or_with_time() {
    for (text, is_error) in [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", false),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", false),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", false),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", false),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", true),
        ("FREQ=DAILY;BYSETPOS=25;BYHOUR=1,2", true),
        ("FREQ=HOURLY;INTERVAL=2;BYHOUR=2", true),
        ("FREQ=SECONDLY;INTERVAL=60;BYSECOND=1", true),
        ("FREQ=SECONDLY;BYSECOND=0;BYSETPOS=2", true),
        ("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=7", false),
        ("FREQ=YEARLY;BYYEARDAY=366;BYMONTH=11", false),
        ("FREQ=YEARLY;INTERVAL=4294967295", false),
    ] {
        let series = series("2025-01-01T01:00", text);
        let mut occurrences = series.after("2025-06-01T00:00:00Z".parse().unwrap(), &TimeZone::UTC);
        let wanted = is_error.then_some(Err(OutOfWork { steps: 500_000 }));
        assert_eq!(occurrences.next(), wanted, "{text}");
        assert_eq!(occurrences.next(), None, "{text}");
    }
}

#[test]
fn the_search_ends_where_the_rule_ends() {
    let never = "FREQ=HOURLY;INTERVAL=2;BYHOUR=2;UNTIL=20270101T000000Z";
    for start in [
        "2025-01-01T01:00",
        "2025-01-01T01:00[Asia/Tokyo]",
        "2025-01-01T01:00Z",
    ] {
        let mut found = series(start, never)
            .with_budget(Budget::steps(3000))
            .occurrences(&TimeZone::UTC)
            .count();
        assert_eq!(found, 0);
        let forever = series(start, "FREQ=YEARLY;UNTIL=99991231T235959Z");
        found = starts(forever.occurrences(&TimeZone::UTC), 9000).len();
        assert!(found > 7970, "{found}");
    }
}

#[test]
fn what_is_rare_is_found() {
    for (start, text, next) in [
        ("1896-02-29", "FREQ=YEARLY", "1904-02-29"),
        ("2000-02-29", "FREQ=YEARLY;INTERVAL=100", "2400-02-29"),
        (
            "2000-02-29",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU",
            "2028-02-29",
        ),
        ("2000-02-29", "FREQ=DAILY;INTERVAL=146097", "2400-02-29"),
    ] {
        let found = starts(series(start, text).occurrences(&TimeZone::UTC), 2);
        assert_eq!(found, [start, next], "{text}");
    }
}

#[test]
fn the_last_occurrences_of_the_year_9999_end_a_series() {
    for start in [
        "9999-12-28",
        "9999-12-28T23:00",
        "9999-12-28T23:00[Asia/Tokyo]",
    ] {
        for text in [
            "FREQ=DAILY",
            "FREQ=HOURLY",
            "FREQ=WEEKLY",
            "FREQ=MONTHLY",
            "FREQ=YEARLY",
        ] {
            let found = starts(series(start, text).occurrences(&TimeZone::UTC), 99);
            assert!((1..80).contains(&found.len()), "{start} {text}: {found:?}");
        }
    }
}

#[test]
fn a_date_is_repeated_once_a_day_at_most() {
    for (text, wanted) in [
        (
            "FREQ=HOURLY;COUNT=3",
            ["2026-01-01", "2026-01-02", "2026-01-03"],
        ),
        (
            "FREQ=SECONDLY;COUNT=3;BYHOUR=9",
            ["2026-01-01", "2026-01-02", "2026-01-03"],
        ),
        (
            "FREQ=HOURLY;INTERVAL=36;COUNT=3",
            ["2026-01-01", "2026-01-02", "2026-01-04"],
        ),
        (
            "FREQ=DAILY;BYHOUR=9,18;COUNT=3",
            ["2026-01-01", "2026-01-02", "2026-01-03"],
        ),
    ] {
        assert_eq!(all(&series("2026-01-01", text)), wanted, "{text}");
    }
}
