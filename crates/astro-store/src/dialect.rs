//! Everything in which the two engines differ. Nowhere else may ask which one runs.

pub(crate) mod checks;

use astro_core::calendar::Timestamp;
use astro_core::ids::OwnerId;
use astro_core::principal::Scope;
use uuid::Uuid;

use crate::{Admin, Args, Statement, StoreError, Write};

/// The engine that was chosen at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Opens a PostgreSQL transaction that row-level security confines to one owner. One round trip;
/// the literal is a UUID of ours, and `SET LOCAL` (unlike `set_config`) reaches Citus workers.
pub(crate) fn begin_owner(owner: OwnerId, writes: bool) -> String {
    let owner = owner.uuid();
    if writes {
        // The counter row's lock orders the owner's writes, so that a sync token misses none.
        format!(
            "BEGIN; SET LOCAL app.owner_id = '{owner}'; SELECT change_seq FROM owners WHERE owner_id = '{owner}' FOR UPDATE"
        )
    } else {
        let begin = begin_snapshot(Engine::Postgres);
        format!("{begin}; SET LOCAL app.owner_id = '{owner}'")
    }
}

/// A process that stands still in the middle of a transaction, stopped or swapped out, holds its
/// owner's lock; the server ends such a session. None of ours waits for anything but statements.
pub(crate) const SESSION: &str = "SET idle_in_transaction_session_timeout = '5s'";

/// Starts the look for whose turn it is, which row-level security lets read a few tables of everybody.
pub(crate) const BEGIN_DUE_SCAN: &str = "BEGIN READ ONLY; SET LOCAL app.due_scan = 'on'";

pub(crate) const NOTIFY: Statement =
    Statement::on_postgres("bus.notify", "SELECT pg_notify($1, $2)::text");

/// Starts a transaction that reads one moment.
pub(crate) fn begin_snapshot(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
}

/// Words of a search as a query that matches each as the beginning of a word; `None` when the
/// text holds no word.
pub(crate) fn search_query(engine: Engine, text: &str) -> Option<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| match engine {
            Engine::Sqlite => format!("\"{word}\"*"),
            Engine::Postgres => format!("'{}':*", word.to_lowercase()),
        })
        .collect();
    let glue = match engine {
        Engine::Sqlite => " ",
        Engine::Postgres => " & ",
    };
    (!words.is_empty()).then(|| words.join(glue))
}

/// The condition that a task is found by the search query in argument `n`.
pub(crate) fn search_condition(engine: Engine, n: usize) -> String {
    match engine {
        Engine::Sqlite => format!(
            "t.id IN (SELECT r.task_id FROM task_search_rows r WHERE r.owner_id = $1 AND r.row_id IN (SELECT rowid FROM task_search WHERE task_search MATCH ${n}))"
        ),
        Engine::Postgres => format!(
            "t.id IN (SELECT s.task_id FROM task_search s WHERE s.owner_id = $1 AND s.document @@ to_tsquery('simple', ${n}))"
        ),
    }
}

const SEARCH_ROW: Statement = Statement::on_sqlite(
    "task_search.row",
    "INSERT INTO task_search_rows (owner_id, task_id) VALUES ($1, $2) ON CONFLICT (owner_id, task_id) DO NOTHING",
);
const SEARCH_WRITE: Statement = Statement::forked(
    "task_search.write",
    "INSERT OR REPLACE INTO task_search (rowid, title, description) SELECT row_id, $3, $4 FROM task_search_rows WHERE owner_id = $1 AND task_id = $2",
    "INSERT INTO task_search (owner_id, task_id, document) VALUES ($1, $2, to_tsvector('simple', $3 || ' ' || $4)) \
     ON CONFLICT (owner_id, task_id) DO UPDATE SET document = excluded.document",
);
const SEARCH_PURGE: Statement = Statement::on_sqlite(
    "task_search.purge",
    "DELETE FROM task_search WHERE rowid IN (SELECT r.row_id FROM task_search_rows r JOIN tasks t ON t.owner_id = r.owner_id AND t.id = r.task_id \
     WHERE t.owner_id = $1 AND t.deleted_at <= $2)",
);

/// Makes a task's words findable.
pub(crate) async fn index_words(
    write: &mut Write,
    task: Uuid,
    title: &str,
    description: &str,
) -> Result<(), StoreError> {
    if SEARCH_ROW.runs_on(write.engine()) {
        let args = write.args().uuid(task);
        write.execute(&SEARCH_ROW, args).await?;
    }
    let args = write.args().uuid(task).text(title).text(description);
    write.execute(&SEARCH_WRITE, args).await.map(drop)
}

/// Forgets the words of tasks that are about to be removed for good. PostgreSQL's rows go with
/// their task.
pub(crate) async fn purge_words(write: &mut Write, until: Timestamp) -> Result<(), StoreError> {
    if SEARCH_PURGE.runs_on(write.engine()) {
        let args = write.args().time(until);
        write.execute(&SEARCH_PURGE, args).await?;
    }
    Ok(())
}

/// Confines the rest of a PostgreSQL transaction to one owner.
pub(crate) fn set_owner(owner: OwnerId) -> String {
    format!("SET LOCAL app.owner_id = '{}'", owner.uuid())
}

const SEARCH_FORGET: Statement = Statement::on_sqlite(
    "task_search.forget",
    "DELETE FROM task_search WHERE rowid IN (SELECT row_id FROM task_search_rows WHERE owner_id = $1)",
);
// Derived tables whose rows go with their task need no statement of their own.
const PERSONAL_TABLES: Statement = Statement::forked(
    "schema.personal_tables",
    "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'owner_id' \
     WHERE m.type = 'table' AND m.name <> 'task_search_rows' ORDER BY m.name",
    "SELECT table_name::text FROM information_schema.columns \
     WHERE table_schema = 'public' AND column_name = 'owner_id' AND table_name <> 'task_search' ORDER BY table_name",
);

/// Forgets the words of all of an owner's tasks. What names the words' rows goes with the tasks.
pub(crate) async fn forget_words(admin: &mut Admin, scope: &Scope) -> Result<(), StoreError> {
    if SEARCH_FORGET.runs_on(admin.engine()) {
        admin.execute(&SEARCH_FORGET, Args::of(scope)).await?;
    }
    Ok(())
}

/// The tables of the schema whose rows belong to somebody.
pub(crate) async fn personal_tables(admin: &mut Admin) -> Result<Vec<String>, StoreError> {
    let rows = admin.fetch_all(&PERSONAL_TABLES, Args::none()).await?;
    rows.iter()
        .map(|row| row.columns("schema").text())
        .collect()
}

/// Statements of this file, for the registry.
pub(crate) const STATEMENTS: &[Statement] = &[
    SEARCH_ROW,
    SEARCH_WRITE,
    SEARCH_PURGE,
    SEARCH_FORGET,
    PERSONAL_TABLES,
    NOTIFY,
];
