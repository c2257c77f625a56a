//! Each world's point.

use std::collections::HashSet;

use astro_sim::oracle::{Judged, Knows, done_by, judge};
use astro_sim::record::Kind;
use astro_sim::time::{DAY, Minute, timestamp};
use astro_sim::{Behaviour, Guided, Life, World};

use super::{lines, world, written};

/// Judges of moments: some of each of these people.
fn judged(world: &World, people: u64, knows: Knows) -> Vec<(Judged, Judged)> {
    let mut all = Vec::new();
    for number in 0..people {
        let mut life = Life::new(world, 11, number);
        life.until(6 * DAY);
        for _ in 0..4 {
            let Some(decision) = life.until_decision(40 * DAY) else {
                break;
            };
            if let Some(first) = decision.candidates.first() {
                let some = &decision.candidates[..decision.candidates.len().min(6)];
                let seed = number * 1_000 + 17;
                all.push((
                    judge(&life, some, knows, 16, seed),
                    judge(&life, some, knows, 16, seed + 1),
                ));
                if number % 2 == 0 {
                    life.suggest(*first);
                }
            }
        }
    }
    all
}

#[test]
fn where_nothing_matters_lives_are_the_same_whatever_is_said() {
    let a_a = world("W0", 6, 40);
    let silent = written(&a_a, 9, Behaviour::Silent);
    let loud = written(&a_a, 9, Behaviour::Random { p_speak: 0.9 });
    assert!(loud.totals.accepted > 50);
    assert_eq!(silent.events, loud.events);
    assert!((silent.totals.reward - loud.totals.reward).abs() < 1e-9);
    let ordinary = world("W2", 6, 40);
    let loud = written(&ordinary, 9, Behaviour::Random { p_speak: 0.9 });
    assert_ne!(written(&ordinary, 9, Behaviour::Silent).events, loud.events);
}

#[test]
fn where_speaking_harms_silence_is_best() {
    let harmful = world("W5", 30, 40);
    let silent = written(&harmful, 4, Behaviour::Silent).totals.reward;
    let loud = written(&harmful, 4, Behaviour::EarliestDue).totals.reward;
    assert!(silent > loud, "{silent} {loud}");
    let sum = |pick: fn(&Judged) -> f64| {
        let all = judged(&harmful, 10, Knows::Everything);
        all.iter().map(|(judged, _)| pick(judged)).sum::<f64>()
    };
    let spoken = sum(|judged| {
        judged
            .candidates
            .iter()
            .map(|(_, worth)| *worth)
            .sum::<f64>()
            / judged.candidates.len() as f64
    });
    assert!(sum(|judged| judged.silence) > spoken);
}

/// Who chooses with the truth does better on fresh luck than who is silent, and who knows the moment does
/// better than who knows the traits.
#[test]
fn judges_are_worth_what_they_know() {
    let ordinary = world("W2", 40, 40);
    // chosen by one luck, worth by another
    let gain = |knows| {
        let chosen = judged(&ordinary, 24, knows);
        let truth = judged(&ordinary, 24, Knows::Everything);
        let gains: Vec<f64> = chosen
            .iter()
            .zip(&truth)
            .map(|((choice, _), (_, fresh))| {
                let best = choice.best().0;
                let found = fresh.candidates.iter().find(|(id, _)| Some(*id) == best);
                found.map_or(0.0, |(_, worth)| worth - fresh.silence)
            })
            .collect();
        gains.iter().sum::<f64>() / gains.len() as f64
    };
    let (all, traits) = (gain(Knows::Everything), gain(Knows::Traits));
    println!("gain over silence: everything {all:.4}, traits {traits:.4}");
    assert!(all > traits && traits > 0.0, "{all} {traits}");
}

