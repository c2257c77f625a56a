//! Types that the API's description shows have different names: of two with the same, one would
//! silently stand for both.

use std::collections::BTreeMap;

use super::Finding;
use super::repository::Repository;

/// What makes the type that follows a part of the description.
const SHOWN: &[&str] = &["ToSchema", "coded_enum! {", "document! {"];

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut findings = Vec::new();
    for (path, text) in repository.production_sources() {
        for (line, name) in shown(text) {
            let place = format!("{path}:{line}");
            if let Some(other) = known.insert(name.clone(), place) {
                let message = format!(
                    "the API's description knows a `{name}` already, from {other}: name one of them otherwise"
                );
                findings.push(Finding::error(path, line, message));
            }
        }
    }
    findings
}

/// Names of shown types with their lines.
fn shown(text: &str) -> Vec<(usize, String)> {
    let mut is_shown = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line == "}" {
            is_shown = false;
        }
        let is_use = line.starts_with("use ") || line.starts_with("//") || line.starts_with("impl");
        is_shown |= !is_use && SHOWN.iter().any(|mark| line.contains(mark));
        let words = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ");
        let name = words
            .strip_prefix("struct ")
            .or_else(|| words.strip_prefix("enum "));
        // `$name` stands in the macros themselves
        let name = name.filter(|name| is_shown && !name.starts_with('$'));
        if let Some(name) = name {
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
            found.push((index + 1, name[..end.unwrap_or(name.len())].to_owned()));
            is_shown = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "use utoipa::ToSchema;\n\n#[derive(Debug, ToSchema)]\n#[serde(tag = \"type\")]\npub enum Trigger {\n    At,\n}\n\nstruct Plain;\n";
    const CODED: &str = "coded_enum! {\n    /// When.\n    pub enum Trigger {\n        At = 0 => \"at\",\n    }\n}\n";

    #[test]
    fn a_name_that_two_shown_types_have_is_found() {
        let repository =
            Repository::of(&[("crates/a/src/one.rs", ONE), ("crates/a/src/two.rs", CODED)]);
        let findings = check(&repository);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (findings[0].path.as_str(), findings[0].line),
            ("crates/a/src/two.rs", 3)
        );
    }

    #[test]
    fn types_that_are_not_shown_may_share_a_name() {
        let plain = "#[derive(Debug)]\npub struct Trigger;\n";
        let repository =
            Repository::of(&[("crates/a/src/one.rs", ONE), ("crates/b/src/two.rs", plain)]);
        assert!(check(&repository).is_empty());
    }
}
