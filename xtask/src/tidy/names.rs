//! File names say what is inside; these say only that somebody did not know.

use super::Finding;
use super::repository::Repository;

const FORBIDDEN: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "manager", "managers", "misc",
];

pub fn check(repository: &Repository) -> Vec<Finding> {
    repository
        .iter()
        .filter_map(|(path, _)| {
            let part = path.split('/').find(|part| is_forbidden(part))?;
            let message =
                format!("`{part}` does not say what is inside: name it after its noun or deed");
            Some(Finding::error(path, 1, message))
        })
        .collect()
}

fn is_forbidden(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part);
    FORBIDDEN.contains(&stem) || stem.starts_with("new_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_names_of_files_and_folders_are_found() {
        for path in [
            "crates/a/src/utils.rs",
            "crates/a/tests/common/mod.rs",
            "docs/new_api.md",
        ] {
            assert_eq!(check(&Repository::of(&[(path, "")])).len(), 1, "{path}");
        }
    }

    #[test]
    fn longer_names_pass() {
        let paths = [
            ("crates/a/src/newline.rs", ""),
            ("docs/common-mistakes.md", ""),
        ];
        assert!(check(&Repository::of(&paths)).is_empty());
    }
}
