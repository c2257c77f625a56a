//! Goals, what is linked to them, and the facts that their progress is made of.

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::events::Entity;
use astro_core::goals::{
    Aggregate, Direction, Goal, GoalFields, GoalKind, GoalStatus, Horizon, Point, Window,
};
use astro_core::ids::GoalId;
use astro_core::tasks::Task;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::documents::{Record, Table};
use crate::{Args, Columns, Read, Statement, StoreError, Write};

pub(crate) const STATEMENTS: &[Statement] = &[
    CLEAR_LINKS,
    ADD_LINK,
    CLEAR_TASK,
    ADD_TASK,
    POINTS,
    COMPLETIONS,
    COUNT_TASKS,
];

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::new(
        "goals",
        "title, why, kind, horizon, start_day, target_date, unit, start_value, target_value, direction, aggregate, rate_window, target_rate, \
         allowance, pauses, status, parent_id, links, forecast",
    )
});

const CLEAR_LINKS: Statement = Statement::new(
    "goals.clear_links",
    "DELETE FROM goal_links WHERE owner_id = $1 AND goal_id = $2",
);
const ADD_LINK: Statement = Statement::new(
    "goals.add_link",
    "INSERT INTO goal_links (owner_id, goal_id, kind, linked_id) VALUES ($1, $2, $3, $4) ON CONFLICT (owner_id, goal_id, kind, linked_id) DO NOTHING",
);
const CLEAR_TASK: Statement = Statement::new(
    "goals.clear_task",
    "DELETE FROM task_goals WHERE owner_id = $1 AND task_id = $2",
);
const ADD_TASK: Statement = Statement::new(
    "goals.add_task",
    "INSERT INTO task_goals (owner_id, task_id, goal_id) VALUES ($1, $2, $3) ON CONFLICT (owner_id, goal_id, task_id) DO NOTHING",
);
const POINTS: Statement = Statement::new(
    "goals.points",
    "SELECT at, value FROM datapoints WHERE owner_id = $1 AND goal_id = $2 AND deleted_at IS NULL AND at >= $3 AND at <= $4 ORDER BY at, id",
);
/// Completions of tasks that name the goal, and of those that the goal names: by themselves, by
/// their project, by a label.
const COMPLETIONS: Statement = Statement::new(
    "goals.completions",
    "SELECT t.completed_at FROM tasks t WHERE t.owner_id = $1 AND t.deleted_at IS NULL AND t.completed_at IS NOT NULL \
     AND t.completed_at >= $3 AND t.completed_at <= $4 AND ( \
       t.id IN (SELECT g.task_id FROM task_goals g WHERE g.owner_id = $1 AND g.goal_id = $2) \
       OR t.id IN (SELECT k.linked_id FROM goal_links k WHERE k.owner_id = $1 AND k.goal_id = $2 AND k.kind = 0) \
       OR t.project_id IN (SELECT k.linked_id FROM goal_links k WHERE k.owner_id = $1 AND k.goal_id = $2 AND k.kind = 1) \
       OR t.id IN (SELECT l.task_id FROM goal_links k JOIN task_labels l ON l.owner_id = k.owner_id AND l.label_id = k.linked_id \
                   WHERE k.owner_id = $1 AND k.goal_id = $2 AND k.kind = 2) \
     ) ORDER BY t.completed_at",
);
/// The same tasks, open or completed; what was cancelled or failed does not count.
const COUNT_TASKS: Statement = Statement::new(
    "goals.count_tasks",
    "SELECT count(*) FROM tasks t WHERE t.owner_id = $1 AND t.deleted_at IS NULL AND t.template = 0 AND t.status IN (0, 1, 2) AND ( \
       t.id IN (SELECT g.task_id FROM task_goals g WHERE g.owner_id = $1 AND g.goal_id = $2) \
       OR t.id IN (SELECT k.linked_id FROM goal_links k WHERE k.owner_id = $1 AND k.goal_id = $2 AND k.kind = 0) \
       OR t.project_id IN (SELECT k.linked_id FROM goal_links k WHERE k.owner_id = $1 AND k.goal_id = $2 AND k.kind = 1) \
       OR t.id IN (SELECT l.task_id FROM goal_links k JOIN task_labels l ON l.owner_id = k.owner_id AND l.label_id = k.linked_id \
                   WHERE k.owner_id = $1 AND k.goal_id = $2 AND k.kind = 2) \
     )",
);

/// What a link leads to, as `goal_links.kind` keeps it.
#[derive(Clone, Copy)]
enum Linked {
    Task = 0,
    Project = 1,
    Label = 2,
}

