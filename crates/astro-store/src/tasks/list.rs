//! Filtered lists of tasks. The text of each combination of filters is put together once from
//! constant pieces and kept, so that both engines can reuse its plan.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use astro_core::calendar::Timestamp;
use astro_core::limits;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::tasks::{Task, TaskFilter, TaskSort, TaskStatus};

use super::TABLE;
use crate::dialect::{self, Engine};
use crate::documents::Record as _;
use crate::{Args, Read, Statement, StoreError};

/// A task of a list, and whether an open task stands in its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub task: Task,
    pub blocked: bool,
}

/// What stands in the way of a task.
const IN_THE_WAY: &str = "SELECT 1 FROM task_dependencies d CROSS JOIN tasks b \
     WHERE b.owner_id = d.owner_id AND b.id = d.depends_on AND d.owner_id = $1 AND d.task_id = t.id AND b.status IN (0, 1) AND b.deleted_at IS NULL AND b.template = 0";

/// What waits for anything at all: few of many, and gathered once they spare every other task the
/// question what stands in its way.
const WAITS: &str = "t.id IN (SELECT w.task_id FROM task_dependencies w WHERE w.owner_id = $1)";

/// How many rows a page may be read from. As a number in the text, unlike an argument, it lets
/// PostgreSQL keep one plan for a text; few such numbers keep the texts few.
const READS: [u32; 3] = [11, 51, limits::PAGE_MAX + 1];

/// One page of the tasks that pass `filter`.
pub async fn list(
    read: &mut Read,
    filter: &TaskFilter,
    page: &PageRequest,
) -> Result<Page<Listed>, StoreError> {
    let engine = read.engine();
    let Some((sql, args)) = compose(engine, read.args(), filter, page) else {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    };
    let statement = interned(sql);
    let rows = read.fetch_all(&statement, args).await?;
    let mut items = Vec::with_capacity(rows.len());
    // one more than the page tells whether another follows
    for row in rows.iter().take(page.limit as usize + 1) {
        let mut columns = row.columns("tasks");
        let blocked = columns.flag()?;
        let key = columns.sort_key(filter.sort)?;
        items.push((
            Listed {
                task: Task::read(&mut columns)?,
                blocked,
            },
            key,
        ));
    }
    let sort = filter.sort.as_str();
    let page = Page::cut(items, page.limit, |(item, key)| Cursor {
        sort: sort.to_owned(),
        key: key.clone(),
        id: item.task.id.uuid(),
    });
    Ok(page.map(|(item, _)| item))
}

impl crate::Columns<'_> {
    fn sort_key(&mut self, sort: TaskSort) -> Result<CursorKey, StoreError> {
        match sort {
            TaskSort::Position => self.text().map(CursorKey::Text),
            _ => self.int().map(CursorKey::Int),
        }
    }
}

/// The column that an order follows and its direction. Every key is there in every row that the
/// order lists, so that a page can start after any of them.
fn key_column(sort: TaskSort) -> (&'static str, &'static str, &'static str) {
    match sort {
        TaskSort::Created => ("t.created_at", ">", "ASC"),
        TaskSort::Due => ("t.due_index", ">", "ASC"),
        TaskSort::Position => ("t.position", ">", "ASC"),
        TaskSort::Updated => ("t.updated_at", "<", "DESC"),
        TaskSort::Completed => ("t.completed_at", "<", "DESC"),
    }
}

