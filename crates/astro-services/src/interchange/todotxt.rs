//! todo.txt: one task a line (<https://github.com/todotxt/todo.txt>), with the keys that its
//! programs share: `due:`, `t:` (threshold), `rec:`, `pri:`.
//!
//! A line is kept as it came and comes out again unless the task has changed here; then it is
//! written anew, in the usual order. docs/import.md has the mapping.

mod line;
mod parse;
mod recurrence;

use astro_core::calendar::ZoneName;
use astro_core::interchange::Format;
use serde_json::Value;

pub use line::line;

use super::identity::Identities;
use super::notes::Notes;
use super::plan::{Context, Kept, Plan, PlannedTask};
use super::portable::Portable;
use crate::Result;

/// # Errors
/// When the file holds too many lines.
pub fn read(bytes: &[u8], context: &Context) -> Result<Plan> {
    let mut plan = Plan::new(Format::TodoTxt);
    let mut identities = Identities::new(Format::TodoTxt);
    let zone = &context.zone;
    for (index, bytes) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let place = format!("line {}", index + 1);
        let text = String::from_utf8_lossy(bytes);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            plan.notes
                .warn(&place, "is not all UTF-8; what is not is shown as \u{fffd}");
        }
        let text = text.trim_start_matches('\u{feff}').trim_end_matches('\r');
        if text.trim().is_empty() {
            continue;
        }
        let parsed = parse::parse(text);
        let uid = match parsed.key("uid") {
            Some(uid) if identities.is_first(uid) => uid.replace(parse::SPACE, " "),
            _ => identities.derive(&parsed.identity()),
        };
        let says = says(text, zone, &mut plan.notes, &place);
        plan.push(PlannedTask {
            uid,
            occurrence_of: None,
            updated_at: says.completed_at.or(says.created_at),
            place,
            says,
            kept: Some(Kept {
                format: Format::TodoTxt,
                record: Value::String(text.to_owned()),
                zone: zone.clone(),
            }),
            history: Vec::new(),
            work: Vec::new(),
        })?;
    }
    Ok(plan)
}

/// What a line says that was understood in `zone`.
pub fn says(
    text: &str,
    zone: &ZoneName,
    notes: &mut Notes,
    place: &dyn std::fmt::Display,
) -> Portable {
    let mut portable = parse::parse(text).says(zone, notes, place);
    portable.fit(notes, place);
    portable
}
