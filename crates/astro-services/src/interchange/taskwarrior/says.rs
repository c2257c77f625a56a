//! What a record says, in the words of this product.

use std::collections::BTreeSet;
use std::fmt::Display;

use astro_core::calendar::{IsoDuration, When, ZoneName};
use astro_core::tasks::{RepeatFrom, TaskState, TaskStatus};
use serde_json::{Map, Value};

use super::{dates, recurrence};
use crate::interchange::notes::Notes;
use crate::interchange::portable::Portable;

const PRIORITIES: [(&str, u8); 3] = [("H", 1), ("M", 5), ("L", 9)];

/// Attributes that have no place here but a meaning in the program.
const FOREIGN: [&str; 4] = ["parent", "mask", "imask", "until"];

/// Reads a record that was understood in `zone`.
pub fn says(
    record: &Map<String, Value>,
    zone: &ZoneName,
    notes: &mut Notes,
    place: &dyn Display,
) -> Portable {
    let mut says = Saying {
        portable: Portable::titled(String::new()),
        zone,
        notes,
        place,
    };
    for (name, value) in record {
        let is_ours = !FOREIGN.contains(&name.as_str());
        if name != "uuid" && !(is_ours && says.take(name, value)) {
            says.notes.kept(name, place);
        }
    }
    says.times(record);
    says.series(record);
    let Saying {
        mut portable,
        notes,
        ..
    } = says;
    portable.fit(notes, place);
    portable
}

struct Saying<'a> {
    portable: Portable,
    zone: &'a ZoneName,
    notes: &'a mut Notes,
    place: &'a dyn Display,
}

