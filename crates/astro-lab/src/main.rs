//! Learning tried on worlds of which the truth is known: the priors that ship with the product, and figures beside
//! baselines and peers. `cargo xtask prior` and `cargo xtask bench learn` run this program.
//!
//! Never part of the product, and the only place that knows both worlds and models. Knows nothing of
//! people, storage or the API.
//!
//! Start at `record.rs`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on the terminal"
)]

mod learn;
mod prior;
mod recall;
mod recommend;
mod record;
mod speed;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "astro-lab", about = "Learning tried on worlds")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The completion net beside its baselines
    Learn(learn::Options),
    /// The recommendation net beside its baselines, and whether the best choice is among the candidates
    Recommend(recommend::Options),
    /// How fast the completion net learns and answers
    Speed(speed::Options),
    /// Makes the priors that ship with the product
    Prior(prior::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Learn(options) => learn::run(&options),
        Command::Recommend(options) => recommend::run(&options),
        Command::Speed(options) => speed::run(&options),
        Command::Prior(options) => prior::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn number(count: usize) -> f64 {
    count as f64
}
