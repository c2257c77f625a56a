//! SQLite's own way to copy itself.

use std::path::Path;

use sqlx::{Connection as _, SqliteConnection};

use crate::StoreError;
use crate::db;

pub(super) const ENGINE: &str = "sqlite";
/// The copy's name in a backup.
pub(super) const COPY: &str = "astro.db";

/// Copies a directory's database as it is at one moment, beside a server that runs on it.
pub(super) async fn copy(directory: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::of("sqlite.copy", error);
    let mut conn = db::open_for_reading(directory).await?;
    sqlx::query("VACUUM INTO $1")
        .bind(to.to_string_lossy().into_owned())
        .execute(&mut conn)
        .await
        .map_err(failed)?;
    conn.close().await.map_err(failed)
}

/// # Errors
/// [`StoreError::Backup`] when SQLite finds the file damaged.
pub(super) async fn verify(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let failed = |error| StoreError::of("sqlite.verify", error);
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(conn)
        .await
        .map_err(failed)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::Backup(format!(
            "the copy is damaged inside: {found}"
        )))
    }
}
