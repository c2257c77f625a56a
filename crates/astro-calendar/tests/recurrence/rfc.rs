//! Every example of RFC 5545 3.8.5.3, as it stands there, in `America/New_York` at nine o'clock.
//!
//! One is not as it stands: "every 3 hours from 9:00 AM to 5:00 PM" ends at 17:00 UTC, which is one
//! o'clock in New York; erratum 3883 has 21:00 UTC.

use super::*;

/// First date, rule, the dates of the RFC (`1997-09: 2,4-6; 1997-10: 1`), and whether these are all.
type Example = (&'static str, &'static str, &'static str, bool);

const DAYS: &[Example] = &[
    ("1997-09-02", "FREQ=DAILY;COUNT=10", "1997-09: 2-11", true),
    (
        "1997-09-02",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "1997-09: 2-30; 1997-10: 1-31; 1997-11: 1-30; 1997-12: 1-23",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=DAILY;INTERVAL=2",
        "1997-09: 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; 1997-10: 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; 1997-11: 1,3,5,7,9",
        false,
    ),
    (
        "1997-09-02",
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        "1997-09: 2,12,22; 1997-10: 2,12",
        true,
    ),
    (
        "1998-01-01",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998-01: 1-31; 1999-01: 1-31; 2000-01: 1-31",
        true,
    ),
    (
        "1998-01-01",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        "1998-01: 1-31; 1999-01: 1-31; 2000-01: 1-31",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10",
        "1997-09: 2,9,16,23,30; 1997-10: 7,14,21,28; 1997-11: 4",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09: 2,9,16,23,30; 1997-10: 7,14,21,28; 1997-11: 4,11,18,25; 1997-12: 2,9,16,23",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09: 2,16,30; 1997-10: 14,28; 1997-11: 11,25; 1997-12: 9,23; 1998-01: 6,20; 1998-02: 3,17",
        false,
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997-09: 2,4,9,11,16,18,23,25,30; 1997-10: 2",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997-09: 2,4,9,11,16,18,23,25,30; 1997-10: 2",
        true,
    ),
    (
        "1997-09-01",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09: 1,3,5,15,17,19,29; 1997-10: 1,3,13,15,17,27,29,31; 1997-11: 10,12,14,24,26,28; 1997-12: 8,10,12,22",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09: 2,4,16,18,30; 1997-10: 2,14,16",
        true,
    ),
    (
        "1997-09-05",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5; 1998-01: 2; 1998-02: 6; 1998-03: 6; 1998-04: 3; 1998-05: 1; 1998-06: 5",
        true,
    ),
    (
        "1997-09-05",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5",
        true,
    ),
    (
        "1997-09-07",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09: 7,28; 1997-11: 2,30; 1998-01: 4,25; 1998-03: 1,29; 1998-05: 3,31",
        true,
    ),
    (
        "1997-09-22",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09: 22; 1997-10: 20; 1997-11: 17; 1997-12: 22; 1998-01: 19; 1998-02: 16",
        true,
    ),
    (
        "1997-09-28",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09: 28; 1997-10: 29; 1997-11: 28; 1997-12: 29; 1998-01: 29; 1998-02: 26",
        false,
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09: 2,15; 1997-10: 2,15; 1997-11: 2,15; 1997-12: 2,15; 1998-01: 2,15",
        true,
    ),
    (
        "1997-09-30",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09: 30; 1997-10: 1,31; 1997-11: 1,30; 1997-12: 1,31; 1998-01: 1,31; 1998-02: 1",
        true,
    ),
    (
        "1997-09-10",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09: 10-15; 1999-03: 10-13",
        true,
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09: 2,9,16,23,30; 1997-11: 4,11,18,25; 1998-01: 6,13,20,27; 1998-03: 3,10,17,24,31",
        false,
    ),
    (
        "1997-06-10",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06: 10; 1997-07: 10; 1998-06: 10; 1998-07: 10; 1999-06: 10; 1999-07: 10; 2000-06: 10; 2000-07: 10; 2001-06: 10; 2001-07: 10",
        true,
    ),
    (
        "1997-03-10",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997-03: 10; 1999-01: 10; 1999-02: 10; 1999-03: 10; 2001-01: 10; 2001-02: 10; 2001-03: 10; 2003-01: 10; 2003-02: 10; 2003-03: 10",
        true,
    ),
    (
        "1997-01-01",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01: 1; 1997-04: 10; 1997-07: 19; 2000-01: 1; 2000-04: 9; 2000-07: 18; 2003-01: 1; 2003-04: 10; 2003-07: 19; 2006-01: 1",
        true,
    ),
    (
        "1997-05-19",
        "FREQ=YEARLY;BYDAY=20MO",
        "1997-05: 19; 1998-05: 18; 1999-05: 17",
        false,
    ),
    (
        "1997-05-12",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "1997-05: 12; 1998-05: 11; 1999-05: 17",
        false,
    ),
    (
        "1997-03-13",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03: 13,20,27; 1998-03: 5,12,19,26; 1999-03: 4,11,18,25",
        false,
    ),
    (
        "1997-06-05",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06: 5,12,19,26; 1997-07: 3,10,17,24,31; 1997-08: 7,14,21,28; 1998-06: 4,11,18,25; 1998-07: 2,9,16,23,30; 1998-08: 6,13,20,27; 1999-06: 3,10,17,24; 1999-07: 1,8,15,22,29; 1999-08: 5,12,19,26",
        false,
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998-02: 13; 1998-03: 13; 1998-11: 13; 1999-08: 13; 2000-10: 13",
        false,
    ),
    (
        "1997-09-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09: 13; 1997-10: 11; 1997-11: 8; 1997-12: 13; 1998-01: 10; 1998-02: 7; 1998-03: 7; 1998-04: 11; 1998-05: 9; 1998-06: 13",
        false,
    ),
    (
        "1996-11-05",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11: 5; 2000-11: 7; 2004-11: 2",
        false,
    ),
    (
        "1997-09-04",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "1997-09: 4; 1997-10: 7; 1997-11: 6",
        true,
    ),
    (
        "1997-09-29",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997-09: 29; 1997-10: 30; 1997-11: 27; 1997-12: 30; 1998-01: 29; 1998-02: 26; 1998-03: 30",
        false,
    ),
    (
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "1997-08: 5,10,19,24",
        true,
    ),
    (
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "1997-08: 5,17,19,31",
        true,
    ),
    (
        "2007-01-15",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "2007-01: 15,30; 2007-02: 15; 2007-03: 15,30",
        true,
    ),
];

/// The same for rules that give times of the 2nd of September 1997.
const TIMES: &[(&str, &str)] = &[
    (
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
        "09:00 12:00 15:00",
    ),
    (
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        "09:00 09:15 09:30 09:45 10:00 10:15",
    ),
    (
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        "09:00 10:30 12:00 13:30",
    ),
];

fn days(text: &str) -> Vec<String> {
    let mut days = Vec::new();
    for month in text.split("; ") {
        let (month, pieces) = month.split_once(": ").unwrap();
        for piece in pieces.split(',') {
            let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
            for day in first.parse::<u8>().unwrap()..=last.parse().unwrap() {
                days.push(format!("{month}-{day:02}T09:00:00[America/New_York]"));
            }
        }
    }
    days
}

#[test]
fn the_examples_of_the_rfc_give_what_stands_there() {
    for (date, text, wanted, is_all) in DAYS {
        let series = series(&format!("{date}T09:00[America/New_York]"), text);
        let wanted = days(wanted);
        let one_more = wanted.len() + usize::from(*is_all);
        let given = starts(series.occurrences(&TimeZone::UTC), one_more);
        assert_eq!(given, wanted, "{text}");
    }
}

#[test]
fn the_examples_of_the_rfc_give_times_of_day() {
    for (text, wanted) in TIMES {
        let series = series("1997-09-02T09:00[America/New_York]", text);
        let wanted: Vec<_> = wanted
            .split(' ')
            .map(|time| format!("1997-09-02T{time}:00[America/New_York]"))
            .collect();
        assert_eq!(
            starts(series.occurrences(&TimeZone::UTC), 99),
            wanted,
            "{text}"
        );
    }
}

#[test]
fn every_20_minutes_of_the_working_day_can_be_said_in_two_ways() {
    let said = [
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    ];
    let mut wanted = Vec::new();
    for day in [2, 3] {
        for minute in (9 * 60..17 * 60).step_by(20) {
            let (hour, minute) = (minute / 60, minute % 60);
            wanted.push(format!(
                "1997-09-{day:02}T{hour:02}:{minute:02}:00[America/New_York]"
            ));
        }
    }
    for text in said {
        let series = series("1997-09-02T09:00[America/New_York]", text);
        assert_eq!(
            starts(series.occurrences(&TimeZone::UTC), 48),
            wanted,
            "{text}"
        );
    }
}

/// The RFC says "Eastern Daylight Time" and "Eastern Standard Time" with each date.
#[test]
fn nine_oclock_in_new_york_is_at_13_or_14_in_greenwich() {
    let series = series("1997-09-02T09:00[America/New_York]", "FREQ=WEEKLY;COUNT=10");
    let instants: Vec<_> = series
        .occurrences(&TimeZone::UTC)
        .map(|occurrence| {
            occurrence
                .unwrap()
                .start
                .instant(&TimeZone::UTC)
                .to_string()
        })
        .collect();
    let (daylight, standard) = instants.split_at(8);
    assert!(
        daylight
            .iter()
            .all(|instant| instant.ends_with("T13:00:00Z"))
    );
    assert!(
        standard
            .iter()
            .all(|instant| instant.ends_with("T14:00:00Z"))
    );
}
