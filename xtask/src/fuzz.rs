//! `cargo xtask fuzz`: inputs that nobody thought of, for whatever reads text from outside. The
//! targets stand in `fuzz/tests`; they need no more than the stable toolchain.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::command::{cargo, run as run_command};
use crate::workspace::target;

#[derive(Args)]
pub struct Options {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only targets whose name holds this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

pub fn run(options: &Options) -> Result<()> {
    run_for(options.seconds, options.only.as_deref())
}

/// Runs every target, or some, for so many seconds each.
pub fn run_for(seconds: u32, only: Option<&str>) -> Result<()> {
    let mut command = in_workspace(&["test", "--tests"])?;
    command
        .env(
            "BOLERO_RANDOM_TEST_TIME_MS",
            (u64::from(seconds) * 1000).to_string(),
        )
        // time is the limit
        .env("BOLERO_RANDOM_ITERATIONS", u32::MAX.to_string())
        .arg("--")
        .args(["--test-threads", "1", "--nocapture"])
        .args(only);
    run_command(&mut command)
}

/// Cargo in the workspace of the targets, whose libraries are not those of the product.
pub fn in_workspace(arguments: &[&str]) -> Result<Command> {
    let mut command = cargo()?;
    command
        .args(arguments)
        .args(["--manifest-path", "fuzz/Cargo.toml"])
        .env("CARGO_TARGET_DIR", target()?.join("fuzz"));
    Ok(command)
}
