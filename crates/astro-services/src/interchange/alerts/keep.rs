//! Writing what an import wants of a task's reminders.

use std::collections::HashMap;
use std::sync::Arc;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::ReminderId;
use astro_core::reminders::{Anchors, ChosenBy, Reminder, ReminderFields, ReminderState, fire_at};
use astro_core::tasks::Task;
use astro_store::reminders as rows;
use serde_json::json;

use super::{Alert, Alerts, Wanted, key, mark};
use crate::Result;
use crate::changes::Change;
use crate::reminders::timing;

/// Brings the reminders of a task, which is kept already, to what is wanted.
pub async fn write(change: &mut Change<'_>, task: &Task, wanted: &Wanted) -> Result<()> {
    if wanted.is_settled() {
        return Ok(());
    }
    let rows: HashMap<String, Reminder> = rows::of_task(change.write, task.id)
        .await?
        .into_iter()
        .map(|row| (key(&row), row))
        .collect();
    let mut keeping = Keeping {
        task,
        anchors: Anchors::from(task),
        zone: change.write.zone().await?,
        now: change.now,
        after: &wanted.after,
        ids: rows
            .iter()
            .map(|(key, row)| (key.clone(), row.id))
            .collect(),
    };
    // what is put off has to be there before what puts it off
    let mut ordered: Vec<_> = wanted.after.iter().collect();
    ordered.sort_by_key(|(_, alert)| alert.snooze_of.is_some());
    for (key, alert) in ordered {
        match (wanted.before.get(key), rows.get(key)) {
            (Some(before), _) if before == alert => {}
            (Some(before), Some(row)) => keeping.replace(change, row, key, before, alert).await?,
            _ => keeping.make(change, key, alert).await?,
        }
    }
    for row in wanted.gone().filter_map(|key| rows.get(key)) {
        let mut after = row.clone();
        after.deleted_at = Some(change.now);
        let after = after.settled(&keeping.anchors, &keeping.zone);
        change
            .update(row, after, Action::Deleted, json!({}))
            .await?;
    }
    Ok(())
}

struct Keeping<'a> {
    task: &'a Task,
    anchors: Anchors,
    zone: Arc<TimeZone>,
    now: Timestamp,
    after: &'a Alerts,
    ids: HashMap<String, ReminderId>,
}

impl Keeping<'_> {
    /// Makes a reminder, or takes it out of the trash.
    async fn make(&mut self, change: &mut Change<'_>, key: &str, alert: &Alert) -> Result<()> {
        let mut uid = key.to_owned();
        let mut found = rows::called(change.write, &uid).await?;
        if found
            .as_ref()
            .is_some_and(|row| row.task_id != self.task.id)
        {
            uid += &mark(self.task.id);
            found = rows::called(change.write, &uid).await?;
        }
        if let Some(row) = found {
            self.ids.insert(key.to_owned(), row.id);
            let after = Reminder {
                deleted_at: None,
                ..self.said(row.clone(), key, alert)
            };
            let after = after.settled(&self.anchors, &self.zone);
            let data = timing(&after);
            change.update(&row, after, Action::Imported, data).await?;
            return Ok(());
        }
        let id: ReminderId = change.id();
        self.ids.insert(key.to_owned(), id);
        let reminder = Reminder::assemble(
            self.fields(alert, ChosenBy::User),
            change.fresh(),
            id,
            uid,
            ReminderState::Scheduled,
            None,
            None,
            None,
            0,
            None,
        );
        let reminder = self.said(reminder, key, alert);
        let reminder = reminder.settled(&self.anchors, &self.zone);
        let data = timing(&reminder);
        change.insert(reminder, Action::Imported, data).await?;
        Ok(())
    }

    /// Takes over what has changed; whether it was delivered is another matter, unless its time or
    /// the answer to it is another one now.
    async fn replace(
        &self,
        change: &mut Change<'_>,
        row: &Reminder,
        key: &str,
        before: &Alert,
        alert: &Alert,
    ) -> Result<()> {
        let mut after = self.said(row.clone(), key, alert);
        if (&before.trigger, before.acknowledged_at) == (&alert.trigger, alert.acknowledged_at) {
            after.state = row.state;
            after.acknowledged_at = row.acknowledged_at;
        }
        let after = after.settled(&self.anchors, &self.zone);
        let data = timing(&after);
        change.update(row, after, Action::Imported, data).await?;
        Ok(())
    }

    fn fields(&self, alert: &Alert, chosen_by: ChosenBy) -> ReminderFields {
        ReminderFields {
            task_id: self.task.id,
            occurrence: alert.occurrence.clone(),
            trigger: alert.trigger.clone(),
            channels: alert.channels.clone(),
            nag: alert.nag,
            chosen_by,
            urgent: alert.urgent,
        }
    }

    fn said(&self, mut reminder: Reminder, key: &str, alert: &Alert) -> Reminder {
        reminder.set_fields(self.fields(alert, reminder.chosen_by));
        reminder.state = self.state(key, alert);
        reminder.acknowledged_at = alert.acknowledged_at;
        let original = alert.snooze_of.as_ref();
        reminder.snooze_of = original.and_then(|key| self.ids.get(key).copied());
        reminder
    }

    /// What was to be told before it came here was told by the program that it comes from.
    fn state(&self, key: &str, alert: &Alert) -> ReminderState {
        let put_off = || {
            self.after.values().any(|other| {
                other.snooze_of.as_deref() == Some(key) && other.acknowledged_at.is_none()
            })
        };
        let occurrence = alert.occurrence.as_ref();
        let at = fire_at(&alert.trigger, occurrence, &self.anchors, &self.zone);
        match alert.acknowledged_at {
            Some(_) if put_off() => ReminderState::Snoozed,
            Some(_) => ReminderState::Acknowledged,
            None if at.is_some_and(|at| at <= self.now) => ReminderState::Expired,
            None => ReminderState::Scheduled,
        }
    }
}
