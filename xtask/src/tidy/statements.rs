//! Every SQL statement names the owner or says why it does not.
//!
//! Looked at is every piece of SQL in astro-store. Where it stands in a call whose first argument is a
//! string, as in `Statement::new("tasks.get", "SELECT ..")`, that string is the statement's name; else it
//! goes by the name of its file below `src`. The exceptions stand in
//! `crates/astro-store/statements-without-owner.txt`, one `name: reason` on each line.
//! SQL anywhere else than in astro-store is a finding too.

use std::collections::BTreeMap;

use proc_macro2::TokenTree;

use super::Finding;
use super::repository::Repository;
use super::source::{self, Call, Source, Text};

const STORE: &str = "crates/astro-store/src/";
const ALLOWED: &str = "crates/astro-store/statements-without-owner.txt";
/// Crates beside the product may speak SQL: test databases and bare servers to measure against.
const ASIDE: &[&str] = &["crates/astro-testkit/", "crates/astro-bench/", "xtask/"];
const OWNER: &str = "owner_id";

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut allowed = allowed(repository.text(ALLOWED).unwrap_or_default(), &mut findings);
    for (path, text) in repository.production_sources() {
        // what is not Rust is a finding of the rule on sizes
        let Ok(source) = source::read(text) else {
            continue;
        };
        if let Some(file) = path.strip_prefix(STORE) {
            for (name, text) in statements(file, &source) {
                if text.unquoted().contains(OWNER) {
                    continue;
                }
                match allowed.get_mut(&name) {
                    Some(exception) => exception.is_used = true,
                    None => findings.push(without_owner(path, &name, &text)),
                }
            }
        } else if !ASIDE.iter().any(|aside| path.starts_with(aside)) {
            for text in source.strings.iter().filter(|text| is_sql(text)) {
                findings.push(Finding::error(
                    path,
                    text.line,
                    "SQL belongs in astro-store",
                ));
            }
        }
    }
    for (name, entry) in allowed {
        if !entry.is_used {
            let message =
                format!("`{name}` needs no exception: no such statement, or it names {OWNER}");
            findings.push(Finding::error(ALLOWED, entry.line, message));
        }
    }
    findings
}

struct Exception {
    line: usize,
    is_used: bool,
}

fn allowed(text: &str, findings: &mut Vec<Finding>) -> BTreeMap<String, Exception> {
    let mut exceptions = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match line
            .split_once(':')
            .map(|(name, reason)| (name.trim(), reason.trim()))
        {
            Some((name, reason)) if !name.is_empty() && !reason.is_empty() => {
                let exception = Exception {
                    line: line_number,
                    is_used: false,
                };
                if exceptions.insert(name.to_owned(), exception).is_some() {
                    findings.push(Finding::error(
                        ALLOWED,
                        line_number,
                        format!("`{name}` stands here twice"),
                    ));
                }
            }
            _ => findings.push(Finding::error(
                ALLOWED,
                line_number,
                "is not `name: reason`",
            )),
        }
    }
    exceptions
}

fn without_owner(path: &str, name: &str, text: &Text) -> Finding {
    let message = format!(
        "`{name}` does not name {OWNER}, so it would reach every owner's rows; \
         if it should, it belongs in {ALLOWED}"
    );
    Finding::error(path, text.line, message)
}

/// Every piece of SQL in a file with the name that it goes by.
fn statements(file: &str, source: &Source) -> Vec<(String, Text)> {
    let mut found: Vec<(String, Text)> = Vec::new();
    for text in source.strings.iter().filter(|text| is_sql(text)) {
        let name = source
            .calls
            .iter()
            .filter_map(|call| name_in(call, text))
            .next_back();
        found.push((name.unwrap_or_else(|| file.to_owned()), text.clone()));
    }
    found
}

/// The first argument of a call that is a string, when `text` stands in a later one.
fn name_in(call: &Call, text: &Text) -> Option<String> {
    let (first, rest) = call.arguments.split_first()?;
    let TokenTree::Literal(first) = first else {
        return None;
    };
    let name = Text::of(first)?;
    contains(rest, text).then(|| name.unquoted().to_owned())
}

