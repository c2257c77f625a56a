//! Seeking gives what walking gives.

use astro_calendar::Timestamp;
use astro_calendar::recurrence::{Budget, Occurrence, OutOfWork};
use proptest::prelude::*;
use proptest::sample::select;

use super::making::{local_time, rule_text};
use super::*;

const ZONES: [&str; 10] = [
    "",
    "Z",
    "[Europe/Madrid]",
    "[America/New_York]",
    "[Australia/Lord_Howe]",
    "[Africa/Casablanca]",
    "[America/Sao_Paulo]",
    "[Pacific/Apia]",
    "[America/St_Johns]",
    "[Asia/Kathmandu]",
];

fn any_series() -> impl Strategy<Value = Series> {
    let end = prop_oneof![
        3 => Just(String::new()),
        1 => (1_u32..200).prop_map(|count| format!(";COUNT={count}")),
        1 => (1990_u16..2060).prop_map(|year| format!(";UNTIL={year}1224T083000Z")),
    ];
    (
        local_time(),
        select(&ZONES[..]),
        rule_text(),
        end,
        any::<bool>(),
    )
        .prop_map(|(local, zone, text, end, is_date)| {
            let start = if is_date && zone.is_empty() {
                when(&local[..10])
            } else {
                when(&format!("{local}{zone}"))
            };
            Series::new(start)
                .with_rule(rule(&(text + &end)))
                // rules whose parts never meet are not what is tested here
                .with_budget(Budget::steps(20_000))
        })
}

/// What comes until the budget is spent.
fn found(
    occurrences: impl Iterator<Item = Result<Occurrence, OutOfWork>>,
    count: usize,
) -> Vec<Occurrence> {
    occurrences.take(count).map_while(Result::ok).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_comes_after_an_instant_is_what_walking_gives_after_it(
        series in any_series(), index in 0_usize..60, off in select(&[-1_i64, 0, 1, 1800, 3600][..]),
    ) {
        let madrid = "Europe/Madrid".parse::<ZoneName>().unwrap().load();
        let walked = found(series.occurrences(&madrid), 80);
        // the way to the first one is longer when those before have to be counted
        let series = series.with_budget(Budget::default());
        prop_assume!(!walked.is_empty());
        let near = walked[index % walked.len()].start.instant(&madrid);
        let bound = Timestamp::from_second(near.as_second() + off).unwrap();
        let wanted: Vec<_> = walked
            .iter()
            .filter(|occurrence| occurrence.start.instant(&madrid) > bound)
            .cloned()
            .collect();
        let sought = found(series.after(bound, &madrid), wanted.len());
        prop_assert_eq!(&sought, &wanted);
        let wanted: Vec<_> = walked
            .iter()
            .filter(|occurrence| occurrence.start.instant(&madrid) >= bound)
            .cloned()
            .collect();
        prop_assert_eq!(found(series.from(bound, &madrid), wanted.len()), wanted);
    }

    #[test]
    fn occurrences_come_in_order_and_each_once(series in any_series()) {
        let apia = "Pacific/Apia".parse::<ZoneName>().unwrap().load();
        let walked = found(series.occurrences(&apia), 100);
        for pair in walked.windows(2) {
            let (first, second) = (&pair[0].start, &pair[1].start);
            let (one, two) = (first.instant(&apia), second.instant(&apia));
            let is_day = matches!(first, When::Date(_));
            prop_assert!(one < two || (is_day && one == two && first != second), "{} {}", first, second);
        }
    }
}

#[test]
fn the_next_occurrence_is_near_however_long_ago_the_series_began() {
    let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    for (text, next) in [
        ("FREQ=DAILY", "2026-11-24T09:00:00[Europe/Rome]"),
        ("FREQ=SECONDLY", "2026-11-23T11:00:01[Europe/Rome]"),
        (
            "FREQ=SECONDLY;INTERVAL=7",
            "2026-11-23T11:00:06[Europe/Rome]",
        ),
        (
            "FREQ=MINUTELY;BYSECOND=30",
            "2026-11-23T11:00:30[Europe/Rome]",
        ),
        ("FREQ=WEEKLY;BYDAY=FR", "2026-11-27T09:00:00[Europe/Rome]"),
        (
            "FREQ=MONTHLY;BYDAY=-1FR",
            "2026-11-27T09:00:00[Europe/Rome]",
        ),
        ("FREQ=YEARLY", "2027-10-15T09:00:00[Europe/Rome]"),
    ] {
        // within a handful of steps
        let series = series("1582-10-15T09:00[Europe/Rome]", text).with_budget(Budget::steps(400));
        assert_eq!(
            starts(series.after(now, &TimeZone::UTC), 1),
            [next],
            "{text}"
        );
    }
}
