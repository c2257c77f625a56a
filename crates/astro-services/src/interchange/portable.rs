//! A task in words that mean the same on every server: paths, titles and global ids in place of
//! this server's ids. What formats are compared and merged in.

use std::collections::BTreeSet;
use std::fmt::Display;

use astro_core::calendar::recurrence::Rule;
use astro_core::calendar::{Timestamp, When};
use astro_core::limits;
use astro_core::tasks::{Attachment, TaskFields};
use astro_core::web;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::alerts::{self, Alerts};
use super::notes::Notes;

/// The ids inside `fields` (project, parent, dependencies, labels, goals) are empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portable {
    pub fields: TaskFields,
    /// From the outermost project to the task's own; empty for none.
    pub project: Vec<String>,
    pub labels: BTreeSet<String>,
    /// The uid of the task that this one is a part of.
    pub parent: Option<String>,
    /// The uids of the tasks that must be finished first.
    pub depends_on: BTreeSet<String>,
    pub completed_at: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
    /// iCalendar's SEQUENCE.
    pub sequence: u32,
    pub postpone_count: u32,
    pub first_due: Option<When>,
    /// Set while it lies in the trash.
    pub deleted_at: Option<Timestamp>,
    /// They are rows of their own here, so no field of the task.
    #[serde(skip)]
    pub reminders: Alerts,
}

impl Portable {
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            fields: TaskFields::titled(title),
            project: Vec::new(),
            labels: BTreeSet::new(),
            parent: None,
            depends_on: BTreeSet::new(),
            completed_at: None,
            created_at: None,
            sequence: 0,
            postpone_count: 0,
            first_due: None,
            deleted_at: None,
            reminders: Alerts::new(),
        }
    }

    /// This task with one field, by its name and JSON, replaced.
    ///
    /// # Errors
    /// When the field cannot hold that.
    pub fn with(&self, name: &str, value: &Value) -> serde_json::Result<Self> {
        let mut flat = self.flat()?;
        let fresh = || Self::titled("(untitled)").flat();
        let value = match (name, value) {
            // null takes a value away
            (_, Value::Null) => fresh()?.remove(name).unwrap_or_default(),
            ("project", Value::String(path)) => path.split('/').map(str::trim).collect(),
            (_, value) => value.clone(),
        };
        flat.insert(name.to_owned(), value);
        let mut replaced = Self::from_flat(flat)?;
        replaced.reminders.clone_from(&self.reminders);
        Ok(replaced)
    }

    /// This task as far as `said` speaks of it: what its format cannot say is no difference.
    pub fn as_said(&self, said: &Self) -> Self {
        let mut fields = self.fields.clone();
        if said.fields.position.is_empty() {
            // every task gets a position here
            fields.position.clear();
        }
        Self {
            fields,
            completed_at: self.completed_at.filter(|_| said.completed_at.is_some()),
            created_at: self.created_at.filter(|_| said.created_at.is_some()),
            sequence: said.sequence,
            postpone_count: said.postpone_count,
            first_due: said.first_due.clone(),
            deleted_at: said.deleted_at,
            ..self.clone()
        }
    }

    /// `ours` with what has changed from `base` to `theirs`. Sets are merged by member, everything
    /// else by field; where both changed, theirs wins.
    ///
    /// # Errors
    /// Of JSON; none are known.
    pub fn merge(base: &Self, theirs: &Self, ours: &Self) -> serde_json::Result<Self> {
        let mut merged = ours.flat()?;
        let (base_flat, theirs_flat) = (base.flat()?, theirs.flat()?);
        for (key, value) in theirs_flat {
            if base_flat.get(&key) != Some(&value) {
                merged.insert(key, value);
            }
        }
        let mut merged = Self::from_flat(merged)?;
        merged.labels = merge_sets(&base.labels, &theirs.labels, &ours.labels);
        merged.reminders = alerts::merge(&base.reminders, &theirs.reminders, &ours.reminders);
        merged.depends_on = merge_sets(&base.depends_on, &theirs.depends_on, &ours.depends_on);
        Ok(merged)
    }

    /// Names of what differs.
    ///
    /// # Errors
    /// Of JSON; none are known.
    pub fn differences(&self, other: &Self) -> serde_json::Result<Vec<String>> {
        let flat = other.flat()?;
        let reminders = (self.reminders != other.reminders).then(|| "reminders".to_owned());
        Ok(self
            .flat()?
            .into_iter()
            .filter(|(key, value)| flat.get(key) != Some(value))
            .map(|(key, _)| key)
            .chain(reminders)
            .collect())
    }

    /// One object: the fields, and beside them what stands for their ids.
    pub(super) fn flat(&self) -> serde_json::Result<Map<String, Value>> {
        let Value::Object(mut whole) = serde_json::to_value(self)? else {
            return Ok(Map::new());
        };
        let mut flat = match whole.remove("fields") {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        for id in IDS {
            flat.remove(id);
        }
        flat.append(&mut whole);
        Ok(flat)
    }

    fn from_flat(mut flat: Map<String, Value>) -> serde_json::Result<Self> {
        let mut whole = Map::new();
        for key in BESIDE {
            if let Some(value) = flat.remove(key) {
                whole.insert(key.to_owned(), value);
            }
        }
        whole.insert("fields".to_owned(), Value::Object(flat));
        serde_json::from_value(Value::Object(whole))
    }

    /// Cuts what is longer than can be kept, and says so. Whatever a file holds, the result
    /// passes [`TaskFields::check`]; the file's own words are kept verbatim beside it.
    pub fn fit(&mut self, notes: &mut Notes, place: &dyn Display) {
        let mut fit = Fit { notes, place };
        let fields = &mut self.fields;
        fit.text("title", &mut fields.title, limits::TITLE_CHARS);
        if fields.title.trim().is_empty() {
            "(untitled)".clone_into(&mut fields.title);
            fit.say("title", "is blank");
        }
        fit.text("description", &mut fields.description, limits::TEXT_CHARS);
        fit.text("position", &mut fields.position, limits::SHORT_CHARS);
        fit.only("color", &mut fields.color, web::is_color);
        fit.short("url", &mut fields.url, limits::URL_CHARS);
        fit.only("url", &mut fields.url, web::is_address);
        fit.short("location", &mut fields.location, limits::TITLE_CHARS);
        fit.short("rrule", &mut fields.rrule, limits::URL_CHARS);
        fit.only("rrule", &mut fields.rrule, is_rule);
        fields.priority = fields.priority.min(9);
        fields.percent = fields.percent.min(100);
        for seconds in [
            &mut fields.estimate_s,
            &mut fields.min_block_s,
            &mut fields.max_block_s,
        ] {
            *seconds = seconds.filter(|seconds| *seconds <= YEAR_S);
        }
        if matches!((fields.min_block_s, fields.max_block_s), (Some(min), Some(max)) if min > max) {
            fields.max_block_s = fields.min_block_s;
        }
        fit.list("rdate", &mut fields.rdate);
        fit.list("exdate", &mut fields.exdate);
        fit.list("relations", &mut fields.relations);
        fit.addresses(&mut fields.attachments);
        fit.list("attachments", &mut fields.attachments);
        fit.list("assignees", &mut fields.assignees);
        fit.set("labels", &mut self.labels);
        fit.set("depends_on", &mut self.depends_on);
        fit.path(&mut self.project);
    }
}

