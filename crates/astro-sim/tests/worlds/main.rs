//! What worlds promise: the same bytes for the same seed, lives that do not depend on each other, and
//! each world's own point.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "in a test a panic is the report, and figures are told"
)]

mod marginals;
mod points;
mod record;

use astro_sim::run::{Totals, in_memory};
use astro_sim::{Behaviour, World};
use serde_json::Value;

/// What a run wrote.
struct Written {
    events: String,
    exposures: String,
    truth: String,
    totals: Totals,
}

fn written(world: &World, seed: u64, behaviour: Behaviour) -> Written {
    let (files, totals) = in_memory(world, seed, behaviour).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Written {
        events: text(files.events),
        exposures: text(files.exposures),
        truth: text(files.truth),
        totals,
    }
}

fn world(name: &str, people: u32, days: u32) -> World {
    World {
        people,
        days,
        ..World::named(name).unwrap()
    }
}

fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}
