//! Measures the built product from outside, beside bare servers that do the same with axum and
//! sqlx alone; `cargo xtask bench` builds both and runs this program.
//!
//! Knows nothing of how the product answers; services and store only prepare accounts and rows.
//! What is measured is the real binary, over real sockets, with a real access token.
//!
//! Start at `http.rs` (which requests are compared), then `load.rs` (how they are sent) and
//! `bare.rs` (with what they are compared).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on the terminal"
)]

mod bare;
mod client;
mod durable;
mod http;
mod live;
mod load;
mod machine;
mod measure;
mod postgres;
mod process;
mod product;
mod recurring;
mod reminders;
mod report;
mod seed;
mod size;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "astro-bench",
    about = "Measures the built product from outside"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Requests a second beside bare servers, durable writes, memory
    Http(http::Options),
    /// One person's 50,000 tasks: how long the views take, and how much memory
    Size(size::Options),
    /// One person's 10,000 recurring tasks: how long today and the coming months take
    Recurring(recurring::Options),
    /// Thousands of WebSockets: memory, and how soon a change arrives
    Live(live::Options),
    /// Reminders while the processes that send them are killed and stopped
    Reminders(reminders::Options),
    /// The bare server itself; started by `http`
    #[command(hide = true)]
    Bare(bare::Options),
}

/// Where everything is; `cargo xtask bench` knows.
#[derive(Args, Clone, Debug)]
struct Places {
    /// The built product
    #[arg(long, value_name = "FILE")]
    astro: PathBuf,
    /// A folder for databases, on the disk that is to be measured
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match command {
            Command::Http(options) => http::run(&options).await,
            Command::Size(options) => size::run(&options).await,
            Command::Recurring(options) => recurring::run(&options).await,
            Command::Live(options) => live::run(&options).await,
            Command::Reminders(options) => reminders::run(&options).await,
            Command::Bare(options) => bare::run(&options).await,
        }
    })
}

/// How long and how often something is measured.
#[derive(Args, Clone, Copy, Debug)]
struct Effort {
    /// Seconds of each measurement
    #[arg(long, default_value = "5", value_parser = seconds)]
    seconds: Duration,
    /// Seconds before each measurement that are not counted
    #[arg(long, default_value = "1", value_parser = seconds)]
    warm_up: Duration,
    /// How often each comparison is repeated; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// A setting of the product, as its environment gives it.
fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
