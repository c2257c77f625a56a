//! Simulated beside published: the ordinary world must look like what is known of people. The table is
//! printed; docs/worlds.md keeps one run of it with the sources.

use astro_sim::{Behaviour, World};
use std::collections::HashMap;

use serde_json::Value;

use super::{lines, written};

/// A figure, where it comes from, what is expected, and the band in which it must lie.
struct Row {
    what: &'static str,
    published: &'static str,
    simulated: f64,
    band: (f64, f64),
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn the_ordinary_world_looks_like_what_is_published() {
    let ordinary = World {
        people: 120,
        ..World::named("W2").unwrap()
    };
    let silent = written(&ordinary, 1, Behaviour::Silent);
    let loud = written(&ordinary, 1, Behaviour::EarliestDue);
    let lives = Lives::of(&silent.events);
    let bias: Vec<f64> = lines(&silent.truth)
        .filter_map(|line| line["traits"]["planning_bias"].as_f64())
        .collect();
    let rows = [
        Row {
            what: "people with something overdue on day 45",
            published: "about .70 of active users (Doist on Smart Schedule, 2016)",
            simulated: lives.overdue_share("2026-02-19T12"),
            band: (0.6, 0.85),
        },
        Row {
            what: "true over expected effort, median of people",
            published: "about 1.4 (design; Buehler et al. 1994 in that range, from memory)",
            simulated: median(bias),
            band: (1.25, 1.55),
        },
        Row {
            what: "tasks done within seven days of being made",
            published: "no figure; neither all nor none",
            simulated: lives.done_within_week(),
            band: (0.35, 0.75),
        },
        Row {
            what: "suggestions accepted when one speaks always",
            published: ".16 in an earlier study of ours (learning.md 4)",
            simulated: loud.totals.accepted as f64 / loud.totals.spoken as f64,
            band: (0.08, 0.3),
        },
        Row {
            what: "people who turn the assistant off in 60 days of that",
            published: "no figure; some, not most",
            simulated: loud.totals.turned_off as f64 / f64::from(ordinary.people),
            band: (0.1, 0.75),
        },
        Row {
            what: "tasks made per person and day",
            published: "no figure; a few",
            simulated: lives.created / f64::from(ordinary.people * ordinary.days),
            band: (2.0, 5.0),
        },
    ];
    println!("| figure | published | simulated | band |\n|---|---|--:|---|");
    for row in &rows {
        let (low, high) = row.band;
        println!(
            "| {} | {} | {:.3} | {low} to {high} |",
            row.what, row.published, row.simulated
        );
    }
    for row in rows {
        let (low, high) = row.band;
        assert!(
            (low..=high).contains(&row.simulated),
            "{}: {}",
            row.what,
            row.simulated
        );
    }
}

/// Tasks as the record tells them.
struct Lives {
    tasks: HashMap<String, Told>,
    created: f64,
}

#[derive(Default)]
struct Told {
    person: u64,
    created: String,
    /// Each due with the time from which on it holds.
    dues: Vec<(String, String)>,
    done: Option<String>,
    ended: Option<String>,
}

impl Lives {
    fn of(events: &str) -> Self {
        let mut tasks: HashMap<String, Told> = HashMap::new();
        for line in lines(events) {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let told = tasks.entry(text("task")).or_default();
            told.person = line["person"].as_u64().unwrap();
            if line["due"] != Value::Null {
                told.dues.push((text("at"), text("due")));
            }
            match text("kind").as_str() {
                "created" => told.created = text("at"),
                "done" => {
                    told.done = Some(text("at"));
                    told.ended = Some(text("at"));
                }
                "cancelled" => told.ended = Some(text("at")),
                _ => {}
            }
        }
        let created = tasks.len() as f64;
        Self { tasks, created }
    }

    /// Share of people who have an open task at a moment whose due has passed.
    fn overdue_share(&self, at: &str) -> f64 {
        let mut overdue: HashMap<u64, bool> = HashMap::new();
        for told in self.tasks.values() {
            let is_open =
                told.created.as_str() < at && told.ended.as_deref().is_none_or(|end| end > at);
            let due = told.dues.iter().rev().find(|(from, _)| from.as_str() < at);
            let is_late = is_open && due.is_some_and(|(_, due)| due.as_str() < at);
            *overdue.entry(told.person).or_default() |= is_late;
        }
        overdue.values().filter(|late| **late).count() as f64 / overdue.len() as f64
    }

    fn done_within_week(&self) -> f64 {
        let before = "2026-02-20";
        let made: Vec<&Told> = self
            .tasks
            .values()
            .filter(|told| told.created.as_str() < before)
            .collect();
        let day = |text: &str| -> i64 {
            let at: astro_core::calendar::Timestamp = text.parse().unwrap();
            at.as_second() / 86_400
        };
        let is_soon = |told: &&&Told| {
            told.done
                .as_deref()
                .is_some_and(|done| day(done) - day(&told.created) <= 7)
        };
        made.iter().filter(is_soon).count() as f64 / made.len() as f64
    }
}
