//! Reminders in words that mean the same on every server, and what an import does to them.
//!
//! A reminder is called by its global id: the UID of an alarm, or what a file that gives none is
//! read to call it. What lies here under another name, since that id was taken by a reminder of
//! another task, is called by its own again on the way out.

mod keep;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use astro_core::calendar::{Timestamp, When, from_micros, micros};
use astro_core::ids::{ReminderId, TaskId};
use astro_core::interchange::ImportCounts;
use astro_core::reminders::{Channel, Nag, Reminder, ReminderState, Trigger};
use astro_store::{Read, reminders as rows};

pub use keep::write;

use crate::Result;

/// The reminders of one task, by what they are called.
pub type Alerts = BTreeMap<String, Alert>;

/// What can be said of a reminder apart from its id here and its delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub trigger: Trigger,
    pub channels: Vec<Channel>,
    pub nag: Option<Nag>,
    pub urgent: bool,
    pub occurrence: Option<When>,
    /// In whole seconds. A reminder that was put off was answered so.
    pub acknowledged_at: Option<Timestamp>,
    /// What the reminder is called that this one puts off.
    pub snooze_of: Option<String>,
}

/// What is there, and what is to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    before: Alerts,
    after: Alerts,
    /// What the file speaks of.
    named: BTreeSet<String>,
}

impl Wanted {
    pub fn new(before: &Alerts, after: &Alerts, file: &Alerts) -> Self {
        Self {
            before: before.clone(),
            after: after.clone(),
            named: file.keys().cloned().collect(),
        }
    }

    /// What carrying it out does. One that goes to the trash is changed by that.
    pub fn counts(&self) -> ImportCounts {
        let mut counts = ImportCounts::default();
        for (key, after) in &self.after {
            match self.before.get(key) {
                None => counts.created += 1,
                Some(before) if before != after => counts.updated += 1,
                Some(_) => {}
            }
        }
        counts.updated += self.gone().count() as u64;
        let touched = |key: &&String| self.before.get(*key) != self.after.get(*key);
        let named = self.named.len() - self.named.iter().filter(touched).count();
        counts.unchanged = named as u64;
        counts
    }

    fn is_settled(&self) -> bool {
        self.before == self.after
    }

    fn gone(&self) -> impl Iterator<Item = &String> {
        self.before
            .keys()
            .filter(|key| !self.after.contains_key(*key))
    }
}

/// `ours` with what has changed from `base` to `theirs`, reminder by reminder and field by field;
/// where both changed a field, theirs wins.
pub fn merge(base: &Alerts, theirs: &Alerts, ours: &Alerts) -> Alerts {
    let mut merged = ours.clone();
    for key in base.keys().filter(|key| !theirs.contains_key(*key)) {
        merged.remove(key);
    }
    for (key, theirs) in theirs {
        match (base.get(key), ours.get(key)) {
            // it was taken away here
            (Some(base), None) if base == theirs => {}
            (Some(base), Some(ours)) => {
                merged.insert(key.clone(), merge_one(base, theirs, ours));
            }
            _ => {
                merged.insert(key.clone(), theirs.clone());
            }
        }
    }
    merged
}

fn merge_one(base: &Alert, theirs: &Alert, ours: &Alert) -> Alert {
    fn pick<T: PartialEq + Clone>(base: &T, theirs: &T, ours: &T) -> T {
        if theirs == base { ours } else { theirs }.clone()
    }
    Alert {
        trigger: pick(&base.trigger, &theirs.trigger, &ours.trigger),
        channels: pick(&base.channels, &theirs.channels, &ours.channels),
        nag: pick(&base.nag, &theirs.nag, &ours.nag),
        urgent: pick(&base.urgent, &theirs.urgent, &ours.urgent),
        occurrence: pick(&base.occurrence, &theirs.occurrence, &ours.occurrence),
        acknowledged_at: pick(
            &base.acknowledged_at,
            &theirs.acknowledged_at,
            &ours.acknowledged_at,
        ),
        snooze_of: pick(&base.snooze_of, &theirs.snooze_of, &ours.snooze_of),
    }
}

/// What these reminders of one task say.
pub fn told<'r>(reminders: impl IntoIterator<Item = &'r Reminder> + Clone) -> Alerts {
    let called: HashMap<ReminderId, String> = reminders
        .clone()
        .into_iter()
        .map(|reminder| (reminder.id, key(reminder)))
        .collect();
    reminders
        .into_iter()
        .map(|reminder| {
            let put_off = reminder.state == ReminderState::Snoozed;
            let answered = reminder
                .acknowledged_at
                .or(put_off.then_some(reminder.updated_at));
            let alert = Alert {
                trigger: reminder.trigger.clone(),
                channels: reminder.channels.clone(),
                nag: reminder.nag,
                urgent: reminder.urgent,
                occurrence: reminder.occurrence.clone(),
                acknowledged_at: answered.map(whole_seconds),
                snooze_of: reminder.snooze_of.and_then(|id| called.get(&id).cloned()),
            };
            (called[&reminder.id].clone(), alert)
        })
        .collect()
}

/// What the task's reminders say that are not in the trash.
pub async fn of_task(read: &mut Read, task: TaskId) -> Result<Alerts> {
    Ok(told(&rows::of_task(read, task).await?))
}

fn key(reminder: &Reminder) -> String {
    let mark = mark(reminder.task_id);
    let uid = &reminder.uid;
    uid.strip_suffix(&mark).unwrap_or(uid).to_owned()
}

/// Follows an id that was taken by a reminder of another task.
fn mark(task: TaskId) -> String {
    format!("#{task}")
}

/// Files know no shorter time.
pub fn whole_seconds(at: Timestamp) -> Timestamp {
    let seconds = micros(at).div_euclid(1_000_000);
    from_micros(seconds * 1_000_000).unwrap_or(at)
}
