//! Taskwarrior 2: what `task export` prints and `task import` reads.
//!
//! A record is kept whole, but for `id` and `urgency`, which the program derives; what is written
//! is that record with what has changed here since. docs/import.md has the mapping.

mod dates;
mod record;
mod recurrence;
mod says;

use astro_core::interchange::Format;
use serde_json::{Map, Value};

pub use record::record;
use says::occurrence_of;
pub use says::says;

use super::identity::Identities;
use super::plan::{Context, Kept, Plan, PlannedTask};
use crate::{Error, Result};

/// What the program derives from the rest.
const DERIVED: [&str; 2] = ["id", "urgency"];

/// Reads an array of records, or one record a line.
///
/// # Errors
/// When the file is no such thing, or holds too many records.
pub fn read(bytes: &[u8], context: &Context) -> Result<Plan> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut reader = Reader {
        plan: Plan::new(Format::Taskwarrior),
        identities: Identities::new(Format::Taskwarrior),
        context,
    };
    if matches!(text_of(bytes), TextState::Broken) {
        reader.plan.notes.warn(
            &"file",
            "is not all UTF-8; what is not is shown as \u{fffd}",
        );
    }
    if text.starts_with('[') {
        let values: Vec<Value> = serde_json::from_str(text)
            .map_err(|error| Error::invalid("file", "bad_json", error.to_string()))?;
        for (index, value) in values.into_iter().enumerate() {
            reader.take(format!("[{index}]"), value)?;
        }
    } else {
        for (index, line) in text.lines().enumerate() {
            let place = format!("line {}", index + 1);
            let line = line.trim().trim_end_matches(',');
            if line.is_empty() {
                continue;
            }
            match serde_json::from_str(line) {
                Ok(value) => reader.take(place, value)?,
                Err(error) => reader
                    .plan
                    .notes
                    .refuse(&place, format!("is no JSON: {error}")),
            }
        }
    }
    Ok(reader.plan)
}

enum TextState {
    Whole,
    Broken,
}

fn text_of(bytes: &[u8]) -> TextState {
    if std::str::from_utf8(bytes).is_ok() {
        TextState::Whole
    } else {
        TextState::Broken
    }
}

struct Reader<'c> {
    plan: Plan,
    identities: Identities,
    context: &'c Context,
}

impl Reader<'_> {
    fn take(&mut self, place: String, value: Value) -> Result<()> {
        let Value::Object(mut record) = value else {
            self.plan.notes.refuse(&place, "is no object");
            return Ok(());
        };
        for field in DERIVED {
            if record.remove(field).is_some() {
                self.plan.notes.derived(field, &place);
            }
        }
        let uid = self.uid(&record, &place);
        if !self.identities.is_first(&uid) {
            self.plan.notes.refuse(
                &place,
                format!("the uuid {uid} stands twice; the first is taken"),
            );
            return Ok(());
        }
        let zone = &self.context.zone;
        let says = says(&record, zone, &mut self.plan.notes, &place);
        let updated_at = dates::attribute(&record, "modified").or(says.created_at);
        self.plan.push(PlannedTask {
            occurrence_of: occurrence_of(&record, zone),
            uid,
            place,
            says,
            updated_at,
            kept: Some(Kept {
                format: Format::Taskwarrior,
                record: Value::Object(record),
                zone: zone.clone(),
            }),
            history: Vec::new(),
            work: Vec::new(),
        })
    }

    /// A record without uuid, which `task import` accepts, gets one from what it says.
    fn uid(&mut self, record: &Map<String, Value>, place: &str) -> String {
        if let Some(uuid) = record.get("uuid").and_then(Value::as_str)
            && let Ok(uuid) = uuid::Uuid::parse_str(uuid)
        {
            self.plan.notes.mapped("uuid", "uid", &place);
            return uuid.to_string();
        }
        self.plan
            .notes
            .warn(&place, "has no uuid; it gets one from what it says");
        self.identities
            .derive(&Value::Object(record.clone()).to_string())
    }
}