impl Record for Goal {
    const ENTITY: Entity = Entity::Goal;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.text(&self.title)
            .text(&self.why)
            .int(self.kind.code())
            .opt_int(self.horizon.map(Horizon::code))
            .opt_shown(self.start.as_ref())
            .opt_shown(self.target_date.as_ref())
            .opt_text(self.unit.as_ref())
            .opt_real(self.start_value)
            .opt_real(self.target_value)
            .int(self.direction.code())
            .int(self.aggregate.code())
            .opt_int(self.window.map(Window::code))
            .opt_real(self.target_rate)
            .int(self.allowance)
            .json(&self.pauses)
            .int(self.status.code())
            .opt_uuid(self.parent_id)
            .json(&self.links)
            .opt_json(self.forecast.as_ref())
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let fields = GoalFields {
            title: columns.text()?,
            why: columns.text()?,
            kind: columns.code(GoalKind::from_code)?,
            horizon: columns.opt_code(Horizon::from_code)?,
            start: columns.opt_parsed()?,
            target_date: columns.opt_parsed()?,
            unit: columns.opt_text()?,
            start_value: columns.opt_real()?,
            target_value: columns.opt_real()?,
            direction: columns.code(Direction::from_code)?,
            aggregate: columns.code(Aggregate::from_code)?,
            window: columns.opt_code(Window::from_code)?,
            target_rate: columns.opt_real()?,
            allowance: columns.small()?,
            pauses: columns.json()?,
            status: columns.code(GoalStatus::from_code)?,
            parent_id: columns.opt_uuid()?,
            links: columns.json()?,
        };
        let forecast = columns.opt_json()?;
        Ok(Self::assemble(fields, columns.stamp()?, id, forecast))
    }

    fn reindex<'a>(
        &'a self,
        write: &'a mut Write,
        before: Option<&'a Self>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if before.is_some_and(|before| before.links == self.links) {
                return Ok(());
            }
            if before.is_some() {
                let args = write.args().uuid(self.id.uuid());
                write.execute(&CLEAR_LINKS, args).await?;
            }
            for (kind, linked) in links(self) {
                let args = write
                    .args()
                    .uuid(self.id.uuid())
                    .int(kind as i64)
                    .uuid(linked);
                write.execute(&ADD_LINK, args).await?;
            }
            Ok(())
        })
    }
}

fn links(goal: &Goal) -> Vec<(Linked, Uuid)> {
    let tasks = goal.links.tasks.iter().map(|id| (Linked::Task, id.uuid()));
    let projects = goal
        .links
        .projects
        .iter()
        .map(|id| (Linked::Project, id.uuid()));
    let labels = goal
        .links
        .labels
        .iter()
        .map(|id| (Linked::Label, id.uuid()));
    tasks.chain(projects).chain(labels).collect()
}

/// Keeps `task_goals` in step with a task.
pub(crate) async fn reindex_task(
    write: &mut Write,
    task: &Task,
    before: Option<&Task>,
) -> Result<(), StoreError> {
    let old = before.map_or(&[][..], |before| &before.goal_ids);
    if old == task.goal_ids {
        return Ok(());
    }
    if !old.is_empty() {
        let args = write.args().uuid(task.id.uuid());
        write.execute(&CLEAR_TASK, args).await?;
    }
    for goal in &task.goal_ids {
        let args = write.args().uuid(task.id.uuid()).uuid(goal.uuid());
        write.execute(&ADD_TASK, args).await?;
    }
    Ok(())
}

/// Measurements of a goal between two instants, both included, in order of time.
pub async fn points(
    read: &mut Read,
    goal: GoalId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Point>, StoreError> {
    let args = read.args().uuid(goal.uuid()).time(from).time(to);
    let rows = read.fetch_all(&POINTS, args).await?;
    let point = |row: &crate::columns::Row| {
        let mut columns = row.columns("datapoints");
        Ok(Point {
            at: columns.time()?,
            value: columns.real()?,
        })
    };
    rows.iter().map(point).collect()
}

/// When linked tasks were completed between two instants, both included, in order of time.
pub async fn completions(
    read: &mut Read,
    goal: GoalId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let args = read.args().uuid(goal.uuid()).time(from).time(to);
    let rows = read.fetch_all(&COMPLETIONS, args).await?;
    rows.iter().map(|row| row.columns("tasks").time()).collect()
}

/// How many tasks are linked to a goal, open or completed.
pub async fn count_tasks(read: &mut Read, goal: GoalId) -> Result<u32, StoreError> {
    let args = read.args().uuid(goal.uuid());
    match read.fetch_optional(&COUNT_TASKS, args).await? {
        Some(row) => row.columns("tasks").small(),
        None => Ok(0),
    }
}
