//! Simulated lives as files of docs/events-format.md, for tests of learning.

use std::collections::BTreeMap;

use astro_core::calendar::Timestamp;
use astro_sim::run::in_memory;
use astro_sim::time::{DAY, timestamp};
use astro_sim::{Behaviour, World};
use serde_json::Value;

/// When the lives begin, and each day of them.
pub fn day(day: u32) -> Timestamp {
    timestamp(i64::from(day) * DAY)
}

/// So many people's lives in the ordinary world (W2), one file each, without a word from any assistant.
pub fn files(people: u32, days: u32, seed: u64) -> Vec<String> {
    let mut world = World::named("W2").expect("a world");
    (world.people, world.days) = (people, days);
    let run = in_memory(&world, seed, Behaviour::Silent);
    let (files, _) = run.expect("memory is written to");
    let text = String::from_utf8(files.events).expect("JSON is text");
    let mut by_person: BTreeMap<u64, String> = BTreeMap::new();
    for line in text.lines() {
        let whose: Value = serde_json::from_str(line).expect("a line of JSON");
        let person = whose["person"].as_u64().expect("a person");
        by_person
            .entry(person)
            .or_default()
            .push_str(&format!("{line}\n"));
    }
    by_person.into_values().collect()
}
