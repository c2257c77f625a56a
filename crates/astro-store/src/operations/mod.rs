//! What an operator does with the whole database: back up, restore, check.
//!
//! The engines have little in common here, so each has a file; the rest of the product sees the
//! functions of this one.

mod backup;
mod check;
mod manifest;
mod postgres;
mod restore;
mod sqlite;

use std::path::Path;

pub use backup::backup;
pub(crate) use check::STATEMENTS;
pub use check::{Area, Finding};
pub use manifest::{BackupFile, Manifest};
pub use postgres::{Diagnosis, diagnose};
pub use restore::{Restored, Target, restore};

use crate::StoreError;

/// Says which file an error is about.
fn at(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| {
        StoreError::Io(std::io::Error::new(
            error.kind(),
            format!("{}: {error}", path.display()),
        ))
    }
}

/// Makes sure that a file, or the names in a directory, survive a power failure.
fn sync(path: &Path) -> Result<(), StoreError> {
    std::fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(at(path))
}
