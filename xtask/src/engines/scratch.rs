//! A folder that is gone when its owner is gone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder in place of whatever was there.
    pub fn empty(folder: PathBuf) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("emptying {}", folder.display()))?;
        }
        fs::create_dir_all(&folder)
            .with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("deleting {}: {error}", self.0.display());
        }
    }
}
