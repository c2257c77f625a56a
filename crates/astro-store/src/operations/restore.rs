//! Bringing a backup back.

use std::path::{Path, PathBuf};

use astro_core::calendar::Timestamp;
use sqlx::Connection as _;

use super::backup::{backup, make_private_dir};
use super::manifest::Manifest;
use super::{at, postgres, sqlite, sync};
use crate::db::{self, DirectoryLock};
use crate::{Database, Store, StoreError};

/// What may be there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing: otherwise the restore is refused.
    Empty,
    /// A database that is put aside first, in this directory.
    Replaced { safety_copy: PathBuf },
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub manifest: Manifest,
    /// Where what was there before lies now, if there was anything.
    pub safety_copy: Option<PathBuf>,
}

/// Puts a backup in the place of the database, after the backup has proved to be whole. Migrations
/// that it lacks run when it is next opened.
///
/// # Errors
/// [`StoreError::Backup`] when it is damaged, of another engine, or the target is not empty;
/// [`StoreError::TooNew`] when a newer release wrote it; [`StoreError::Locked`] while a server
/// runs.
pub async fn restore(
    backup: &Path,
    database: &Database,
    target: &Target,
    now: Timestamp,
) -> Result<Restored, StoreError> {
    let manifest = Manifest::verify(backup)?;
    let engine = match database {
        Database::Sqlite { .. } => sqlite::ENGINE,
        Database::Postgres { .. } => postgres::ENGINE,
    };
    if manifest.engine != engine {
        return Err(StoreError::Backup(format!(
            "this is a backup of {}, the configured database is {engine}; to change engines, export and import each person's data",
            manifest.engine
        )));
    }
    let known = Store::known_schema();
    if manifest.schema > known {
        return Err(StoreError::TooNew {
            found: manifest.schema,
            known,
        });
    }
    let data = backup.join(&manifest.data()?.name);
    let safety_copy = match database {
        Database::Sqlite { directory } => restore_sqlite(&data, directory, target).await?,
        Database::Postgres { url } => restore_postgres(&data, url, target, now).await?,
    };
    Ok(Restored {
        manifest,
        safety_copy,
    })
}

fn refuse_unless_replacing(target: &Target, what: &str) -> Result<PathBuf, StoreError> {
    match target {
        Target::Replaced { safety_copy } => Ok(safety_copy.clone()),
        Target::Empty => Err(StoreError::Backup(format!(
            "{what} holds a database already; --force puts it aside first"
        ))),
    }
}

async fn restore_sqlite(
    data: &Path,
    directory: &Path,
    target: &Target,
) -> Result<Option<PathBuf>, StoreError> {
    make_private_dir(directory)?;
    let _lock = DirectoryLock::take(directory)?;
    let place = directory.join(db::SQLITE_FILE);
    let arriving = directory.join("astro.db.restoring");
    std::fs::copy(data, &arriving).map_err(at(&arriving))?;
    sync(&arriving)?;
    let mut conn = db::open_file_for_reading(&arriving).await?;
    sqlite::verify(&mut conn).await?;
    conn.close()
        .await
        .map_err(|error| StoreError::of("restore.close", error))?;
    let safety_copy = if place.exists() {
        let safety_copy = refuse_unless_replacing(target, &directory.display().to_string())?;
        put_aside(directory, &safety_copy)?;
        Some(safety_copy)
    } else {
        None
    };
    std::fs::rename(&arriving, &place).map_err(at(&place))?;
    sync(directory)?;
    Ok(safety_copy)
}

/// Moves the database with its log, so that nothing of the two is read together with the new one.
fn put_aside(directory: &Path, safety_copy: &Path) -> Result<(), StoreError> {
    make_private_dir(safety_copy)?;
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("{}{suffix}", db::SQLITE_FILE);
        let from = directory.join(&name);
        if from.exists() {
            std::fs::rename(&from, safety_copy.join(&name)).map_err(at(&from))?;
        }
    }
    sync(safety_copy)
}

async fn restore_postgres(
    data: &Path,
    url: &str,
    target: &Target,
    now: Timestamp,
) -> Result<Option<PathBuf>, StoreError> {
    let mut safety_copy = None;
    if !postgres::is_empty(url).await? {
        let copy = refuse_unless_replacing(target, "the PostgreSQL database")?;
        let database = Database::Postgres {
            url: url.to_owned(),
        };
        backup(&database, &copy, now).await?;
        postgres::clear(url).await?;
        safety_copy = Some(copy);
    }
    postgres::read_dump(url, data).await?;
    Ok(safety_copy)
}
