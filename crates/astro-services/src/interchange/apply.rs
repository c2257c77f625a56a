//! Carrying out a plan, in pieces, so that nobody else waits long.
//!
//! Each piece is one transaction. When one fails, those before it stay: nothing is lost, and the
//! same file can be imported again, which finds what it made by uid and goes on. A task that is
//! there already is merged: what its file changed since the last import is taken, what was edited
//! here stays.

use std::collections::HashMap;
use std::sync::Arc;

use astro_core::calendar::Timestamp;
use astro_core::document::{Document as _, Stamp};
use astro_core::ids::TaskId;
use astro_core::interchange::{Format, ImportCounts};
use astro_core::tasks::{Task, TaskSource, TaskStatus};
use astro_store::{Read, documents};
use serde::{Deserialize, Serialize};

use super::alerts::{self, Alerts, Wanted};
use super::cycles::{self, Broken};
use super::history;
use super::lookup::Names;
use super::notation;
use super::notes::Notes;
use super::outgoing::Outgoing;
use super::plan::{Context, Kept, PlannedTask};
use super::portable::Portable;
use super::recurring;
use super::references::{self, keep_order, resolve};
use crate::changes::Change;
use crate::tasks::imported;
use crate::{Error, Result};

/// Tasks of one transaction: some tens of milliseconds, so that other writers hardly notice.
pub const PIECE: usize = 200;

/// What every piece needs to know of the whole.
#[derive(Debug)]
pub struct Whole {
    pub format: Format,
    pub context: Context,
    pub names: Names,
    /// The ids of the file's tasks, those that are there already and those to be made.
    pub ids: HashMap<String, TaskId>,
    pub broken: Broken,
}

/// What became of a task, or would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
}

/// What became of a task and its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    pub task: Outcome,
    /// Entries of its history that were not in the log yet.
    pub remembered: usize,
    /// Stretches of work that were not known yet.
    pub worked: usize,
    pub reminders: ImportCounts,
}

pub fn count(counts: &mut ImportCounts, outcome: Outcome) {
    match outcome {
        Outcome::Created => counts.created += 1,
        Outcome::Updated => counts.updated += 1,
        Outcome::Unchanged => counts.unchanged += 1,
    }
}

/// Splits a plan's tasks into pieces with parents before their parts.
pub fn pieces(tasks: Vec<PlannedTask>, broken: &Broken) -> Vec<Vec<PlannedTask>> {
    let mut ordered = cycles::parents_first(tasks, broken).into_iter().peekable();
    let mut pieces = Vec::new();
    while ordered.peek().is_some() {
        pieces.push(ordered.by_ref().take(PIECE).collect());
    }
    pieces
}

/// Writes one piece.
pub async fn write_piece(
    change: &mut Change<'_>,
    whole: &Arc<Whole>,
    piece: Vec<PlannedTask>,
) -> Result<Vec<Outcomes>> {
    let mut outcomes = Vec::with_capacity(piece.len());
    for planned in piece {
        let before = find(change.write, whole, &planned).await?;
        let actor = change.actor();
        let (mut task, wanted) =
            decide(change.write, whole, &planned, before.as_ref(), change.now).await?;
        if before.is_none() {
            task.completed_by = actor.filter(|_| task.completed_at.is_some());
        }
        references::settle(change, before.as_ref(), &mut task).await?;
        let written = imported::keep(change, before.as_ref(), task).await?;
        alerts::write(change, &written.value, &wanted).await?;
        let remembered = history::write(change, &written.value, &planned.history).await?;
        let worked = history::write_work(change, &written.value, &planned.work).await?;
        let task = match (before, written.undo) {
            (None, _) => Outcome::Created,
            (Some(_), Some(_)) => Outcome::Updated,
            (Some(_), None) => Outcome::Unchanged,
        };
        outcomes.push(Outcomes {
            task,
            remembered,
            worked,
            reminders: wanted.counts(),
        });
    }
    Ok(outcomes)
}

/// Says what writing would do. Circles through tasks outside of the file show only when it does.
pub async fn compare_piece(
    read: &mut Read,
    whole: &Arc<Whole>,
    piece: Vec<PlannedTask>,
) -> Result<Vec<Outcomes>> {
    let mut outcomes = Vec::with_capacity(piece.len());
    for planned in piece {
        let before = find(read, whole, &planned).await?;
        let now = whole.context.now;
        let (planned_task, wanted) = decide(read, whole, &planned, before.as_ref(), now).await?;
        let task = match before {
            None => Outcome::Created,
            Some(before) if before == planned_task => Outcome::Unchanged,
            Some(_) => Outcome::Updated,
        };
        let remembered = history::missing(read, &planned.history).await?.len();
        let worked = history::unknown_work(read, &planned_task, &planned.work)
            .await?
            .len();
        outcomes.push(Outcomes {
            task,
            remembered,
            worked,
            reminders: wanted.counts(),
        });
    }
    Ok(outcomes)
}

async fn find(read: &mut Read, whole: &Whole, planned: &PlannedTask) -> Result<Option<Task>> {
    match whole.ids.get(&planned.uid) {
        Some(id) => Ok(documents::get(read, id.uuid()).await?),
        None => Ok(None),
    }
}

