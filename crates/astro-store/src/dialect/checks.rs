//! What each engine can tell of its own health.

use uuid::Uuid;

use crate::operations::{Area, Finding};
use crate::{Admin, Args, Read, Statement, StoreError};

// Each answers one text for each thing that is wrong.
const INTEGRITY: Statement = Statement::on_sqlite(
    "check.integrity",
    "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
);
const REFERENCES: Statement = Statement::forked(
    "check.references",
    "SELECT 'table ' || \"table\" || ', row ' || coalesce(rowid, '?') || ' points to a row of ' || parent || ' that is not there' FROM pragma_foreign_key_check",
    "SELECT 'constraint ' || conname || ' of ' || conrelid::regclass || ' is not validated' FROM pg_constraint WHERE NOT convalidated",
);
const INDEXES: Statement = Statement::on_postgres(
    "check.indexes",
    "SELECT 'index ' || indexrelid::regclass || ' is not valid' FROM pg_index WHERE NOT indisvalid",
);
const AMCHECK: Statement = Statement::on_postgres(
    "check.amcheck_installed",
    "SELECT extname::text FROM pg_extension WHERE extname = 'amcheck'",
);
// bt_index_check raises an error for a damaged index, so each is asked alone.
const BTREES: Statement = Statement::on_postgres(
    "check.btrees",
    "SELECT c.oid::bigint, c.relname::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam \
     WHERE c.relkind = 'i' AND a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace",
);
const BTREE: Statement = Statement::on_postgres(
    "check.btree",
    "SELECT bt_index_check($1::bigint::oid::regclass)::text",
);

/// The whole database, whoever's rows they are.
pub(crate) async fn engine(admin: &mut Admin) -> Result<Vec<Finding>, StoreError> {
    let mut found = Vec::new();
    for (statement, area) in [
        (&INTEGRITY, Area::Engine),
        (&REFERENCES, Area::References),
        (&INDEXES, Area::Engine),
    ] {
        if statement.runs_on(admin.engine()) {
            for row in admin.fetch_all(statement, Args::none()).await? {
                found.push(Finding::new(area, row.columns("check").text()?));
            }
        }
    }
    if AMCHECK.runs_on(admin.engine())
        && admin
            .fetch_optional(&AMCHECK, Args::none())
            .await?
            .is_some()
    {
        found.extend(btrees(admin).await?);
    }
    if WORDS.iter().all(|step| step.runs_on(admin.engine())) {
        found.extend(words(admin).await?);
    }
    Ok(found)
}

async fn btrees(admin: &mut Admin) -> Result<Vec<Finding>, StoreError> {
    let mut found = Vec::new();
    for row in admin.fetch_all(&BTREES, Args::none()).await? {
        let mut columns = row.columns("pg_class");
        let (oid, name) = (columns.int()?, columns.text()?);
        match admin.fetch_optional(&BTREE, Args::none().int(oid)).await {
            Ok(_) => {}
            Err(StoreError::Database { source, .. }) => {
                found.push(Finding::new(
                    Area::Engine,
                    format!("index {name}: {source}"),
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

// FTS5 without content cannot give back what it was told, so its words are compared with those of
// an index that is made afresh, in memory and for this look only.
const WORDS: &[Statement] = &[
    Statement::on_sqlite(
        "check.words_fresh",
        "CREATE VIRTUAL TABLE temp.fresh_words USING fts5 (title, description, content = '', tokenize = 'unicode61 remove_diacritics 2')",
    ),
    Statement::on_sqlite(
        "check.words_fill",
        "INSERT INTO temp.fresh_words (rowid, title, description) SELECT r.row_id, t.title, t.description FROM tasks t \
         JOIN task_search_rows r ON r.owner_id = t.owner_id AND r.task_id = t.id",
    ),
    Statement::on_sqlite(
        "check.words_kept",
        "CREATE VIRTUAL TABLE temp.kept USING fts5vocab (main, task_search, instance)",
    ),
    Statement::on_sqlite(
        "check.words_made",
        "CREATE VIRTUAL TABLE temp.made USING fts5vocab (temp, fresh_words, instance)",
    ),
];
const WORDS_DIFFERING: Statement = Statement::on_sqlite(
    "check.words_differing",
    "SELECT DISTINCT coalesce(lower(hex(r.task_id)), 'of row ' || w.doc) FROM ( \
     SELECT * FROM (SELECT doc, term, col, \"offset\" FROM temp.kept EXCEPT SELECT doc, term, col, \"offset\" FROM temp.made) \
     UNION ALL SELECT * FROM (SELECT doc, term, col, \"offset\" FROM temp.made EXCEPT SELECT doc, term, col, \"offset\" FROM temp.kept)) w \
     LEFT JOIN task_search_rows r ON r.row_id = w.doc AND r.owner_id IS NOT NULL LIMIT 20",
);
const WORDS_DONE: &[Statement] = &[
    Statement::on_sqlite("check.words_drop_made", "DROP TABLE temp.made"),
    Statement::on_sqlite("check.words_drop_kept", "DROP TABLE temp.kept"),
    Statement::on_sqlite("check.words_drop_fresh", "DROP TABLE temp.fresh_words"),
];

async fn words(admin: &mut Admin) -> Result<Vec<Finding>, StoreError> {
    for step in WORDS {
        admin.execute(step, Args::none()).await?;
    }
    let rows = admin.fetch_all(&WORDS_DIFFERING, Args::none()).await?;
    for step in WORDS_DONE {
        admin.execute(step, Args::none()).await?;
    }
    rows.iter()
        .map(|row| {
            let task = row.columns("task_search_rows").text()?;
            Ok(Finding::new(
                Area::Derived,
                format!("the words kept for searching are not those of the task {task}"),
            ))
        })
        .collect()
}

const UNFINDABLE: Statement = Statement::forked(
    "check.unfindable",
    "SELECT t.id FROM tasks t LEFT JOIN task_search_rows r ON r.owner_id = t.owner_id AND r.task_id = t.id \
     WHERE t.owner_id = $1 AND (r.row_id IS NULL OR r.row_id NOT IN (SELECT rowid FROM task_search))",
    "SELECT t.id FROM tasks t LEFT JOIN task_search s ON s.owner_id = t.owner_id AND s.task_id = t.id \
     WHERE t.owner_id = $1 AND s.document IS DISTINCT FROM to_tsvector('simple', t.title || ' ' || t.description)",
);

/// The owner's tasks that a search for their words would miss.
pub(crate) async fn unfindable(read: &mut Read) -> Result<Vec<Uuid>, StoreError> {
    let args = read.args();
    read.fetch_all(&UNFINDABLE, args)
        .await?
        .iter()
        .map(|row| row.columns("tasks").raw_uuid())
        .collect()
}

pub(crate) const STATEMENTS: &[Statement] =
    &[INTEGRITY, REFERENCES, INDEXES, AMCHECK, BTREES, UNFINDABLE];
