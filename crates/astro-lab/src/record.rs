//! A world's record as a server would know it: the lines that the simulator writes, read like anybody's.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context as _, Result};
use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::preferences::RecommendationKind;
use astro_data::{Answer, Cleaner, Decision, Fact, Happened, read_line};
use astro_models::lesson::Record;
use astro_sim::run::in_memory;
use astro_sim::time::{DAY, timestamp};
use astro_sim::{Behaviour, World};
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Something is said at three of ten moments, at random.
pub const BEHAVIOUR: Behaviour = Behaviour::Random { p_speak: 0.3 };

/// Everybody's life in a world.
#[derive(Debug)]
pub struct Lives {
    pub records: Vec<Record>,
    /// When the world ended.
    pub until: Timestamp,
    /// The numbers behind each person, which no model may see.
    pub traits: Vec<(Uuid, Vec<f64>)>,
}

/// Whose lives, and how long.
#[derive(Args, Debug)]
pub struct Place {
    #[arg(long, default_value = "W2")]
    world: String,
    #[arg(long, default_value_t = 200)]
    people: u32,
    #[arg(long, default_value_t = 60)]
    days: u32,
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

impl Place {
    /// Everybody there lives.
    pub fn live(&self) -> Result<(World, Lives)> {
        let world = World {
            people: self.people,
            days: self.days,
            ..World::named(&self.world)?
        };
        let lives = live(&world, self.seed)?;
        Ok((world, lives))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            world,
            people,
            days,
            seed,
        } = self;
        write!(f, "{world}: {people} people, {days} days, seed {seed}")
    }
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
    #[serde(default)]
    free_min: u32,
    #[serde(default)]
    candidates: Vec<Uuid>,
    #[serde(default)]
    p_speak: f64,
    #[serde(default)]
    p_choice: f64,
}

/// Lives of a world by [`BEHAVIOUR`].
pub fn live(world: &World, seed: u64) -> Result<Lives> {
    let (files, _) = in_memory(world, seed, BEHAVIOUR)?;
    let mut facts: BTreeMap<u64, Vec<Fact>> = BTreeMap::new();
    for line in lines(&files.events) {
        let whose: Whose = serde_json::from_str(line)?;
        let fact = read_line(line, &TimeZone::UTC).with_context(|| line.to_owned())?;
        facts.entry(whose.person).or_default().push(fact);
    }
    let mut said: BTreeMap<u64, BTreeMap<Uuid, Decision>> = BTreeMap::new();
    for line in lines(&files.exposures) {
        let exposure: Exposure = serde_json::from_str(line)?;
        let decisions = said.entry(exposure.person).or_default();
        let fact = take(&exposure, decisions);
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
            decisions: said
                .remove(&number)
                .unwrap_or_default()
                .into_values()
                .collect(),
            withheld: Vec::new(),
        });
    }
    Ok(lives)
}

/// Who somebody is: people of another seed are others.
fn person(seed: u64, number: u64) -> Uuid {
    Uuid::from_u128((u128::from(seed) << 64) | u128::from(number))
}

/// Their number in their world.
pub fn number_of(person: Uuid) -> u64 {
    let (_, number) = person.as_u64_pair();
    number
}

/// Takes note of a line; a suggestion or its answer is a fact too, silence is none.
fn take(exposure: &Exposure, decisions: &mut BTreeMap<Uuid, Decision>) -> Option<Fact> {
    let kind = RecommendationKind::NextTask;
    let (task, what) = match exposure.kind.as_str() {
        "decision" => {
            let decision = Decision {
                id: exposure.decision,
                at: exposure.at,
                free_s: Some(60 * exposure.free_min),
                asked: false,
                candidates: exposure.candidates.clone(),
                chosen: exposure.chosen.map(|task| (task, kind)),
                p_speak: exposure.p_speak,
                p_choice: exposure.p_choice,
                answered: None,
                turned_off: false,
            };
            decisions.insert(exposure.decision, decision);
            (exposure.chosen?, Happened::Shown(kind))
        }
        "answered" => {
            let answer = match exposure.answer.as_deref()? {
                "accepted" => Answer::Accepted,
                "dismissed" => Answer::Dismissed,
                "snoozed" => Answer::Snoozed,
                _ => Answer::Ignored,
            };
            let decision = decisions.get_mut(&exposure.decision)?;
            decision.answered = Some((exposure.at, answer));
            (decision.chosen?.0, Happened::Answered(kind, answer))
        }
        "turned_off" => {
            decisions.get_mut(&exposure.decision)?.turned_off = true;
            return None;
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
