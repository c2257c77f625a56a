//! Files and functions stay small: the pain of reading is always in a few giants.

use super::Finding;
use super::repository::Repository;
use super::source;

struct Limit {
    error: usize,
    warning: usize,
}

/// Production lines: everything outside `#[cfg(test)]`.
const FILE: Limit = Limit {
    error: 400,
    warning: 300,
};
const FUNCTION: Limit = Limit {
    error: 80,
    warning: 50,
};

pub fn check(repository: &Repository) -> Vec<Finding> {
    repository
        .production_sources()
        .flat_map(|(path, text)| check_file(path, text))
        .collect()
}

fn check_file(path: &str, text: &str) -> Vec<Finding> {
    let source = match source::read(text) {
        Ok(source) => source,
        Err(line) => return vec![Finding::error(path, line, "cannot be read as Rust")],
    };
    let file = judge(&FILE, path, 1, "the file", source.production_lines);
    let functions = source.functions.iter().filter_map(|function| {
        let what = format!("`{}`", function.name);
        judge(&FUNCTION, path, function.line, &what, function.lines)
    });
    file.into_iter().chain(functions).collect()
}

fn judge(limit: &Limit, path: &str, line: usize, what: &str, lines: usize) -> Option<Finding> {
    if lines > limit.error {
        let message = format!(
            "{what} has {lines} lines, {} are allowed: split it",
            limit.error
        );
        Some(Finding::error(path, line, message))
    } else if lines > limit.warning {
        let message = format!("{what} has {lines} lines, aim for {}", limit.warning);
        Some(Finding::warning(path, line, message))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of that many lines, in a file of one line more.
    fn function(lines: usize) -> String {
        format!("\nfn long() {{{}}}\n", "\n".repeat(lines - 1))
    }

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Repository::of(&[(path, text)]))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_function_may_have_eighty_lines_and_no_more() {
        let path = "crates/a/src/lib.rs";
        assert!(found(path, &function(50)).is_empty());
        assert_eq!(
            found(path, &function(51)),
            [format!(
                "{path}:2: warning: `long` has 51 lines, aim for 50"
            )]
        );
        assert!(found(path, &function(80))[0].contains("warning"));
        assert!(found(path, &function(81))[0].contains("81 lines, 80 are allowed"));
    }

    #[test]
    fn a_file_may_have_four_hundred_lines_and_no_more() {
        let path = "crates/a/src/lib.rs";
        let lines = |count| "// line\n".repeat(count);
        assert!(found(path, &lines(300)).is_empty());
        assert!(found(path, &lines(400))[0].contains("warning"));
        assert!(found(path, &lines(401))[0].contains("401 lines, 400 are allowed"));
    }

    #[test]
    fn tests_may_be_long() {
        let tests = format!("#[cfg(test)]\nmod tests {{{}}}", function(500));
        assert!(found("crates/a/src/lib.rs", &tests).is_empty());
        assert!(found("crates/a/tests/all.rs", &function(500)).is_empty());
    }
}
