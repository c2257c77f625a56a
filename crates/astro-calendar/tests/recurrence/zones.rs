//! Changes of the clocks (RFC 5545 3.3.5): wall time is kept; one that does not exist has the offset
//! before the gap; of one that exists twice the first is meant.

use super::*;

/// Beginnings and their instants, from an instant on.
fn shown(series: &Series, from: &str, count: usize) -> Vec<String> {
    series
        .from(from.parse().unwrap(), &TimeZone::UTC)
        .take(count)
        .map(|occurrence| {
            let start = occurrence.unwrap().start;
            let instant = start.instant(&TimeZone::UTC);
            let wall = start.to_string();
            format!("{} = {instant}", &wall[..16])
        })
        .collect()
}

fn daily(zone: &str, time: &str, from: &str, wanted: [&str; 3]) {
    for start in ["2010-01-01", "2025-11-20"] {
        let series = series(&format!("{start}T{time}[{zone}]"), "FREQ=DAILY");
        assert_eq!(shown(&series, from, 3), wanted, "{zone} from {start}");
    }
}

#[test]
fn nine_oclock_stays_nine_oclock_in_madrid() {
    daily(
        "Europe/Madrid",
        "09:00",
        "2026-03-28T00:00:00Z",
        [
            "2026-03-28T09:00 = 2026-03-28T08:00:00Z",
            "2026-03-29T09:00 = 2026-03-29T07:00:00Z",
            "2026-03-30T09:00 = 2026-03-30T07:00:00Z",
        ],
    );
    daily(
        "Europe/Madrid",
        "09:00",
        "2026-10-24T00:00:00Z",
        [
            "2026-10-24T09:00 = 2026-10-24T07:00:00Z",
            "2026-10-25T09:00 = 2026-10-25T08:00:00Z",
            "2026-10-26T09:00 = 2026-10-26T08:00:00Z",
        ],
    );
}

#[test]
fn nine_oclock_stays_nine_oclock_in_auckland() {
    daily(
        "Pacific/Auckland",
        "09:00",
        "2026-04-03T12:00:00Z",
        [
            "2026-04-04T09:00 = 2026-04-03T20:00:00Z",
            "2026-04-05T09:00 = 2026-04-04T21:00:00Z",
            "2026-04-06T09:00 = 2026-04-05T21:00:00Z",
        ],
    );
    daily(
        "Pacific/Auckland",
        "09:00",
        "2026-09-25T12:00:00Z",
        [
            "2026-09-26T09:00 = 2026-09-25T21:00:00Z",
            "2026-09-27T09:00 = 2026-09-26T20:00:00Z",
            "2026-09-28T09:00 = 2026-09-27T20:00:00Z",
        ],
    );
}

/// No clocks change in Brazil since 2019; before, they did at midnight.
#[test]
fn a_midnight_that_does_not_exist_in_sao_paulo_comes_an_hour_later() {
    daily(
        "America/Sao_Paulo",
        "09:00",
        "2026-10-17T00:00:00Z",
        [
            "2026-10-17T09:00 = 2026-10-17T12:00:00Z",
            "2026-10-18T09:00 = 2026-10-18T12:00:00Z",
            "2026-10-19T09:00 = 2026-10-19T12:00:00Z",
        ],
    );
    let midnights = series("2018-11-01T00:00[America/Sao_Paulo]", "FREQ=DAILY");
    assert_eq!(
        shown(&midnights, "2018-11-03T00:00:00Z", 3),
        [
            "2018-11-03T00:00 = 2018-11-03T03:00:00Z",
            "2018-11-04T00:00 = 2018-11-04T03:00:00Z",
            "2018-11-05T00:00 = 2018-11-05T02:00:00Z",
        ]
    );
}

