//! Tasks, and the tables derived from them: labels, dependencies, words.

mod list;
mod samples;
pub mod series;

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp, When};
use astro_core::events::Entity;
use astro_core::ids::{ProjectId, TaskId, UserId};
use astro_core::tasks::{
    Energy, EstimateSource, MissedPolicy, RepeatFrom, Task, TaskFields, TaskSource, TaskState,
    TaskStatus, Visibility,
};
use futures_util::future::BoxFuture;

pub use list::{Listed, list};
pub use samples::list_statements;

use crate::documents::{Record, Table};
use crate::{Args, Columns, Read, Statement, StoreError, Write, dialect, goals, reminders};

pub(crate) const STATEMENTS: &[Statement] = &[
    BY_UID,
    DESCENDANTS,
    BLOCKED,
    REACHES,
    CLEAR_LABELS,
    ADD_LABEL,
    CLEAR_DEPENDENCIES,
    ADD_DEPENDENCY,
];

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new("tasks", COLUMNS));

const COLUMNS: &str = "uid, title, description, status, state, priority, start_text, start_index, due_text, due_index, deadline, estimate_s, \
     estimate_source, min_block_s, max_block_s, auto_plan, locked, energy, percent, rrule, rdate, exdate, repeat_from, missed_policy, \
     project_id, parent_id, position, depends_on, relations, labels, goal_ids, color, url, location, attachments, assignees, visibility, \
     completed_at, completed_by, template, series_id, recurrence_text, recurrence_index, source, postpone_count, first_due, sequence, verbatim";

const BY_UID: Statement = Statement::new(
    "tasks.by_uid",
    "SELECT id FROM tasks WHERE owner_id = $1 AND uid = $2",
);
const DESCENDANTS: Statement = Statement::new(
    "tasks.descendants",
    "WITH RECURSIVE below (id, depth) AS ( \
       SELECT id, 1 FROM tasks WHERE owner_id = $1 AND parent_id = $2 \
       UNION ALL SELECT t.id, b.depth + 1 FROM tasks t JOIN below b ON t.parent_id = b.id WHERE t.owner_id = $1 AND b.depth < 64 \
     ) SELECT id FROM below ORDER BY depth, id",
);
/// Whether an open task stands in the way.
const BLOCKED: Statement = Statement::new(
    "tasks.blocked",
    "SELECT count(*) FROM task_dependencies d CROSS JOIN tasks b \
     WHERE b.owner_id = d.owner_id AND b.id = d.depends_on AND d.owner_id = $1 AND d.task_id = $2 AND b.status IN (0, 1) AND b.deleted_at IS NULL AND b.template = 0",
);
/// Whether `$3` can be reached from `$2` by following what tasks depend on and what is a part of
/// them, without the dependencies and the parent of `$4`. Each task is followed in both ways by one
/// row of `way`, since only one recursive term is allowed.
const REACHES: Statement = Statement::new(
    "tasks.reaches",
    "WITH RECURSIVE way (kind) AS (SELECT 0 UNION ALL SELECT 1), upstream (id) AS ( \
       SELECT depends_on FROM task_dependencies WHERE owner_id = $1 AND task_id = $2 AND task_id <> $4 \
       UNION SELECT id FROM tasks WHERE owner_id = $1 AND parent_id = $2 AND id <> $4 \
       UNION SELECT coalesce(d.depends_on, p.id) FROM upstream u CROSS JOIN way \
         LEFT JOIN task_dependencies d ON way.kind = 0 AND d.owner_id = $1 AND d.task_id = u.id AND d.task_id <> $4 \
         LEFT JOIN tasks p ON way.kind = 1 AND p.owner_id = $1 AND p.parent_id = u.id AND p.id <> $4 \
         WHERE coalesce(d.depends_on, p.id) IS NOT NULL \
     ) SELECT count(*) FROM upstream WHERE id = $3",
);
const CLEAR_LABELS: Statement = Statement::new(
    "tasks.clear_labels",
    "DELETE FROM task_labels WHERE owner_id = $1 AND task_id = $2",
);
const ADD_LABEL: Statement = Statement::new(
    "tasks.add_label",
    "INSERT INTO task_labels (owner_id, task_id, label_id) VALUES ($1, $2, $3) ON CONFLICT (owner_id, label_id, task_id) DO NOTHING",
);
const CLEAR_DEPENDENCIES: Statement = Statement::new(
    "tasks.clear_dependencies",
    "DELETE FROM task_dependencies WHERE owner_id = $1 AND task_id = $2",
);
const ADD_DEPENDENCY: Statement = Statement::new(
    "tasks.add_dependency",
    "INSERT INTO task_dependencies (owner_id, task_id, depends_on) VALUES ($1, $2, $3) ON CONFLICT (owner_id, task_id, depends_on) DO NOTHING",
);

