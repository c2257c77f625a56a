//! Series and their occurrences, and what lies ahead: rows, and occurrences that are none yet.

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp, When, micros};
use astro_core::ids::TaskId;
use astro_core::tasks::{MissedPolicy, Task, TaskFields};
use uuid::Uuid;

use super::{TABLE, due_index, start_index};
use crate::documents::{read_row, read_rows};
use crate::{Read, Statement, StoreError, Write};

pub(crate) static STATEMENTS: LazyLock<Vec<Statement>> = LazyLock::new(|| {
    vec![
        *OPEN,
        *LAST,
        *DELETED_AT,
        *STORED,
        COUNT,
        SET_AHEAD,
        CLEAR_AHEAD,
        GET_AHEAD,
        ALL_AHEAD,
        MOVE_AHEAD,
        MISSED,
        SERIES_AHEAD,
        COUNT_AHEAD,
        LIVING,
        ADOPTABLE,
    ]
});

static OPEN: LazyLock<Statement> = LazyLock::new(|| {
    of_tasks(
        "series.open",
        "series_id = $2 AND template = 0 AND deleted_at IS NULL AND status IN (0, 1) ORDER BY recurrence_index, id",
    )
});
static LAST: LazyLock<Statement> = LazyLock::new(|| {
    of_tasks(
        "series.last",
        "series_id = $2 AND template = 0 AND deleted_at IS NULL AND status NOT IN (0, 1) ORDER BY recurrence_index DESC, id LIMIT 1",
    )
});
static DELETED_AT: LazyLock<Statement> = LazyLock::new(|| {
    of_tasks(
        "series.deleted_at",
        "series_id = $2 AND template = 0 AND deleted_at = $3 ORDER BY recurrence_index, id",
    )
});
/// What a task lies ahead by, as its index has it.
const AHEAD: &str = "(CASE WHEN due_text IS NULL THEN start_index ELSE due_index END)";
static STORED: LazyLock<Statement> = LazyLock::new(|| {
    let condition = format!(
        "deleted_at IS NULL AND status IN (0, 1) AND template = 0 AND {AHEAD} >= $2 AND {AHEAD} <= $3 \
         AND ({AHEAD}, id) > ($4, $5) ORDER BY {AHEAD}, id LIMIT $6"
    );
    of_tasks("series.stored_ahead", condition.leak())
});
const LIVING: Statement = Statement::new(
    "series.living",
    "SELECT id FROM tasks WHERE owner_id = $1 AND template = 1 AND deleted_at IS NULL AND status IN (0, 1) \
     AND (rrule IS NOT NULL OR rdate <> '[]') ORDER BY id",
);
const ADOPTABLE: Statement = Statement::new(
    "series.adoptable",
    "SELECT id FROM tasks WHERE owner_id = $1 AND template = 0 AND series_id IS NULL AND deleted_at IS NULL AND status IN (0, 1) \
     AND (rrule IS NOT NULL OR rdate <> '[]') ORDER BY id",
);
const COUNT: Statement = Statement::new(
    "series.count",
    "SELECT count(*) FROM tasks WHERE owner_id = $1 AND series_id = $2 AND template = 0 AND deleted_at IS NULL",
);
const SET_AHEAD: Statement = Statement::new(
    "series.set_ahead",
    "INSERT INTO series_ahead (owner_id, series_id, recurrence_id, start_text, start_index, due_text, ahead_index, kept) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (owner_id, series_id) DO UPDATE SET recurrence_id = excluded.recurrence_id, \
     start_text = excluded.start_text, start_index = excluded.start_index, due_text = excluded.due_text, \
     ahead_index = excluded.ahead_index, kept = excluded.kept",
);
const CLEAR_AHEAD: Statement = Statement::new(
    "series.clear_ahead",
    "DELETE FROM series_ahead WHERE owner_id = $1 AND series_id = $2",
);
const GET_AHEAD: Statement = Statement::new(
    "series.get_ahead",
    "SELECT recurrence_id FROM series_ahead WHERE owner_id = $1 AND series_id = $2",
);
const ALL_AHEAD: Statement = Statement::new(
    "series.all_ahead",
    "SELECT series_id, start_text, due_text FROM series_ahead WHERE owner_id = $1",
);
const MOVE_AHEAD: Statement = Statement::new(
    "series.move_ahead",
    "UPDATE series_ahead SET start_index = $3, ahead_index = $4 WHERE owner_id = $1 AND series_id = $2",
);
const MISSED: Statement = Statement::new(
    "series.missed",
    "SELECT series_id FROM series_ahead WHERE owner_id = $1 AND kept = 1 AND start_index <= $2 ORDER BY start_index LIMIT $3",
);
const COUNT_AHEAD: Statement = Statement::new(
    "series.count_ahead",
    "SELECT count(*) FROM series_ahead WHERE owner_id = $1 AND ahead_index <= $2",
);
/// No texts but the title: all of a person's series may have to be read for one page.
const SERIES_AHEAD: Statement = Statement::new(
    "series.ahead",
    "SELECT a.series_id, a.recurrence_id, a.ahead_index, t.title, t.priority, t.start_text, t.due_text, t.deadline, t.estimate_s, \
     t.rrule, t.rdate, t.exdate, t.project_id, t.labels \
     FROM series_ahead a JOIN tasks t ON t.owner_id = a.owner_id AND t.id = a.series_id \
     WHERE a.owner_id = $1 AND a.ahead_index <= $2 ORDER BY a.ahead_index, a.series_id LIMIT $3",
);