#[test]
fn clocks_on_lord_howe_change_by_half_an_hour() {
    daily(
        "Australia/Lord_Howe",
        "09:00",
        "2026-04-03T20:00:00Z",
        [
            "2026-04-04T09:00 = 2026-04-03T22:00:00Z",
            "2026-04-05T09:00 = 2026-04-04T22:30:00Z",
            "2026-04-06T09:00 = 2026-04-05T22:30:00Z",
        ],
    );
    // 02:00 became 02:30
    daily(
        "Australia/Lord_Howe",
        "02:15",
        "2026-10-02T15:00:00Z",
        [
            "2026-10-03T02:15 = 2026-10-02T15:45:00Z",
            "2026-10-04T02:15 = 2026-10-03T15:45:00Z",
            "2026-10-05T02:15 = 2026-10-04T15:15:00Z",
        ],
    );
}

/// Morocco goes back an hour for Ramadan: 2026-02-15 to 2026-03-22.
#[test]
fn nine_oclock_stays_nine_oclock_in_casablanca_during_ramadan() {
    daily(
        "Africa/Casablanca",
        "09:00",
        "2026-02-14T00:00:00Z",
        [
            "2026-02-14T09:00 = 2026-02-14T08:00:00Z",
            "2026-02-15T09:00 = 2026-02-15T09:00:00Z",
            "2026-02-16T09:00 = 2026-02-16T09:00:00Z",
        ],
    );
    daily(
        "Africa/Casablanca",
        "09:00",
        "2026-03-21T00:00:00Z",
        [
            "2026-03-21T09:00 = 2026-03-21T09:00:00Z",
            "2026-03-22T09:00 = 2026-03-22T08:00:00Z",
            "2026-03-23T09:00 = 2026-03-23T08:00:00Z",
        ],
    );
}

#[test]
fn a_local_time_that_does_not_exist_is_kept_and_lies_an_hour_later() {
    daily(
        "Europe/Madrid",
        "02:30",
        "2026-03-28T00:00:00Z",
        [
            "2026-03-28T02:30 = 2026-03-28T01:30:00Z",
            "2026-03-29T02:30 = 2026-03-29T01:30:00Z",
            "2026-03-30T02:30 = 2026-03-30T00:30:00Z",
        ],
    );
}

#[test]
fn a_local_time_that_exists_twice_is_the_first() {
    daily(
        "Europe/Madrid",
        "02:30",
        "2026-10-24T00:00:00Z",
        [
            "2026-10-24T02:30 = 2026-10-24T00:30:00Z",
            "2026-10-25T02:30 = 2026-10-25T00:30:00Z",
            "2026-10-26T02:30 = 2026-10-26T01:30:00Z",
        ],
    );
}

#[test]
fn an_hour_that_does_not_exist_and_the_next_one_are_one_occurrence() {
    let hourly = series("2026-03-29T00:30[Europe/Madrid]", "FREQ=HOURLY;COUNT=5");
    assert_eq!(
        shown(&hourly, "2026-03-28T00:00:00Z", 9),
        [
            "2026-03-29T00:30 = 2026-03-28T23:30:00Z",
            "2026-03-29T01:30 = 2026-03-29T00:30:00Z",
            "2026-03-29T03:30 = 2026-03-29T01:30:00Z",
            "2026-03-29T04:30 = 2026-03-29T02:30:00Z",
            "2026-03-29T05:30 = 2026-03-29T03:30:00Z",
        ]
    );
}

#[test]
fn an_hour_that_comes_twice_has_one_occurrence() {
    let hourly = series("2026-10-25T01:30[Europe/Madrid]", "FREQ=HOURLY;COUNT=3");
    assert_eq!(
        shown(&hourly, "2026-10-24T00:00:00Z", 9),
        [
            "2026-10-25T01:30 = 2026-10-24T23:30:00Z",
            "2026-10-25T02:30 = 2026-10-25T00:30:00Z",
            "2026-10-25T03:30 = 2026-10-25T02:30:00Z",
        ]
    );
}