impl Saying<'_> {
    /// Whether the attribute has a place.
    fn take(&mut self, name: &str, value: &Value) -> bool {
        let text = value.as_str();
        let becomes = match (name, text) {
            ("description", Some(title)) => {
                title.clone_into(&mut self.portable.fields.title);
                "title"
            }
            ("status", Some(status)) => return self.status(status),
            ("project", Some(project)) => {
                self.portable.project = project.split('.').map(str::to_owned).collect();
                "project"
            }
            ("priority", Some(priority)) => return self.priority(priority),
            ("tags", _) => {
                self.portable.labels = strings(value);
                "labels"
            }
            ("depends", _) => {
                self.portable.depends_on = strings(value);
                "depends_on"
            }
            ("annotations", _) => {
                self.portable.fields.description = annotations(value).join("\n");
                "description"
            }
            ("estimate", Some(estimate)) => return self.estimate(estimate),
            ("rtype", Some("chained")) => {
                self.portable.fields.repeat_from = RepeatFrom::Completion;
                "repeat_from"
            }
            ("entry" | "modified" | "start" | "end" | "due" | "scheduled" | "wait", _) => {
                return self.date(name, value);
            }
            _ => return false,
        };
        self.notes.mapped(name, becomes, self.place);
        true
    }

    fn status(&mut self, word: &str) -> bool {
        let status = match word {
            "completed" => TaskStatus::Completed,
            "deleted" => TaskStatus::Cancelled,
            "pending" | "waiting" | "recurring" => TaskStatus::NeedsAction,
            _ => {
                self.warn("status", word);
                return false;
            }
        };
        self.portable.fields.status = status;
        self.notes.mapped("status", "status", self.place);
        true
    }

    fn priority(&mut self, word: &str) -> bool {
        let Some((_, priority)) = PRIORITIES.iter().find(|(known, _)| *known == word) else {
            return false;
        };
        self.portable.fields.priority = *priority;
        self.notes.mapped("priority", "priority", self.place);
        true
    }

    /// A duration that a person has defined, as most do, under this name.
    fn estimate(&mut self, text: &str) -> bool {
        let seconds = text
            .parse::<IsoDuration>()
            .ok()
            .and_then(|duration| u32::try_from(duration.nominal_seconds()).ok());
        self.portable.fields.estimate_s = seconds;
        if seconds.is_some() {
            self.notes.mapped("estimate", "estimate_s", self.place);
        }
        seconds.is_some()
    }

    fn date(&mut self, name: &str, value: &Value) -> bool {
        if value.as_str().and_then(dates::parse).is_none() {
            self.warn(name, &value.to_string());
            return false;
        }
        let becomes = match name {
            "entry" => "created_at",
            "modified" => "updated_at",
            "start" => "status",
            "end" => "completed_at",
            "due" => "due",
            _ => "start",
        };
        self.notes.mapped(name, becomes, self.place);
        true
    }

    fn warn(&mut self, name: &str, text: &str) {
        let shown: String = text.chars().take(80).collect();
        self.notes.warn(
            self.place,
            format!("{name} is not understood and kept as it is: {shown}"),
        );
    }

    /// What depends on several dates together.
    fn times(&mut self, record: &Map<String, Value>) {
        let date = |name| dates::attribute(record, name);
        let portable = &mut self.portable;
        portable.created_at = date("entry");
        portable.fields.due = date("due").map(|due| dates::to_when(due, self.zone));
        match portable.fields.status {
            TaskStatus::Completed => portable.completed_at = date("end"),
            TaskStatus::NeedsAction if date("start").is_some() => {
                portable.fields.status = TaskStatus::InProcess;
            }
            _ => {}
        }
        if portable.fields.status == TaskStatus::Completed {
            portable.fields.percent = 100;
        }
        let wait = date("wait");
        if wait.is_some_and(dates::is_someday) {
            portable.fields.state = TaskState::Someday;
        }
        let wait = wait.filter(|wait| !dates::is_someday(*wait));
        portable.fields.start = date("scheduled")
            .max(wait)
            .map(|start| dates::to_when(start, self.zone));
    }

    /// The rule of a series lies on its template; the tasks made from it carry `recur` too, but
    /// do not repeat themselves.
    fn series(&mut self, record: &Map<String, Value>) {
        let Some(recur) = record.get("recur").and_then(Value::as_str) else {
            return;
        };
        if record.get("status").and_then(Value::as_str) != Some("recurring") {
            return;
        }
        let fields = &mut self.portable.fields;
        if let Some(due) = dates::attribute(record, "due") {
            fields.due = Some(series_due(due, self.zone));
        }
        fields.rrule = recurrence::to_rrule(
            recur,
            dates::attribute(record, "until"),
            fields.due.as_ref(),
        );
        if record.get("rtype").and_then(Value::as_str) == Some("chained") {
            fields.repeat_from = RepeatFrom::Completion;
        }
        if fields.rrule.is_some() {
            self.notes.mapped("recur", "rrule", self.place);
        } else {
            self.warn("recur", recur);
        }
    }
}

/// The template that a task was made from, and where that put it.
pub(super) fn occurrence_of(
    record: &Map<String, Value>,
    zone: &ZoneName,
) -> Option<(String, When)> {
    let parent = uuid::Uuid::parse_str(record.get("parent")?.as_str()?).ok()?;
    let due = dates::attribute(record, "due")?;
    Some((parent.to_string(), series_due(due, zone)))
}

/// A series keeps its hour where the person lives, also when the clocks change.
fn series_due(due: astro_core::calendar::Timestamp, zone: &ZoneName) -> When {
    match dates::to_when(due, zone) {
        When::Utc(instant) => {
            let local = When::Zoned {
                local: zone.rules().to_datetime(instant),
                zone: zone.clone(),
            };
            // the hour that a clock shows twice means the first
            if local.instant(zone.rules()) == instant {
                local
            } else {
                When::Utc(instant)
            }
        }
        date => date,
    }
}

/// Of an array, or of text with commas as older versions write it.
fn strings(value: &Value) -> BTreeSet<String> {
    let parts: Vec<&str> = match value {
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => text.split(',').collect(),
        _ => Vec::new(),
    };
    parts
        .into_iter()
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn annotations(value: &Value) -> Vec<&str> {
    let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| entry.get("description")?.as_str())
        .collect()
}
