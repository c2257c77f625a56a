//! Reminders of a series reach its open occurrences.

use astro_core::document::Document as _;
use astro_core::ids::TaskId;
use astro_core::reminders::Reminder;
use astro_core::tasks::Task;
use astro_core::tasks::series::derived_id;
use astro_store::documents;
use astro_store::tasks as rows;
use futures_util::future::BoxFuture;

use super::below::series_above;
use super::make::{Mould, remind, reminder_fields};
use crate::changes::Change;
use crate::{Result, reminders};

/// A reminder of a series was made, changed or deleted.
pub(crate) fn spread_reminder<'a>(
    change: &'a mut Change<'_>,
    before: Option<&'a Reminder>,
    after: &'a Reminder,
) -> BoxFuture<'a, Result<()>> {
    // a copy is a reminder too, of a task that is no template
    Box::pin(async move {
        let template: Option<Task> = documents::get(change.write, after.task_id.uuid()).await?;
        let Some(template) = template.filter(|task| task.template) else {
            return Ok(());
        };
        let Some(series) = series_above(change, &template).await? else {
            return Ok(());
        };
        for open in rows::series::open(change.write, series.id).await? {
            let Some(id) = open.recurrence_id else {
                continue;
            };
            let Some(mould) = Mould::new(&series, &id) else {
                continue;
            };
            let task: TaskId = derived_id(template.id, &id);
            let task: Option<Task> = documents::get(change.write, task.uuid()).await?;
            if let Some(task) = task.filter(Task::is_open) {
                carry_reminder(change, &mould, before, after, &task).await?;
            }
        }
        Ok(())
    })
}

async fn carry_reminder(
    change: &mut Change<'_>,
    mould: &Mould<'_>,
    before: Option<&Reminder>,
    after: &Reminder,
    task: &Task,
) -> Result<()> {
    let copy = derived_id(after.id, mould.recurrence_id);
    let copy: Option<Reminder> = documents::get(change.write, uuid::Uuid::from(copy)).await?;
    let Some(copy) = copy else {
        return remind(change, mould, after, task).await;
    };
    if after.deleted_at.is_some() != copy.deleted_at.is_some() {
        let is_deleted = after.deleted_at.is_some();
        return reminders::set_deleted(change, copy, is_deleted)
            .await
            .map(drop);
    }
    let says = |reminder: &Reminder| reminder_fields(mould, reminder, task.id);
    if let Some(fields) = says(after)
        && before.and_then(says).as_ref() == Some(&copy.fields())
    {
        reminders::set_fields(change, copy, fields).await?;
    }
    Ok(())
}