#[test]
fn what_does_not_exist_waits_until_it_is_due() {
    let half_hours = series(
        "2026-03-29T01:50[Europe/Madrid]",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=10,50;COUNT=6",
    );
    // 02:10 and 02:50 lie where 03:10 and 03:50 lie
    assert_eq!(
        shown(&half_hours, "2026-03-29T00:00:00Z", 4),
        [
            "2026-03-29T01:50 = 2026-03-29T00:50:00Z",
            "2026-03-29T03:10 = 2026-03-29T01:10:00Z",
            "2026-03-29T03:50 = 2026-03-29T01:50:00Z",
            "2026-03-30T01:10 = 2026-03-29T23:10:00Z",
        ]
    );
    let mixed = series(
        "2026-03-29T01:50[Europe/Madrid]",
        "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=20,40;BYSETPOS=2,3",
    );
    // 02:40 lies after 03:20
    assert_eq!(
        shown(&mixed, "2026-03-29T00:00:00Z", 3),
        [
            "2026-03-29T03:20 = 2026-03-29T01:20:00Z",
            "2026-03-29T02:40 = 2026-03-29T01:40:00Z",
            "2026-03-30T02:40 = 2026-03-30T00:40:00Z",
        ]
    );
}

#[test]
fn a_day_that_a_zone_skipped_is_one_occurrence_with_the_next() {
    let nines = series("2011-12-28T09:00[Pacific/Apia]", "FREQ=DAILY;COUNT=4");
    assert_eq!(
        shown(&nines, "2011-12-01T00:00:00Z", 9),
        [
            "2011-12-28T09:00 = 2011-12-28T19:00:00Z",
            "2011-12-29T09:00 = 2011-12-29T19:00:00Z",
            "2011-12-31T09:00 = 2011-12-30T19:00:00Z",
            "2012-01-01T09:00 = 2011-12-31T19:00:00Z",
        ]
    );
    let days = series("2011-12-29", "FREQ=DAILY;COUNT=3");
    let apia = "Pacific/Apia".parse::<ZoneName>().unwrap().load();
    assert_eq!(
        starts(days.occurrences(&apia), 9),
        ["2011-12-29", "2011-12-30", "2011-12-31"]
    );
}

#[test]
fn times_without_a_zone_are_those_of_the_person() {
    let nine = series("2026-03-28T09:00", "FREQ=DAILY");
    for (zone, first) in [("Europe/Madrid", "08:00"), ("Asia/Tokyo", "00:00")] {
        let zone = zone.parse::<ZoneName>().unwrap().load();
        let at = format!("2026-03-28T{first}:00Z").parse().unwrap();
        assert_eq!(starts(nine.from(at, &zone), 1), ["2026-03-28T09:00:00"]);
        assert_eq!(starts(nine.after(at, &zone), 1), ["2026-03-29T09:00:00"]);
    }
}

#[test]
fn who_asks_while_the_clocks_change_gets_what_is_still_to_come() {
    let next = |start: &str, asked: &str| {
        let series = series(start, "FREQ=DAILY");
        shown(&series, asked, 1).remove(0)
    };
    let madrid = "2026-01-01T02:30[Europe/Madrid]";
    // the clock shows 03:10, and 02:30 is still to come at 03:30
    for (asked, found) in [
        (
            "2026-03-29T01:00:00Z",
            "2026-03-29T02:30 = 2026-03-29T01:30:00Z",
        ),
        (
            "2026-03-29T01:10:00Z",
            "2026-03-29T02:30 = 2026-03-29T01:30:00Z",
        ),
        (
            "2026-03-29T01:30:00Z",
            "2026-03-29T02:30 = 2026-03-29T01:30:00Z",
        ),
        (
            "2026-03-29T01:30:01Z",
            "2026-03-30T02:30 = 2026-03-30T00:30:00Z",
        ),
        // the clock shows 02:10 again, and 02:30 is over
        (
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:30 = 2026-10-25T00:30:00Z",
        ),
        (
            "2026-10-25T00:30:01Z",
            "2026-10-26T02:30 = 2026-10-26T01:30:00Z",
        ),
        (
            "2026-10-25T01:10:00Z",
            "2026-10-26T02:30 = 2026-10-26T01:30:00Z",
        ),
    ] {
        assert_eq!(next(madrid, asked), found, "{asked}");
    }
    let howe = "2026-01-01T02:15[Australia/Lord_Howe]";
    let found = next(howe, "2026-10-03T15:40:00Z");
    assert_eq!(found, "2026-10-04T02:15 = 2026-10-03T15:45:00Z");
}
