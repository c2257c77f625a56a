//! `astro completions`: what a shell needs to complete commands.

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::screen::Screen;

pub fn print(shell: clap_complete::Shell, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "astro", &mut script);
    screen.bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}
