//! Text in, same text out; what is wrong is named.

use astro_calendar::recurrence::{Frequency, PolicyError, RuleError, Until};

use super::*;

#[test]
fn the_text_comes_out_as_it_went_in() {
    for text in [
        "FREQ=DAILY",
        "freq=weekly;byday=mo,TU",
        "BYDAY=MO;FREQ=WEEKLY;",
        "RRULE:FREQ=MONTHLY;BYDAY=+1FR,-1FR;INTERVAL=002",
        "FREQ=SECONDLY;BYSECOND=5,4,4,60",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
    ] {
        assert_eq!(rule(text).to_string(), text);
        let json = serde_json::to_string(&rule(text)).unwrap();
        assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule(text));
    }
}

#[test]
fn a_rule_says_what_it_holds() {
    let daily = rule("FREQ=DAILY;INTERVAL=3;COUNT=5");
    assert_eq!(daily.frequency(), Frequency::Daily);
    assert_eq!((daily.interval(), daily.count()), (3, Some(5)));
    assert_eq!(daily.until(), None);
    let until = |text: &str| rule(&format!("FREQ=DAILY;UNTIL={text}")).until().cloned();
    assert_eq!(
        until("20261231"),
        Some(Until::Date("2026-12-31".parse().unwrap()))
    );
    assert_eq!(
        until("20261231t235960"),
        Some(Until::Local("2026-12-31T23:59:59".parse().unwrap()))
    );
    assert_eq!(
        until("20261231T235959z"),
        Some(Until::Utc("2026-12-31T23:59:59Z".parse().unwrap()))
    );
}

const WRONG: &[(&str, &str)] = &[
    (
        "",
        "the rule is empty; give one such as FREQ=WEEKLY;BYDAY=MO,TH",
    ),
    (
        "DAILY",
        "\"DAILY\" is not a part of a rule; parts are NAME=VALUE, separated by semicolons",
    ),
    (
        "FREQ=DAILY;;COUNT=1",
        "\"\" is not a part of a rule; parts are NAME=VALUE, separated by semicolons",
    ),
    (
        "INTERVAL=2",
        "FREQ is missing; a rule says how often, as in FREQ=DAILY",
    ),
    ("FREQ=DAILY;FREQ=WEEKLY", "FREQ is given twice"),
    (
        "FREQ=DAILY;COUNT=3;UNTIL=20261231",
        "COUNT and UNTIL both end a rule; only one of them may be given",
    ),
    (
        "FREQ=FORTNIGHTLY",
        "FREQ: \"FORTNIGHTLY\" is not one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY",
    ),
    (
        "FREQ=DAILY;INTERVAL=0",
        "INTERVAL: \"0\" is not a whole number from 1 to 4294967295",
    ),
    (
        "FREQ=DAILY;COUNT=+3",
        "COUNT: \"+3\" is not a whole number from 1 to 4294967295",
    ),
    (
        "FREQ=DAILY;COUNT=4294967296",
        "COUNT: \"4294967296\" is not a whole number from 1 to 4294967295",
    ),
    (
        "FREQ=DAILY;UNTIL=20260230",
        "UNTIL: \"20260230\" is not a date 20261231, a local time 20261231T235959 or an instant 20261231T235959Z",
    ),
    (
        "FREQ=WEEKLY;BYDAY=MO,XX",
        "BYDAY: \"XX\" is not a weekday such as MO, or one with a number from 1 to 53 or -1 to -53 such as 2MO or -1FR",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "BYMONTHDAY: \"32\" is not a day of the month from 1 to 31, or -1 (the last) to -31",
    ),
    (
        "FREQ=YEARLY;BYMONTH=1,",
        "BYMONTH: \"\" is not a month from 1 to 12",
    ),
    (
        "FREQ=DAILY;BYHOUR=-1",
        "BYHOUR: \"-1\" is not an hour from 0 to 23",
    ),
    (
        "FREQ=DAILY;WKST=1",
        "WKST: \"1\" is not one of MO, TU, WE, TH, FR, SA, SU",
    ),
    (
        "FREQ=DAILY;BYSETPOS=1",
        "BYSETPOS chooses among what other BY parts give; there is none",
    ),
    (
        "FREQ=WEEKLY;BYDAY=2MO",
        "a number in BYDAY has no meaning with FREQ=WEEKLY; weekdays are counted with FREQ=MONTHLY and FREQ=YEARLY only",
    ),
    (
        "FREQ=YEARLY;BYWEEKNO=3;BYDAY=-2MO",
        "BYDAY: -2MO has a number, which has no meaning together with BYWEEKNO",
    ),
    (
        "FREQ=MONTHLY;BYWEEKNO=3",
        "BYWEEKNO has no meaning with FREQ=MONTHLY; weeks are numbered with FREQ=YEARLY only",
    ),
    (
        "FREQ=DAILY;BYYEARDAY=3",
        "BYYEARDAY has no meaning with FREQ=DAILY; use FREQ=YEARLY, or BYMONTH and BYMONTHDAY",
    ),
    (
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "BYMONTHDAY has no meaning with FREQ=WEEKLY; use FREQ=MONTHLY or FREQ=DAILY",
    ),
];