/// Sorts a task without start before every other, one without due after every other.
const NO_START: i64 = i64::MIN;
const NO_DUE: i64 = i64::MAX;

/// What tasks are filtered by: the first moment at which they may be begun.
pub(crate) fn start_index(start: Option<&When>, zone: &TimeZone) -> i64 {
    start.map_or(NO_START, |start| start.start_index(zone))
}

/// What tasks are sorted by: the moment at which they are late.
pub(crate) fn due_index(due: Option<&When>, zone: &TimeZone) -> i64 {
    due.map_or(NO_DUE, |due| due.due_index(zone))
}

/// What the occurrences of a series are ordered by.
pub(crate) fn recurrence_index(recurrence_id: Option<&When>, zone: &TimeZone) -> Option<i64> {
    recurrence_id.map(|id| id.start_index(zone))
}

impl Record for Task {
    const ENTITY: Entity = Entity::Task;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, zone: &TimeZone) -> Args {
        let args = args
            .text(&self.uid)
            .text(&self.title)
            .text(&self.description)
            .int(self.status.code())
            .int(self.state.code())
            .int(self.priority)
            .opt_shown(self.start.as_ref())
            .int(start_index(self.start.as_ref(), zone))
            .opt_shown(self.due.as_ref())
            .int(due_index(self.due.as_ref(), zone))
            .opt_shown(self.deadline.as_ref())
            .opt_int(self.estimate_s)
            .int(self.estimate_source.code())
            .opt_int(self.min_block_s)
            .opt_int(self.max_block_s)
            .flag(self.auto_plan)
            .flag(self.locked)
            .opt_int(self.energy.map(Energy::code))
            .int(self.percent)
            .opt_text(self.rrule.as_ref())
            .json(&self.rdate)
            .json(&self.exdate)
            .int(self.repeat_from.code())
            .int(self.missed_policy.code());
        self.bind_rest(args, zone)
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let uid = columns.text()?;
        let fields = read_fields(columns)?;
        let completed_at = columns.opt_time()?;
        let completed_by = columns.opt_uuid()?;
        let template = columns.flag()?;
        let series_id = columns.opt_uuid()?;
        let recurrence_id = columns.opt_parsed()?;
        columns.opt_int()?;
        let source = columns.code(TaskSource::from_code)?;
        let postpone_count = columns.small()?;
        let first_due = columns.opt_parsed()?;
        let sequence = columns.small()?;
        let verbatim = columns.opt_json()?;
        Ok(Self::assemble(
            fields,
            columns.stamp()?,
            id,
            uid,
            completed_at,
            completed_by,
            template,
            series_id,
            recurrence_id,
            source,
            postpone_count,
            first_due,
            sequence,
            verbatim,
        ))
    }

    fn reindex<'a>(
        &'a self,
        write: &'a mut Write,
        before: Option<&'a Self>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.reindex_labels(write, before).await?;
            self.reindex_dependencies(write, before).await?;
            goals::reindex_task(write, self, before).await?;
            if let Some(before) = before {
                reminders::follow_task(write, before, self).await?;
            }
            if before.is_none_or(|before| {
                before.title != self.title || before.description != self.description
            }) {
                dialect::index_words(write, self.id.uuid(), &self.title, &self.description).await?;
            }
            Ok(())
        })
    }

    fn unindex(write: &mut Write, until: Timestamp) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(dialect::purge_words(write, until))
    }
}

trait TaskRow {
    fn bind_rest(&self, args: Args, zone: &TimeZone) -> Args;
    async fn reindex_labels(
        &self,
        write: &mut Write,
        before: Option<&Task>,
    ) -> Result<(), StoreError>;
    async fn reindex_dependencies(
        &self,
        write: &mut Write,
        before: Option<&Task>,
    ) -> Result<(), StoreError>;
}

impl TaskRow for Task {
    fn bind_rest(&self, args: Args, zone: &TimeZone) -> Args {
        args.opt_uuid(self.project_id.map(ProjectId::uuid))
            .opt_uuid(self.parent_id.map(TaskId::uuid))
            .text(&self.position)
            .json(&self.depends_on)
            .json(&self.relations)
            .json(&self.labels)
            .json(&self.goal_ids)
            .opt_text(self.color.as_ref())
            .opt_text(self.url.as_ref())
            .opt_text(self.location.as_ref())
            .json(&self.attachments)
            .json(&self.assignees)
            .int(self.visibility.code())
            .opt_time(self.completed_at)
            .opt_uuid(self.completed_by.map(UserId::uuid))
            .flag(self.template)
            .opt_uuid(self.series_id.map(TaskId::uuid))
            .opt_shown(self.recurrence_id.as_ref())
            .opt_int(recurrence_index(self.recurrence_id.as_ref(), zone))
            .int(self.source.code())
            .int(self.postpone_count)
            .opt_shown(self.first_due.as_ref())
            .int(self.sequence)
            .opt_json(self.verbatim.as_ref())
    }

