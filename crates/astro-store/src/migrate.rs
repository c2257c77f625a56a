//! Migrations: the same numbers and names for both engines, embedded in the binary.

use std::sync::LazyLock;

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::StoreError;
use crate::dialect::Engine;

// const SQLITE, POSTGRES: &[(number, name, sql)]
include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

static MIGRATORS: LazyLock<[Migrator; 2]> = LazyLock::new(|| [SQLITE, POSTGRES].map(load));

fn load(files: &'static [(i64, &'static str, &'static str)]) -> Migrator {
    let migrations = files
        .iter()
        .map(|&(number, name, sql)| {
            Migration::new(
                number,
                name.into(),
                MigrationType::Simple,
                AssertSqlSafe(sql).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}

/// Which migrations a database has and which this release knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// Number of the last migration that ran; 0 for an empty database.
    pub applied: i64,
    /// Number of the last migration that this release knows.
    pub known: i64,
    /// Number and name of what would run now.
    pub pending: Vec<(i64, String)>,
}

impl SchemaState {
    pub(crate) fn empty(engine: Engine) -> Self {
        Self::of(engine, 0)
    }

    fn of(engine: Engine, applied: i64) -> Self {
        let all = migrator(engine);
        let pending = all
            .iter()
            .filter(|migration| migration.version > applied)
            .map(|migration| (migration.version, migration.description.to_string()))
            .collect();
        Self {
            applied,
            known: last(all),
            pending,
        }
    }
}

fn migrator(engine: Engine) -> &'static Migrator {
    match engine {
        Engine::Sqlite => &MIGRATORS[0],
        Engine::Postgres => &MIGRATORS[1],
    }
}

fn last(migrator: &Migrator) -> i64 {
    migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

fn failed(error: &MigrateError) -> StoreError {
    StoreError::Migration(error.to_string())
}

pub(crate) async fn state<C: Migrate>(
    engine: Engine,
    conn: &mut C,
) -> Result<SchemaState, StoreError> {
    let applied = conn
        .list_applied_migrations(&migrator(engine).table_name)
        .await;
    let applied = match applied {
        Ok(applied) => applied,
        // No table of migrations yet: nothing ran.
        Err(MigrateError::Execute(sqlx::Error::Database(_))) => Vec::new(),
        Err(error) => return Err(failed(&error)),
    };
    Ok(SchemaState::of(
        engine,
        applied
            .iter()
            .map(|migration| migration.version)
            .max()
            .unwrap_or(0),
    ))
}

/// Runs what is pending; refuses a database of a newer release before touching it.
pub(crate) async fn run<C: Migrate + Send>(engine: Engine, conn: &mut C) -> Result<(), StoreError> {
    let state = state(engine, conn).await?;
    if state.applied > state.known {
        return Err(StoreError::TooNew {
            found: state.applied,
            known: state.known,
        });
    }
    migrator(engine)
        .run_direct(None, conn, false)
        .await
        .map_err(|error| failed(&error))
}
