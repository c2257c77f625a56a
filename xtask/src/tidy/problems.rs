//! Every type of problem that the API answers with stands in the page about problems.
//!
//! A type begins as a code in the sources: behind a status in a problem, or behind `conflict(` and
//! `code:` in a service's error. The answer has `-` in the place of `_`.

use super::Finding;
use super::repository::Repository;

const PAGE: &str = "docs/errors.md";
const FLOORS: [&str; 2] = ["crates/astro-api/src/", "crates/astro-services/src/"];

pub fn check(repository: &Repository) -> Vec<Finding> {
    let page = repository.text(PAGE).unwrap_or_default();
    let mut findings = Vec::new();
    for (path, text) in repository.production_sources() {
        if !FLOORS.iter().any(|floor| path.starts_with(floor)) {
            continue;
        }
        for (line, code) in codes(text) {
            let kind = code.replace('_', "-");
            if !is_named(page, &kind) {
                let message = format!("answers /problems/{kind}, which {PAGE} does not name");
                findings.push(Finding::error(path, line, message));
            }
        }
    }
    findings
}

fn is_named(page: &str, kind: &str) -> bool {
    let row = format!("| /problems/{kind} ");
    let among = format!("`{kind}`");
    page.contains(&row) || page.contains(&among)
}

/// Codes with the lines that they stand in.
fn codes(text: &str) -> Vec<(usize, &str)> {
    let behind = |marker: &'static str| {
        text.match_indices(marker)
            .map(move |(at, marker)| at + marker.len())
    };
    let after_status = behind("StatusCode::").filter_map(|at| {
        let name = text[at..].find(|c: char| !(c.is_ascii_uppercase() || c == '_'))?;
        text[at + name..].starts_with(',').then_some(at + name + 1)
    });
    behind("conflict(")
        .chain(behind("code: "))
        .chain(after_status)
        .filter_map(|at| {
            let code = literal(&text[at..])?;
            Some((text[..at].lines().count(), code))
        })
        .collect()
}

/// The word in quotes that a text begins with, if it does.
fn literal(text: &str) -> Option<&str> {
    let (word, _) = text.trim_start().strip_prefix('"')?.split_once('"')?;
    let is_code = |c: char| c.is_ascii_lowercase() || "_-".contains(c);
    (!word.is_empty() && word.chars().all(is_code)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
        Error::conflict("title_taken", "no");
        Error::conflict(
            "id_taken",
            "no",
        );
        Self { status: StatusCode::GONE, code: "gone" };
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", "x");
        let text = StatusCode::OK;
    "#;

    fn found(page: &str) -> Vec<String> {
        let files = [
            ("crates/astro-services/src/labels.rs", SOURCE),
            (PAGE, page),
        ];
        let findings = check(&Repository::of(&files));
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_page_names_passes() {
        let page = "| /problems/not-found | 404 |\n| /problems/gone | 410 |\n`title-taken`, `id-taken` (x)";
        assert!(found(page).is_empty());
    }

    #[test]
    fn each_type_that_is_missing_is_found_with_its_line() {
        let page = "| /problems/not-found | 404 |\n| /problems/gone | 410 |\n`title-taken`";
        let missing = "crates/astro-services/src/labels.rs:3: answers /problems/id-taken, which docs/errors.md does not name";
        assert_eq!(found(page), [missing]);
        assert_eq!(found("").len(), 4);
    }
}
