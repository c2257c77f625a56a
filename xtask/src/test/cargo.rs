//! The stages that cargo does.

use std::process::Stdio;

use anyhow::{Context, Result};

use crate::command::{cargo, run};
use crate::engines::Running;
use crate::fuzz::in_workspace;
use crate::workspace::is_ci;

pub fn format() -> Result<()> {
    run(cargo()?.args(["fmt", "--all", "--check"]))?;
    run(in_workspace(&["fmt"])?.arg("--check"))
}

pub fn clippy() -> Result<()> {
    run(cargo()?.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    run(in_workspace(&["clippy", "--all-targets"])?.args(["--", "-D", "warnings"]))
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

fn has_nextest() -> Result<bool> {
    let status = cargo()?
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("asking cargo for nextest")?;
    Ok(status.success())
}
