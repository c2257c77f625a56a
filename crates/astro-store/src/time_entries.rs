//! Time entries.

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::events::Entity;
use astro_core::ids::TaskId;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::tasks::TaskSource;
use astro_core::time_entries::{TimeEntry, TimeEntryFields, TimeEntryFilter, duration_s};
use uuid::Uuid;

use crate::documents::{Record, Table, read_row, read_rows};
use crate::{Args, Columns, Read, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[RUNNING, LIST, LIST_OF];

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::new(
        "time_entries",
        "task_id, started_at, ended_at, note, source",
    )
});

/// What a list is sorted by; cursors carry it.
pub const SORT: &str = "started";

const RUNNING: Statement = Statement::new(
    "time_entries.running",
    "SELECT id, task_id, started_at, ended_at, note, source, version, change_seq, created_at, updated_at, deleted_at FROM time_entries \
     WHERE owner_id = $1 AND task_id = $2 AND ended_at IS NULL AND deleted_at IS NULL",
);
const LIST: Statement = Statement::new(
    "time_entries.list",
    "SELECT id, task_id, started_at, ended_at, note, source, version, change_seq, created_at, updated_at, deleted_at FROM time_entries \
     WHERE owner_id = $1 AND deleted_at IS NULL AND started_at >= $2 AND started_at < $3 AND (started_at, id) < ($4, $5) \
     AND ($6 = 0 OR ended_at IS NULL) ORDER BY started_at DESC, id DESC LIMIT $7",
);
const LIST_OF: Statement = Statement::new(
    "time_entries.list_of",
    "SELECT id, task_id, started_at, ended_at, note, source, version, change_seq, created_at, updated_at, deleted_at FROM time_entries \
     WHERE owner_id = $1 AND deleted_at IS NULL AND started_at >= $2 AND started_at < $3 AND (started_at, id) < ($4, $5) \
     AND ($6 = 0 OR ended_at IS NULL) AND task_id = $8 ORDER BY started_at DESC, id DESC LIMIT $7",
);

impl Record for TimeEntry {
    const ENTITY: Entity = Entity::TimeEntry;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.uuid(self.task_id.uuid())
            .time(self.started_at)
            .opt_time(self.ended_at)
            .text(&self.note)
            .int(self.source.code())
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let fields = TimeEntryFields {
            task_id: columns.uuid()?,
            started_at: columns.time()?,
            ended_at: columns.opt_time()?,
            note: columns.text()?,
        };
        let source = columns.code(TaskSource::from_code)?;
        let duration = duration_s(fields.started_at, fields.ended_at);
        Ok(Self::assemble(
            fields,
            columns.stamp()?,
            id,
            source,
            duration,
        ))
    }
}

/// The task's running entry.
pub async fn running(read: &mut Read, task: TaskId) -> Result<Option<TimeEntry>, StoreError> {
    let args = read.args().uuid(task.uuid());
    let row = read.fetch_optional(&RUNNING, args).await?;
    row.as_ref().map(read_row).transpose()
}

/// One page of what passes `filter`, latest start first.
pub async fn list(
    read: &mut Read,
    filter: &TimeEntryFilter,
    page: &PageRequest,
) -> Result<Page<TimeEntry>, StoreError> {
    let args = latest_first(read.args(), filter.from, filter.to, page)
        .flag(filter.running)
        .int(page.limit + 1);
    let rows = match filter.task {
        Some(task) => read.fetch_all(&LIST_OF, args.uuid(task.uuid())).await?,
        None => read.fetch_all(&LIST, args).await?,
    };
    Ok(Page::cut(
        read_rows(&rows)?,
        page.limit,
        |entry: &TimeEntry| cursor(SORT, entry.started_at, entry.id.uuid()),
    ))
}

/// The bounds of a stretch of time and the place where the last page ended: `$2` to `$5`.
pub(crate) fn latest_first(
    args: Args,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    page: &PageRequest,
) -> Args {
    let micros = |at: Option<Timestamp>, otherwise| at.map_or(otherwise, Timestamp::as_microsecond);
    let args = args.int(micros(from, i64::MIN)).int(micros(to, i64::MAX));
    match &page.after {
        Some(Cursor {
            key: CursorKey::Int(key),
            id,
            ..
        }) => args.int(*key).uuid(*id),
        _ => args.int(i64::MAX).uuid(Uuid::max()),
    }
}

pub(crate) fn cursor(sort: &str, at: Timestamp, id: Uuid) -> Cursor {
    Cursor {
        sort: sort.to_owned(),
        key: CursorKey::Int(at.as_microsecond()),
        id,
    }
}
