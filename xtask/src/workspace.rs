//! Where things lie in this checkout.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository's root folder: the parent of this package's folder, which cargo tells (a program
/// that was built in one checkout and is run in another works on the latter).
pub fn root() -> Result<PathBuf> {
    let package = variable("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").to_owned());
    let root = Path::new(&package).parent();
    Ok(root
        .context("xtask lies in the repository's root folder")?
        .to_path_buf())
}

/// The folder for everything that may be deleted at any time.
pub fn target() -> Result<PathBuf> {
    Ok(match variable("CARGO_TARGET_DIR") {
        Some(folder) => root()?.join(folder),
        None => root()?.join("target"),
    })
}

/// An environment variable that is set and not empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the chores read their environment"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether this run is a check of a change, where a missing engine is an error and not a note.
pub fn is_ci() -> bool {
    variable("CI").is_some()
}
