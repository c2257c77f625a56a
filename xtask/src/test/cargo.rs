//! The stages that cargo does.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::engines::Running;
use crate::workspace::{is_ci, root, variable};

pub fn format() -> Result<()> {
    run(cargo()?.args(["fmt", "--all", "--check"]))
}

pub fn clippy() -> Result<()> {
    run(cargo()?.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

/// With cargo-nextest where it is installed (a process for each test), else with `cargo test`.
pub fn tests(engines: &Running) -> Result<()> {
    let mut command = cargo()?;
    if has_nextest()? {
        let profile = if is_ci() { "ci" } else { "default" };
        command.args(["nextest", "run", "--workspace", "--profile", profile]);
    } else {
        command.args([
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--no-fail-fast",
        ]);
    }
    run(command.envs(engines.variables.iter().map(|(name, value)| (name, value))))
}

pub fn doctests() -> Result<()> {
    run(cargo()?.args(["test", "--workspace", "--doc"]))
}

pub fn rustdoc() -> Result<()> {
    run(cargo()?
        .args(["doc", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// Cargo in the repository's root folder.
pub fn cargo() -> Result<Command> {
    let mut command = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".to_owned()));
    command.current_dir(root()?);
    Ok(command)
}

/// Runs a command whose output goes to the terminal; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("running {command:?}"))?;
    if !status.success() {
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        bail!(
            "`{} {}`: {status}",
            command.get_program().to_string_lossy(),
            words.join(" ")
        );
    }
    Ok(())
}

fn has_nextest() -> Result<bool> {
    let status = cargo()?
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("asking cargo for nextest")?;
    Ok(status.success())
}
