//! Migrations come in pairs: the same number and name for both engines, without gaps.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::repository::Repository;

const FOLDER: &str = "crates/astro-store/migrations";
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (path, _) in repository.iter() {
        let Some((engine, name)) = parts(path) else {
            continue;
        };
        if ENGINES.contains(&engine) {
            names.entry(engine).or_default().insert(name);
        } else {
            findings.push(Finding::error(path, 1, "is not in the folder of an engine"));
        }
    }
    for (engine, other) in [(ENGINES[0], ENGINES[1]), (ENGINES[1], ENGINES[0])] {
        let theirs = names.get(other).cloned().unwrap_or_default();
        let ours = names.remove(engine).unwrap_or_default();
        findings.extend(check_numbers(engine, &ours));
        for name in ours.difference(&theirs) {
            let path = format!("{FOLDER}/{engine}/{name}");
            findings.push(Finding::error(
                &path,
                1,
                format!("has no twin in {FOLDER}/{other}"),
            ));
        }
        names.insert(engine, ours);
    }
    findings
}

/// `NNNN_name.sql`, counted from 1.
fn check_numbers(engine: &str, names: &BTreeSet<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (position, name) in names.iter().enumerate() {
        let number = format!("{:04}_", position + 1);
        if !name.starts_with(&number) {
            let path = format!("{FOLDER}/{engine}/{name}");
            findings.push(Finding::error(
                &path,
                1,
                format!("should be named {number}.."),
            ));
        }
    }
    findings
}

fn parts(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix(FOLDER)?.strip_prefix('/')?;
    rest.strip_suffix(".sql")?;
    rest.split_once('/').or(Some(("", rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<String> {
        let paths: Vec<String> = names
            .iter()
            .map(|name| format!("{FOLDER}/{name}"))
            .collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        check(&Repository::of(&files))
            .iter()
            .map(|finding| finding.message.clone())
            .collect()
    }

    #[test]
    fn pairs_pass() {
        let pairs = [
            "sqlite/0001_a.sql",
            "postgres/0001_a.sql",
            "sqlite/0002_b.sql",
            "postgres/0002_b.sql",
        ];
        assert!(found(&pairs).is_empty());
    }

    #[test]
    fn a_migration_without_a_twin_is_found() {
        assert!(found(&["sqlite/0001_a.sql"])[0].contains("no twin"));
        assert_eq!(
            found(&["sqlite/0001_a.sql", "postgres/0001_b.sql"]).len(),
            2
        );
    }

    #[test]
    fn gaps_doubles_and_strangers_are_found() {
        assert!(found(&["sqlite/0002_a.sql", "postgres/0002_a.sql"])[0].contains("0001_"));
        let doubled = [
            "sqlite/0001_a.sql",
            "postgres/0001_a.sql",
            "sqlite/0001_b.sql",
            "postgres/0001_b.sql",
        ];
        assert_eq!(found(&doubled).len(), 2);
        assert!(found(&["mysql/0001_a.sql"])[0].contains("folder of an engine"));
    }
}