fn of_tasks(name: &'static str, condition: &'static str) -> Statement {
    let select = TABLE.select;
    let sql = format!("SELECT {select} FROM tasks WHERE owner_id = $1 AND {condition}");
    Statement::new(name, sql.leak())
}

/// The open occurrences of a series, in order.
pub async fn open(read: &mut Read, series: TaskId) -> Result<Vec<Task>, StoreError> {
    let args = read.args().uuid(series);
    read_rows(&read.fetch_all(&OPEN, args).await?)
}

/// The latest occurrence that is not open any more.
pub async fn last(read: &mut Read, series: TaskId) -> Result<Option<Task>, StoreError> {
    let args = read.args().uuid(series);
    let row = read.fetch_optional(&LAST, args).await?;
    row.as_ref().map(read_row).transpose()
}

/// The occurrences that went to the trash at this moment.
pub async fn deleted_at(
    read: &mut Read,
    series: TaskId,
    at: Timestamp,
) -> Result<Vec<Task>, StoreError> {
    let args = read.args().uuid(series).time(at);
    read_rows(&read.fetch_all(&DELETED_AT, args).await?)
}

/// Every series that goes on.
pub async fn living(read: &mut Read) -> Result<Vec<TaskId>, StoreError> {
    ids(read, &LIVING).await
}

/// Open tasks that recur and are no series: from a version that did not know series.
pub async fn adoptable(read: &mut Read) -> Result<Vec<TaskId>, StoreError> {
    ids(read, &ADOPTABLE).await
}

async fn ids(read: &mut Read, statement: &Statement) -> Result<Vec<TaskId>, StoreError> {
    let args = read.args();
    read.fetch_all(statement, args)
        .await?
        .iter()
        .map(|row| row.columns("tasks").uuid())
        .collect()
}

/// How many occurrences there are, open or not.
pub async fn count(read: &mut Read, series: TaskId) -> Result<i64, StoreError> {
    let args = read.args().uuid(series);
    super::count(read, &COUNT, args).await
}

/// The first occurrence of a series that is no row yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Ahead {
    pub series: TaskId,
    pub recurrence_id: When,
    pub start: Option<When>,
    pub due: Option<When>,
    pub missed: MissedPolicy,
}

/// By its due time, or else by its start: what lies ahead is ordered by it.
pub fn ahead_index(start: Option<&When>, due: Option<&When>, zone: &TimeZone) -> i64 {
    match due {
        Some(_) => due_index(due, zone),
        None => start_index(start, zone),
    }
}

