//! A simulated life (`astro_sim`, world W2) that ends today, with titles that people would write.

use std::collections::BTreeMap;

use anyhow::Context as _;
use astro_core::calendar::{SignedDuration, Timestamp};
use astro_sim::run::in_memory;
use astro_sim::{Behaviour, World};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Areas of a life, in the order of the simulator's categories, and what comes up in each.
const AREAS: [(&str, [&str; 10]); 5] = [
    (
        "People",
        [
            "Call the dentist",
            "Answer the landlord's letter",
            "Write to the choir",
            "Ask about the deposit",
            "Plan the birthday dinner",
            "Ring the school",
            "Thank the neighbours",
            "Invite everybody for Sunday",
            "Reply to the club",
            "Ask for the recipe",
        ],
    ),
    (
        "Papers",
        [
            "Pay the electricity bill",
            "File the tax papers",
            "Renew the insurance",
            "Fill in the form for the town hall",
            "Sort the receipts",
            "Cancel the old subscription",
            "Check the bank statement",
            "Print the boarding passes",
            "Send the invoice",
            "Renew the library card",
        ],
    ),
    (
        "Work",
        [
            "Draft the quarterly report",
            "Review the proposal",
            "Prepare the slides",
            "Write the meeting notes",
            "Read the contract",
            "Plan next week",
            "Test the new release",
            "Update the price list",
            "Collect figures for the board",
            "Tidy up the shared folder",
        ],
    ),
    (
        "Home",
        [
            "Mow the lawn",
            "Clean the kitchen",
            "Repair the bicycle",
            "Water the plants",
            "Change the bed linen",
            "Fix the dripping tap",
            "Empty the basement shelf",
            "Paint the garden gate",
            "Descale the kettle",
            "Hang up the shelf",
        ],
    ),
    (
        "Errands",
        [
            "Buy light bulbs",
            "Return the parcel",
            "Pick up the prescription",
            "Order cat food",
            "Get the keys copied",
            "Bring the shoes to the cobbler",
            "Buy stamps",
            "Collect the framed picture",
            "Order new filters",
            "Take glass to the container",
        ],
    ),
];

/// Lives of which one is chosen.
const PEOPLE: u32 = 5;
/// How the uid of every task of a sample begins: nothing else that comes in is called so.
const ORIGIN: &str = "astro-demo/";

/// Whether a task of the API came in with a sample.
pub fn is_of_sample(task: &Value) -> bool {
    let uid = task["uid"].as_str();
    uid.is_some_and(|uid| uid.starts_with(ORIGIN))
}

/// Lines of docs/events-format.md of a life of so many days that ends at `now`. Made at another moment they are of
/// other tasks, so that a sample can come again while the last one lies in the trash.
pub fn lines(days: u32, seed: u64, now: Timestamp, label: &str) -> anyhow::Result<Vec<u8>> {
    let world = World {
        people: PEOPLE,
        days,
        ..World::named("W2")?
    };
    let (files, _) = in_memory(&world, seed, Behaviour::Silent)?;
    let text = String::from_utf8(files.events)?;
    let ends = astro_sim::time::timestamp(i64::from(days) * astro_sim::time::DAY);
    let later = whole_days(now, ends);
    let mut lines = Vec::new();
    for mut line in busiest(&text)? {
        for name in ["at", "due"] {
            if let Some(value) = line.get_mut(name) {
                let moment: Timestamp =
                    serde_json::from_value(value.clone()).context("a moment")?;
                *value = json!(moment + later);
            }
        }
        // what the simulator says of itself is nothing to keep
        for name in ["id", "person", "recorded_at"] {
            line.remove(name);
        }
        if line.get("kind") == Some(&json!("created")) {
            name(&mut line, label);
        }
        come_from(&mut line, now);
        serde_json::to_writer(&mut lines, &line)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// The life in which most happened: some have little to look at, and too little to learn from.
fn busiest(text: &str) -> anyhow::Result<Vec<Map<String, Value>>> {
    let mut lives: BTreeMap<String, Vec<Map<String, Value>>> = BTreeMap::new();
    for line in text.lines() {
        let line: Map<String, Value> = serde_json::from_str(line)?;
        let person = line.get("person").map(Value::to_string);
        lives
            .entry(person.unwrap_or_default())
            .or_default()
            .push(line);
    }
    let most = lives.into_values().max_by_key(Vec::len);
    Ok(most.unwrap_or_default())
}

/// So many days, that hours stay what they are.
fn whole_days(now: Timestamp, ends: Timestamp) -> SignedDuration {
    let days = now.duration_since(ends).as_hours().div_euclid(24);
    SignedDuration::from_hours(24 * days)
}

/// Lets the task, and those that it waits for, be recognised.
fn come_from(line: &mut Map<String, Value>, now: Timestamp) {
    let named = |task: &mut Value| {
        if let Some(uid) = task.as_str() {
            *task = json!(format!("{ORIGIN}{now}/{uid}"));
        }
    };
    if let Some(task) = line.get_mut("task") {
        named(task);
    }
    if let Some(Value::Array(tasks)) = line.get_mut("depends_on") {
        tasks.iter_mut().for_each(named);
    }
}

/// Gives a new task a title of its area.
fn name(line: &mut Map<String, Value>, label: &str) {
    let area = line
        .get("project")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let number = area
        .chars()
        .last()
        .and_then(|digit| digit.to_digit(10))
        .unwrap_or(0);
    let (area, titles) = AREAS[number as usize % AREAS.len()];
    let task = line.get("task").and_then(Value::as_str).unwrap_or_default();
    let which = task
        .parse()
        .map_or(0, |task: Uuid| task.as_u128() % titles.len() as u128);
    let which = usize::try_from(which).unwrap_or_default();
    line.insert("title".to_owned(), json!(titles[which]));
    line.insert("project".to_owned(), json!(area));
    line.insert("labels".to_owned(), json!([label]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_ends_today_and_says_what_it_is() {
        let now: Timestamp = "2026-11-30T14:00:00Z".parse().unwrap();
        let text = String::from_utf8(lines(30, 1, now, "demo").unwrap()).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let at = |line: &Value| line["at"].as_str().unwrap().parse::<Timestamp>().unwrap();
        assert!(
            lines
                .iter()
                .all(|line| at(line) <= now && line.get("person").is_none())
        );
        let is_ours = |task: &Value| is_of_sample(&json!({ "uid": task }));
        assert!(lines.iter().all(|line| is_ours(&line["task"])));
        let waits = lines
            .iter()
            .filter_map(|line| line["depends_on"].as_array());
        let waits: Vec<&Value> = waits.flatten().collect();
        assert!(!waits.is_empty() && waits.into_iter().all(is_ours));
        let first = lines.iter().map(at).min().unwrap();
        assert!((25..=31).contains(&(now.duration_since(first).as_hours() / 24)));
        let created = lines.iter().filter(|line| line["kind"] == "created");
        let labels: Vec<_> = created
            .map(|line| (line["labels"].clone(), line["title"].clone()))
            .collect();
        assert!(labels.len() > 30, "{}", labels.len());
        assert!(
            labels
                .iter()
                .all(|(labels, title)| *labels == json!(["demo"]) && title.is_string())
        );
        assert!(lines.iter().any(|line| line["kind"] == "done"));
    }
}
