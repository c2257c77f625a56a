//! A row cannot see the future: whatever is recorded after its moment changes no bit of it.

use astro_core::calendar::Timestamp;
use astro_data::{Cleaner, Fact, Row};
use proptest::prelude::*;
use uuid::Uuid;

use super::{HOURS, fact, hour, person, record, rows};

/// What a server that knows of `facts` at `now` gives a model: hashes, and the rows.
fn seen(facts: &[Fact], now: Timestamp) -> Vec<(Uuid, [u8; 16], Row)> {
    let mut cleaner = Cleaner::default();
    let mut facts = facts.to_vec();
    facts.sort_by_key(Fact::order);
    let known = facts.into_iter().filter(|fact| fact.recorded_at <= now);
    let kept: Vec<Fact> = known.flat_map(|fact| cleaner.take(fact)).collect();
    rows(&person(&kept), now)
        .into_iter()
        .map(|(id, row)| (id, row.hash(), row))
        .collect()
}

/// The same by a careless server: what happened by then, whenever it was learnt of.
fn leaked(facts: &[Fact], now: Timestamp) -> Vec<(Uuid, Row)> {
    let (kept, _) = Cleaner::clean(facts.to_vec());
    let happened: Vec<Fact> = kept.into_iter().filter(|fact| fact.at <= now).collect();
    rows(&person(&happened), now)
}

/// A life until a moment, and two ways in which it goes on.
fn futures() -> impl Strategy<Value = (Vec<Fact>, Timestamp, Vec<Fact>, Vec<Fact>)> {
    (record(), 1_i64..HOURS).prop_flat_map(|(facts, now)| {
        let past: Vec<Fact> = facts
            .into_iter()
            .filter(|fact| fact.recorded_at <= hour(now))
            .collect();
        // what happened before may be learnt of later
        let later = move || {
            proptest::collection::vec(fact(0, HOURS + 500), 0..40).prop_map(move |mut facts| {
                for fact in &mut facts {
                    fact.recorded_at = fact.recorded_at.max(hour(now + 1));
                }
                facts
            })
        };
        (Just(past), Just(hour(now)), later(), later())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_future_changes_a_row((past, now, one, other) in futures()) {
        let with_one = seen(&[past.clone(), one].concat(), now);
        let with_other = seen(&[past.clone(), other].concat(), now);
        prop_assert_eq!(&with_one, &with_other);
        prop_assert_eq!(&with_one, &seen(&past, now));
    }

    #[test]
    fn what_is_cleaned_so_far_stays_as_it_is((past, now, one, _) in futures()) {
        let (so_far, _) = Cleaner::clean(past.clone());
        let (all, _) = Cleaner::clean([past, one].concat());
        let known = all.iter().filter(|fact| fact.recorded_at <= now);
        prop_assert_eq!(known.cloned().collect::<Vec<_>>(), so_far);
    }
}

/// The property is worth something: it finds a server that looks at when things happened instead of
/// when they were learnt of.
#[test]
fn a_leak_is_found() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let caught = (0..200)
        .filter(|_| {
            let (past, now, one, other) = futures().new_tree(&mut runner).unwrap().current();
            let with = |future: Vec<Fact>| leaked(&[past.clone(), future].concat(), now);
            with(one) != with(other)
        })
        .count();
    assert!(caught > 50, "only {caught} of 200 were caught");
}
