//! A world's record as a server would know it: the lines that the simulator writes, read like anybody's.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::preferences::RecommendationKind;
use astro_data::{Answer, Cleaner, Fact, Happened, read_line};
use astro_models::completion::Record;
use astro_sim::World;
use astro_sim::run::{Behaviour, in_memory};
use astro_sim::time::{DAY, timestamp};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Everybody's life in a world.
#[derive(Debug)]
pub struct Lives {
    pub records: Vec<Record>,
    /// When the world ended.
    pub until: Timestamp,
    /// The numbers behind each person, which no model may see.
    pub traits: Vec<(Uuid, Vec<f64>)>,
}

/// What a line of the record says of whose it is.
#[derive(Deserialize)]
struct Whose {
    person: u64,
}

/// A line of what was suggested.
#[derive(Deserialize)]
struct Exposure {
    person: u64,
    decision: Uuid,
    at: Timestamp,
    kind: String,
    #[serde(default)]
    chosen: Option<Uuid>,
    #[serde(default)]
    answer: Option<String>,
}

/// Lives of a world in which something is said at every third moment, at random.
pub fn live(world: &World, seed: u64) -> Result<Lives> {
    let (files, _) = in_memory(world, seed, Behaviour::Random { p_speak: 0.3 })?;
    let mut facts: BTreeMap<u64, Vec<Fact>> = BTreeMap::new();
    for line in lines(&files.events) {
        let whose: Whose = serde_json::from_str(line)?;
        let fact = read_line(line, &TimeZone::UTC).with_context(|| line.to_owned())?;
        facts.entry(whose.person).or_default().push(fact);
    }
    let mut chosen = BTreeMap::new();
    for line in lines(&files.exposures) {
        let exposure: Exposure = serde_json::from_str(line)?;
        let fact = said(&exposure, &mut chosen);
        facts.entry(exposure.person).or_default().extend(fact);
    }
    let mut lives = Lives {
        records: Vec::new(),
        until: timestamp(i64::from(world.days) * DAY),
        traits: traits(&files.truth, seed)?,
    };
    for (number, facts) in facts {
        let (facts, _) = Cleaner::clean(facts);
        lives.records.push(Record {
            person: person(seed, number),
            zone: TimeZone::UTC,
            facts,
            withheld: Vec::new(),
        });
    }
    Ok(lives)
}

/// Who somebody is: people of another seed are others.
fn person(seed: u64, number: u64) -> Uuid {
    Uuid::from_u128((u128::from(seed) << 64) | u128::from(number))
}

/// A suggestion or its answer as a fact; silence is none.
fn said(exposure: &Exposure, chosen: &mut BTreeMap<Uuid, Uuid>) -> Option<Fact> {
    let kind = RecommendationKind::NextTask;
    let (task, what) = match (exposure.kind.as_str(), exposure.answer.as_deref()) {
        ("decision", _) => {
            let task = exposure.chosen?;
            chosen.insert(exposure.decision, task);
            (task, Happened::Shown(kind))
        }
        ("answered", Some(answer)) => {
            let answer = match answer {
                "accepted" => Answer::Accepted,
                "dismissed" => Answer::Dismissed,
                "snoozed" => Answer::Snoozed,
                _ => Answer::Ignored,
            };
            let task = *chosen.get(&exposure.decision)?;
            (task, Happened::Answered(kind, answer))
        }
        _ => return None,
    };
    Some(Fact {
        id: Uuid::new_v5(&exposure.decision, exposure.kind.as_bytes()),
        task: Some(task),
        at: exposure.at,
        recorded_at: exposure.at,
        what,
    })
}

/// The traits of everybody, as numbers in a fixed order.
fn traits(truth: &[u8], seed: u64) -> Result<Vec<(Uuid, Vec<f64>)>> {
    let mut all = Vec::new();
    for line in lines(truth) {
        let line: Value = serde_json::from_str(line)?;
        if let (Some(number), Some(traits)) = (line["person"].as_u64(), line["traits"].as_object())
        {
            let mut numbers = Vec::new();
            for value in traits.values() {
                numbers.extend(value.as_f64());
                // the busy hours of a week are too many to be of use
                let few = value.as_array().filter(|all| all.len() < 10);
                numbers.extend(few.into_iter().flatten().filter_map(Value::as_f64));
            }
            all.push((person(seed, number), numbers));
        }
    }
    Ok(all)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter_map(|line| {
        std::str::from_utf8(line)
            .ok()
            .filter(|line| !line.is_empty())
    })
}
