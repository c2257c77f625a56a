//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Each rule is a module with one function from the repository's texts to findings, and tests that
//! plant a violation and see it found.

mod arrows;
mod documents;
mod heads;
mod migrations;
mod names;
mod problems;
mod repository;
mod schemas;
mod sizes;
mod source;
mod statements;

use std::fmt;

use anyhow::{Result, bail};

use repository::Repository;

/// Something that breaks a rule, or comes close.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    severity: Severity,
    message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Error,
    Warning,
}

impl Finding {
    fn error(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            severity: Severity::Error,
            message: message.into(),
        }
    }

    fn warning(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(path, line, message)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        write!(
            formatter,
            "{}:{}: {mark}{}",
            self.path, self.line, self.message
        )
    }
}

/// Prints one line per finding; fails when one of them is an error.
pub fn run() -> Result<()> {
    let repository = Repository::of_this_checkout()?;
    let mut findings = [
        arrows::check(&repository, &arrows::packages()?),
        sizes::check(&repository),
        heads::check(&repository),
        migrations::check(&repository),
        statements::check(&repository),
        documents::check(&repository),
        names::check(&repository),
        schemas::check(&repository),
        problems::check(&repository),
    ]
    .concat();
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let warnings = findings.len() - errors;
    if errors > 0 {
        bail!("tidy: {errors} errors, {warnings} warnings");
    }
    println!("tidy: no errors, {warnings} warnings");
    Ok(())
}
