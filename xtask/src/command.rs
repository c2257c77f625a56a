//! Running other programs.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::{root, variable};

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
