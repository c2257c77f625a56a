//! Who points at rows that are about to be removed for good. Foreign keys would refuse the removal,
//! and lists of ids would go on naming what is gone.

use astro_core::calendar::Timestamp;
use uuid::Uuid;

use crate::{Read, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[TASKS, GOALS, PROJECTS];

const TASKS: Statement = Statement::new(
    "references.tasks",
    "SELECT t.id FROM tasks t WHERE t.owner_id = $1 AND (t.deleted_at IS NULL OR t.deleted_at > $2) AND ( \
       t.project_id IN (SELECT p.id FROM projects p WHERE p.owner_id = $1 AND p.deleted_at <= $2) \
       OR t.parent_id IN (SELECT x.id FROM tasks x WHERE x.owner_id = $1 AND x.deleted_at <= $2) \
       OR t.series_id IN (SELECT x.id FROM tasks x WHERE x.owner_id = $1 AND x.deleted_at <= $2) \
       OR t.id IN (SELECT d.task_id FROM task_dependencies d JOIN tasks x ON x.owner_id = d.owner_id AND x.id = d.depends_on \
                   WHERE d.owner_id = $1 AND x.deleted_at <= $2) \
       OR t.id IN (SELECT k.task_id FROM task_labels k JOIN labels l ON l.owner_id = k.owner_id AND l.id = k.label_id \
                   WHERE k.owner_id = $1 AND l.deleted_at <= $2) \
       OR t.id IN (SELECT k.task_id FROM task_goals k JOIN goals g ON g.owner_id = k.owner_id AND g.id = k.goal_id \
                   WHERE k.owner_id = $1 AND g.deleted_at <= $2) \
     ) ORDER BY t.id",
);
const GOALS: Statement = Statement::new(
    "references.goals",
    "SELECT c.id FROM goals c WHERE c.owner_id = $1 AND (c.deleted_at IS NULL OR c.deleted_at > $2) AND ( \
       c.parent_id IN (SELECT g.id FROM goals g WHERE g.owner_id = $1 AND g.deleted_at <= $2) \
       OR c.id IN (SELECT k.goal_id FROM goal_links k JOIN tasks t ON t.owner_id = k.owner_id AND t.id = k.linked_id \
                   WHERE k.owner_id = $1 AND k.kind = 0 AND t.deleted_at <= $2) \
       OR c.id IN (SELECT k.goal_id FROM goal_links k JOIN projects p ON p.owner_id = k.owner_id AND p.id = k.linked_id \
                   WHERE k.owner_id = $1 AND k.kind = 1 AND p.deleted_at <= $2) \
       OR c.id IN (SELECT k.goal_id FROM goal_links k JOIN labels l ON l.owner_id = k.owner_id AND l.id = k.linked_id \
                   WHERE k.owner_id = $1 AND k.kind = 2 AND l.deleted_at <= $2) \
     ) ORDER BY c.id",
);
const PROJECTS: Statement = Statement::new(
    "references.projects",
    "SELECT c.id FROM projects c WHERE c.owner_id = $1 AND (c.deleted_at IS NULL OR c.deleted_at > $2) \
     AND c.parent_id IN (SELECT p.id FROM projects p WHERE p.owner_id = $1 AND p.deleted_at <= $2) ORDER BY c.id",
);

/// Tasks that stay and name a project, a task, a label or a goal that was deleted at or before `until`.
pub async fn tasks(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>, StoreError> {
    ids(read, &TASKS, until).await
}

/// Goals that stay and name a goal, a task, a project or a label that was deleted at or before
/// `until`.
pub async fn goals(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>, StoreError> {
    ids(read, &GOALS, until).await
}

/// Projects that stay and lie in one that was deleted at or before `until`.
pub async fn projects(read: &mut Read, until: Timestamp) -> Result<Vec<Uuid>, StoreError> {
    ids(read, &PROJECTS, until).await
}

async fn ids(
    read: &mut Read,
    statement: &Statement,
    until: Timestamp,
) -> Result<Vec<Uuid>, StoreError> {
    let args = read.args().time(until);
    let rows = read.fetch_all(statement, args).await?;
    rows.iter()
        .map(|row| row.columns("references").uuid())
        .collect()
}
