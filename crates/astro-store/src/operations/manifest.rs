//! What a backup says of itself, and whether that is still true.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use astro_core::calendar::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::at;
use crate::StoreError;

/// The manifest's name in a backup's directory.
pub(super) const FILE: &str = "manifest.json";
const FORMAT: u32 = 1;

/// Describes a backup; kept beside the data as `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of this description.
    pub format: u32,
    /// `sqlite` or `postgres`; a backup is restored into the engine it came from.
    pub engine: String,
    /// Number of the last migration.
    pub schema: i64,
    pub created_at: Timestamp,
    /// The release that wrote it.
    pub release: String,
    pub files: Vec<BackupFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupFile {
    pub name: String,
    pub bytes: u64,
    /// In hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(engine: &str, schema: i64, now: Timestamp, file: BackupFile) -> Self {
        Self {
            format: FORMAT,
            engine: engine.to_owned(),
            schema,
            created_at: now,
            release: env!("CARGO_PKG_VERSION").to_owned(),
            files: vec![file],
        }
    }

    pub(super) fn write(&self, directory: &Path) -> Result<(), StoreError> {
        let path = directory.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|error| broken(&error))?;
        std::fs::write(&path, text + "\n").map_err(at(&path))?;
        super::sync(&path)
    }

    /// Reads a backup's manifest without looking at the data.
    pub fn read(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        let manifest: Self = serde_json::from_str(&text).map_err(|error| broken(&error))?;
        if manifest.format != FORMAT {
            return Err(StoreError::Backup(format!(
                "the manifest has format {}, this release reads {FORMAT}",
                manifest.format
            )));
        }
        Ok(manifest)
    }

    /// Reads a backup's manifest and compares every file with it, byte for byte.
    pub fn verify(directory: &Path) -> Result<Self, StoreError> {
        let manifest = Self::read(directory)?;
        for expected in &manifest.files {
            if Path::new(&expected.name).components().count() != 1 {
                return Err(StoreError::Backup(format!(
                    "the manifest names a file outside the backup: {}",
                    expected.name
                )));
            }
            let found = BackupFile::of(directory, &expected.name)?;
            if found != *expected {
                return Err(StoreError::Backup(format!(
                    "{} is damaged: it has {} bytes with SHA-256 {}, the manifest says {} bytes with {}",
                    expected.name, found.bytes, found.sha256, expected.bytes, expected.sha256
                )));
            }
        }
        Ok(manifest)
    }

    /// The one file that holds the data.
    pub(super) fn data(&self) -> Result<&BackupFile, StoreError> {
        match self.files.as_slice() {
            [file] => Ok(file),
            files => Err(StoreError::Backup(format!(
                "the manifest names {} files, a backup has one",
                files.len()
            ))),
        }
    }
}

fn broken(error: &serde_json::Error) -> StoreError {
    StoreError::Backup(format!("the manifest cannot be read: {error}"))
}

impl BackupFile {
    pub(super) fn of(directory: &Path, name: &str) -> Result<Self, StoreError> {
        let path = directory.join(name);
        let mut file = File::open(&path).map_err(at(&path))?;
        let mut hash = Sha256::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut buffer).map_err(at(&path))?;
            if count == 0 {
                break;
            }
            hash.update(&buffer[..count]);
            bytes += count as u64;
        }
        Ok(Self {
            name: name.to_owned(),
            bytes,
            sha256: format!("{:x}", hash.finalize()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backup(name: &str) -> (tempfile::TempDir, Manifest) {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("astro.db"), "data").unwrap();
        let mut file = BackupFile::of(directory.path(), "astro.db").unwrap();
        name.clone_into(&mut file.name);
        let manifest = Manifest::new("sqlite", 1, Timestamp::UNIX_EPOCH, file);
        manifest.write(directory.path()).unwrap();
        (directory, manifest)
    }

    #[test]
    fn an_untouched_backup_is_sound() {
        let (directory, manifest) = backup("astro.db");
        assert_eq!(Manifest::verify(directory.path()).unwrap(), manifest);
    }

    #[test]
    fn one_changed_byte_is_noticed() {
        let (directory, _) = backup("astro.db");
        std::fs::write(directory.path().join("astro.db"), "dat4").unwrap();
        let error = Manifest::verify(directory.path()).unwrap_err();
        assert!(error.to_string().contains("damaged"));
    }

    #[test]
    fn a_manifest_cannot_point_outside_its_backup() {
        let (directory, _) = backup("../astro.db");
        let error = Manifest::verify(directory.path()).unwrap_err();
        assert!(error.to_string().contains("outside"));
    }
}
