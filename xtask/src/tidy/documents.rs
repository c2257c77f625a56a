//! Documents name files that exist.
//!
//! What looks like a path of this repository is a piece of code in backticks without spaces, that
//! begins with one of the repository's folders, or the target of a link. A made-up file in a recipe is
//! written with a placeholder: `crates/astro-core/src/<noun>.rs`.

use super::Finding;
use super::repository::Repository;

/// Documents that speak of the past, when other files existed.
const HISTORY: &[&str] = &["CHANGELOG.md", "docs/decisions/"];

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repository.iter() {
        if path.strip_suffix(".md").is_some()
            && !HISTORY.iter().any(|history| path.starts_with(history))
        {
            check_document(repository, path, text, &mut findings);
        }
    }
    findings
}

fn check_document(repository: &Repository, path: &str, text: &str, findings: &mut Vec<Finding>) {
    let mut is_listing = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_listing = !is_listing;
        }
        if is_listing {
            continue;
        }
        let named = code_pieces(line)
            .filter(|piece| is_own_path(repository, piece))
            .map(clean);
        let linked = link_targets(line).filter_map(|target| resolve(path, target));
        for file in named.map(ToOwned::to_owned).chain(linked) {
            if !repository.has(&file) {
                let message = format!("names `{file}`, which does not exist");
                findings.push(Finding::error(path, index + 1, message));
            }
        }
    }
}

fn code_pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_own_path(repository: &Repository, piece: &str) -> bool {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "._-/:".contains(character);
    let Some((first, _)) = piece.split_once('/') else {
        return false;
    };
    !first.is_empty()
        && piece.chars().all(is_plain)
        && !piece.contains("..")
        && repository.has(first)
}

/// Without the line number after the path.
fn clean(piece: &str) -> &str {
    piece.split(':').next().unwrap_or(piece)
}

fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

/// The path from the root that a relative link of a document leads to.
fn resolve(document: &str, target: &str) -> Option<String> {
    let target = target
        .split(['#', ' '])
        .next()
        .filter(|target| !target.is_empty())?;
    if target.contains("://") || target.starts_with("mailto:") || target.contains(['<', '*']) {
        return None;
    }
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let files = [
            (path, text),
            ("crates/a/src/lib.rs", ""),
            ("docs/limits.md", ""),
        ];
        check(&Repository::of(&files))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn existing_files_folders_and_lines_pass() {
        let text = "See `crates/a/src/lib.rs:12`, `crates/a/`, [limits](../limits.md#body), \
                    `docs/limits.md`, `/api/v1/tasks`, `application/json`, [x](https://example.org/a), \
                    `crates/a/src/<noun>.rs`, `crates/*/src`.";
        assert!(found("docs/recipes/add.md", text).is_empty());
    }

    #[test]
    fn a_missing_file_is_found_with_its_line() {
        assert_eq!(
            found("ARCHITECTURE.md", "\nSee `crates/a/src/gone.rs`."),
            ["ARCHITECTURE.md:2: names `crates/a/src/gone.rs`, which does not exist"]
        );
    }

    #[test]
    fn a_dead_link_is_found() {
        assert_eq!(found("docs/recipes/add.md", "[limits](limits.md)").len(), 1);
    }

    #[test]
    fn the_past_may_name_what_is_gone() {
        assert!(found("docs/decisions/0001-a.md", "`crates/a/src/gone.rs`").is_empty());
    }
}
