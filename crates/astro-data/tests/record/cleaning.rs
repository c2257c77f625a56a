//! What cleaning does to each kind of dirt, and that it does nothing else.

use std::collections::HashSet;

use astro_core::calendar::SignedDuration;
use astro_data::{Cleaner, Fact, Happened, Rule, Says};
use proptest::prelude::*;
use uuid::Uuid;

use super::{hour, record, task};

fn fact(id: u128, at: i64, recorded: i64, what: Happened) -> Fact {
    Fact {
        id: Uuid::from_u128(id),
        task: Some(task(0)),
        at: hour(at),
        recorded_at: hour(recorded),
        what,
    }
}

fn created(says: Says) -> Happened {
    Happened::Created(Box::new(says))
}

fn estimated() -> Says {
    Says {
        estimate_s: Some(Some(600)),
        ..Says::default()
    }
}

/// Cleans, and says how often each rule was used.
fn touched(facts: Vec<Fact>) -> (Vec<Fact>, Vec<(Rule, u64)>) {
    let (kept, report) = Cleaner::clean(facts);
    let used = Rule::ALL.into_iter().map(|rule| (rule, report.of(rule)));
    (kept, used.filter(|(_, count)| *count > 0).collect())
}

#[test]
fn a_life_in_order_is_left_as_it_is() {
    let life = vec![
        fact(1, 0, 0, created(estimated())),
        fact(2, 1, 1, Happened::Started),
        fact(3, 2, 2, Happened::Stopped),
        fact(4, 3, 3, Happened::Done),
    ];
    assert_eq!(touched(life.clone()), (life, Vec::new()));
}

#[test]
fn each_rule_is_counted_where_it_applies_and_nowhere_else() {
    let begin = fact(1, 0, 0, created(estimated()));
    let cases = [
        (
            Rule::Duplicate,
            vec![fact(1, 0, 0, created(estimated()))],
            1,
        ),
        (
            Rule::Duplicate,
            vec![fact(2, 3, 3, Happened::Done), fact(3, 3, 4, Happened::Done)],
            2,
        ),
        (Rule::ClockAhead, vec![fact(2, 9, 4, Happened::Started)], 2),
        (
            Rule::TooOld,
            vec![fact(2, -24 * 365 * 16, 4, Happened::Started)],
            1,
        ),
        (Rule::Late, vec![fact(2, 3, 30, Happened::Started)], 2),
        (
            Rule::BeforeCreation,
            vec![fact(2, -5, 3, Happened::Started)],
            2,
        ),
        (
            Rule::Contradiction,
            vec![fact(2, 3, 3, Happened::Stopped)],
            1,
        ),
        (
            Rule::Contradiction,
            vec![fact(2, 3, 3, created(estimated()))],
            2,
        ),
        (
            Rule::OutOfRange,
            vec![fact(
                2,
                3,
                3,
                Happened::Edited(Box::new(Says {
                    priority: Some(12),
                    depends_on: Some(vec![task(0)]),
                    ..Says::default()
                })),
            )],
            2,
        ),
    ];
    for (rule, more, kept) in cases {
        let facts = [vec![begin.clone()], more].concat();
        let (left, used) = touched(facts);
        assert_eq!((used, left.len()), (vec![(rule, 1)], kept), "{rule:?}");
    }
    let (left, used) = touched(vec![fact(2, 3, 3, Happened::Done)]);
    assert_eq!((used, left.len()), (vec![(Rule::Orphan, 1)], 2));
    assert!(matches!(left[0].what, Happened::Created(_)));
    let (_, used) = touched(vec![fact(1, 0, 0, created(Says::default()))]);
    assert_eq!(used, [(Rule::NoEstimate, 1)]);
}

#[test]
fn times_are_put_where_they_can_have_been() {
    let life = vec![
        fact(1, 5, 5, created(estimated())),
        fact(2, 1, 6, Happened::Started),
        fact(3, 9, 7, Happened::Done),
    ];
    let (kept, _) = Cleaner::clean(life);
    let times: Vec<_> = kept.iter().map(|fact| fact.at).collect();
    assert_eq!(times, [hour(5), hour(5), hour(7)]);
}

proptest! {
    #[test]
    fn the_order_in_which_a_record_is_given_does_not_matter(facts in record(), seed in any::<u64>()) {
        let mut shuffled = facts.clone();
        shuffled.sort_by_key(|fact| fact.id.as_u128() ^ u128::from(seed));
        prop_assert_eq!(Cleaner::clean(facts), Cleaner::clean(shuffled));
    }

    /// Where no two things were recorded at the same moment: among those that were, a time that is put
    /// right can change the order, and with it the sense.
    #[test]
    fn what_is_clean_stays_clean(facts in record()) {
        let mut moments = HashSet::new();
        let apart = facts.into_iter().filter(|fact| moments.insert(fact.recorded_at)).collect();
        let (kept, _) = Cleaner::clean(apart);
        let (again, report) = Cleaner::clean(kept.clone());
        prop_assert_eq!(&again, &kept);
        for rule in Rule::ALL {
            let may_stay = matches!(rule, Rule::Late | Rule::NoEstimate);
            prop_assert!(may_stay || report.of(rule) == 0, "{:?}", rule);
        }
    }

    #[test]
    fn lives_that_are_kept_make_sense(facts in record()) {
        let (kept, report) = Cleaner::clean(facts.clone());
        prop_assert_eq!(report.taken, facts.len() as u64);
        prop_assert_eq!(report.kept, kept.len() as u64);
        for number in 0..5 {
            let life: Vec<&Fact> = kept.iter().filter(|one| one.task == Some(task(number))).collect();
            let is_beginning = |one: &&Fact| matches!(one.what, Happened::Created(_));
            prop_assert!(life.first().is_none_or(is_beginning));
            prop_assert!(life.iter().filter(|one| is_beginning(one)).count() <= 1);
            for one in &life {
                prop_assert!(one.at <= one.recorded_at);
                let age = one.recorded_at.duration_since(one.at);
                prop_assert!(age <= SignedDuration::from_hours(24 * 365 * 15));
            }
        }
    }
}
