//! Taking a backup while the product runs.

use std::path::Path;

use astro_core::calendar::Timestamp;

use super::manifest::{BackupFile, Manifest};
use super::{at, postgres, sqlite, sync};
use crate::{Database, Store, StoreError};

/// Writes a consistent copy of everything into a new directory, with its manifest.
///
/// The signing keys are not part of it: whoever reads a backup must not be able to sign in, and
/// after a restore everybody signs in again. The directory appears under its name only when it is
/// whole.
pub async fn backup(
    database: &Database,
    destination: &Path,
    now: Timestamp,
) -> Result<Manifest, StoreError> {
    if destination.exists() {
        return Err(StoreError::Backup(format!(
            "{} exists already; a backup is written to a new directory",
            destination.display()
        )));
    }
    let schema = Store::schema(database).await?;
    if schema.applied == 0 {
        return Err(StoreError::Backup(
            "there is no database to back up yet".to_owned(),
        ));
    }
    let partial = partial_name(destination)?;
    if partial.exists() {
        // Left behind by a backup that was interrupted.
        std::fs::remove_dir_all(&partial).map_err(at(&partial))?;
    }
    make_private_dir(&partial)?;
    let (engine, name) = match database {
        Database::Sqlite { directory } => {
            sqlite::copy(directory, &partial.join(sqlite::COPY)).await?;
            (sqlite::ENGINE, sqlite::COPY)
        }
        Database::Postgres { url } => {
            postgres::dump(url, &partial.join(postgres::DUMP)).await?;
            (postgres::ENGINE, postgres::DUMP)
        }
    };
    sync(&partial.join(name))?;
    let file = BackupFile::of(&partial, name)?;
    let manifest = Manifest::new(engine, schema.applied, now, file);
    manifest.write(&partial)?;
    sync(&partial)?;
    std::fs::rename(&partial, destination).map_err(at(destination))?;
    if let Some(parent) = parent_of(destination) {
        sync(parent)?;
    }
    Ok(manifest)
}

fn partial_name(destination: &Path) -> Result<std::path::PathBuf, StoreError> {
    let name = destination.file_name().ok_or_else(|| {
        StoreError::Backup(format!("{} names no directory", destination.display()))
    })?;
    Ok(destination.with_file_name(format!("{}.partial", name.to_string_lossy())))
}

fn parent_of(path: &Path) -> Option<&Path> {
    path.parent().map(|parent| {
        if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        }
    })
}

/// A directory that only its owner can look into: a backup holds everything.
pub(super) fn make_private_dir(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))
}
