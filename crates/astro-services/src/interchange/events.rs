//! The life of tasks as JSON Lines: what happened to which task, and when. docs/events-format.md
//! describes it.
//!
//! A task is what its lines add up to; the lines themselves become entries of the log at their own
//! times, which is where learning reads them.

mod fold;
mod line;
mod write;

use astro_core::interchange::Format;
use serde_json::{Value, json};

pub use write::write;

use super::plan::{Context, Kept, Plan, PlannedTask};
use super::portable::Portable;
use crate::{Error, Result};
use fold::Life;
use line::Line;

/// Lines that one file may hold.
const MAX_LINES: usize = 500_000;

/// # Errors
/// When the file holds too many lines or tasks.
pub fn read(bytes: &[u8], context: &Context) -> Result<Plan> {
    let mut plan = Plan::new(Format::Events);
    let mut lines = Vec::new();
    for (index, bytes) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        if lines.len() >= MAX_LINES {
            let message = format!("has more than {MAX_LINES} lines");
            return Err(Error::invalid("file", "too_many", message));
        }
        match Line::read(bytes, index + 1, &mut plan.notes) {
            Ok(line) => lines.push(line),
            Err(reason) => plan.notes.refuse(&format!("line {}", index + 1), reason),
        }
    }
    for (uid, life) in fold::lives(lines, &mut plan.notes) {
        plan.push(planned(uid, life, context)?)?;
    }
    Ok(plan)
}

fn planned(uid: String, life: Life, context: &Context) -> Result<PlannedTask> {
    let record = record(&life.says, &life.foreign)?;
    Ok(PlannedTask {
        uid,
        place: format!("line {}", life.first_line),
        updated_at: Some(life.last_at),
        occurrence_of: None,
        says: life.says,
        kept: Some(Kept {
            format: Format::Events,
            record,
            zone: context.zone.clone(),
        }),
        history: life.history,
        work: life.work,
    })
}

/// What is kept of a task: what its lines added up to, and members of them that have no place.
///
/// # Errors
/// Of JSON; none are known.
pub fn record(says: &Portable, foreign: &[Value]) -> Result<Value> {
    let says = serde_json::to_value(says).map_err(Error::internal)?;
    Ok(json!({ "says": says, "foreign": foreign }))
}

/// What a kept record says.
///
/// # Errors
/// When it does not hold what was kept; internal.
pub fn says(record: &Value) -> Result<Portable> {
    let says = record.get("says").cloned().unwrap_or_default();
    serde_json::from_value(says).map_err(Error::internal)
}
