//! Floors are crates: a crate uses only the crates and libraries that its floor allows.
//! The reasons are in `docs/decisions/0001-floors-are-crates.md`.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Finding;
use super::repository::Repository;
use crate::command::cargo;

/// What a crate may use of ours. A row may stand here before its crate exists.
enum Uses {
    Nothing,
    Only(&'static [&'static str]),
    AllBut(&'static str),
}

const FLOORS: &[(&str, Uses)] = &[
    ("astro", Uses::AllBut("astro-testkit")),
    (
        "astro-ui",
        Uses::Only(&["astro-core", "astro-services", "astro-api"]),
    ),
    ("astro-api", Uses::Only(&["astro-core", "astro-services"])),
    ("astro-dav", Uses::Only(&["astro-core", "astro-services"])),
    ("astro-mcp", Uses::Only(&["astro-core", "astro-services"])),
    (
        "astro-services",
        Uses::Only(&[
            "astro-core",
            "astro-data",
            "astro-store",
            "astro-infra",
            "astro-models",
            "astro-jobs",
        ]),
    ),
    ("astro-models", Uses::Only(&["astro-core", "astro-data"])),
    ("astro-jobs", Uses::Only(&["astro-core", "astro-store"])),
    ("astro-data", Uses::Only(&["astro-core"])),
    ("astro-sim", Uses::Only(&["astro-core"])),
    ("astro-store", Uses::Only(&["astro-core"])),
    ("astro-infra", Uses::Only(&["astro-core"])),
    ("astro-core", Uses::Only(&["astro-calendar"])),
    ("astro-calendar", Uses::Nothing),
    ("astro-testkit", Uses::AllBut("astro")),
    (
        "astro-bench",
        Uses::Only(&["astro-core", "astro-services", "astro-store"]),
    ),
    (
        "astro-lab",
        Uses::Only(&["astro-core", "astro-data", "astro-models", "astro-sim"]),
    ),
    ("xtask", Uses::Nothing),
];

/// Every crate may use this one in its tests, and no crate otherwise.
const TESTKIT: &str = "astro-testkit";

/// Libraries that show a floor's own business, and the crates that may use them. A name that ends
/// with `*` stands for every library that begins so.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("sqlx*", &["astro-store", "astro-testkit", "astro-bench"]),
    ("rusqlite", &["astro-store"]),
    ("jiff*", &["astro-calendar"]),
    ("calcard", &["astro-calendar"]),
    (
        "axum*",
        &["astro-api", "astro", "astro-testkit", "astro-bench"],
    ),
    // core derives the schemas of its values; documents and routes are the API's
    ("utoipa", &["astro-api", "astro-core"]),
    ("utoipa-axum", &["astro-api"]),
    ("tower-http", &["astro-api", "astro"]),
    // infra is the one client, the others serve
    (
        "hyper*",
        &["astro", "astro-infra", "astro-testkit", "astro-bench"],
    ),
    ("maud", &["astro-ui"]),
    ("oxc*", &["astro-ui"]),
    ("burn*", &["astro-models"]),
    ("async-nats", &["astro-infra"]),
    ("fred", &["astro-infra"]),
    ("lettre", &["astro-infra"]),
    ("reqwest", &["astro-infra"]),
    ("web-push*", &["astro-infra"]),
    ("rustls*", &["astro-infra"]),
    ("tokio-rustls", &["astro-infra"]),
    ("webpki-roots", &["astro-infra"]),
    ("aes-gcm", &["astro-infra"]),
    ("p256", &["astro-infra"]),
    ("argon2", &["astro-services"]),
    ("jsonwebtoken", &["astro-services"]),
    ("clap*", &["astro", "astro-bench", "astro-lab", "xtask"]),
    ("figment", &["astro"]),
    ("indicatif", &["astro"]),
    ("tracing-subscriber", &["astro"]),
    ("tracing-appender", &["astro"]),
    (
        "anyhow",
        &[
            "astro",
            "astro-testkit",
            "astro-bench",
            "astro-lab",
            "xtask",
        ],
    ),
    ("csv", &["astro"]),
    ("parquet", &["astro"]),
    ("safetensors", &["astro-models"]),
    ("rayon", &["astro-models"]),
];

/// Libraries for tests alone: a dev-dependency anywhere, a dependency only of the testkit.
const TEST_LIBRARIES: &[&str] = &["fantoccini", "insta", "rstest", "proptest", "tempfile"];

