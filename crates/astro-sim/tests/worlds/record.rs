//! The record: deterministic, in order, without a word of the truth.

use astro_sim::{Behaviour, World};
use std::collections::{HashMap, HashSet};

use super::{lines, world, written};

const SOME: Behaviour = Behaviour::Random { p_speak: 0.5 };

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let small = world("W2", 5, 20);
    let (one, two) = (written(&small, 7, SOME), written(&small, 7, SOME));
    assert_eq!(one.events, two.events);
    assert_eq!(one.exposures, two.exposures);
    assert_eq!(one.truth, two.truth);
    assert_ne!(one.events, written(&small, 8, SOME).events);
}

#[test]
fn a_life_does_not_depend_on_how_many_others_there_are() {
    let few = written(&world("W2", 3, 15), 7, SOME);
    let many = written(&world("W2", 9, 15), 7, SOME);
    assert!(many.events.starts_with(&few.events));
    assert!(many.truth.starts_with(&few.truth));
}

#[test]
fn a_clean_world_tells_lives_in_order() {
    let text = written(&world("W2", 10, 40), 3, SOME).events;
    let mut stands: HashMap<String, &str> = HashMap::new();
    for line in lines(&text) {
        let task = line["task"].as_str().unwrap().to_owned();
        let kind = line["kind"].as_str().unwrap();
        let before = stands.get(&task).copied();
        match kind {
            "created" => assert_eq!(before, None),
            "started" => assert!(matches!(before, Some("open")), "{line}"),
            "stopped" => assert_eq!(before, Some("running"), "{line}"),
            "deferred" => assert_eq!(before, Some("open"), "{line}"),
            "done" | "cancelled" => assert!(matches!(before, Some("open" | "running")), "{line}"),
            other => panic!("{other}"),
        }
        let after = match kind {
            "started" => "running",
            "done" | "cancelled" => "closed",
            _ => "open",
        };
        stands.insert(task, after);
        assert!(line["recorded_at"].as_str().unwrap() >= line["at"].as_str().unwrap());
    }
    assert!(stands.len() > 500);
}

/// What only the truth knows must not be read from the record, under any name.
#[test]
fn the_record_holds_no_truth() {
    let all = written(&world("W6", 4, 20), 3, SOME);
    let allowed: HashSet<&str> = [
        "v",
        "id",
        "person",
        "at",
        "recorded_at",
        "kind",
        "task",
        "title",
        "priority",
        "due",
        "estimate_s",
        "depends_on",
        "project",
        "decision",
        "free_min",
        "candidates",
        "chosen",
        "p_speak",
        "p_choice",
        "answer",
        "value",
    ]
    .into();
    for line in lines(&all.events).chain(lines(&all.exposures)) {
        for name in line.as_object().unwrap().keys() {
            assert!(allowed.contains(name.as_str()), "{name}");
        }
    }
    for hidden in ["energy", "burden", "planning_bias", "aversion"] {
        assert!(all.truth.contains(hidden) && !all.events.contains(hidden));
    }
}

#[test]
fn dirt_comes_in_the_shares_that_are_set() {
    let dirty = World {
        people: 40,
        ..World::named("W6").unwrap()
    };
    let text = written(&dirty, 5, Behaviour::Silent).events;
    let (mut all, mut late, mut ahead, mut twice) = (0.0, 0.0, 0.0, 0.0);
    let mut seen = HashSet::new();
    for line in lines(&text) {
        all += 1.0;
        let key = format!(
            "{}{}{}{}",
            line["task"], line["kind"], line["at"], line["recorded_at"]
        );
        if !seen.insert(key) {
            twice += 1.0;
        }
        let (at, recorded) = (
            line["at"].as_str().unwrap(),
            line["recorded_at"].as_str().unwrap(),
        );
        ahead += f64::from(u8::from(at > recorded));
        late += f64::from(u8::from(recorded[..10] > at[..10]));
    }
    println!(
        "{all} lines: late {}, ahead {}, twice {}",
        late / all,
        ahead / all,
        twice / all
    );
    assert!((late / all - dirty.dirt.late_share).abs() < 0.06);
    assert!((ahead / all - dirty.dirt.skew_share).abs() < 0.03);
    assert!((twice / all - dirty.dirt.duplicate_share).abs() < 0.02);
    let clean = written(&world("W2", 10, 30), 5, Behaviour::Silent).events;
    assert!(lines(&clean).all(|line| line["at"].as_str() <= line["recorded_at"].as_str()));
}