/// The task as it is to be, and its reminders.
async fn decide(
    read: &mut Read,
    whole: &Whole,
    planned: &PlannedTask,
    before: Option<&Task>,
    at: Timestamp,
) -> Result<(Task, Wanted)> {
    let theirs = &planned.says.reminders;
    let Some(before) = before else {
        let task = create(read, whole, planned, at).await?;
        return Ok((task, Wanted::new(&Alerts::new(), theirs, theirs)));
    };
    let now = recurring::now(read, before, whole.format).await?;
    let mut ours = portable(read, whole, &now).await?;
    let kept = Kept::of(before.verbatim.as_ref(), whole.format);
    let is_known = planned.kept.is_some() && same_record(kept.as_ref(), planned.kept.as_ref());
    let mut wanted = Wanted::new(&Alerts::new(), &Alerts::new(), theirs);
    let merged = if is_known {
        ours
    } else {
        ours.reminders = alerts::of_task(read, before.id).await?;
        let base = said_before(whole, &now, &ours, kept)?;
        let merged = Portable::merge(&base, &planned.says, &ours).map_err(Error::internal)?;
        wanted = Wanted::new(&ours.reminders, &merged.reminders, theirs);
        merged
    };
    let mut after = before.clone();
    let mut fields = resolve(read, whole, &planned.uid, &merged).await?;
    fields.goal_ids.clone_from(&before.goal_ids);
    recurring::keep_times(&mut fields, &now, before);
    keep_order(&before.labels, &mut fields.labels);
    keep_order(&before.depends_on, &mut fields.depends_on);
    keep_order(&before.relations, &mut fields.relations);
    after.set_fields(fields);
    after.completed_at = completed_at(&merged, planned, at);
    after.sequence = merged.sequence;
    after.postpone_count = merged.postpone_count;
    after.first_due = merged.first_due;
    after.deleted_at = merged.deleted_at;
    after.created_at = merged.created_at.unwrap_or(before.created_at);
    if let Some(kept) = planned.kept.as_ref().filter(|_| !is_known) {
        after.verbatim = Some(kept.clone().beside(before.verbatim.as_ref()));
    }
    Ok((after, wanted))
}

async fn create(
    read: &mut Read,
    whole: &Whole,
    planned: &PlannedTask,
    now: Timestamp,
) -> Result<Task> {
    let says = &planned.says;
    let id = whole
        .ids
        .get(&planned.uid)
        .copied()
        .ok_or_else(|| Error::internal("a planned task has no id"))?;
    let fields = resolve(read, whole, &planned.uid, says).await?;
    let mut fields = fields.with_anchor(now, whole.context.zone.rules());
    if fields.position.is_empty() {
        fields.position = id.uuid().simple().to_string();
    }
    let created_at = says.created_at.or(planned.updated_at).unwrap_or(now);
    let stamp = Stamp {
        created_at,
        updated_at: planned.updated_at.unwrap_or(created_at),
        deleted_at: says.deleted_at,
        ..Stamp::fresh(now)
    };
    Ok(Task {
        uid: planned.uid.clone(),
        completed_at: completed_at(says, planned, now),
        postpone_count: says.postpone_count,
        first_due: says.first_due.clone().or_else(|| says.fields.due.clone()),
        sequence: says.sequence,
        series_id: series_id(whole, planned),
        recurrence_id: planned.occurrence_of.as_ref().map(|(_, at)| at.clone()),
        verbatim: planned.kept.clone().map(|kept| kept.beside(None)),
        ..Task::new(fields, id, stamp, TaskSource::Import)
    })
}

fn series_id(whole: &Whole, planned: &PlannedTask) -> Option<TaskId> {
    let (uid, _) = planned.occurrence_of.as_ref()?;
    whole.ids.get(uid).copied()
}

/// A completed task has a time of completion, if only a guess.
fn completed_at(says: &Portable, planned: &PlannedTask, now: Timestamp) -> Option<Timestamp> {
    if says.fields.status != TaskStatus::Completed {
        return None;
    }
    let guess = planned.updated_at.or(says.created_at).unwrap_or(now);
    Some(says.completed_at.unwrap_or(guess))
}

fn same_record(before: Option<&Kept>, now: Option<&Kept>) -> bool {
    before.map(|kept| &kept.record) == now.map(|kept| &kept.record)
}

/// What the format said of the task when it was last here: in its kept record, or else in the
/// record that would be written of it.
fn said_before(
    whole: &Whole,
    before: &Task,
    ours: &Portable,
    kept: Option<Kept>,
) -> Result<Portable> {
    if let Some(kept) = kept {
        return notation::says(&kept, &mut Notes::default(), &"");
    }
    let outgoing = Outgoing {
        id: before.id,
        name: before.uid.clone(),
        recurrence_id: before.recurrence_id.clone(),
        says: ours.clone(),
        updated_at: before.updated_at,
        kept: None,
    };
    let zone = whole.context.zone.clone();
    let kept = Kept {
        format: whole.format,
        record: notation::record(whole.format, &outgoing, &zone)?,
        zone,
    };
    notation::says(&kept, &mut Notes::default(), &"")
}

/// The task in the file's words, without its reminders: others are called what the file calls them, where it names them.
async fn portable(read: &mut Read, whole: &Whole, task: &Task) -> Result<Portable> {
    let mut uids = HashMap::new();
    for id in task.depends_on.iter().chain(task.parent_id.as_ref()) {
        let other: Option<Task> = documents::get(read, id.uuid()).await?;
        if let Some(other) = other {
            let id_text = id.to_string();
            let by_id = whole.ids.get(&id_text) == Some(id);
            uids.insert(*id, if by_id { id_text } else { other.uid });
        }
    }
    Ok(whole.names.portable(task, |id| uids.get(&id).cloned()))
}
