//! `cargo xtask test`: everything that a change must pass, in stages.

mod cargo;
pub mod python;
mod schemathesis;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::engines::{ENGINES, Running};
use crate::workspace::is_ci;
use crate::{fuzz, tidy};

/// For each target; `cargo xtask fuzz` takes longer.
const FUZZ_SECONDS: u32 = 3;

#[derive(Args)]
pub struct Options {
    /// Run only these stages
    #[arg(long, value_name = "STAGE")]
    only: Vec<Stage>,
    /// Leave these stages out
    #[arg(long, value_name = "STAGE")]
    skip: Vec<Stage>,
    /// Print the stages and stop
    #[arg(long)]
    list: bool,
}

/// The stages in the order in which they run: the quick ones that fail often come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// The code is formatted
    Format,
    /// The rules of the house are kept
    Tidy,
    /// Clippy finds nothing, in tests either
    Clippy,
    /// All tests, on real engines
    Tests,
    /// The examples in doc comments
    Doctests,
    /// Inputs that nobody thought of find nothing, a few seconds for each target
    Fuzz,
    /// The documentation builds and its links lead somewhere
    Rustdoc,
    /// Requests made up from the API's description find no fault, three seeds, member and anonymous
    Schemathesis,
}

pub fn run(options: &Options) -> Result<()> {
    let stages = chosen(options);
    if options.list {
        for stage in stages {
            println!("{:<14} {}", name(stage), about(stage));
        }
        return Ok(());
    }
    let mut times = Vec::new();
    for stage in stages {
        println!("== {}: {}", name(stage), about(stage));
        let start = now();
        let outcome = stage
            .run()
            .with_context(|| format!("stage {} failed", name(stage)));
        times.push(format!("{} {}", name(stage), seconds(start.elapsed())));
        if outcome.is_err() {
            println!("== times until the failure: {}", times.join(", "));
        }
        outcome?;
    }
    println!("== passed; times: {}", times.join(", "));
    Ok(())
}

impl Stage {
    fn run(self) -> Result<()> {
        match self {
            Self::Format => cargo::format(),
            Self::Tidy => tidy::run(),
            Self::Clippy => cargo::clippy(),
            Self::Tests => tests(),
            Self::Doctests => cargo::doctests(),
            Self::Fuzz => fuzz::run_for(FUZZ_SECONDS, None),
            Self::Rustdoc => cargo::rustdoc(),
            Self::Schemathesis => schemathesis::run(),
        }
    }
}

fn tests() -> Result<()> {
    let mut engines = Running::start(ENGINES)?;
    for library in python::LIBRARIES {
        match library.python() {
            Ok(python) => engines
                .variables
                .push((library.variable, python.display().to_string())),
            Err(error) if is_ci() => return Err(error),
            Err(error) => {
                eprintln!("note: {error:#}; the tests that need it are skipped");
                engines.absent.push(library.name);
            }
        }
    }
    cargo::tests(&engines)?;
    if !engines.absent.is_empty() {
        println!(
            "note: skipped for want of an engine: {}",
            engines.absent.join(", ")
        );
    }
    Ok(())
}

fn chosen(options: &Options) -> Vec<Stage> {
    Stage::value_variants()
        .iter()
        .copied()
        .filter(|stage| options.only.is_empty() || options.only.contains(stage))
        .filter(|stage| !options.skip.contains(stage))
        .collect()
}

fn name(stage: Stage) -> String {
    stage
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

fn about(stage: Stage) -> String {
    stage
        .to_possible_value()
        .and_then(|value| value.get_help().map(ToString::to_string))
        .unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "measures how long a stage takes")]
fn now() -> Instant {
    Instant::now()
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(only: &[Stage], skip: &[Stage]) -> Options {
        Options {
            only: only.to_vec(),
            skip: skip.to_vec(),
            list: false,
        }
    }

    #[test]
    fn without_options_every_stage_runs() {
        assert_eq!(chosen(&options(&[], &[])), Stage::value_variants());
    }

    #[test]
    fn skipping_wins_over_choosing() {
        let chosen = chosen(&options(&[Stage::Format, Stage::Tests], &[Stage::Tests]));
        assert_eq!(chosen, [Stage::Format]);
    }

    #[test]
    fn every_stage_says_what_it_checks() {
        for stage in Stage::value_variants() {
            assert!(!name(*stage).is_empty());
            assert!(!about(*stage).is_empty(), "{stage:?}");
        }
    }
}
