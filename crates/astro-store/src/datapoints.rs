//! Datapoints of goals.

use std::sync::LazyLock;

use astro_core::calendar::TimeZone;
use astro_core::datapoints::{Datapoint, DatapointFields, DatapointFilter};
use astro_core::events::Entity;
use astro_core::page::{Page, PageRequest};
use astro_core::tasks::TaskSource;

use crate::documents::{Record, Table, read_rows};
use crate::time_entries::{cursor, latest_first};
use crate::{Args, Columns, Read, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[LIST, LIST_OF];

pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new("datapoints", "goal_id, at, value, note, source"));

/// What a list is sorted by; cursors carry it.
pub const SORT: &str = "at";

const LIST: Statement = Statement::new(
    "datapoints.list",
    "SELECT id, goal_id, at, value, note, source, version, change_seq, created_at, updated_at, deleted_at FROM datapoints \
     WHERE owner_id = $1 AND deleted_at IS NULL AND at >= $2 AND at < $3 AND (at, id) < ($4, $5) ORDER BY at DESC, id DESC LIMIT $6",
);
const LIST_OF: Statement = Statement::new(
    "datapoints.list_of",
    "SELECT id, goal_id, at, value, note, source, version, change_seq, created_at, updated_at, deleted_at FROM datapoints \
     WHERE owner_id = $1 AND deleted_at IS NULL AND at >= $2 AND at < $3 AND (at, id) < ($4, $5) AND goal_id = $7 \
     ORDER BY at DESC, id DESC LIMIT $6",
);

impl Record for Datapoint {
    const ENTITY: Entity = Entity::Datapoint;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.uuid(self.goal_id.uuid())
            .time(self.at)
            .real(self.value)
            .text(&self.note)
            .int(self.source.code())
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let fields = DatapointFields {
            goal_id: columns.uuid()?,
            at: columns.time()?,
            value: columns.real()?,
            note: columns.text()?,
        };
        let source = columns.code(TaskSource::from_code)?;
        Ok(Self::assemble(fields, columns.stamp()?, id, source))
    }
}

/// One page of what passes `filter`, latest first.
pub async fn list(
    read: &mut Read,
    filter: &DatapointFilter,
    page: &PageRequest,
) -> Result<Page<Datapoint>, StoreError> {
    let args = latest_first(read.args(), filter.from, filter.to, page).int(page.limit + 1);
    let rows = match filter.goal {
        Some(goal) => read.fetch_all(&LIST_OF, args.uuid(goal.uuid())).await?,
        None => read.fetch_all(&LIST, args).await?,
    };
    Ok(Page::cut(
        read_rows(&rows)?,
        page.limit,
        |point: &Datapoint| cursor(SORT, point.at, point.id.uuid()),
    ))
}
