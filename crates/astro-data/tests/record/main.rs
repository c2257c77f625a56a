//! Records of random lives: what cleaning and features promise of any of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test a panic is the report"
)]

mod cleaning;
mod examples;
mod exposures;
mod features;
mod point_in_time;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use astro_core::preferences::RecommendationKind;
use astro_core::tasks::Energy;
use astro_data::{Answer, Candidate, Fact, Happened, Moment, Person, Row, Says, Scene};
use proptest::prelude::*;
use uuid::Uuid;

/// Hours in which things happen.
const HOURS: i64 = 24 * 60;

fn hour(hour: i64) -> Timestamp {
    "2026-01-05T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hour)
}

fn task(number: u128) -> Uuid {
    Uuid::from_u128(1_000 + number)
}

prop_compose! {
    fn says(at: i64)(
        priority in proptest::option::of(0_u8..=9),
        due in proptest::option::of(proptest::option::of(-50_i64..500)),
        start in proptest::option::of(proptest::option::of(-50_i64..200)),
        estimate in proptest::option::of(proptest::option::of(60_u32..20_000)),
        energy in proptest::option::of(proptest::option::of(0_usize..3)),
        depends_on in proptest::option::of(proptest::collection::vec(0_u128..5, 0..3)),
        parent in proptest::option::of(proptest::option::of(0_u128..5)),
        project in proptest::option::of(proptest::option::of(0_u128..3)),
        words in proptest::option::of(any::<[u8; 6]>()),
    ) -> Says {
        let moment = |hours: i64| hour(at + hours);
        Says {
            priority,
            due: due.map(|due| due.map(moment)),
            due_is_date: due.map(|_| false),
            start: start.map(|start| start.map(moment)),
            deadline: None,
            estimate_s: estimate,
            energy: energy.map(|energy| energy.map(|i| [Energy::Low, Energy::Medium, Energy::High][i])),
            waiting: None,
            recurs: None,
            project: project.map(|project| project.map(|n| Uuid::from_u128(50 + n))),
            labels: None,
            parent: parent.map(|parent| parent.map(task)),
            depends_on: depends_on.map(|all| all.into_iter().map(task).collect()),
            words,
        }
    }
}

fn happened(at: i64) -> impl Strategy<Value = Happened> {
    use RecommendationKind::{NextTask, Split};
    prop_oneof![
        3 => says(at).prop_map(|says| Happened::Created(Box::new(says))),
        2 => says(at).prop_map(|says| Happened::Edited(Box::new(says))),
        1 => says(at).prop_map(|says| Happened::Deferred(Box::new(says))),
        3 => Just(Happened::Started),
        2 => Just(Happened::Stopped),
        1 => (-9_000_i64..90_000).prop_map(Happened::Worked),
        3 => Just(Happened::Done),
        1 => Just(Happened::Reopened),
        1 => Just(Happened::Cancelled),
        1 => Just(Happened::Deleted),
        1 => Just(Happened::Restored),
        2 => prop_oneof![Just(NextTask), Just(Split)].prop_map(Happened::Shown),
        2 => (prop_oneof![Just(NextTask), Just(Split)], prop_oneof![
            Just(Answer::Accepted), Just(Answer::Dismissed), Just(Answer::Snoozed), Just(Answer::Ignored),
        ]).prop_map(|(kind, answer)| Happened::Answered(kind, answer)),
    ]
}

/// Something that happened between two hours, and was mostly recorded at once.
fn fact(from: i64, to: i64) -> impl Strategy<Value = Fact> {
    let delay = prop_oneof![4 => Just(0_i64), 1 => 0_i64..100, 1 => -3_i64..0];
    let moments = (from..to, delay, 0_u128..5, any::<u128>());
    moments.prop_flat_map(|(at, delay, number, id)| {
        happened(at).prop_map(move |what| Fact {
            id: Uuid::from_u128(id),
            task: Some(task(number)),
            at: hour(at),
            recorded_at: hour(at + delay),
            what,
        })
    })
}

/// A person's life so far, in any order.
fn record() -> impl Strategy<Value = Vec<Fact>> {
    proptest::collection::vec(fact(0, HOURS), 0..60)
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Madrid").unwrap()
}

fn person(facts: &[Fact]) -> Person {
    let mut person = Person::new(zone());
    for fact in facts {
        person.apply(fact);
    }
    person
}

/// The rows of everything that could be suggested at a moment.
fn rows(person: &Person, now: Timestamp) -> Vec<(Uuid, Row)> {
    let scene = Scene::new(person, Moment::at(now));
    let kinds = [None, Some(RecommendationKind::NextTask)];
    person
        .open()
        .flat_map(|(id, _)| kinds.map(|kind| (id, kind)))
        .map(|(id, kind)| {
            let candidate = Candidate {
                task: Some(id),
                kind,
                slot: None,
            };
            (id, scene.row(candidate))
        })
        .collect()
}
