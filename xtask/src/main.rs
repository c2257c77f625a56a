//! `cargo xtask`: the chores of this repository.
//!
//! Each chore is a module: `test` runs every check of this repository, stage by stage; `tidy` checks
//! the rules of the house that no compiler knows; `bench` measures the built product. What the chores need from the machine (programs,
//! packages, private database servers) is in `engines`.
//!
//! Knows nothing of the product: no workspace crate is a dependency here, so that the chores still
//! build and speak when the product does not compile.
//!
//! Start at [`Chore`], the list of chores.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on the terminal"
)]

mod bench;
mod command;
mod engines;
mod fuzz;
mod learning;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The chores of this repository")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every check of this repository, stage by stage
    Test(test::Options),
    /// Check the rules of the house that no compiler knows (STYLE.md)
    Tidy,
    /// Measure the built product (docs/benchmarks.md)
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Make the model that ships with the product, from simulated people
    Prior(learning::PriorOptions),
    /// Try whatever reads text from outside on inputs that nobody thought of
    Fuzz(fuzz::Options),
    /// Start a private, empty PostgreSQL for tests, print its URL and keep it until Ctrl-C
    Postgres,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Test(options) => test::run(&options),
        Chore::Tidy => tidy::run(),
        Chore::Bench(bench) => bench::run(&bench),
        Chore::Prior(options) => learning::prior(&options),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Postgres => engines::postgres::serve_until_interrupted(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
