//! The open tasks with as much as weighing them needs: one statement, no texts.

use astro_core::calendar::{Date, Timestamp};
use astro_core::ids::{LabelId, ProjectId, TaskId};
use astro_core::tasks::{TaskState, TaskStatus};

use crate::columns::Row;
use crate::{Read, Statement, StoreError};

pub(super) const STATEMENTS: &[Statement] = &[OPEN];

/// `$2` is the line feed, whose text differs between the engines.
const OPEN: Statement = Statement::new(
    "recommendations.open_tasks",
    "SELECT t.id, t.status, t.state, t.priority, t.start_index, t.due_index, t.deadline, t.estimate_s, t.min_block_s, t.created_at, \
       t.project_id, t.parent_id, t.labels, \
       CAST(CASE WHEN t.description = '' THEN 0 ELSE 1 + length(t.description) - length(replace(t.description, $2, '')) END AS BIGINT), \
       CAST(CASE WHEN EXISTS (SELECT 1 FROM task_dependencies d CROSS JOIN tasks b \
         WHERE b.owner_id = d.owner_id AND b.id = d.depends_on AND d.owner_id = $1 AND d.task_id = t.id AND b.status IN (0, 1) AND b.deleted_at IS NULL AND b.template = 0) THEN 1 ELSE 0 END AS BIGINT), \
       CAST(CASE WHEN EXISTS (SELECT 1 FROM task_dependencies d CROSS JOIN tasks b \
         WHERE b.owner_id = d.owner_id AND b.id = d.task_id AND d.owner_id = $1 AND d.depends_on = t.id AND b.status IN (0, 1) AND b.deleted_at IS NULL AND b.template = 0) THEN 1 ELSE 0 END AS BIGINT), \
       CAST(CASE WHEN EXISTS (SELECT 1 FROM time_entries e WHERE e.owner_id = $1 AND e.task_id = t.id AND e.ended_at IS NULL \
         AND e.deleted_at IS NULL) THEN 1 ELSE 0 END AS BIGINT) \
     FROM tasks t WHERE t.owner_id = $1 AND t.deleted_at IS NULL AND t.status IN (0, 1) AND t.template = 0",
);

/// An open task as the rule sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenTask {
    pub id: TaskId,
    pub status: TaskStatus,
    pub state: TaskState,
    pub priority: u8,
    /// Microsecond from which on it may be started; the least number when always.
    pub start_index: i64,
    /// Microsecond from which on it is late; the greatest number when never.
    pub due_index: i64,
    pub deadline: Option<Date>,
    pub estimate_s: Option<u32>,
    pub min_block_s: Option<u32>,
    pub created_at: Timestamp,
    pub project_id: Option<ProjectId>,
    pub parent_id: Option<TaskId>,
    pub labels: Vec<LabelId>,
    /// Lines of the description.
    pub lines: i64,
    /// It depends on an open task.
    pub blocked: bool,
    /// An open task depends on it.
    pub blocking: bool,
    /// Its clock runs.
    pub is_running: bool,
}

/// All open tasks, in no order.
pub async fn open_tasks(read: &mut Read) -> Result<Vec<OpenTask>, StoreError> {
    let args = read.args().text("\n");
    read.fetch_all(&OPEN, args)
        .await?
        .iter()
        .map(read_open)
        .collect()
}

fn read_open(row: &Row) -> Result<OpenTask, StoreError> {
    let mut columns = row.columns("tasks");
    Ok(OpenTask {
        id: columns.uuid()?,
        status: columns.code(TaskStatus::from_code)?,
        state: columns.code(TaskState::from_code)?,
        priority: columns.small()?,
        start_index: columns.int()?,
        due_index: columns.int()?,
        deadline: columns.opt_parsed()?,
        estimate_s: columns.opt_small()?,
        min_block_s: columns.opt_small()?,
        created_at: columns.time()?,
        project_id: columns.opt_uuid()?,
        parent_id: columns.opt_uuid()?,
        labels: columns.json()?,
        lines: columns.int()?,
        blocked: columns.flag()?,
        blocking: columns.flag()?,
        is_running: columns.flag()?,
    })
}
