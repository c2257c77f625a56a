//! What completion is learnt from: what examples of any record promise.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use astro_core::calendar::SignedDuration;
use astro_data::{Cleaner, Closing, Example, Fact, Happened, Says, examples};
use proptest::prelude::*;
use uuid::Uuid;

use super::{HOURS, fact, hour, person, record, task, zone};

const WHO: Uuid = Uuid::from_u128(7);

fn made(facts: &[Fact], until: i64) -> Vec<Example> {
    let (kept, _) = Cleaner::clean(facts.to_vec());
    examples(WHO, &zone(), &kept, hour(until))
}

fn what(at: i64, recorded: i64, what: Happened) -> Fact {
    Fact {
        id: Uuid::new_v5(&WHO, format!("{at} {recorded} {what:?}").as_bytes()),
        task: Some(task(0)),
        at: hour(at),
        recorded_at: hour(recorded),
        what,
    }
}

fn created() -> Fact {
    what(0, 0, Happened::Created(Box::<Says>::default()))
}

#[test]
fn a_task_is_looked_at_when_it_is_made_and_once_a_day_until_it_ends() {
    let done = what(75, 75, Happened::Done);
    let made = made(&[created(), done], 24 * 20);
    assert_eq!(made[0].at, hour(0));
    let days: HashSet<_> = made
        .iter()
        .skip(1)
        .map(|one| zone().to_datetime(one.at).date())
        .collect();
    assert_eq!(days.len(), made.len() - 1, "one moment a day");
    assert!((4..=5).contains(&made.len()), "{}", made.len());
    for one in &made {
        assert_eq!(one.fate.ending, Some(Closing::Done));
        let end = one.at + SignedDuration::from_secs_f64(f64::from(one.fate.after_h) * 3_600.0);
        assert!(end.duration_since(hour(75)).abs() < SignedDuration::from_secs(2));
        assert_eq!((one.known_at, one.nth), (hour(75), 1));
    }
}

#[test]
fn what_was_open_for_ages_and_who_went_away_are_not_looked_at_for_ever() {
    // made long ago and open ever since, and somebody who is there every week
    let ages = 24 * 365 * 12;
    let mut facts = vec![created()];
    facts.extend((0..12 * 52).map(|week| what(168 * week, 168 * week, Happened::Worked(60))));
    let two_years = made(&facts, ages);
    assert!(
        (700..=732).contains(&two_years.len()),
        "{}",
        two_years.len()
    );
    assert!(
        two_years
            .iter()
            .skip(1)
            .all(|one| one.at > hour(ages - 24 * 731))
    );
    // nothing is done for a year after the first week
    let away = made(&[created(), what(100, 100, Happened::Worked(60))], 24 * 365);
    assert!((17..=20).contains(&away.len()), "{}", away.len());
}

#[test]
fn of_very_many_open_tasks_some_are_looked_at_each_day_and_others_on_another() {
    let facts: Vec<Fact> = (0..300)
        .map(|number| Fact {
            id: Uuid::from_u128(1_000 + number),
            task: Some(Uuid::from_u128(number)),
            ..created()
        })
        .collect();
    let made = made(&facts, 24 * 4);
    let mut days: BTreeMap<_, BTreeSet<Uuid>> = BTreeMap::new();
    for one in made.iter().filter(|one| one.at != hour(0)) {
        days.entry(one.at).or_default().insert(one.task);
    }
    assert!(days.len() >= 3 && days.values().all(|tasks| tasks.len() == 200));
    let all: BTreeSet<&BTreeSet<Uuid>> = days.values().collect();
    assert_eq!(all.len(), days.len(), "each day has its own");
}

#[test]
fn what_had_not_ended_is_censored_at_the_end_of_what_is_known() {
    let all = [created(), what(75, 75, Happened::Cancelled)];
    let early = made(&all, 70);
    assert!(
        early
            .iter()
            .all(|one| one.fate.ending.is_none() && one.known_at == hour(70))
    );
    assert!((early[0].fate.after_h - 70.0).abs() < 1e-3);
    assert!(
        made(&all, 80)
            .iter()
            .all(|one| one.fate.ending == Some(Closing::Dropped))
    );
}

#[test]
fn a_slip_is_no_end_and_a_late_report_ends_at_its_own_time() {
    let slip = [
        created(),
        what(10, 10, Happened::Done),
        what(12, 12, Happened::Reopened),
        what(50, 90, Happened::Done),
    ];
    let made = made(&slip, 200);
    assert!((made[0].fate.after_h - 50.0).abs() < 1e-3);
    let between: Vec<_> = made.iter().filter(|one| one.at > hour(50)).collect();
    assert!(!between.is_empty(), "it looked open until the report came");
    assert!(between.iter().all(|one| one.fate.after_h.abs() < 1e-6));
}

#[test]
fn work_that_is_still_to_come_is_counted() {
    let facts = [
        created(),
        what(1, 1, Happened::Started),
        what(2, 2, Happened::Stopped),
        what(30, 30, Happened::Started),
        what(31, 31, Happened::Done),
    ];
    let made = made(&facts, 100);
    assert_eq!(made[0].minutes, Some(120.0));
    assert_eq!(made.last().unwrap().minutes, Some(60.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What was known at a moment makes the same examples, whatever came later.
    #[test]
    fn the_future_makes_no_example_different(
        facts in record(), later in proptest::collection::vec(fact(0, HOURS), 0..30), until in 1..HOURS,
    ) {
        let past: Vec<Fact> = facts.into_iter().filter(|fact| fact.recorded_at <= hour(until)).collect();
        let later = later.into_iter().map(|mut fact| {
            fact.recorded_at = fact.recorded_at.max(hour(until + 1));
            fact
        });
        let with_future: Vec<Fact> = past.iter().cloned().chain(later).collect();
        prop_assert_eq!(made(&past, until), made(&with_future, until));
    }

    /// An oracle: each row is the one that a server makes that knows what was recorded by its moment.
    #[test]
    fn rows_are_those_of_serving(facts in record()) {
        let (kept, _) = Cleaner::clean(facts);
        for one in examples(WHO, &zone(), &kept, hour(HOURS)).iter().step_by(7) {
            // a task is looked at as soon as it is made, before what else that moment brings
            let known: Vec<Fact> = kept.iter().filter(|fact| fact.recorded_at < one.at).cloned().collect();
            let state = person(&known);
            if state.task(one.task).is_none() {
                continue;
            }
            let rows = super::rows(&state, one.at);
            prop_assert!(rows.iter().any(|(id, row)| *id == one.task && *row == one.row));
        }
    }
}