/// Notes where a series goes on; `None` when it does not.
pub async fn set_ahead(
    write: &mut Write,
    series: TaskId,
    ahead: Option<&Ahead>,
) -> Result<(), StoreError> {
    let args = write.args().uuid(series);
    let Some(ahead) = ahead else {
        return write.execute(&CLEAR_AHEAD, args).await.map(drop);
    };
    let zone = write.zone().await?;
    let (start, due) = (ahead.start.as_ref(), ahead.due.as_ref());
    let args = args
        .shown(&ahead.recurrence_id)
        .opt_shown(start)
        .int(start_index(start, &zone))
        .opt_shown(due)
        .int(ahead_index(start, due, &zone))
        .flag(ahead.missed == MissedPolicy::Keep);
    write.execute(&SET_AHEAD, args).await.map(drop)
}

/// Where a series goes on.
pub async fn get_ahead(read: &mut Read, series: TaskId) -> Result<Option<When>, StoreError> {
    let args = read.args().uuid(series);
    read.fetch_optional(&GET_AHEAD, args)
        .await?
        .map(|row| row.columns("series_ahead").parsed())
        .transpose()
}

/// The owner moved to another zone: where dates and floating times lie moves with them.
pub(crate) async fn move_to(write: &mut Write, zone: &TimeZone) -> Result<(), StoreError> {
    let args = write.args();
    for row in write.fetch_all(&ALL_AHEAD, args).await? {
        let mut columns = row.columns("series_ahead");
        let series: Uuid = columns.uuid()?;
        let start: Option<When> = columns.opt_parsed()?;
        let due: Option<When> = columns.opt_parsed()?;
        let args = write
            .args()
            .uuid(series)
            .int(start_index(start.as_ref(), zone))
            .int(ahead_index(start.as_ref(), due.as_ref(), zone));
        write.execute(&MOVE_AHEAD, args).await?;
    }
    Ok(())
}

/// Series that keep every occurrence, and of which one has started that is no row yet.
pub async fn missed(
    read: &mut Read,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<TaskId>, StoreError> {
    let args = read.args().int(micros(now)).int(limit);
    read.fetch_all(&MISSED, args)
        .await?
        .iter()
        .map(|row| row.columns("series_ahead").uuid())
        .collect()
}

/// Open tasks between two moments (see [`ahead_index`]), after a place in their order.
pub async fn stored_ahead(
    read: &mut Read,
    span: std::ops::RangeInclusive<i64>,
    after: (i64, Uuid),
    limit: u32,
) -> Result<Vec<Task>, StoreError> {
    let args = read
        .args()
        .int(*span.start())
        .int(*span.end())
        .int(after.0)
        .uuid(after.1)
        .int(limit);
    read_rows(&read.fetch_all(&STORED, args).await?)
}

/// A series whose occurrences can be foretold, with as much as showing them needs.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesAhead {
    pub series: TaskId,
    /// Its first occurrence that is no row yet.
    pub recurrence_id: When,
    /// Where that one lies.
    pub ahead_index: i64,
    /// The template; of its fields only those that a list shows.
    pub fields: TaskFields,
}

/// How many series go on at or before a moment.
pub async fn count_ahead(read: &mut Read, until: i64) -> Result<u32, StoreError> {
    let args = read.args().int(until);
    let count = super::count(read, &COUNT_AHEAD, args).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The series that go on at or before a moment, in the order in which they do.
pub async fn series_ahead(
    read: &mut Read,
    until: i64,
    limit: u32,
) -> Result<Vec<SeriesAhead>, StoreError> {
    let args = read.args().int(until).int(limit);
    let rows = read.fetch_all(&SERIES_AHEAD, args).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns("series_ahead");
            let series = columns.uuid()?;
            let recurrence_id = columns.parsed()?;
            let ahead_index = columns.int()?;
            let title = columns.text()?;
            Ok(SeriesAhead {
                series,
                recurrence_id,
                ahead_index,
                fields: TaskFields {
                    priority: columns.small()?,
                    start: columns.opt_parsed()?,
                    due: columns.opt_parsed()?,
                    deadline: columns.opt_parsed()?,
                    estimate_s: columns.opt_small()?,
                    rrule: columns.opt_text()?,
                    rdate: columns.json()?,
                    exdate: columns.json()?,
                    project_id: columns.opt_uuid()?,
                    labels: columns.json()?,
                    ..TaskFields::titled(title)
                },
            })
        })
        .collect()
}
