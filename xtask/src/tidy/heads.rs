//! The head of a crate says what the crate is, what it must not know, and where to start reading.

use super::Finding;
use super::repository::Repository;

pub fn check(repository: &Repository) -> Vec<Finding> {
    repository
        .iter()
        .filter(|(path, _)| is_crate_root(path))
        .flat_map(|(path, text)| check_head(path, text))
        .collect()
}

fn is_crate_root(path: &str) -> bool {
    let mut parts = path.rsplitn(3, '/');
    let is_root = matches!(parts.next(), Some("lib.rs" | "main.rs")) && parts.next() == Some("src");
    // a package with a library and a program has its head in the library
    is_root
        && parts
            .next()
            .is_some_and(|package| package == "xtask" || package.starts_with("crates/"))
}

fn check_head(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let head = words.join(" ").to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| head.contains(phrase));
    let mut findings = Vec::new();
    let mut missing = |what: &str| {
        findings.push(Finding::error(
            path,
            1,
            format!("the head of the crate does not say {what}"),
        ));
    };
    if head.is_empty() {
        missing("what the crate is (`//!` on the first line)");
    }
    if !says(&["knows nothing of", "must not know"]) {
        missing("what the crate must not know (\"Knows nothing of ..\")");
    }
    if !says(&["start at", "start with", "where to start"]) {
        missing("where to start reading (\"Start at ..\")");
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&Repository::of(&[("crates/astro-core/src/lib.rs", text)])).len()
    }

    #[test]
    fn a_full_head_passes() {
        assert_eq!(
            found("//! Nouns.\n//!\n//! Knows\n//! nothing of SQL. Start at [`tasks`].\n"),
            0
        );
    }

    #[test]
    fn each_missing_part_is_found() {
        assert_eq!(found("//! Nouns. Start with [`tasks`].\n"), 1);
        assert_eq!(found("//! Nouns. Knows nothing of SQL.\n"), 1);
        assert_eq!(found("pub mod tasks;\n"), 3);
        assert_eq!(
            found("pub mod tasks;\n//! Knows nothing of SQL. Start at tasks."),
            3
        );
    }

    #[test]
    fn only_the_roots_of_crates_have_heads() {
        let repository = Repository::of(&[("crates/astro-core/src/tasks/main.rs", "")]);
        assert!(check(&repository).is_empty());
    }
}
