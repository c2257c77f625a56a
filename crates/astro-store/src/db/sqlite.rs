//! SQLite: WAL, every commit synced, one writer, a pool of read-only connections.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::StoreOptions;
use super::conn::{Conn, Pooled};
use super::lock::DirectoryLock;
use super::writer::Writer;
use crate::dialect::Engine;
use crate::{SchemaState, StoreError, migrate};

#[derive(Debug)]
pub(super) struct Sqlite {
    readers: SqlitePool,
    pub(super) writer: Writer,
    /// Let go of by closing, or with the store.
    lock: std::sync::Mutex<Option<DirectoryLock>>,
}

/// The database's file inside a data directory.
pub(crate) const FILE: &str = "astro.db";

fn options(directory: &Path) -> Result<SqliteConnectOptions, StoreError> {
    Ok(SqliteConnectOptions::from_str("sqlite://")
        .map_err(|error| StoreError::of("options", error))?
        .filename(directory.join(FILE))
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses acknowledged commits when power fails; FULL loses none.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(512)
        .disable_statement_logging())
}

impl Sqlite {
    pub(super) async fn open(directory: &Path, wanted: &StoreOptions) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)?;
        let lock = if wanted.exclusive {
            Some(DirectoryLock::take(directory)?)
        } else {
            None
        };
        let base = options(directory)?;
        let mut first = base
            .clone()
            .create_if_missing(true)
            .connect()
            .await
            .map_err(|error| StoreError::of("open", error))?;
        migrate::run(Engine::Sqlite, &mut first).await?;
        let writer = Writer::start(base.clone(), wanted.commit_batch, wanted.write_queue).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(wanted.connections)
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .connect_with(base.read_only(true))
            .await
            .map_err(|error| StoreError::of("open", error))?;
        Ok(Self {
            readers,
            writer,
            lock: std::sync::Mutex::new(lock),
        })
    }

    pub(super) async fn reader(&self) -> Result<Conn, StoreError> {
        let conn = self
            .readers
            .acquire()
            .await
            .map_err(|error| StoreError::of("acquire", error))?;
        Ok(Conn::Reader(Pooled::new(conn, false)))
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        self.writer.close().await;
        self.readers.close().await;
        self.lock
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        Ok(())
    }
}

/// The schema of a directory's database, without changing it.
pub(super) async fn schema(directory: &Path) -> Result<SchemaState, StoreError> {
    if !directory.join(FILE).exists() {
        return Ok(SchemaState::empty(Engine::Sqlite));
    }
    let mut conn = open_for_reading(directory).await?;
    migrate::state(Engine::Sqlite, &mut conn).await
}

/// A connection that cannot change the directory's database; one may stand beside a server.
pub(crate) async fn open_for_reading(directory: &Path) -> Result<SqliteConnection, StoreError> {
    open_file_for_reading(&directory.join(FILE)).await
}

/// As [`open_for_reading`], for a copy under any name.
pub(crate) async fn open_file_for_reading(file: &Path) -> Result<SqliteConnection, StoreError> {
    // No pragma that writes: a restored copy is not in WAL mode until it is opened for writing.
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_secs(5))
        .read_only(true)
        .connect()
        .await
        .map_err(|error| StoreError::of("open", error))
}
