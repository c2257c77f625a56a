//! `cargo xtask bench`: builds the product and `astro-bench`, gives the latter a folder and a private
//! PostgreSQL, and lets it measure. What it measures stands in `crates/astro-bench`; what a library
//! does alone, in its own `benches`.

use std::process::Command;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::command::{cargo, run as run_command};
use crate::engines::postgres::{Durability, Server, is_installed};
use crate::engines::scratch::Scratch;
use crate::engines::{RunningServer as _, packages};
use crate::learning::{self, LearnOptions, RecommendOptions};
use crate::test::python;
use crate::workspace;

#[derive(Subcommand)]
pub enum Bench {
    /// Requests a second beside bare servers on both engines, durable writes, memory
    Http(Options),
    /// One person's 50,000 tasks: how long the views take, and how much memory
    Size(Options),
    /// The next occurrence of old series, and expansion beside python-dateutil
    Recurrence,
    /// One person's 10,000 recurring tasks: how long today and the coming months take
    Recurring(Options),
    /// 10,000 WebSockets of 1,000 people on SQLite: memory, and how soon a change arrives
    Live(Options),
    /// 10,000 reminders due within a minute while the processes that send them are killed and stopped,
    /// on SQLite and on PostgreSQL
    Reminders(Options),
    /// How long a line of quick add takes to read
    QuickAdd,
    /// What learning comes to on simulated people, beside baselines and peers
    Learn(LearnOptions),
    /// What the recommendation net comes to, and whether the best choice is among its candidates
    Recommend(RecommendOptions),
    /// How fast the completion net learns and answers, beside `PyTorch`, JAX and onnxruntime
    Speed,
}

#[derive(Args)]
pub struct Options {
    /// Passed on to astro-bench, such as `-- --rounds 1`
    #[arg(last = true, value_name = "OPTIONS")]
    rest: Vec<String>,
}

pub fn run(bench: &Bench) -> Result<()> {
    let (name, options) = match bench {
        Bench::Http(options) => ("http", options),
        Bench::Size(options) => ("size", options),
        Bench::Recurring(options) => ("recurring", options),
        Bench::Live(options) => ("live", options),
        Bench::Reminders(options) => ("reminders", options),
        Bench::Recurrence => return recurrence(),
        Bench::Learn(options) => return learning::bench(options),
        Bench::Recommend(options) => return learning::recommend(options),
        Bench::Speed => return learning::speed(),
        Bench::QuickAdd => return run_command(&mut of_library("astro-calendar", "quick_add")?),
    };
    let packages = ["--package", "astro", "--package", "astro-bench"];
    run_command(cargo()?.args(["build", "--release"]).args(packages))?;
    let target = workspace::target()?;
    let folder = Scratch::empty(target.join(format!("bench-{}", std::process::id())))?;
    let programs = target.join("release");
    let measure = || {
        let mut command = Command::new(programs.join("astro-bench"));
        command
            .arg(name)
            .arg("--astro")
            .arg(programs.join("astro"))
            .arg("--folder")
            .arg(folder.path());
        command
    };
    if let Bench::Http(_) | Bench::Reminders(_) = bench {
        let postgres = start_postgres(&folder)?;
        if let Bench::Reminders(_) = bench {
            run_command(measure().args(&options.rest))?;
        }
        let server = ["--postgres", postgres.url()];
        return run_command(measure().args(server).args(&options.rest));
    }
    run_command(measure().args(&options.rest))
}

/// What needs no server: a benchmark of a library alone, built with nothing else.
fn of_library(package: &str, bench: &str) -> Result<Command> {
    let mut command = cargo()?;
    command.args(["bench", "--package", package, "--bench", bench]);
    Ok(command)
}

fn recurrence() -> Result<()> {
    let python = python::DATEUTIL.python()?;
    run_command(of_library("astro-calendar", "recurrence")?.env(python::DATEUTIL.variable, python))
}

fn start_postgres(folder: &Scratch) -> Result<Server> {
    if !is_installed() {
        packages::install(&["postgresql"])?;
    }
    Server::start(&folder.path().join("postgres"), Durability::Full)
}