fn contains(tokens: &[TokenTree], text: &Text) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Literal(literal) => Text::of(literal).as_ref() == Some(text),
        TokenTree::Group(group) => contains(&group.stream().into_iter().collect::<Vec<_>>(), text),
        TokenTree::Ident(_) | TokenTree::Punct(_) => false,
    })
}

fn is_sql(text: &Text) -> bool {
    const BEGINNINGS: &[&str] = &[
        "SELECT ",
        "INSERT INTO ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "ALTER TABLE ",
        "DROP TABLE ",
    ];
    let text = text.unquoted().trim_start_matches(['\\', ' ', '\n', '\t']);
    let begins = |beginning: &&str| text.starts_with(*beginning);
    BEGINNINGS.iter().any(begins)
        || (text.starts_with("UPDATE ") && text.contains(" SET "))
        || (text.starts_with("WITH ") && text.contains("SELECT "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, allowed: &str) -> Vec<String> {
        let files = [
            ("crates/astro-store/src/tasks.rs", source),
            (ALLOWED, allowed),
        ];
        check(&Repository::of(&files))
            .iter()
            .map(|finding| finding.message.clone())
            .collect()
    }

    #[test]
    fn statements_with_an_owner_pass() {
        let source = r##"
            const A: Statement = Statement::new("a", "SELECT 1 FROM t WHERE owner_id = $1");
            const B: Statement = Statement::forked(
                "b",
                "SELECT 1 FROM t \
                 WHERE owner_id = $1",
                r#"SELECT 2 FROM "t" WHERE owner_id = $1"#,
            );
        "##;
        assert_eq!(found(source, ""), Vec::<String>::new());
    }

    #[test]
    fn a_statement_without_owner_is_found_unless_allowed() {
        let source = r#"const A: Statement = Statement::new("a", "SELECT 1 FROM t");"#;
        assert!(found(source, "")[0].contains("does not name owner_id"));
        assert!(found(source, "# why\na: a table of the whole instance\n").is_empty());
    }

    #[test]
    fn one_side_of_a_fork_without_owner_is_found() {
        let source =
            r#"const A: Statement = Statement::forked("a", "SELECT owner_id", "SELECT 1");"#;
        assert_eq!(found(source, "").len(), 1);
    }

    #[test]
    fn pieces_outside_a_statement_go_by_the_name_of_their_file() {
        let source = r#"fn a() -> String { format!("SELECT {columns} FROM t") }"#;
        assert!(found(source, "")[0].starts_with("`tasks.rs` does not name owner_id"));
        assert!(found(source, "tasks.rs: reason").is_empty());
    }

    #[test]
    fn statements_that_are_put_together_are_looked_at() {
        let source = r#"fn a() { make("get", format!("SELECT 1 FROM {name} WHERE id = $1")); }"#;
        assert!(found(source, "")[0].starts_with("`get`"));
        let source =
            r#"fn a() { make("get", format!("SELECT 1 FROM {name} WHERE owner_id = $1")); }"#;
        assert!(found(source, "").is_empty());
    }

    #[test]
    fn exceptions_need_a_statement_and_a_reason() {
        let source = r#"const A: Statement = Statement::new("a", "SELECT owner_id");"#;
        assert!(found(source, "a: reason")[0].contains("needs no exception"));
        assert!(found(source, "gone: reason")[0].contains("needs no exception"));
        assert!(found(source, "a:")[0].contains("name: reason"));
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let source =
            "fn a() { run(\"SELECT 1\"); run(\"UPDATE t SET a = 1\"); say(\"UPDATE this\"); }";
        let repository = Repository::of(&[("crates/astro-api/src/v1/tasks.rs", source)]);
        assert_eq!(check(&repository).len(), 2);
        let repository = Repository::of(&[("crates/astro-testkit/src/databases.rs", source)]);
        assert!(check(&repository).is_empty());
    }
}
