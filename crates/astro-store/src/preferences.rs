//! Preferences. The zone is one of them and is kept with the owner as well, since dated rows are
//! indexed by it; whichever way its row is written, the index follows.

use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp, When, ZoneName};
use astro_core::events::Entity;
use astro_core::preferences::{
    Preference, PreferenceFields, PreferenceSet, PreferenceSource, keys,
};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::documents::{Record, Table, read_row, read_rows};
use crate::{Args, Columns, Read, Statement, StoreError, Write, owners, reminders, tasks};

pub(crate) const STATEMENTS: &[Statement] = &[BY_KEY, CHOSEN, DATED_TASKS, MOVE_TASK];

pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new("preferences", "key, value, locked, source, confidence"));

const BY_KEY: Statement = Statement::new(
    "preferences.by_key",
    "SELECT id, key, value, locked, source, confidence, version, change_seq, created_at, updated_at, deleted_at FROM preferences \
     WHERE owner_id = $1 AND key = $2",
);
const CHOSEN: Statement = Statement::new(
    "preferences.chosen",
    "SELECT id, key, value, locked, source, confidence, version, change_seq, created_at, updated_at, deleted_at FROM preferences \
     WHERE owner_id = $1 AND deleted_at IS NULL ORDER BY key",
);
const DATED_TASKS: Statement = Statement::new(
    "preferences.dated_tasks",
    "SELECT id, start_text, start_index, due_text, due_index, recurrence_text, recurrence_index FROM tasks WHERE owner_id = $1 \
     AND (start_text IS NOT NULL OR due_text IS NOT NULL OR recurrence_text IS NOT NULL)",
);
const MOVE_TASK: Statement = Statement::new(
    "preferences.move_task",
    "UPDATE tasks SET start_index = $3, due_index = $4, recurrence_index = $5 WHERE owner_id = $1 AND id = $2",
);

impl Record for Preference {
    const ENTITY: Entity = Entity::Preference;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.text(&self.key)
            .json(&self.value)
            .flag(self.locked)
            .int(self.source.code())
            .opt_real(self.confidence)
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let fields = PreferenceFields {
            key: columns.text()?,
            value: columns.json()?,
            locked: columns.flag()?,
        };
        let source = columns.code(PreferenceSource::from_code)?;
        let confidence = columns.opt_real()?;
        Ok(Self::assemble(
            fields,
            columns.stamp()?,
            id,
            source,
            confidence,
        ))
    }

    fn reindex<'a>(
        &'a self,
        write: &'a mut Write,
        _before: Option<&'a Self>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if self.key != keys::ZONE.name {
                return Ok(());
            }
            // A row in the trash does not count: the default holds again.
            let zone = match PreferenceSet::new(&ZoneName::utc(), [self]).chosen(&keys::ZONE) {
                Some(zone) => zone,
                None => owners::get(write).await?.default_zone,
            };
            move_to(write, &zone, self.updated_at).await
        })
    }
}

/// The row of a key, in the trash or not.
pub async fn by_key(read: &mut Read, key: &str) -> Result<Option<Preference>, StoreError> {
    let args = read.args().text(key);
    let row = read.fetch_optional(&BY_KEY, args).await?;
    row.as_ref().map(read_row).transpose()
}

/// Every row that is not in the trash, in order of keys.
pub async fn chosen(read: &mut Read) -> Result<Vec<Preference>, StoreError> {
    let args = read.args();
    read_rows(&read.fetch_all(&CHOSEN, args).await?)
}

/// What holds for the owner.
pub async fn set(read: &mut Read) -> Result<PreferenceSet, StoreError> {
    let zone = owners::get(read).await?.zone;
    Ok(PreferenceSet::new(&zone, &chosen(read).await?))
}

/// Moves the owner to another zone, with everything that is indexed by it.
async fn move_to(write: &mut Write, zone: &ZoneName, now: Timestamp) -> Result<(), StoreError> {
    if owners::get(write).await?.zone == *zone {
        return Ok(());
    }
    owners::set_zone(write, zone).await?;
    move_tasks(write, zone.rules()).await?;
    reminders::rederive(write, now).await
}

/// The rows themselves stay as they are, only what is derived from them moves: no version rises.
async fn move_tasks(write: &mut Write, zone: &TimeZone) -> Result<(), StoreError> {
    let args = write.args();
    let rows = write.fetch_all(&DATED_TASKS, args).await?;
    for row in &rows {
        let mut columns = row.columns("tasks");
        let id: Uuid = columns.uuid()?;
        let start: Option<When> = columns.opt_parsed()?;
        let start_index = columns.int()?;
        let due: Option<When> = columns.opt_parsed()?;
        let due_index = columns.int()?;
        let recurrence: Option<When> = columns.opt_parsed()?;
        let recurrence_index = columns.opt_int()?;
        let moved = (
            tasks::start_index(start.as_ref(), zone),
            tasks::due_index(due.as_ref(), zone),
            tasks::recurrence_index(recurrence.as_ref(), zone),
        );
        if moved != (start_index, due_index, recurrence_index) {
            let args = write.args().uuid(id).int(moved.0).int(moved.1);
            write.execute(&MOVE_TASK, args.opt_int(moved.2)).await?;
        }
    }
    tasks::series::move_to(write, zone).await
}
