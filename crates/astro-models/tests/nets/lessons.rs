//! What is learnt from and what is kept to judge.

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use astro_data::{Example, Fact, Happened, Says};
use astro_models::lesson::{Lesson, Record};
use uuid::Uuid;

use super::begin;

const DAYS: i64 = 60;

fn made(person: u128, number: i64, at: Timestamp) -> Fact {
    let id = Uuid::new_v5(&Uuid::from_u128(person), &number.to_le_bytes());
    Fact {
        id,
        task: Some(id),
        at,
        recorded_at: at,
        what: Happened::Created(Box::<Says>::default()),
    }
}

/// A task a day of each.
fn people(count: u128) -> Vec<Record> {
    let day = |number: i64| begin() + SignedDuration::from_hours(24 * number);
    let record = |person: u128| Record {
        person: Uuid::from_u128(person),
        zone: TimeZone::UTC,
        facts: (0..DAYS)
            .map(|number| made(person, number, day(number)))
            .collect(),
        decisions: Vec::new(),
        withheld: Vec::new(),
    };
    (1..=count).map(record).collect()
}

#[test]
fn a_line_of_long_ago_does_not_move_where_time_is_divided() {
    let until = begin() + SignedDuration::from_hours(24 * DAYS);
    let lesson = |records: &[Record]| Lesson::<Example>::of(records, until, 1);
    for count in [1, 20] {
        let mut records = people(count);
        let before = lesson(&records);
        assert!(before.learn.len() > 200, "{}", before.learn.len());
        for long_ago in ["1995-03-01T00:00:00Z", "2025-06-01T00:00:00Z"] {
            let old = made(1, -1, long_ago.parse().unwrap());
            records[0].facts.insert(0, old);
            let after = lesson(&records);
            assert_eq!(after.learnt_until, before.learnt_until, "{long_ago}");
            assert!(after.learn.len() >= before.learn.len());
            records[0].facts.remove(0);
        }
    }
}
