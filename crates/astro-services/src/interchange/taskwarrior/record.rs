//! The record of a task: the one that came, with what has changed since.

use std::collections::BTreeSet;

use astro_core::calendar::{SignedDuration, Timestamp, When, ZoneName};
use astro_core::tasks::{RepeatFrom, TaskState, TaskStatus};
use serde_json::{Map, Value, json};

use super::{dates, recurrence};
use crate::interchange::outgoing::Outgoing;
use crate::interchange::portable::Portable;

/// `kept` is the record that came, and what it said.
pub fn record(
    task: &Outgoing,
    kept: Option<(&Map<String, Value>, &Portable)>,
    zone: &ZoneName,
) -> Map<String, Value> {
    let mut writing = Writing {
        record: kept.map(|(record, _)| record.clone()).unwrap_or_default(),
        said: kept.map(|(_, said)| (said, task.says.as_said(said))),
        task,
        now: &task.says,
        zone,
    };
    writing.texts();
    writing.status();
    writing.times();
    writing.lists();
    writing.series();
    let Writing { mut record, .. } = writing;
    if kept.is_none_or(|(kept, _)| *kept != record) {
        set(&mut record, "modified", Some(dates::text(task.updated_at)));
    }
    record
}

struct Writing<'a> {
    record: Map<String, Value>,
    /// What the record said, and what the task says of the same.
    said: Option<(&'a Portable, Portable)>,
    task: &'a Outgoing,
    now: &'a Portable,
    zone: &'a ZoneName,
}

fn set(record: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    match value {
        Some(value) => record.insert(name.to_owned(), value.into()),
        None => record.remove(name),
    };
}

