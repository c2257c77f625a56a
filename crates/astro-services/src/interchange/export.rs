//! The export of everything into one file.

use std::collections::{BTreeMap, HashMap};

use astro_core::events::{Entity, Event};
use astro_core::ids::{EventId, TaskId};
use astro_core::interchange::{Format, Unsaid};
use astro_core::principal::{Permission, Scope};
use astro_core::reminders::Reminder;
use astro_core::tasks::Task;
use astro_core::time_entries::TimeEntry;
use astro_store::{Read, owners};
use uuid::Uuid;

use super::alerts::{self, Alerts};
use super::lookup::{self, Names};
use super::notes::Notes;
use super::outgoing::Outgoing;
use super::plan::Kept;
use super::portable::Portable;
use super::recurring::Recurring;
use super::{events, json, notation};
use crate::{Call, Error, Result, Services};

/// A file, and what its format had no words for.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    pub bytes: Vec<u8>,
    /// Fields that are in no record, most frequent first; empty for the lossless format.
    pub unsaid: Vec<Unsaid>,
}

impl Services {
    /// Everything of the caller in one file. What lies in the trash is in the lossless format
    /// only.
    pub async fn export(&self, call: &Call, format: Format) -> Result<Exported> {
        let scope = call.scope(Permission::DataExport)?;
        if format == Format::Json {
            let bytes = self.store.read(&scope, |read| Box::pin(json::export(read)));
            return Ok(Exported {
                bytes: bytes.await?,
                unsaid: Vec::new(),
            });
        }
        if format == Format::Events {
            return self.export_lives(scope).await;
        }
        let (outgoing, zone) = self
            .store
            .read(&scope, |read| {
                Box::pin(async move {
                    read.snapshot().await?;
                    let zone = owners::get(read).await?.zone;
                    Ok::<_, Error>((outgoing(read, format, Trash::Out).await?, zone))
                })
            })
            .await?;
        tokio::task::spawn_blocking(move || {
            let mut unsaid = BTreeMap::new();
            let mut records = Vec::with_capacity(outgoing.len());
            for task in outgoing {
                let record = notation::record(format, &task, &zone)?;
                let kept = Kept {
                    format,
                    record,
                    zone: zone.clone(),
                };
                note_unsaid(&task, &kept, &mut unsaid)?;
                records.push(kept.record);
            }
            Ok(Exported {
                bytes: notation::write(format, &records)?,
                unsaid: sorted(unsaid),
            })
        })
        .await
        .map_err(Error::internal)?
    }

    /// The life of every task, those in the trash too, in order of time.
    async fn export_lives(&self, scope: Scope) -> Result<Exported> {
        let (tasks, log, work) = self
            .store
            .read(&scope, |read| {
                Box::pin(async move {
                    read.snapshot().await?;
                    let tasks = outgoing(read, Format::Events, Trash::In).await?;
                    let mut work: HashMap<TaskId, Vec<TimeEntry>> = HashMap::new();
                    for entry in lookup::every::<TimeEntry>(read).await? {
                        if entry.deleted_at.is_none() {
                            work.entry(entry.task_id).or_default().push(entry);
                        }
                    }
                    Ok::<_, Error>((tasks, log_by_task(read).await?, work))
                })
            })
            .await?;
        let mut lines = Vec::new();
        for task in &tasks {
            let log = log.get(&task.id).map_or(&[][..], Vec::as_slice);
            let work = work.get(&task.id).map_or(&[][..], Vec::as_slice);
            lines.extend(events::write(task, log, work)?);
        }
        lines.sort_by_key(|(at, _)| *at);
        let text = lines.iter().flat_map(|(_, line)| [line.as_str(), "\n"]);
        Ok(Exported {
            bytes: text.collect::<String>().into_bytes(),
            unsaid: Vec::new(),
        })
    }
}

/// Whether what lies in the trash is told of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trash {
    In,
    Out,
}

async fn log_by_task(read: &mut Read) -> Result<HashMap<TaskId, Vec<Event>>> {
    let mut log: HashMap<TaskId, Vec<Event>> = HashMap::new();
    let mut after = EventId::new(Uuid::nil());
    loop {
        let page = astro_store::events::all(read, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map_or(after, |event| event.id);
        for mut event in page {
            if event.entity == Entity::Task {
                // the row as it was is not needed, and large
                event.before = None;
                log.entry(event.entity_id.into()).or_default().push(event);
            }
        }
        if is_last {
            return Ok(log);
        }
    }
}

const PAGE: u32 = 1_000;

/// Every task, as the format calls it.
async fn outgoing(read: &mut Read, format: Format, trash: Trash) -> Result<Vec<Outgoing>> {
    let names = Names::read(read).await?;
    let tasks: Vec<Task> = lookup::every(read).await?;
    let called: HashMap<TaskId, String> = tasks
        .iter()
        .map(|task| (task.id, name(task, format)))
        .collect();
    let mut alerts = alerts_by_task(read).await?;
    let recurring = Recurring::of(&tasks);
    Ok(tasks
        .iter()
        .filter(|task| trash == Trash::In || task.deleted_at.is_none())
        .filter(|task| recurring.is_told(task, format))
        .map(|task| Outgoing {
            id: task.id,
            name: recurring.named_by(task, format, &called),
            recurrence_id: task.recurrence_id.clone(),
            says: Portable {
                reminders: alerts.remove(&task.id).unwrap_or_default(),
                ..names.portable(&recurring.now(task, format), |id| called.get(&id).cloned())
            },
            updated_at: task.updated_at,
            kept: Kept::of(task.verbatim.as_ref(), format),
        })
        .collect())
}

async fn alerts_by_task(read: &mut Read) -> Result<HashMap<TaskId, Alerts>> {
    let mut by_task: HashMap<TaskId, Vec<Reminder>> = HashMap::new();
    for reminder in lookup::every::<Reminder>(read).await? {
        if reminder.deleted_at.is_none() {
            by_task.entry(reminder.task_id).or_default().push(reminder);
        }
    }
    let told = by_task.into_iter();
    Ok(told
        .map(|(task, rows)| (task, alerts::told(&rows)))
        .collect())
}

/// Taskwarrior knows tasks by UUID only; our id is one.
fn name(task: &Task, format: Format) -> String {
    if format == Format::Taskwarrior && Uuid::parse_str(&task.uid).is_err() {
        task.id.to_string()
    } else {
        task.uid.clone()
    }
}

/// Reads the record back: what it does not say was lost. So the list is true by construction.
fn note_unsaid(task: &Outgoing, kept: &Kept, unsaid: &mut BTreeMap<String, u64>) -> Result<()> {
    let read: Portable = notation::says(kept, &mut Notes::default(), &"")?;
    let says = task.says.as_said(&read);
    for field in says.differences(&read).map_err(Error::internal)? {
        *unsaid.entry(field).or_default() += 1;
    }
    Ok(())
}

fn sorted(unsaid: BTreeMap<String, u64>) -> Vec<Unsaid> {
    let mut unsaid: Vec<Unsaid> = unsaid
        .into_iter()
        .map(|(field, count)| Unsaid { field, count })
        .collect();
    unsaid.sort_by_key(|unsaid| std::cmp::Reverse(unsaid.count));
    unsaid
}
