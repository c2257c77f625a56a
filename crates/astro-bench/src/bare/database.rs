//! The bare statements. On SQLite there is one connection for writing, so that writers queue here
//! and not in SQLite's busy handler; the settings are the product's.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqlSafeStr as _, SqlStr};
use uuid::Uuid;

use super::insert;
use super::row::{EventRow, Row, TaskRow};

/// The texts, put together once.
struct Texts {
    read: SqlStr,
    list: SqlStr,
    insert_task: SqlStr,
    insert_event: SqlStr,
}

pub struct Database {
    pool: Pool,
    texts: Texts,
}

enum Pool {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

fn fixed(text: String) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}

impl Texts {
    fn new() -> Self {
        let columns = TaskRow::COLUMNS.join(", ");
        Self {
            read: fixed(format!(
                "SELECT {columns} FROM tasks WHERE owner_id = $1 AND id = $2"
            )),
            list: fixed(format!(
                "SELECT {columns} FROM tasks WHERE owner_id = $1 AND deleted_at IS NULL ORDER BY created_at, id LIMIT $2"
            )),
            insert_task: fixed(insert::<TaskRow>()),
            insert_event: fixed(insert::<EventRow>()),
        }
    }
}

impl Database {
    pub async fn sqlite(file: &Path, connections: u32) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::from_str("sqlite://")?
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .disable_statement_logging();
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .test_before_acquire(false)
        };
        Ok(Self {
            pool: Pool::Sqlite {
                write: pool(1).connect_with(options.clone()).await?,
                read: pool(connections)
                    .connect_with(options.read_only(true))
                    .await?,
            },
            texts: Texts::new(),
        })
    }

    pub async fn postgres(url: &str, connections: u32) -> Result<Self, sqlx::Error> {
        let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self {
            pool: Pool::Postgres(pool),
            texts: Texts::new(),
        })
    }

    pub async fn task(&self, owner: Uuid, id: Uuid) -> Result<Option<TaskRow>, sqlx::Error> {
        let text = self.texts.read.clone();
        match &self.pool {
            Pool::Sqlite { read, .. } => {
                let query = sqlx::query(text).bind(owner).bind(id);
                let row = query.fetch_optional(read).await?;
                row.as_ref().map(TaskRow::of_sqlite).transpose()
            }
            Pool::Postgres(pool) => {
                let query = sqlx::query(text).bind(owner).bind(id);
                let row = query.fetch_optional(pool).await?;
                row.as_ref().map(TaskRow::of_postgres).transpose()
            }
        }
    }

    pub async fn tasks(&self, owner: Uuid, limit: i64) -> Result<Vec<TaskRow>, sqlx::Error> {
        let text = self.texts.list.clone();
        match &self.pool {
            Pool::Sqlite { read, .. } => {
                let query = sqlx::query(text).bind(owner).bind(limit);
                let rows = query.fetch_all(read).await?;
                rows.iter().map(TaskRow::of_sqlite).collect()
            }
            Pool::Postgres(pool) => {
                let query = sqlx::query(text).bind(owner).bind(limit);
                let rows = query.fetch_all(pool).await?;
                rows.iter().map(TaskRow::of_postgres).collect()
            }
        }
    }

    /// The task and its entry in the log, together.
    pub async fn create(&self, task: &TaskRow, event: &EventRow) -> Result<(), sqlx::Error> {
        let (first, second) = (
            self.texts.insert_task.clone(),
            self.texts.insert_event.clone(),
        );
        match &self.pool {
            Pool::Sqlite { write, .. } => {
                let mut transaction = write.begin_with("BEGIN IMMEDIATE").await?;
                let query = sqlx::query_with(first, task.sqlite()?);
                query.execute(&mut *transaction).await?;
                let query = sqlx::query_with(second, event.sqlite()?);
                query.execute(&mut *transaction).await?;
                transaction.commit().await
            }
            Pool::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                let query = sqlx::query_with(first, task.postgres()?);
                query.execute(&mut *transaction).await?;
                let query = sqlx::query_with(second, event.postgres()?);
                query.execute(&mut *transaction).await?;
                transaction.commit().await
            }
        }
    }
}