impl Writing<'_> {
    /// Whether this is new, or not as the record said.
    fn differs<T: PartialEq>(&self, part: impl Fn(&Portable) -> T) -> bool {
        self.said
            .as_ref()
            .is_none_or(|(said, now)| part(said) != part(now))
    }

    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        set(&mut self.record, name, value);
    }

    fn texts(&mut self) {
        let now = self.now;
        if self.said.is_none() {
            self.set("uuid", Some(self.task.name.as_str()));
        }
        if self.differs(|task| task.fields.title.clone()) {
            self.set("description", Some(now.fields.title.as_str()));
        }
        if self.differs(|task| task.fields.priority) {
            self.set("priority", priority(now.fields.priority));
        }
        if self.differs(|task| task.project.clone()) {
            let path = (!now.project.is_empty()).then(|| now.project.join("."));
            self.set("project", path);
        }
        if self.differs(|task| task.fields.estimate_s) {
            let estimate = now.fields.estimate_s.map(|seconds| format!("PT{seconds}S"));
            self.set("estimate", estimate);
        }
        if self.differs(|task| task.fields.description.clone()) {
            let annotations = self.annotations();
            self.set(
                "annotations",
                (!annotations.is_empty()).then_some(annotations),
            );
        }
    }

    fn status(&mut self) {
        let now = self.now;
        if !self.differs(|task| (task.fields.status, task.completed_at)) {
            return;
        }
        let ended = |at: Option<Timestamp>| Some(dates::text(at.unwrap_or(self.task.updated_at)));
        let (word, end) = match now.fields.status {
            TaskStatus::Completed => ("completed", ended(now.completed_at)),
            TaskStatus::Cancelled | TaskStatus::Failed => ("deleted", ended(None)),
            TaskStatus::NeedsAction | TaskStatus::InProcess => ("pending", None),
        };
        self.set("status", Some(word));
        self.set("end", end);
        let is_active = now.fields.status == TaskStatus::InProcess;
        if !is_active {
            self.set("start", None::<Value>);
        } else if !self.record.contains_key("start") {
            self.set("start", Some(dates::text(self.task.updated_at)));
        }
    }

    fn times(&mut self) {
        let now = self.now;
        let instant = |when: &When| dates::text(when.instant(self.zone.rules()));
        if self.said.is_none() {
            let entry = now.created_at.unwrap_or(self.task.updated_at);
            self.set("entry", Some(dates::text(entry)));
        }
        if self.differs(|task| task.fields.due.clone()) {
            let due = now.fields.due.as_ref().map(instant);
            self.set("due", due);
        }
        if self.differs(|task| {
            (
                task.fields.start.clone(),
                task.fields.state == TaskState::Someday,
            )
        }) {
            self.start();
        }
    }

    /// The later of `scheduled` and `wait` is our start: what is written back must say the same.
    fn start(&mut self) {
        let start = self.now.fields.start.as_ref();
        let text = start.map(|start| dates::text(start.instant(self.zone.rules())));
        let waits_only = self.record.contains_key("wait") && !self.record.contains_key("scheduled");
        if self.now.fields.state == TaskState::Someday {
            self.set("wait", Some(SOMEDAY));
            self.set("scheduled", text);
        } else if waits_only {
            self.set("wait", text);
        } else {
            self.set("wait", None::<Value>);
            self.set("scheduled", text);
        }
    }

    fn lists(&mut self) {
        if self.differs(|task| task.labels.clone()) {
            self.list("tags", &self.now.labels);
        }
        if self.differs(|task| task.depends_on.clone()) {
            self.list("depends", &self.now.depends_on);
        }
    }

    fn list(&mut self, name: &str, entries: &BTreeSet<String>) {
        self.set(name, (!entries.is_empty()).then(|| json!(entries)));
    }

    /// A rule needs a due date in the program.
    fn series(&mut self) {
        let fields = &self.now.fields;
        if !self.differs(|task| (task.fields.rrule.clone(), task.fields.repeat_from)) {
            return;
        }
        let rule = fields
            .rrule
            .as_deref()
            .filter(|_| fields.due.is_some() && fields.status.is_open())
            .and_then(recurrence::to_recur);
        let is_template = self
            .record
            .get("status")
            .is_some_and(|word| word == "recurring");
        match rule {
            Some((recur, until)) => {
                self.set("status", Some("recurring"));
                self.set("recur", Some(recur));
                self.set("until", until.map(dates::text));
                let kind = match fields.repeat_from {
                    RepeatFrom::Due => "periodic",
                    RepeatFrom::Completion => "chained",
                };
                self.set("rtype", Some(kind));
            }
            None if is_template => {
                self.set("status", Some("pending"));
                for name in ["recur", "rtype", "mask"] {
                    self.set(name, None::<Value>);
                }
            }
            None => {}
        }
    }

    /// Annotations whose words still stand in the description keep their time; other lines become
    /// annotations of the time of the edit, in order.
    fn annotations(&self) -> Vec<Value> {
        let kept = self.record.get("annotations");
        let entries = kept.and_then(Value::as_array).cloned().unwrap_or_default();
        let mut rest = self.now.fields.description.as_str();
        let mut annotations = Vec::new();
        let mut made: i64 = 0;
        let mut add = |text: &str, annotations: &mut Vec<Value>| {
            let text = text.trim_matches('\n');
            if text.is_empty() {
                return;
            }
            // two annotations of one second are one to the program
            let at = loop {
                let at = self.task.updated_at + SignedDuration::from_secs(made);
                made += 1;
                let at = dates::text(at);
                if !entries
                    .iter()
                    .any(|entry| entry.get("entry") == Some(&json!(at)))
                {
                    break at;
                }
            };
            annotations.push(json!({ "entry": at, "description": text }));
        };
        for entry in &entries {
            let Some(words) = entry.get("description").and_then(Value::as_str) else {
                continue;
            };
            if let Some((before, after)) = split_at_lines(rest, words) {
                add(before, &mut annotations);
                annotations.push(entry.clone());
                rest = after;
            }
        }
        add(rest, &mut annotations);
        annotations
    }
}

/// What the program writes for `someday`.
const SOMEDAY: &str = "99991230T000000Z";

fn priority(priority: u8) -> Option<&'static str> {
    match priority {
        0 => None,
        1..=3 => Some("H"),
        4..=6 => Some("M"),
        _ => Some("L"),
    }
}

/// What stands before and after `lines`, where they stand as whole lines of `text`.
fn split_at_lines<'t>(text: &'t str, lines: &str) -> Option<(&'t str, &'t str)> {
    if lines.is_empty() {
        return None;
    }
    let whole = |at: usize| {
        let end = at + lines.len();
        (at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))
            && (end == text.len() || text.as_bytes().get(end) == Some(&b'\n'))
    };
    let (at, _) = text.match_indices(lines).find(|(at, _)| whole(*at))?;
    Some((&text[..at], &text[at + lines.len()..]))
}
