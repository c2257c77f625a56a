//! Whole runs: everybody's life in a world under a rule that says something or not, written down.

use std::io::{self, Write};

use serde::Serialize;
use uuid::Uuid;

use crate::guided::{Behaviour, Guided};
use crate::life::{Decision, Life};
use crate::oracle::WINDOW;
use crate::record::{Answer, Exposure, Said};
use crate::time::{DAY, Minute, timestamp};
use crate::world::World;

/// Where a run is written.
#[derive(Debug, Default)]
pub struct Files<W> {
    /// Lines of docs/events-format.md.
    pub events: W,
    /// What was suggested, and what came of it.
    pub exposures: W,
    /// What no model may see.
    pub truth: W,
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    pub people: u64,
    pub events: u64,
    pub decisions: u64,
    pub spoken: u64,
    pub accepted: u64,
    pub turned_off: u64,
    /// Sum of what was worth something, less costs.
    pub reward: f64,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Truth<'a> {
    Person {
        person: u64,
        traits: &'a crate::Person,
    },
    Decision {
        person: u64,
        decision: Uuid,
        mind: &'a crate::Mind,
    },
}

/// Lives everybody's life. `after_person` is told how many lives are over, for a progress bar. The same world,
/// people, days, seed and behaviour write the same bytes.
///
/// # Errors
/// When something cannot be written.
pub fn run<W: Write>(
    world: &World,
    seed: u64,
    behaviour: Behaviour,
    files: &mut Files<W>,
    mut after_person: impl FnMut(u64),
) -> io::Result<Totals> {
    let mut totals = Totals::default();
    for number in 0..u64::from(world.people) {
        live(world, seed, number, behaviour, files, &mut totals)?;
        totals.people += 1;
        after_person(totals.people);
    }
    Ok(totals)
}

/// As [`run`], kept in memory.
///
/// # Errors
/// When a line cannot be written as JSON; none are known.
pub fn in_memory(
    world: &World,
    seed: u64,
    behaviour: Behaviour,
) -> io::Result<(Files<Vec<u8>>, Totals)> {
    let mut files = Files::default();
    let totals = run(world, seed, behaviour, &mut files, |_| {})?;
    Ok((files, totals))
}

fn live<W: Write>(
    world: &World,
    seed: u64,
    number: u64,
    behaviour: Behaviour,
    files: &mut Files<W>,
    totals: &mut Totals,
) -> io::Result<()> {
    let mut guided = Guided::new(world, seed, number, behaviour);
    let end = i64::from(world.days) * DAY;
    write_line(
        &mut files.truth,
        &Truth::Person {
            person: number,
            traits: guided.life.person(),
        },
    )?;
    // decisions whose window is not over: id, when it ends, balance at the beginning
    let mut open: Vec<(Uuid, Minute, f64)> = Vec::new();
    while guided.life.now() < end {
        let window = open.iter().map(|(_, over, _)| *over).min();
        let life = &mut guided.life;
        let Some(decision) = life.until_decision(window.unwrap_or(end).min(end)) else {
            settle(life, number, &mut open, files)?;
            continue;
        };
        totals.decisions += 1;
        open.push((decision.id, life.now() + WINDOW, life.balance()));
        write_line(
            &mut files.truth,
            &Truth::Decision {
                person: number,
                decision: decision.id,
                mind: &life.mind,
            },
        )?;
        say(&mut guided, &decision, files, totals)?;
        write_events(&mut guided.life, files, totals)?;
    }
    totals.reward += guided.life.balance();
    write_events(&mut guided.life, files, totals)
}

/// Says what the behaviour says, and writes down what came of it.
fn say<W: Write>(
    guided: &mut Guided,
    decision: &Decision,
    files: &mut Files<W>,
    totals: &mut Totals,
) -> io::Result<()> {
    let number = guided.life.number;
    let (choice, reply) = guided.say(decision);
    let told = |what: Said| Exposure {
        v: 1,
        person: number,
        decision: decision.id,
        at: timestamp(decision.at),
        what,
    };
    let said = told(Said::Decision {
        free_min: decision.free_min,
        candidates: decision.candidates.clone(),
        chosen: choice.task,
        p_speak: choice.p_speak,
        p_choice: choice.p_choice,
    });
    write_line(&mut files.exposures, &said)?;
    let Some(reply) = reply else { return Ok(()) };
    let mut answered = told(Said::Answered {
        answer: Answer::Ignored,
    });
    answered.at = timestamp(decision.at + reply.after_min);
    answered.what = Said::Answered {
        answer: reply.answer,
    };
    totals.spoken += 1;
    totals.accepted += u64::from(reply.answer == Answer::Accepted);
    write_line(&mut files.exposures, &answered)?;
    if reply.turned_off {
        totals.turned_off += 1;
        answered.what = Said::TurnedOff;
        write_line(&mut files.exposures, &answered)?;
    }
    Ok(())
}

/// Writes the rewards of windows that are over; what the end cuts off has none.
fn settle<W: Write>(
    life: &Life,
    person: u64,
    open: &mut Vec<(Uuid, Minute, f64)>,
    files: &mut Files<W>,
) -> io::Result<()> {
    let over = |end: Minute| end <= life.now();
    for (decision, end, before) in open.iter().filter(|(_, end, _)| over(*end)) {
        let reward = Exposure {
            v: 1,
            person,
            decision: *decision,
            at: timestamp(*end),
            what: Said::Reward {
                value: life.balance() - before,
            },
        };
        write_line(&mut files.exposures, &reward)?;
    }
    open.retain(|(_, end, _)| !over(*end));
    Ok(())
}

fn write_events<W: Write>(
    life: &mut Life,
    files: &mut Files<W>,
    totals: &mut Totals,
) -> io::Result<()> {
    for event in life.take_events() {
        totals.events += 1;
        write_line(&mut files.events, &event)?;
    }
    Ok(())
}

fn write_line(to: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}
