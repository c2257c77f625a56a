//! What is known of a person at a moment: their tasks, and counts that forget.
//!
//! It is made of facts alone, in the order in which the server learnt of them ([`Fact::order`]). So
//! what stood in a person's state at a moment is what the facts recorded until then make of it, and
//! nothing that happens later can change that.

mod dosage;
mod habits;

use std::collections::{BTreeMap, BTreeSet};

use astro_core::calendar::{TimeZone, Timestamp};
use uuid::Uuid;

pub use dosage::Dosage;
pub use habits::Habits;
pub(crate) use habits::{MONTH_H, WEEK_H, since};

use crate::fact::{Answer, Fact, Happened};
use crate::task::{Closing, TASK_H, Task};

/// A person's tasks, habits, and what the product said to them lately.
#[derive(Clone, Debug)]
pub struct Person {
    /// Where they are: hours and weekdays are theirs.
    zone: TimeZone,
    tasks: BTreeMap<Uuid, Task>,
    open: BTreeSet<Uuid>,
    habits: Habits,
    dosage: Dosage,
}

impl Person {
    /// Somebody of whom nothing is known.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            tasks: BTreeMap::new(),
            open: BTreeSet::new(),
            habits: Habits::default(),
            dosage: Dosage::default(),
        }
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A task, open or not.
    pub fn task(&self, id: Uuid) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// The open tasks, in the order of their ids.
    pub fn open(&self) -> impl Iterator<Item = (Uuid, &Task)> {
        self.open
            .iter()
            .filter_map(|id| Some((*id, self.tasks.get(id)?)))
    }

    pub fn habits(&self) -> &Habits {
        &self.habits
    }

    pub fn dosage(&self) -> &Dosage {
        &self.dosage
    }

    /// Takes note of a fact. Facts come cleaned ([`crate::Cleaner`]) and in order; one of a task that
    /// nobody knows changes nothing.
    pub fn apply(&mut self, fact: &Fact) {
        match (&fact.what, fact.task) {
            (Happened::Shown(kind), task) => {
                self.dosage.shown(fact.at, *kind);
                if let Some(task) = task.and_then(|id| self.tasks.get_mut(&id)) {
                    task.shown.add(fact.at, 1.0, TASK_H);
                }
            }
            (Happened::Answered(kind, answer), task) => {
                self.dosage.answered(fact.at, *kind, *answer);
                if let Some(task) = task.and_then(|id| self.tasks.get_mut(&id)) {
                    match answer {
                        Answer::Dismissed => task.dismissed.add(fact.at, 1.0, TASK_H),
                        Answer::Snoozed => task.snoozed.add(fact.at, 1.0, TASK_H),
                        Answer::Accepted | Answer::Ignored => {}
                    }
                }
            }
            (Happened::Created(says), Some(id)) => {
                let mut task = Task::new(fact.at);
                task.say(says, fact.at);
                self.habits.created(fact.at, &self.zone, task.project);
                self.tasks.insert(id, task);
                self.open.insert(id);
            }
            (what, Some(id)) => self.live(id, fact.at, what),
            (_, None) => {}
        }
    }

    /// What happens to a task that is there.
    fn live(&mut self, id: Uuid, at: Timestamp, what: &Happened) {
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        self.habits.active(at, &self.zone);
        match what {
            Happened::Edited(says) => task.say(says, at),
            Happened::Deferred(says) => {
                task.say(says, at);
                task.postpones = task.postpones.saturating_add(1);
                self.habits.deferred(at);
            }
            Happened::Started => {
                task.start_work(at);
                self.habits.started(at);
            }
            Happened::Stopped => task.stop_work(at),
            Happened::Done => close(task, &mut self.habits, &self.zone, (at, Closing::Done)),
            Happened::Cancelled => {
                close(task, &mut self.habits, &self.zone, (at, Closing::Dropped));
            }
            Happened::Deleted => {
                if task.is_open() {
                    close(task, &mut self.habits, &self.zone, (at, Closing::Dropped));
                    task.dropped_by_deletion = true;
                }
                task.deleted = true;
            }
            Happened::Restored => {
                task.deleted = false;
                if std::mem::take(&mut task.dropped_by_deletion) {
                    reopen(task, &mut self.habits, &self.zone);
                }
            }
            Happened::Reopened => reopen(task, &mut self.habits, &self.zone),
            Happened::Worked(seconds) => task.work(at, *seconds),
            Happened::Created(_) | Happened::Shown(_) | Happened::Answered(..) => {}
        }
        if task.is_open() {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
    }
}

fn close(task: &mut Task, habits: &mut Habits, zone: &TimeZone, closing: (Timestamp, Closing)) {
    task.stop_work(closing.0);
    task.closed = Some(closing);
    habits.closed(task, closing, zone, 1.0);
}

/// Takes a closing back, with what was counted of it.
fn reopen(task: &mut Task, habits: &mut Habits, zone: &TimeZone) {
    if let Some(closing) = task.closed.take() {
        habits.closed(task, closing, zone, -1.0);
    }
}
