//! What schemathesis found, from the report that it writes as JSON.

use std::fmt;

use anyhow::{Context, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Report {
    /// False when the run stopped before it was through.
    complete: bool,
    operations: Operations,
    test_cases: TestCases,
    failures: Vec<Failure>,
    errors: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Operations {
    total: usize,
    tested: usize,
}

#[derive(Debug, Deserialize)]
struct TestCases {
    generated: usize,
}

#[derive(Debug, Deserialize)]
struct Failure {
    title: String,
    count: usize,
    operations: Vec<String>,
}

impl Report {
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("reading the report of schemathesis")
    }

    /// Passed only when every operation but those that were left out was tried and nothing was found.
    pub fn has_passed(&self, left_out: usize) -> bool {
        self.complete
            && self.failures.is_empty()
            && self.errors.is_empty()
            && self.operations.total > 0
            && self.operations.tested + left_out == self.operations.total
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Operations { total, tested } = self.operations;
        let cases = self.test_cases.generated;
        write!(formatter, "{tested} of {total} operations, {cases} cases")?;
        if !self.complete {
            write!(formatter, ", broken off")?;
        }
        for failure in &self.failures {
            let operations = failure.operations.join(", ");
            write!(
                formatter,
                "\n  {} x {}: {operations}",
                failure.count, failure.title
            )?;
        }
        for error in &self.errors {
            write!(formatter, "\n  error: {error}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(complete: bool, tested: usize, failures: &str, errors: &str) -> Report {
        Report::parse(&format!(
            r#"{{"complete": {complete}, "operations": {{"total": 2, "tested": {tested}}},
                 "test_cases": {{"generated": 9}}, "failures": [{failures}], "errors": [{errors}]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn a_run_passes_only_when_all_was_tried_and_nothing_found() {
        assert!(report(true, 2, "", "").has_passed(0));
        assert!(report(true, 1, "", "").has_passed(1));
        assert!(!report(true, 1, "", "").has_passed(0));
        assert!(!report(true, 2, "", "").has_passed(1));
        assert!(!report(false, 2, "", "").has_passed(0));
        assert!(!report(true, 2, "", r#""network""#).has_passed(0));
    }

    #[test]
    fn failures_are_named_with_their_operations() {
        let failure = r#"{"title": "Server error", "count": 3, "operations": ["POST /b"]}"#;
        let report = report(true, 2, failure, "");
        assert!(!report.has_passed(0));
        assert_eq!(
            report.to_string(),
            "2 of 2 operations, 9 cases\n  3 x Server error: POST /b"
        );
    }
}
