//! iCalendar: the to-dos (VTODO) of a calendar file (RFC 5545, 9073, 9074, 9253).
//!
//! A to-do is kept whole; what is written is that to-do with what has changed here since. One with a
//! RECURRENCE-ID is an occurrence of the to-do that has the same uid and none. Events and journals are counted and left: they are no
//! tasks. docs/import.md has the mapping.

mod alarms;
mod extensions;
mod says;
mod todo;

use std::collections::HashSet;

use astro_core::calendar::When;
use astro_core::calendar::ical::{self, Calendar, RawComponent, ReadOptions, Todo};
use astro_core::interchange::Format;
use astro_core::limits;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use says::says;
pub use todo::record;

use super::identity::Identities;
use super::plan::{Context, Kept, Plan, PlannedTask};
use crate::{Error, Result};

/// Properties of our own begin so.
const EXTENSIONS: &str = "X-ASTRO-";
const TZID: &str = "TZID";
const PRODUCT: &str = "-//AstroAssistance//AstroAssistance//EN";

/// What is kept of one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub todo: Todo,
    /// The calendar's name, which is the project that its to-dos lie in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// What its file says of zones that only the file knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<RawComponent>,
}

impl Record {
    fn names_zone(&self, zone: &RawComponent) -> bool {
        let tzid = zone.value(TZID).unwrap_or_default();
        self.todo.names_zone(tzid)
    }
}

/// # Errors
/// When the file is no calendar, or holds too many to-dos.
pub fn read(bytes: &[u8], context: &Context) -> Result<Plan> {
    let options = ReadOptions {
        max_bytes: limits::IMPORT_BYTES,
        extension_prefix: EXTENSIONS,
    };
    let reading = ical::read(bytes, &options)
        .map_err(|error| Error::invalid("file", "bad_calendar", error.to_string()))?;
    let mut plan = Plan::new(Format::Ics);
    for warning in &reading.warnings {
        let message = format!("{} {}", warning.place, warning.problem);
        plan.notes
            .warn(&format!("line {}", warning.line), message.trim());
    }
    plan.notes.warnings_left_out += reading.warnings_left_out as u64;
    let name = calendar_name(&reading.calendar, &mut plan);
    let mut records = records(reading.calendar.todos, name.as_ref(), &mut plan);
    for other in reading.calendar.others {
        let is_zone = other.name() == "VTIMEZONE";
        let named = records
            .iter_mut()
            .filter(|found| is_zone && found.record.names_zone(&other));
        let mut is_kept = false;
        for found in named {
            found.record.zones.push(other.clone());
            plan.notes.kept(other.name(), &found.place);
            is_kept = true;
        }
        if !is_kept {
            plan.notes.left(other.name(), &"calendar");
        }
    }
    for found in records {
        take(&mut plan, found, context)?;
    }
    Ok(plan)
}

fn calendar_name(calendar: &Calendar, plan: &mut Plan) -> Option<String> {
    let mut name = None;
    for line in &calendar.lines {
        match line.name().to_ascii_uppercase().as_str() {
            "X-WR-CALNAME" | "NAME" if name.is_none() => {
                name = Some(line.value().replace("\\,", ",").replace("\\;", ";"));
                plan.notes.mapped(line.name(), "project", &"calendar");
            }
            // said anew by every program that writes a calendar
            "CALSCALE" | "METHOD" => plan.notes.derived(line.name(), &"calendar"),
            _ => plan.notes.left(line.name(), &"calendar"),
        }
    }
    name.filter(|name| !name.trim().is_empty())
}

/// A to-do of the file: its global id, and what it is an occurrence of.
struct Found {
    uid: String,
    occurrence_of: Option<(String, When)>,
    place: String,
    record: Record,
}

/// The to-dos, in the order of the file; of those that are called the same the first is taken.
fn records(todos: Vec<Todo>, calendar: Option<&String>, plan: &mut Plan) -> Vec<Found> {
    let mut identities = Identities::new(Format::Ics);
    let mut found: Vec<Found> = Vec::new();
    let masters: HashSet<String> = todos
        .iter()
        .filter(|todo| todo.recurrence_id.is_none())
        .filter_map(|todo| todo.uid.clone())
        .collect();
    for (index, mut todo) in todos.into_iter().enumerate() {
        let place = format!("VTODO {}", index + 1);
        let written = todo.uid.clone().filter(|uid| !uid.trim().is_empty());
        let uid = written.unwrap_or_else(|| {
            plan.notes
                .warn(&place, "has no UID; it gets one from what it says");
            identities.derive(&serde_json::to_string(&todo).unwrap_or_default())
        });
        // every to-do must have one (RFC 5545 3.6.2), also when it goes out again
        if todo.uid.as_ref().is_none_or(|uid| uid.trim().is_empty()) {
            todo.uid = Some(uid.clone());
        }
        let occurrence_of = todo.recurrence_id.clone().map(|at| (uid.clone(), at));
        let occurrence_of = occurrence_of.filter(|(uid, _)| masters.contains(uid));
        let uid = match &occurrence_of {
            Some((uid, at)) => {
                plan.notes.mapped("RECURRENCE-ID", "recurrence_id", &place);
                format!("{uid}#{at}")
            }
            None => uid,
        };
        if !identities.is_first(&uid) {
            plan.notes.refuse(
                &place,
                format!("the UID {uid} stands twice; the first is taken"),
            );
            continue;
        }
        found.push(Found {
            uid,
            occurrence_of,
            place,
            record: Record {
                todo,
                calendar: calendar.cloned(),
                zones: Vec::new(),
            },
        });
    }
    found
}

fn take(plan: &mut Plan, found: Found, context: &Context) -> Result<()> {
    let Found {
        uid,
        occurrence_of,
        place,
        record,
    } = found;
    let zone = &context.zone;
    let says = says(&record, zone, &mut plan.notes, &place);
    plan.push(PlannedTask {
        uid,
        occurrence_of,
        updated_at: record.todo.last_modified.or(record.todo.stamp),
        place,
        says,
        kept: Some(Kept {
            format: Format::Ics,
            record: serde_json::to_value(record).map_err(Error::internal)?,
            zone: zone.clone(),
        }),
        history: Vec::new(),
        work: Vec::new(),
    })
}

/// # Errors
/// When a kept record does not hold what was kept; internal.
pub fn parse(record: &Value) -> Result<Record> {
    Record::deserialize(record).map_err(Error::internal)
}

/// The file of these records.
///
/// # Errors
/// When a kept property has a name that cannot be written; internal.
pub fn write(records: impl IntoIterator<Item = Record>) -> Result<String> {
    let mut calendar = Calendar::default();
    for record in records {
        calendar.todos.push(record.todo);
        for zone in record.zones {
            let is_same = |other: &RawComponent| other.value(TZID) == zone.value(TZID);
            if !calendar.others.iter().any(is_same) {
                calendar.others.push(zone);
            }
        }
    }
    ical::write(&calendar, PRODUCT).map_err(Error::internal)
}
