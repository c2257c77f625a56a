//! What a file asks for, before anything is looked up or written: the same for every format.

use astro_core::calendar::{Timestamp, When, ZoneName};
use astro_core::error::FieldError;
use astro_core::events::Action;
use astro_core::ids::{EventId, TimeEntryId};
use astro_core::interchange::Format;
use astro_core::limits;
use astro_core::tasks::Verbatim;
use serde_json::{Value, json};

use super::notes::Notes;
use super::portable::Portable;
use crate::{Error, Result};

/// What reading needs to know beside the bytes.
#[derive(Clone, Debug)]
pub struct Context {
    /// The owner's: formats that know only instants mean its midnights when they mean dates.
    pub zone: ZoneName,
    pub now: Timestamp,
}

/// The tasks that a file asks for, and what reading it has to tell.
#[derive(Debug)]
pub struct Plan {
    pub format: Format,
    pub tasks: Vec<PlannedTask>,
    pub notes: Notes,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlannedTask {
    /// Global id; tasks that have none in their format get one that follows from what they say.
    pub uid: String,
    /// Where it stands in the file.
    pub place: String,
    pub says: Portable,
    /// The series that it is an occurrence of, by uid, and which one.
    pub occurrence_of: Option<(String, When)>,
    /// When its program last changed it.
    pub updated_at: Option<Timestamp>,
    pub kept: Option<Kept>,
    /// What happened to it, oldest first; for formats that tell.
    pub history: Vec<Happening>,
    /// When it was worked on; for formats that tell.
    pub work: Vec<Stretch>,
}

/// A stretch of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Follows from what the file says.
    pub id: TimeEntryId,
    pub started_at: Timestamp,
    /// Absent while it lasts.
    pub ended_at: Option<Timestamp>,
}

/// An entry of a task's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Follows from what the file says, so that it is kept once.
    pub id: EventId,
    pub at: Timestamp,
    pub action: Action,
    /// What learning may read: no words.
    pub data: Value,
}

/// A task in the words of its format, as they came, and what is needed to understand them again.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub format: Format,
    pub record: Value,
    /// The zone that the record was understood in.
    pub zone: ZoneName,
}

impl Kept {
    /// `None` when nothing of this format was kept.
    pub fn of(verbatim: Option<&Verbatim>, format: Format) -> Option<Self> {
        let verbatim = verbatim?;
        let content = if verbatim.format == format.as_str() {
            &verbatim.content
        } else {
            verbatim.content.get(OTHERS)?.get(format.as_str())?
        };
        Some(Self {
            format,
            record: content.get("record")?.clone(),
            zone: content.get("zone")?.as_str()?.parse().ok()?,
        })
    }

    /// Beside what other formats have said of the same task.
    pub fn beside(self, before: Option<&Verbatim>) -> Verbatim {
        let name = self.format.as_str();
        let mut content = json!({ "record": self.record, "zone": self.zone });
        if let Some(before) = before {
            let mut others = before.content.get(OTHERS).cloned().unwrap_or_default();
            if others.is_null() {
                others = json!({});
            }
            if before.format != name {
                let mut other = before.content.clone();
                if let Some(other) = other.as_object_mut() {
                    other.remove(OTHERS);
                }
                others[&before.format] = other;
            }
            if let Some(others) = others.as_object_mut() {
                others.remove(name);
            }
            if others.as_object().is_some_and(|others| !others.is_empty()) {
                content[OTHERS] = others;
            }
        }
        Verbatim {
            format: name.to_owned(),
            content,
        }
    }
}

/// Where the words of further formats lie, by format.
const OTHERS: &str = "others";

impl Plan {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            tasks: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Takes a task into the plan, unless it cannot be kept.
    ///
    /// # Errors
    /// When the file has more items than one import may hold.
    pub fn push(&mut self, mut task: PlannedTask) -> Result<()> {
        if self.tasks.len() >= limits::IMPORT_ITEMS {
            return Err(Error::invalid(
                "file",
                "too_many",
                format!("has more than {} items", limits::IMPORT_ITEMS),
            ));
        }
        task.says.fit(&mut self.notes, &task.place);
        if let Some(reason) = refusal(&task) {
            self.notes.refuse(&task.place, reason);
        } else {
            self.tasks.push(task);
        }
        Ok(())
    }
}

fn refusal(task: &PlannedTask) -> Option<String> {
    if task.uid.chars().count() > limits::SHORT_CHARS || task.uid.contains('\0') {
        return Some("its id is too long".to_owned());
    }
    let size = task
        .kept
        .as_ref()
        .map_or(0, |kept| kept.record.to_string().len());
    if size > limits::VERBATIM_BYTES {
        return Some(format!(
            "has {size} bytes; at most {} are kept of one task",
            limits::VERBATIM_BYTES
        ));
    }
    let wrong = task.says.fields.check().err()?;
    let wrong: Vec<String> = wrong.iter().map(FieldError::to_string).collect();
    Some(wrong.join("; "))
}