#[test]
fn what_is_wrong_with_a_rule_is_said() {
    for (text, message) in WRONG {
        let error = text.parse::<Rule>().unwrap_err();
        assert_eq!(error.to_string(), *message, "{text}");
    }
    let unknown = "FREQ=DAILY;RSCALE=GREGORIAN".parse::<Rule>().unwrap_err();
    assert_eq!(unknown, RuleError::UnknownPart("RSCALE".to_owned()));
    let long = format!("FREQ=DAILY;BYHOUR={}1", "1,".repeat(3000));
    assert!(matches!(long.parse::<Rule>(), Err(RuleError::TooLong(_))));
}

#[test]
fn a_new_end_leaves_the_other_parts_as_they_are() {
    for (text, first_left_out, wanted) in [
        ("FREQ=DAILY", "2026-12-01", "FREQ=DAILY;UNTIL=20261130"),
        (
            "freq=daily;count=9;interval=02;",
            "2026-12-01T09:00",
            "freq=daily;UNTIL=20261201T085959;interval=02;",
        ),
        (
            "RRULE:COUNT=9;FREQ=DAILY",
            "2026-12-01T09:00Z",
            "RRULE:UNTIL=20261201T085959Z;FREQ=DAILY",
        ),
        (
            "FREQ=DAILY;UNTIL=20271231T000000Z",
            "2026-12-01T09:00[Europe/Madrid]",
            "FREQ=DAILY;UNTIL=20261201T075959Z",
        ),
    ] {
        let ended = rule(text).ending_before(&when(first_left_out));
        assert_eq!(ended.to_string(), wanted);
        assert_eq!(rule(wanted), ended);
    }
    let counted = rule("FREQ=DAILY;UNTIL=20271231;BYHOUR=9").with_count(4);
    assert_eq!(counted, rule("FREQ=DAILY;COUNT=4;BYHOUR=9"));
}

#[test]
fn a_rule_that_ends_before_an_occurrence_ends_before_it() {
    for start in [
        "2026-03-20",
        "2026-03-20T02:30",
        "2026-03-20T02:30:00.25[Europe/Madrid]",
        "2026-03-20T02:30Z",
    ] {
        let whole = series(start, "FREQ=DAILY;COUNT=20");
        let all = starts(whole.occurrences(&TimeZone::UTC), 99);
        for (index, first_left_out) in all.iter().enumerate().skip(1) {
            let ended = rule("FREQ=DAILY;COUNT=20").ending_before(&when(first_left_out));
            let ended = Series::new(when(start)).with_rule(ended);
            assert_eq!(starts(ended.occurrences(&TimeZone::UTC), 99), all[..index]);
        }
    }
}

#[test]
fn tasks_do_not_repeat_as_no_person_means() {
    for text in [
        "FREQ=DAILY",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=8,12,18",
        "FREQ=HOURLY;INTERVAL=2;BYMINUTE=0,30",
        "FREQ=HOURLY;BYHOUR=9,10;BYMINUTE=0,15,30,45",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=YEARLY;INTERVAL=100",
    ] {
        assert_eq!(rule(text).check_for_tasks(), Ok(()), "{text}");
    }
    for (text, error) in [
        (
            "FREQ=SECONDLY;INTERVAL=86400",
            PolicyError::TooFrequent(Frequency::Secondly),
        ),
        (
            "FREQ=MINUTELY",
            PolicyError::TooFrequent(Frequency::Minutely),
        ),
        ("FREQ=HOURLY;BYMINUTE=0,30", PolicyError::TooManyADay(48)),
        (
            "FREQ=MONTHLY;BYHOUR=8,9,10,11,12;BYMINUTE=0,10,20,30,40",
            PolicyError::TooManyADay(25),
        ),
        ("FREQ=YEARLY;INTERVAL=101", PolicyError::TooFarApart(101)),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            PolicyError::NoSuchDay,
        ),
        (
            "FREQ=DAILY;BYMONTH=4,6;BYMONTHDAY=31,-31",
            PolicyError::NoSuchDay,
        ),
    ] {
        assert_eq!(rule(text).check_for_tasks(), Err(error), "{text}");
    }
}
