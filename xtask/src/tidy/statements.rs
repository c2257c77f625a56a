//! Every SQL statement names the owner or says why it does not.
//!
//! A statement is a call of `Statement::new("name", "SQL")` or `Statement::forked(..)` in astro-store.
//! The exceptions stand in `crates/astro-store/statements-without-owner.txt`, one `name: reason` on
//! each line. SQL anywhere else than in astro-store is a finding too.

use std::collections::BTreeMap;

use proc_macro2::TokenTree;

use super::Finding;
use super::repository::Repository;
use super::source::{self, Call};

const STORE: &str = "crates/astro-store/src/";
const ALLOWED: &str = "crates/astro-store/statements-without-owner.txt";
/// Crates beside the product may speak SQL: test databases and bare servers to measure against.
const ASIDE: &[&str] = &["crates/astro-testkit/", "xtask/"];
const OWNER: &str = "owner_id";

pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut allowed = allowed(repository.text(ALLOWED).unwrap_or_default(), &mut findings);
    for (path, text) in repository.production_sources() {
        // what is not Rust is a finding of the rule on sizes
        let Ok(source) = source::read(text) else {
            continue;
        };
        if path.starts_with(STORE) {
            for call in source.calls.iter().filter(|call| is_statement(call)) {
                findings.extend(check_statement(path, call, &mut allowed));
            }
        } else if !ASIDE.iter().any(|aside| path.starts_with(aside)) {
            for (line, _) in source.strings.iter().filter(|(_, text)| is_sql(text)) {
                findings.push(Finding::error(path, *line, "SQL belongs in astro-store"));
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

fn is_statement(call: &Call) -> bool {
    call.path.0 == "Statement" && matches!(call.path.1.as_str(), "new" | "forked")
}

fn check_statement(
    path: &str,
    call: &Call,
    allowed: &mut BTreeMap<String, Exception>,
) -> Option<Finding> {
    let arguments: Vec<Option<String>> = call
        .arguments
        .split(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ','))
        .filter(|argument| !argument.is_empty())
        .map(text_of)
        .collect();
    let [Some(name), texts @ ..] = arguments.as_slice() else {
        return Some(Finding::error(
            path,
            call.line,
            "a statement's name is written out here",
        ));
    };
    let Some(texts) = texts.iter().cloned().collect::<Option<Vec<String>>>() else {
        let message = format!("the SQL of `{name}` is written out here, so that it can be checked");
        return Some(Finding::error(path, call.line, message));
    };
    if texts.iter().all(|text| text.contains(OWNER)) {
        return None;
    }
    if let Some(exception) = allowed.get_mut(name) {
        exception.is_used = true;
        return None;
    }
    let message =
        format!("`{name}` does not name {OWNER}: it would reach every owner's rows ({ALLOWED})");
    Some(Finding::error(path, call.line, message))
}

/// The text of an argument that is a string literal, or a macro such as `concat!` over some.
fn text_of(argument: &[TokenTree]) -> Option<String> {
    let mut text = String::new();
    for token in argument {
        match token {
            TokenTree::Literal(literal) => text.push_str(unquoted(&literal.to_string())?),
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                text.push_str(&text_of(&inner)?);
            }
            TokenTree::Ident(word) if word == "concat" => {}
            TokenTree::Punct(mark) if ['!', ','].contains(&mark.as_char()) => {}
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(text)
}

fn unquoted(literal: &str) -> Option<&str> {
    literal
        .trim_matches('#')
        .trim_start_matches('r')
        .trim_matches('#')
        .strip_prefix('"')?
        .strip_suffix('"')
}

fn is_sql(literal: &str) -> bool {
    let Some(text) = unquoted(literal) else {
        return false;
    };
    let text =
        text.trim_start_matches(|character: char| character.is_whitespace() || character == '\\');
    [
        "SELECT ",
        "INSERT INTO ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "ALTER TABLE ",
        "DROP TABLE ",
    ]
    .iter()
    .any(|beginning| text.starts_with(beginning))
        || (text.starts_with("UPDATE ") && text.contains(" SET "))
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
                concat!("SELECT 1 FROM t ", "WHERE owner_id = $1",),
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
    fn hidden_texts_are_found() {
        let source = r#"const A: Statement = Statement::new("a", SQL);"#;
        assert!(found(source, "")[0].contains("written out"));
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