#[test]
fn what_is_shown_often_is_soon_not_seen() {
    let accepted = |name: &str| {
        let text = written(&world(name, 40, 50), 2, Behaviour::EarliestDue).exposures;
        let mut early = [0.0, 0.0];
        let mut late = [0.0, 0.0];
        for line in lines(&text).filter(|line| line["kind"] == "answered") {
            let is_early = line["at"].as_str().unwrap() < "2026-01-12";
            let counts = if is_early { &mut early } else { &mut late };
            counts[0] += f64::from(u8::from(line["answer"] == "accepted"));
            counts[1] += 1.0;
        }
        (early[0] / early[1], late[0] / late[1])
    };
    let (early, late) = accepted("W4");
    let (early_2, late_2) = accepted("W2");
    println!(
        "accepted in the first week and later: W4 {early:.3} {late:.3}, W2 {early_2:.3} {late_2:.3}"
    );
    assert!(late / early < 0.6 && late / early < late_2 / early_2);
}

#[test]
fn overload_leaves_more_undone() {
    let left = |name: &str| {
        let text = written(&world(name, 20, 40), 2, Behaviour::Silent).events;
        let count = |kind: &str| lines(&text).filter(|line| line["kind"] == kind).count() as f64;
        1.0 - (count("done") + count("cancelled")) / count("created")
    };
    let (ordinary, overload) = (left("W2"), left("W7"));
    println!("still open: W2 {ordinary:.2}, W7 {overload:.2}");
    assert!(overload > ordinary + 0.1);
}

#[test]
fn people_are_alike_in_one_world_and_not_in_another() {
    let bias = |name: &str| {
        let text = written(&world(name, 30, 1), 1, Behaviour::Silent).truth;
        let values: Vec<f64> = lines(&text)
            .filter_map(|line| line["traits"]["planning_bias"].as_f64())
            .collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / values.len() as f64
    };
    assert!(bias("W1") < 1e-12 && bias("W2") > 0.05);
}

/// The ceiling of predictions: a chance, which does not fall with time, and comes true in the life itself.
#[test]
fn the_chance_of_being_done_rises_with_time_and_comes_true() {
    let ordinary = world("W2", 20, 40);
    let behaviour = Behaviour::Random { p_speak: 0.3 };
    let (mut all, mut typical, mut happened, mut count) = (0.0, 0.0, 0.0, 0.0);
    for number in 0..20 {
        let mut guided = Guided::new(&ordinary, 21, number, behaviour);
        guided.until(10 * DAY);
        let Some(decision) = guided.life.until_decision(40 * DAY) else {
            continue;
        };
        let done = goes_on(&guided, decision.at + 5 * DAY);
        for (place, task) in decision.candidates.iter().take(6).enumerate() {
            let by = |days: i64, knows: Knows| {
                let (until, seed) = (decision.at + days * DAY, number * 100 + place as u64);
                done_by(&guided, *task, until, knows, 24, seed).unwrap()
            };
            let (soon, later) = (by(1, Knows::Everything), by(5, Knows::Everything));
            assert!(
                (0.0..=1.0).contains(&soon) && soon <= later,
                "{soon} {later}"
            );
            all += later;
            typical += by(5, Knows::Traits);
            happened += f64::from(u8::from(done.contains(task)));
            count += 1.0;
        }
        let (until, nobody) = (decision.at + DAY, uuid::Uuid::nil());
        assert_eq!(
            done_by(&guided, nobody, until, Knows::Everything, 1, 1),
            None
        );
    }
    let [all, typical, happened] = [all, typical, happened].map(|sum| sum / count);
    println!(
        "done within five days: foretold {all:.3}, of the traits {typical:.3}, really {happened:.3} of {count}"
    );
    assert!((all - happened).abs() < 0.08 && (typical - happened).abs() < 0.08);
}

/// What the record of a life that goes on says to be done until then.
fn goes_on(guided: &Guided, until: Minute) -> HashSet<uuid::Uuid> {
    let mut guided = guided.clone();
    guided.life.take_events();
    guided.until(until + DAY);
    let events = guided.life.take_events().into_iter();
    let done = events.filter(|event| event.kind == Kind::Done && event.at <= timestamp(until));
    done.map(|event| event.task).collect()
}
