//! The texts that the rules look at.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Every file that git tracks or would track, by its path from the root with `/` between the parts.
pub struct Repository {
    files: BTreeMap<String, String>,
}

impl Repository {
    pub fn of_this_checkout() -> Result<Self> {
        let root = workspace::root()?;
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&root)
            .output()
            .context("running git ls-files")?;
        if !output.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr));
        }
        let listing = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
        let mut files = BTreeMap::new();
        for path in listing.split_terminator('\0') {
            // a file that was deleted but not yet from git's index
            if let Ok(bytes) = fs::read(root.join(path)) {
                files.insert(
                    path.to_owned(),
                    String::from_utf8_lossy(&bytes).into_owned(),
                );
            }
        }
        Ok(Self { files })
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self {
            files: files.iter().map(owned).collect(),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file or folder of that path is there.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.contains_key(path)
            || self
                .files
                .range(folder.clone()..)
                .next()
                .is_some_and(|(next, _)| next.starts_with(&folder))
    }

    /// The Rust files that go into the product or the chores: no tests, examples or benches.
    pub fn production_sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(path, _)| is_production_source(path))
    }
}

fn is_production_source(path: &str) -> bool {
    let is_rust = path.strip_suffix(".rs").is_some();
    let mut parts = path.split('/');
    let is_aside = parts.any(|part| matches!(part, "tests" | "tests.rs" | "examples" | "benches"));
    is_rust && !is_aside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_when_a_file_lies_in_it() {
        let repository = Repository::of(&[("docs/a.md", ""), ("docs-old/b.md", "")]);
        assert!(repository.has("docs"));
        assert!(repository.has("docs/"));
        assert!(repository.has("docs/a.md"));
        assert!(!repository.has("docs/b.md"));
        assert!(!repository.has("doc"));
    }

    #[test]
    fn tests_are_not_production() {
        assert!(is_production_source("crates/astro-core/src/tasks.rs"));
        assert!(!is_production_source(
            "crates/astro-store/tests/contract/main.rs"
        ));
        assert!(!is_production_source(
            "crates/astro-store/src/tasks/tests.rs"
        ));
        assert!(!is_production_source("README.md"));
    }
}
