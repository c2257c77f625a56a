//! What the lines of a task add up to.

use std::collections::{HashMap, HashSet};

use astro_core::calendar::Timestamp;
use astro_core::events::Action;
use astro_core::tasks::TaskStatus;
use serde_json::{Value, json};

use super::line::{Line, id_of};
use crate::interchange::notes::Notes;
use crate::interchange::plan::{Happening, Stretch};
use crate::interchange::portable::Portable;

/// A task's life, told.
#[derive(Debug)]
pub(super) struct Life {
    pub says: Portable,
    pub history: Vec<Happening>,
    pub work: Vec<Stretch>,
    /// Members that have no place, with the line's time and kind.
    pub foreign: Vec<Value>,
    pub first_line: usize,
    pub last_at: Timestamp,
}

/// Tells the lives of all tasks, in the order in which they begin. Lines that stand twice count
/// once; lines out of order are put in order.
pub(super) fn lives(mut lines: Vec<Line>, notes: &mut Notes) -> Vec<(String, Life)> {
    let late = lines.windows(2).filter(|pair| pair[1].at < pair[0].at);
    let late = late.count();
    if late > 0 {
        notes.warn(
            &"file",
            format!("{late} lines stand before an earlier one; they were put in order"),
        );
    }
    let mut seen = HashSet::new();
    let before = lines.len();
    lines.retain(|line| seen.insert(line.id));
    if lines.len() < before {
        let twice = before - lines.len();
        notes.warn(&"file", format!("{twice} lines stand twice and count once"));
    }
    lines.sort_by_key(|line| line.at);
    let mut order: Vec<String> = Vec::new();
    let mut begun: HashMap<String, Life> = HashMap::new();
    for line in lines {
        let life = begun.entry(line.task.clone()).or_insert_with(|| {
            order.push(line.task.clone());
            Life::begin(&line, notes)
        });
        life.go_on(&line, notes);
    }
    order
        .into_iter()
        .filter_map(|uid| begun.remove(&uid).map(|life| (uid, life)))
        .collect()
}

impl Life {
    fn begin(line: &Line, notes: &mut Notes) -> Self {
        if line.action != Action::Created {
            notes.warn(
                &format!("line {}", line.number),
                format!("{} begins without being created", line.task),
            );
        }
        let mut says = Portable::titled("(untitled)");
        says.created_at = Some(line.at);
        Self {
            says,
            history: Vec::new(),
            work: Vec::new(),
            foreign: Vec::new(),
            first_line: line.number,
            last_at: line.at,
        }
    }

    fn go_on(&mut self, line: &Line, notes: &mut Notes) {
        let before = self.says.clone();
        let place = format!("line {}", line.number);
        for (name, value) in &line.fields {
            match self.says.with(name, value) {
                Ok(says) => self.says = says,
                Err(error) => notes.warn(&place, format!("{name} is left out: {error}")),
            }
        }
        step(&mut self.says, line.action, line.at);
        self.clock(line, notes);
        if self.says.first_due.is_none() {
            self.says.first_due.clone_from(&self.says.fields.due);
        }
        if !line.foreign.is_empty() {
            self.foreign.push(json!({
                "at": line.at,
                "kind": line.action,
                "members": line.foreign,
            }));
        }
        self.history.push(Happening {
            id: line.id,
            at: line.at,
            action: line.action,
            data: data(&before, &self.says, line.action),
        });
        self.last_at = line.at;
    }
}

impl Life {
    /// Work lasts from `started` to the next line that stops or ends it.
    fn clock(&mut self, line: &Line, notes: &mut Notes) {
        let running = self.work.last_mut().filter(|last| last.ended_at.is_none());
        let ends = match line.action {
            Action::Stopped => true,
            Action::Completed | Action::Cancelled | Action::Deleted => running.is_some(),
            _ => false,
        };
        match (line.action, running) {
            (Action::Started, None) => self.work.push(Stretch {
                id: id_of(line.at, &format!("{}\n{}", line.task, line.at)),
                started_at: line.at,
                ended_at: None,
            }),
            (Action::Started, Some(_)) => notes.warn(
                &format!("line {}", line.number),
                format!("{} is started while it is worked on", line.task),
            ),
            (_, Some(last)) if ends && line.at > last.started_at => last.ended_at = Some(line.at),
            (_, Some(_)) if ends => {
                // no time passed
                self.work.pop();
            }
            (_, None) if ends => notes.warn(
                &format!("line {}", line.number),
                format!("{} is stopped while nobody works on it", line.task),
            ),
            _ => {}
        }
    }
}

/// What an event does to a task beside what its line says.
pub(super) fn step(says: &mut Portable, action: Action, at: Timestamp) {
    let fields = &mut says.fields;
    match action {
        Action::Started => fields.status = TaskStatus::InProcess,
        Action::Completed => {
            fields.status = TaskStatus::Completed;
            fields.percent = 100;
        }
        Action::Reopened => {
            fields.status = TaskStatus::NeedsAction;
            fields.percent = 0;
        }
        Action::Cancelled => fields.status = TaskStatus::Cancelled,
        Action::Deferred => says.postpone_count = says.postpone_count.saturating_add(1),
        Action::Deleted => says.deleted_at = Some(at),
        Action::Restored => says.deleted_at = None,
        _ => {}
    }
    says.completed_at = match (action, says.fields.status) {
        (Action::Completed, _) => Some(at),
        (_, TaskStatus::Completed) => says.completed_at,
        _ => None,
    };
}

/// What learning may read: times, numbers and states, no words.
pub(super) fn facts(says: &Portable) -> serde_json::Map<String, Value> {
    let fields = &says.fields;
    let facts = json!({
        "priority": fields.priority,
        "start": fields.start,
        "due": fields.due,
        "deadline": fields.deadline,
        "estimate_s": fields.estimate_s,
        "energy": fields.energy,
        "percent": fields.percent,
        "status": fields.status,
        "state": fields.state,
        "recurs": fields.rrule.is_some(),
    });
    match facts {
        Value::Object(facts) => facts,
        _ => serde_json::Map::new(),
    }
}

/// As the log keeps it of a change that was made here.
fn data(before: &Portable, after: &Portable, action: Action) -> Value {
    if action == Action::Created {
        return Value::Object(facts(after));
    }
    let (old, new) = (facts(before), facts(after));
    let changed: Vec<&String> = new
        .iter()
        .filter(|(name, value)| old.get(*name) != Some(value))
        .map(|(name, _)| name)
        .collect();
    let pick = |from: &serde_json::Map<String, Value>| -> Value {
        changed
            .iter()
            .filter_map(|name| Some(((*name).clone(), from.get(*name)?.clone())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    json!({ "fields": changed, "from": pick(&old), "to": pick(&new) })
}