    async fn reindex_labels(
        &self,
        write: &mut Write,
        before: Option<&Task>,
    ) -> Result<(), StoreError> {
        let old = before.map_or(&[][..], |before| &before.labels);
        if old == self.labels {
            return Ok(());
        }
        if !old.is_empty() {
            let args = write.args().uuid(self.id.uuid());
            write.execute(&CLEAR_LABELS, args).await?;
        }
        for label in &self.labels {
            let args = write.args().uuid(self.id.uuid()).uuid(label.uuid());
            write.execute(&ADD_LABEL, args).await?;
        }
        Ok(())
    }

    async fn reindex_dependencies(
        &self,
        write: &mut Write,
        before: Option<&Task>,
    ) -> Result<(), StoreError> {
        let old = before.map_or(&[][..], |before| &before.depends_on);
        if old == self.depends_on {
            return Ok(());
        }
        if !old.is_empty() {
            let args = write.args().uuid(self.id.uuid());
            write.execute(&CLEAR_DEPENDENCIES, args).await?;
        }
        for other in &self.depends_on {
            let args = write.args().uuid(self.id.uuid()).uuid(other.uuid());
            write.execute(&ADD_DEPENDENCY, args).await?;
        }
        Ok(())
    }
}

fn read_fields(columns: &mut Columns<'_>) -> Result<TaskFields, StoreError> {
    let title = columns.text()?;
    let description = columns.text()?;
    let status = columns.code(TaskStatus::from_code)?;
    let state = columns.code(TaskState::from_code)?;
    let priority = columns.small()?;
    let start = columns.opt_parsed()?;
    columns.int()?;
    let due = columns.opt_parsed()?;
    columns.int()?;
    Ok(TaskFields {
        title,
        description,
        status,
        state,
        priority,
        start,
        due,
        deadline: columns.opt_parsed()?,
        estimate_s: columns.opt_small()?,
        estimate_source: columns.code(EstimateSource::from_code)?,
        min_block_s: columns.opt_small()?,
        max_block_s: columns.opt_small()?,
        auto_plan: columns.flag()?,
        locked: columns.flag()?,
        energy: columns.opt_code(Energy::from_code)?,
        percent: columns.small()?,
        rrule: columns.opt_text()?,
        rdate: columns.json()?,
        exdate: columns.json()?,
        repeat_from: columns.code(RepeatFrom::from_code)?,
        missed_policy: columns.code(MissedPolicy::from_code)?,
        project_id: columns.opt_uuid()?,
        parent_id: columns.opt_uuid()?,
        position: columns.text()?,
        depends_on: columns.json()?,
        relations: columns.json()?,
        labels: columns.json()?,
        goal_ids: columns.json()?,
        color: columns.opt_text()?,
        url: columns.opt_text()?,
        location: columns.opt_text()?,
        attachments: columns.json()?,
        assignees: columns.json()?,
        visibility: columns.code(Visibility::from_code)?,
    })
}

/// The task with this global id, in the trash or not.
pub async fn id_of_uid(read: &mut Read, uid: &str) -> Result<Option<TaskId>, StoreError> {
    let args = read.args().text(uid);
    read.fetch_optional(&BY_UID, args)
        .await?
        .map(|row| row.columns("tasks").uuid())
        .transpose()
}

/// Everything below a task, each after what it is a part of, in the trash or not.
pub async fn descendants(read: &mut Read, root: TaskId) -> Result<Vec<TaskId>, StoreError> {
    let args = read.args().uuid(root.uuid());
    let rows = read.fetch_all(&DESCENDANTS, args).await?;
    rows.iter().map(|row| row.columns("tasks").uuid()).collect()
}

/// Whether the task waits for another that is open.
pub async fn is_blocked(read: &mut Read, id: TaskId) -> Result<bool, StoreError> {
    let args = read.args().uuid(id.uuid());
    count(read, &BLOCKED, args).await.map(|open| open > 0)
}

/// Whether `from` cannot be finished before `to`: it waits for it, or one of its parts does, through
/// however many others. What is stored of `edited` (its dependencies, its parent) does not count.
pub async fn needs(
    read: &mut Read,
    from: TaskId,
    to: TaskId,
    edited: TaskId,
) -> Result<bool, StoreError> {
    let ids = read.args().uuid(from.uuid()).uuid(to.uuid());
    let args = ids.uuid(edited.uuid());
    count(read, &REACHES, args).await.map(|paths| paths > 0)
}

async fn count(read: &mut Read, statement: &Statement, args: Args) -> Result<i64, StoreError> {
    match read.fetch_optional(statement, args).await? {
        Some(row) => row.columns("tasks").int(),
        None => Ok(0),
    }
}
