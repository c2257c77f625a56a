//! One line of the file.

use astro_core::calendar::{Timestamp, from_micros, micros};
use astro_core::events::Action;
use astro_core::ids::EventId;
use astro_core::limits;
use astro_core::web;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::interchange::notes::Notes;

/// Words of the format, and what they say.
pub(super) const KINDS: [(&str, Action); 10] = [
    ("created", Action::Created),
    ("edited", Action::Edited),
    ("started", Action::Started),
    ("stopped", Action::Stopped),
    ("done", Action::Completed),
    ("reopened", Action::Reopened),
    ("deferred", Action::Deferred),
    ("cancelled", Action::Cancelled),
    ("deleted", Action::Deleted),
    ("restored", Action::Restored),
];

/// Members that a line may carry for the task.
pub(super) const FIELDS: [&str; 20] = [
    "title",
    "description",
    "state",
    "priority",
    "start",
    "due",
    "deadline",
    "estimate_s",
    "energy",
    "percent",
    "rrule",
    "repeat_from",
    "project",
    "labels",
    "parent",
    "depends_on",
    "url",
    "location",
    "color",
    "visibility",
];

const VERSION: u64 = 1;
/// `UUIDv5` namespace of the entries that lines become; fixed, so that the same line is the same
/// entry each time.
const NAMESPACE: Uuid = Uuid::from_u128(0x2b7e_1516_28ae_4d2a_a6ab_f715_8809_cf4f);

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub number: usize,
    pub id: EventId,
    pub at: Timestamp,
    pub action: Action,
    pub task: String,
    /// What it says of the task, by field.
    pub fields: Map<String, Value>,
    /// Members that have no place.
    pub foreign: Map<String, Value>,
}

impl Line {
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(bytes: &[u8], number: usize, notes: &mut Notes) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let Value::Object(mut members) = value else {
            return Err("is no object".to_owned());
        };
        let text = Value::Object(members.clone()).to_string();
        if members.remove("v") != Some(json!(VERSION)) {
            return Err(format!("its v is not {VERSION}"));
        }
        let at = take_at(&mut members)?;
        let kind = take_text(&mut members, "kind")?;
        let (_, action) = KINDS
            .iter()
            .find(|(word, _)| *word == kind)
            .ok_or_else(|| format!("unknown kind {kind:?}"))?;
        let task = take_text(&mut members, "task")?;
        if task.trim().is_empty() || task.chars().count() > limits::SHORT_CHARS {
            return Err("its task is empty or too long".to_owned());
        }
        let place = format!("line {number}");
        notes.mapped(&kind, &format!("event {action}"), &place);
        let (fields, foreign): (Map<_, _>, Map<_, _>) = members
            .into_iter()
            .partition(|(name, value)| has_place(name, value));
        fields
            .keys()
            .for_each(|name| notes.mapped(name, name, &place));
        foreign.keys().for_each(|name| notes.kept(name, &place));
        Ok(Self {
            number,
            id: id_of(at, &text),
            at,
            action: *action,
            task,
            fields,
            foreign,
        })
    }
}

/// Whether a member can be kept in a task's own field.
fn has_place(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("color", Value::String(text)) => web::is_color(text),
        ("url", Value::String(text)) => web::is_address(text),
        _ => FIELDS.contains(&name),
    }
}

fn take_text(members: &mut Map<String, Value>, name: &str) -> Result<String, String> {
    match members.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("its {name} is missing or no text")),
    }
}

/// An instant in whole microseconds.
fn take_at(members: &mut Map<String, Value>) -> Result<Timestamp, String> {
    let text = take_text(members, "at")?;
    let at: Timestamp = text
        .parse()
        .map_err(|_| format!("its at is no RFC 3339 instant: {text:?}"))?;
    from_micros(micros(at)).map_err(|error| error.to_string())
}

/// Rises with the time, like every id, and follows from the text.
pub(super) fn id_of<I: From<Uuid>>(at: Timestamp, text: &str) -> I {
    let hash = Uuid::new_v5(&NAMESPACE, text.as_bytes());
    let mut rest = [0; 10];
    rest.copy_from_slice(&hash.as_bytes()[..10]);
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
    I::from(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
}
