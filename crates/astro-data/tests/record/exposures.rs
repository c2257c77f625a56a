//! What suggestions are learnt from: what the rows of any record and any decisions promise.

use std::collections::HashSet;

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::preferences::RecommendationKind;
use astro_data::{
    About, Answer, Cleaner, Decision, Exposure, Fact, Happened, Moment, NextMove, Says, Scene,
    candidates, exposures,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{HOURS, fact, hour, person, record, task, zone};

const WHO: Uuid = Uuid::from_u128(7);

fn made(facts: &[Fact], decisions: &[Decision], until: i64) -> Vec<Exposure> {
    let (kept, _) = Cleaner::clean(facts.to_vec());
    exposures(WHO, &zone(), &kept, decisions, hour(until))
}

fn minute(at: i64, minutes: i64) -> Timestamp {
    hour(at) + SignedDuration::from_mins(minutes)
}

fn happened(number: u128, at: Timestamp, what: Happened) -> Fact {
    Fact {
        id: Uuid::new_v5(&WHO, format!("{number} {at} {what:?}").as_bytes()),
        task: Some(task(number)),
        at,
        recorded_at: at,
        what,
    }
}

fn created(number: u128) -> Fact {
    happened(number, hour(0), Happened::Created(Box::default()))
}

/// Something is suggested, or nothing is.
fn decision(number: u128, at: i64, chosen: Option<u128>) -> Decision {
    Decision {
        id: Uuid::from_u128(9_000 + number),
        at: hour(at),
        free_s: Some(3_600),
        asked: false,
        candidates: (0..5).map(task).collect(),
        chosen: chosen.map(|chosen| (task(chosen), RecommendationKind::NextTask)),
        p_speak: 0.4,
        p_choice: 0.2,
        answered: None,
        turned_off: false,
    }
}

fn answered(decision: Decision, minutes: i64, answer: Answer) -> Decision {
    Decision {
        answered: Some((decision.at + SignedDuration::from_mins(minutes), answer)),
        ..decision
    }
}

fn of_what_was_done(made: &[Exposure], decision: &Decision) -> Exposure {
    let is_it = |one: &&Exposure| {
        one.decision == decision.id && matches!(one.about, About::Suggestion(..) | About::Silence)
    };
    let mut found = made.iter().filter(is_it);
    let first = found.next().unwrap().clone();
    assert!(found.next().is_none(), "one row of what was done");
    first
}

#[test]
fn an_accepted_suggestion_says_what_came_of_it() {
    let decision = answered(decision(0, 30, Some(0)), 12, Answer::Accepted);
    let facts = [
        created(0),
        happened(0, minute(30, 14), Happened::Started),
        happened(0, minute(31, 14), Happened::Done),
    ];
    let one = of_what_was_done(
        &made(&facts, std::slice::from_ref(&decision), 90),
        &decision,
    );
    assert!((one.propensity - 0.08).abs() < 1e-12);
    let came = one.outcomes;
    assert_eq!(
        (came.accepted, came.started, came.burdened),
        (Some(true), Some(true), Some(false))
    );
    assert_eq!(
        came.responded,
        [Some(false), Some(true)],
        "after twelve minutes"
    );
    assert_eq!(came.minutes, Some(60.0));
    // all of its worth, which nobody said, and for being completed, in time since no time was said
    let worth = 0.4;
    let reward = one.reward.unwrap();
    assert!((reward.progress - worth).abs() < 1e-9, "{reward:?}");
    assert!((reward.total() - 1.5 * worth).abs() < 1e-9, "{reward:?}");
    assert!((f64::from(came.progress.unwrap()) - reward.total()).abs() < 1e-6);
    assert_eq!((came.baseline, came.next), (None, None));
}

#[test]
fn what_nobody_answered_was_ignored_when_the_window_is_over_and_not_before() {
    let decision = decision(0, 30, Some(0));
    let one = |until| {
        let made = made(&[created(0)], std::slice::from_ref(&decision), until);
        of_what_was_done(&made, &decision).outcomes
    };
    assert_eq!((one(31).accepted, one(31).burdened), (None, None));
    assert_eq!(one(31).responded, [Some(false), Some(false)]);
    assert_eq!(
        (one(33).accepted, one(33).started),
        (Some(false), Some(false))
    );
    assert_eq!((one(33).progress, one(33).baseline), (None, None));
}

#[test]
fn a_dismissal_costs_and_turning_off_annoyed() {
    let dismissed = answered(decision(0, 30, Some(0)), 1, Answer::Dismissed);
    let off = Decision {
        turned_off: true,
        ..decision(1, 40, Some(0))
    };
    let made = made(&[created(0)], &[dismissed.clone(), off.clone()], 90);
    let (one, other) = (
        of_what_was_done(&made, &dismissed),
        of_what_was_done(&made, &off),
    );
    assert_eq!(
        (one.outcomes.burdened, other.outcomes.burdened),
        (Some(true), Some(true))
    );
    assert!((one.reward.unwrap().total() + 0.1).abs() < 1e-12);
    assert!(other.reward.unwrap().total().abs() < 1e-12);
}

#[test]
fn silence_has_the_reward_of_what_came_by_itself() {
    let decision = decision(0, 30, None);
    let facts = [
        created(0),
        created(1),
        happened(1, minute(31, 0), Happened::Done),
    ];
    let made = made(&facts, std::slice::from_ref(&decision), 90);
    let one = of_what_was_done(&made, &decision);
    assert!((one.propensity - 0.6).abs() < 1e-12);
    assert!((f64::from(one.outcomes.baseline.unwrap()) - 0.6).abs() < 1e-6);
    assert_eq!(one.outcomes.accepted, None);
    let next = |number: u128| {
        let found = made
            .iter()
            .find(|row| row.decision == decision.id && row.about == About::Task(task(number)));
        found.unwrap().outcomes.next
    };
    assert_eq!(
        (next(0), next(1)),
        (Some(NextMove::Nothing), Some(NextMove::Now))
    );
}

#[test]
fn what_is_suggested_soon_after_was_not_done_by_itself() {
    let silent = decision(0, 30, None);
    let facts = [
        created(0),
        created(1),
        happened(0, minute(33, 0), Happened::Done),
    ];
    let of = |decisions: &[Decision]| {
        let made = made(&facts, decisions, 90);
        let next = |number: u128| {
            let is_it = |row: &&Exposure| {
                row.decision == silent.id && row.about == About::Task(task(number))
            };
            made.iter().find(is_it).unwrap().outcomes.next
        };
        (
            of_what_was_done(&made, &silent).outcomes.baseline,
            next(0),
            next(1),
        )
    };
    let alone = of(std::slice::from_ref(&silent));
    assert_eq!(
        alone,
        (Some(0.0), Some(NextMove::Later), Some(NextMove::Nothing))
    );
    let within = of(&[silent.clone(), decision(1, 31, Some(0))]);
    assert_eq!(within, (None, None, Some(NextMove::Nothing)));
    let after = of(&[silent.clone(), decision(1, 33, Some(1))]);
    assert_eq!(after, (Some(0.0), Some(NextMove::Later), None));
}

#[test]
fn work_counts_once_however_it_is_told_and_only_within_its_window() {
    let long = happened(
        0,
        hour(0),
        Happened::Created(Box::new(Says {
            estimate_s: Some(Some(4 * 3_600)),
            ..Says::default()
        })),
    );
    let facts = [
        long,
        happened(0, minute(29, 0), Happened::Started),
        happened(0, minute(31, 0), Happened::Stopped),
        happened(0, minute(31, 30), Happened::Done),
        // a slip: taken back, and done again much later
        happened(0, minute(31, 40), Happened::Reopened),
        happened(0, minute(80, 0), Happened::Done),
    ];
    let decisions = [decision(0, 30, None), decision(1, 79, None)];
    let made = made(&facts, &decisions, 120);
    let [first, last] =
        [0, 1].map(|place: usize| of_what_was_done(&made, &decisions[place]).reward.unwrap());
    // four hours were estimated, and people take 1.4 times that until they are known
    let (worth, hour_of_it) = (0.4, 0.25 / 1.4);
    // one of the two hours that were worked lies in the window
    assert!(
        (first.progress - worth * hour_of_it).abs() < 1e-6,
        "{first:?}"
    );
    assert!(first.completion.abs() < 1e-12, "a slip completes nothing");
    // the rest of it, which the slip did not take
    assert!(
        (last.progress - worth * (1.0 - 2.0 * hour_of_it)).abs() < 1e-6,
        "{last:?}"
    );
    assert!(
        (last.completion + last.on_time - 0.5 * worth).abs() < 1e-9,
        "{last:?}"
    );
}

#[test]
fn an_hour_of_the_next_day_is_asked_for_and_one_of_them_came() {
    // whether hours are asked for is the decision's own draw: enough of them are
    let mut asked = 0;
    for number in 0..60 {
        let decision = decision(number, 32, None);
        let facts = [created(0), happened(0, minute(38, 20), Happened::Started)];
        let made = made(&facts, std::slice::from_ref(&decision), 90);
        let slots: Vec<_> = made
            .iter()
            .filter_map(|one| match one.about {
                About::Slot(_, slot) if one.decision == decision.id => Some((slot, one)),
                _ => None,
            })
            .collect();
        if slots.is_empty() {
            continue;
        }
        asked += 1;
        let hits: Vec<_> = slots
            .iter()
            .filter(|(_, one)| one.outcomes.in_slot == Some(true))
            .collect();
        assert_eq!(hits.len(), 1);
        let slot = hits[0].0;
        assert!(slot <= minute(38, 20) && minute(38, 20) < slot + SignedDuration::from_hours(1));
        let rows: HashSet<_> = slots.iter().map(|(_, one)| one.row.hash()).collect();
        assert_eq!(rows.len(), slots.len(), "hours can be told apart");
        let hours = slots
            .iter()
            .map(|(slot, _)| zone().to_datetime(*slot).hour());
        assert!(hours.into_iter().all(|hour| (6..=22).contains(&hour)));
    }
    assert!((1..30).contains(&asked), "{asked}");
}

#[test]
fn candidates_can_be_begun_and_no_rule_decides_alone() {
    let says = |priority: u8, due: Option<i64>, estimate_s: u32| Says {
        priority: Some(priority),
        due: Some(due.map(hour)),
        estimate_s: Some(Some(estimate_s)),
        ..Says::default()
    };
    let mut facts: Vec<Fact> = (0..30)
        .map(|number| {
            // a crowd that is due at once and worth little
            let says = says(9, Some(50), 7_200);
            happened(number, hour(0), Happened::Created(Box::new(says)))
        })
        .collect();
    let special = [
        (100, says(1, None, 36_000)),
        (101, says(5, None, 60)),
        (
            102,
            Says {
                waiting: Some(true),
                ..says(1, None, 60)
            },
        ),
        (
            103,
            Says {
                start: Some(Some(hour(90))),
                ..says(1, None, 60)
            },
        ),
        (
            104,
            Says {
                depends_on: Some(vec![task(100)]),
                ..says(1, None, 60)
            },
        ),
        (105, says(9, None, 7_200)),
    ];
    for (number, says) in special {
        facts.push(happened(number, hour(0), Happened::Created(Box::new(says))));
    }
    facts.push(happened(105, hour(1), Happened::Started));
    facts.push(happened(105, hour(2), Happened::Stopped));
    let person = person(&facts);
    let scene = Scene::new(&person, Moment::at(hour(30)));
    let chosen = candidates(&scene, 8);
    assert_eq!(chosen.len(), 8);
    assert_eq!(chosen[0], task(105), "what is begun comes first");
    for (number, is_in) in [
        (100, true),
        (101, true),
        (102, false),
        (103, false),
        (104, false),
    ] {
        assert_eq!(chosen.contains(&task(number)), is_in, "{number}");
    }
    assert_eq!(
        candidates(&scene, 1_000).len(),
        33,
        "and all that could be begun"
    );
    assert_eq!(chosen, candidates(&scene, 8));
}

prop_compose! {
    fn decisions()(
        all in proptest::collection::vec((0..HOURS, proptest::option::of(0_u128..5), 0_i64..180, 0_usize..5), 0..20),
    ) -> Vec<Decision> {
        let answers = [Answer::Accepted, Answer::Dismissed, Answer::Snoozed, Answer::Ignored];
        all.into_iter().zip(0..).map(|((at, chosen, minutes, answer), number)| {
            let decision = decision(number, at, chosen);
            match answers.get(answer).filter(|_| chosen.is_some()) {
                Some(answer) => answered(decision, minutes, *answer),
                None => decision,
            }
        }).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// What was known at a moment makes the same rows and the same outcomes, whatever came later.
    #[test]
    fn the_future_makes_no_exposure_different(
        facts in record(), decisions in decisions(), later in proptest::collection::vec(fact(0, HOURS), 0..30), until in 1..HOURS,
    ) {
        let past: Vec<Fact> = facts.into_iter().filter(|fact| fact.recorded_at <= hour(until)).collect();
        let later = later.into_iter().map(|mut fact| {
            fact.recorded_at = fact.recorded_at.max(hour(until + 1));
            fact
        });
        let with_future: Vec<Fact> = past.iter().cloned().chain(later).collect();
        let known: Vec<Decision> = decisions.iter().filter(|decision| decision.at <= hour(until)).cloned().collect();
        prop_assert_eq!(made(&past, &known, until), made(&with_future, &decisions, until));
    }

    /// An oracle: each row is the one that a server makes that knows what was recorded before its moment; and what is said
    /// of it is possible.
    #[test]
    fn exposures_are_those_of_serving(facts in record(), decisions in decisions()) {
        let (kept, _) = Cleaner::clean(facts);
        let all = exposures(WHO, &zone(), &kept, &decisions, hour(HOURS));
        for decision in &decisions {
            prop_assert_eq!(of_what_was_done(&all, decision).at, decision.at);
        }
        for one in all.iter().step_by(7) {
            let known: Vec<Fact> = kept.iter().filter(|fact| fact.recorded_at < one.at).cloned().collect();
            let person = person(&known);
            let asked = decisions.iter().find(|decision| decision.id == one.decision);
            // a plan knows nothing of the calendar at the moment in which it is made
            let asked = asked.filter(|_| !matches!(one.about, About::Slot(..)));
            let moment = asked.map_or(Moment::at(one.at), Decision::moment);
            let row = Scene::new(&person, moment).row(one.about.candidate());
            prop_assert_eq!(&row, &one.row);
        }
        for one in &all {
            prop_assert!(one.propensity > 0.0 && one.propensity <= 1.0);
            if let Some(reward) = one.reward {
                prop_assert!(reward.progress >= 0.0 && reward.completion >= 0.0 && reward.on_time >= 0.0);
                prop_assert!(reward.total().is_finite());
            }
            let came = one.outcomes;
            prop_assert!(came.minutes.is_none_or(|minutes| minutes >= 1.0));
            prop_assert!(came.responded[0] != Some(true) || came.responded[1] != Some(false));
        }
    }
}