const YEAR_S: u32 = 365 * 24 * 3600;
const IDS: [&str; 5] = [
    "project_id",
    "parent_id",
    "depends_on",
    "labels",
    "goal_ids",
];
const BESIDE: [&str; 10] = [
    "project",
    "labels",
    "parent",
    "depends_on",
    "completed_at",
    "created_at",
    "sequence",
    "postpone_count",
    "first_due",
    "deleted_at",
];

/// Whether a task can recur by it.
fn is_rule(text: &str) -> bool {
    text.parse()
        .is_ok_and(|rule: Rule| rule.check_for_tasks().is_ok())
}

fn merge_sets(
    base: &BTreeSet<String>,
    theirs: &BTreeSet<String>,
    ours: &BTreeSet<String>,
) -> BTreeSet<String> {
    ours.iter()
        .filter(|name| !base.contains(*name) || theirs.contains(*name))
        .chain(theirs.difference(base))
        .cloned()
        .collect()
}

struct Fit<'n> {
    notes: &'n mut Notes,
    place: &'n dyn Display,
}

impl Fit<'_> {
    fn say(&mut self, field: &str, what: &str) {
        self.notes.warn(
            self.place,
            format!("{field} {what}; the file's own words are kept beside it"),
        );
    }

    /// Cuts a text; NUL, which no database keeps, becomes the replacement character.
    fn text(&mut self, field: &str, text: &mut String, max: usize) {
        if text.contains('\0') {
            *text = text.replace('\0', "\u{fffd}");
            self.say(field, "contains NUL, shown as \u{fffd}");
        }
        if let Some((cut, _)) = text.char_indices().nth(max) {
            text.truncate(cut);
            self.say(field, &format!("is cut at {max} characters"));
        }
    }

    /// A text that makes no sense when it is cut.
    fn short(&mut self, field: &str, text: &mut Option<String>, max: usize) {
        let fits = |text: &String| text.chars().count() <= max && !text.contains('\0');
        if text.as_ref().is_some_and(|text| !fits(text)) {
            *text = None;
            self.say(field, "cannot be kept");
        }
    }

    /// A text that no page could be given.
    fn only(&mut self, field: &str, text: &mut Option<String>, fits: fn(&str) -> bool) {
        if text.as_ref().is_some_and(|text| !fits(text)) {
            *text = None;
            self.say(field, "cannot be kept");
        }
    }

    fn addresses(&mut self, attachments: &mut Vec<Attachment>) {
        let before = attachments.len();
        attachments.retain(|attachment| web::is_address(&attachment.uri));
        if attachments.len() < before {
            self.say("attachments", "lead to what a page must not offer");
        }
    }

    fn list<T>(&mut self, field: &str, list: &mut Vec<T>) {
        if list.len() > limits::LIST_ENTRIES {
            list.truncate(limits::LIST_ENTRIES);
            self.say(
                field,
                &format!("has more than {} entries", limits::LIST_ENTRIES),
            );
        }
    }

    fn set(&mut self, field: &str, set: &mut BTreeSet<String>) {
        *set = std::mem::take(set)
            .into_iter()
            .map(|mut name| {
                self.text(field, &mut name, limits::SHORT_CHARS);
                name
            })
            .filter(|name| !name.trim().is_empty())
            .collect();
        while set.len() > limits::LIST_ENTRIES {
            set.pop_last();
            if set.len() == limits::LIST_ENTRIES {
                self.say(
                    field,
                    &format!("has more than {} entries", limits::LIST_ENTRIES),
                );
            }
        }
    }

    /// Projects nested too deep are joined into the last that fits.
    fn path(&mut self, path: &mut Vec<String>) {
        path.retain(|title| !title.trim().is_empty());
        if path.len() > limits::TREE_DEPTH {
            let rest = path.split_off(limits::TREE_DEPTH - 1).join(".");
            path.push(rest);
            self.say("project", "is nested too deep");
        }
        for title in path {
            self.text("project", title, limits::TITLE_CHARS);
        }
    }
}