/// `None` when nothing can match.
pub(super) fn compose(
    engine: Engine,
    args: Args,
    filter: &TaskFilter,
    page: &PageRequest,
) -> Option<(String, Args)> {
    let mut query = Query {
        sql: String::new(),
        args,
    };
    let (key, after, direction) = key_column(filter.sort);
    let select = qualified(TABLE.select);
    query.sql = format!(
        // Not EXISTS, which PostgreSQL would answer by gathering all that blocks anything.
        "SELECT CAST(coalesce(({IN_THE_WAY} LIMIT 1), 0) AS BIGINT), {key}, {select} FROM tasks t WHERE t.owner_id = $1"
    );
    query.push(if filter.trash {
        "t.deleted_at IS NOT NULL"
    } else {
        "t.deleted_at IS NULL"
    });
    query.statuses(&filter.status);
    if filter.templates {
        query.push("t.template = 1");
    } else if !filter.trash {
        query.push("t.template = 0");
    }
    if let Some(series) = filter.series {
        query.compare("t.series_id =", |args| args.uuid(series.uuid()));
    }
    if let Some(state) = filter.state {
        query.compare("t.state =", |args| args.int(state.code()));
    }
    if let Some(project) = filter.project {
        query.compare("t.project_id =", |args| args.uuid(project.uuid()));
    }
    if let Some(parent) = filter.parent {
        query.compare("t.parent_id =", |args| args.uuid(parent.uuid()));
    }
    if let Some(label) = filter.label {
        query.args = query.args.uuid(label.uuid());
        let n = query.args.len();
        query.push(&format!("t.id IN (SELECT l.task_id FROM task_labels l WHERE l.owner_id = $1 AND l.label_id = ${n})"));
    }
    query.instant("t.due_index >=", filter.due_from);
    query.instant("t.due_index <=", filter.due_to);
    query.instant("t.start_index >=", filter.start_from);
    query.instant("t.start_index <=", filter.start_to);
    query.instant("t.completed_at >=", filter.completed_from);
    if filter.sort == TaskSort::Completed {
        query.push("t.completed_at IS NOT NULL");
    }
    match filter.blocked {
        Some(true) => query.push(&format!("{WAITS} AND EXISTS ({IN_THE_WAY})")),
        Some(false) => query.push(&format!("NOT EXISTS ({IN_THE_WAY})")),
        None => {}
    }
    if let Some(text) = &filter.search {
        let words = dialect::search_query(engine, text)?;
        query.args = query.args.text(words);
        let condition = dialect::search_condition(engine, query.args.len());
        query.push(&condition);
    }
    if let Some(cursor) = &page.after {
        query.after(key, after, cursor);
    }
    let enough = READS.into_iter().find(|rows| *rows > page.limit);
    let rows = enough.unwrap_or(page.limit + 1);
    // Writing to a String cannot fail.
    let _ = write!(
        query.sql,
        " ORDER BY {key} {direction}, t.id {direction} LIMIT {rows}"
    );
    Some((query.sql, query.args))
}

struct Query {
    sql: String,
    args: Args,
}

impl Query {
    fn push(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    fn compare(&mut self, left: &str, bind: impl FnOnce(Args) -> Args) {
        self.args = bind(std::mem::take(&mut self.args));
        let n = self.args.len();
        self.push(&format!("{left} ${n}"));
    }

    fn instant(&mut self, left: &str, instant: Option<Timestamp>) {
        if let Some(instant) = instant {
            self.compare(left, |args| args.time(instant));
        }
    }

    /// Codes are our own constants, and as literals they let partial indexes be used.
    fn statuses(&mut self, wanted: &[TaskStatus]) {
        if wanted.is_empty() {
            return;
        }
        let mut codes: Vec<i64> = wanted.iter().map(|status| status.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        if wanted.len() == 1 && wanted[0].is_open() {
            // SQLite does not see by itself that this follows and that the indexes of open tasks do
            self.push("t.status IN (0, 1)");
        }
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        self.push(&format!("t.status IN ({})", codes.join(", ")));
    }

    fn after(&mut self, key: &str, comparison: &str, cursor: &Cursor) {
        let args = std::mem::take(&mut self.args);
        let args = match &cursor.key {
            CursorKey::Int(value) => args.int(*value),
            CursorKey::Text(value) => args.text(value),
        };
        self.args = args.uuid(cursor.id);
        let n = self.args.len();
        self.push(&format!("({key}, t.id) {comparison} (${}, ${n})", n - 1));
    }
}

fn qualified(select: &str) -> String {
    select
        .split(", ")
        .map(|column| format!("t.{column}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Gives the same text the same static string; there are as many as combinations in use.
pub(super) fn interned(sql: String) -> Statement {
    static KNOWN: LazyLock<Mutex<HashMap<String, &'static str>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let text = if let Some(text) = known.get(&sql) {
        *text
    } else {
        let text: &'static str = sql.clone().leak();
        known.insert(sql, text);
        text
    };
    Statement::new("tasks.list", text)
}