#[derive(Deserialize)]
pub struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build` or absent.
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// The packages of this workspace.
pub fn packages() -> Result<Vec<Package>> {
    let output = cargo()?
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .context("running cargo metadata")?;
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
    Ok(metadata.packages)
}

pub fn check(repository: &Repository, packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let manifest = manifest(&package.name);
        let Some((_, uses)) = FLOORS.iter().find(|(name, _)| *name == package.name) else {
            let message = format!(
                "`{}` has no floor: give it a row in the table of arrows",
                package.name
            );
            findings.push(Finding::error(&manifest, 1, message));
            continue;
        };
        for dependency in &package.dependencies {
            if let Some(message) = judge(&package.name, uses, dependency) {
                let line = line_of(repository, &manifest, &dependency.name);
                findings.push(Finding::error(&manifest, line, message));
            }
        }
    }
    findings
}

fn judge(package: &str, uses: &Uses, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let is_for_tests = dependency.kind.as_deref() == Some("dev");
    if is_ours(name) {
        let is_allowed = match uses {
            Uses::Nothing => false,
            Uses::Only(allowed) => allowed.contains(&name),
            Uses::AllBut(other) => name != *other && name != "xtask",
        };
        let is_testkit = name == TESTKIT && is_for_tests;
        return (!is_allowed && !is_testkit)
            .then(|| format!("{package} may not use {name}: it is not on its floor's list"));
    }
    if TEST_LIBRARIES.contains(&name) && !is_for_tests && package != TESTKIT {
        return Some(format!(
            "{name} is for tests alone: make it a dev-dependency"
        ));
    }
    let (_, homes) = LIBRARIES
        .iter()
        .find(|(library, _)| matches(library, name))?;
    (!homes.contains(&package)).then(|| {
        format!(
            "{package} may not use {name}: only {} may",
            homes.join(", ")
        )
    })
}

fn is_ours(name: &str) -> bool {
    FLOORS.iter().any(|(ours, _)| *ours == name) || name.starts_with("astro-")
}

fn matches(library: &str, name: &str) -> bool {
    match library.strip_suffix('*') {
        Some(family) => {
            name == family
                || name
                    .strip_prefix(family)
                    .is_some_and(|rest| rest.starts_with(['-', '_']))
        }
        None => library == name,
    }
}

fn manifest(package: &str) -> String {
    match package {
        "xtask" => "xtask/Cargo.toml".to_owned(),
        package => format!("crates/{package}/Cargo.toml"),
    }
}

fn line_of(repository: &Repository, manifest: &str, dependency: &str) -> usize {
    let text = repository.text(manifest).unwrap_or_default();
    let is_line = |line: &str| {
        line.strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(is_line).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(package: &str, dependency: &str, kind: Option<&str>) -> Vec<Finding> {
        let manifest = manifest(package);
        let text = format!("[dependencies]\n{dependency}.workspace = true\n");
        let repository = Repository::of(&[(&manifest, &text)]);
        let dependency = Dependency {
            name: dependency.into(),
            kind: kind.map(Into::into),
        };
        check(
            &repository,
            &[Package {
                name: package.into(),
                dependencies: vec![dependency],
            }],
        )
    }

    #[test]
    fn an_arrow_upward_is_found_with_its_line() {
        assert_eq!(
            found("astro-core", "astro-store", None)[0].to_string(),
            "crates/astro-core/Cargo.toml:2: astro-core may not use astro-store: \
             it is not on its floor's list"
        );
        assert_eq!(found("astro-api", "astro-store", None).len(), 1);
        assert_eq!(found("xtask", "astro-core", None).len(), 1);
        assert_eq!(found("astro-testkit", "astro", None).len(), 1);
    }

    #[test]
    fn arrows_of_the_table_pass() {
        assert!(found("astro-services", "astro-store", None).is_empty());
        assert!(found("astro", "astro-store", None).is_empty());
        assert!(found("astro-testkit", "astro-api", None).is_empty());
    }

    #[test]
    fn the_testkit_is_for_tests_alone() {
        assert!(found("astro-store", "astro-testkit", Some("dev")).is_empty());
        assert_eq!(found("astro-store", "astro-testkit", None).len(), 1);
        assert_eq!(found("astro", "astro-testkit", None).len(), 1);
        assert_eq!(found("astro-core", "proptest", None).len(), 1);
    }

    #[test]
    fn a_library_outside_its_home_is_found() {
        assert_eq!(found("astro-services", "sqlx", None).len(), 1);
        assert_eq!(
            found("astro-services", "sqlx-postgres", Some("dev")).len(),
            1
        );
        assert_eq!(found("astro-core", "jiff", None).len(), 1);
        assert!(found("astro-store", "sqlx", None).is_empty());
        assert!(found("astro-core", "serde", None).is_empty());
    }

    #[test]
    fn a_crate_without_a_floor_is_found() {
        assert!(
            found("astro-attic", "serde", None)[0]
                .to_string()
                .contains("no floor")
        );
    }
}
