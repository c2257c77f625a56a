//! Nets on made-up examples whose rule is known: what training promises, and what artifacts refuse.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test a panic is the report"
)]

mod artifacts;
mod lessons;
mod recommendation;
mod training;

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_data::{Closing, Example, Fate, Row, WIDTH, registry};
use astro_models::Settings;
use astro_models::lesson::Lesson;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use uuid::Uuid;

fn place(name: &str) -> usize {
    registry::place(name).unwrap()
}

fn uniform(rng: &mut ChaCha8Rng) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
    let uniform = (rng.next_u32() >> 8) as f32 / (1 << 24) as f32;
    uniform
}

fn begin() -> Timestamp {
    "2026-01-05T00:00:00Z".parse().unwrap()
}

/// Open tasks of people, done at a rate that grows with one feature and falls with another, unless they are given up
/// first; watched for three weeks. What work is left is in a third feature.
fn examples(people: u128, each: u32, seed: u64) -> Vec<Example> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Vec::new();
    for person in 0..people {
        for nth in 1..=each {
            let mut row = Row([0.0; WIDTH]);
            for value in &mut row.0 {
                *value = 2.0 * uniform(&mut rng) - 1.0;
            }
            row.0[place("has_due")] = 0.0;
            row.0[place("has_deadline")] = 0.0;
            let score = 2.0 * row.0[place("priority")] - row.0[place("age")];
            let rate = 0.004 * libm::expf(1.5 * score);
            let exponential =
                |rng: &mut ChaCha8Rng, rate: f32| -libm::logf(1.0 - uniform(rng)) / rate;
            let (done, dropped) = (exponential(&mut rng, rate), exponential(&mut rng, 0.001));
            let first = done.min(dropped);
            let (after_h, ending) = match first {
                _ if first > 504.0 => (504.0, None),
                _ if done < dropped => (done, Some(Closing::Done)),
                _ => (dropped, Some(Closing::Dropped)),
            };
            let noise = libm::expf(0.6 * (uniform(&mut rng) + uniform(&mut rng) - 1.0));
            let minutes = 40.0 * libm::expf(row.0[place("left")]) * noise;
            all.push(Example {
                person: Uuid::from_u128(1 + person),
                task: Uuid::from_u128((1 + person) << 64 | u128::from(nth)),
                nth,
                at: begin(),
                row,
                fate: Fate { after_h, ending },
                known_at: begin() + SignedDuration::from_hours(504),
                minutes: (ending == Some(Closing::Done)).then_some(minutes),
            });
        }
    }
    all
}

fn until() -> Timestamp {
    begin() + SignedDuration::from_hours(504)
}

fn lesson(people: u128, each: u32) -> Lesson<Example> {
    Lesson {
        learn: examples(people, each, 1),
        check: examples(people / 2, each, 2),
        learnt_until: until(),
        later: examples(people, each, 3),
        unseen: Vec::new(),
        until: until(),
    }
}

/// Few passes: what is promised holds of each.
fn quick(seed: u64) -> Settings {
    Settings {
        seed,
        epochs: 6,
        ..Settings::default()
    }
}
