//! The one binary: serves the product, and is its command line.
//!
//! Knows nothing of SQL and of business rules: it reads configuration, wires the floors together,
//! and every command that touches people's data goes through the REST API like any other client.
//!
//! Start at [`cli`] (what can be asked for), then [`commands`]; [`wiring`] puts the product
//! together and [`server`] is the loop that accepts connections.

mod cli;
mod client;
mod commands;
mod config;
mod engine;
mod failure;
mod progress;
mod running;
mod screen;
mod server;
mod shutdown;
mod table;
mod telemetry;
mod wiring;
mod wording;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;

/// How long threads that cannot be called off may go on when all is over. Training is one: what it reached is kept, and
/// whoever trains next goes on from there.
const LAST: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut screen = screen::Screen::of_process(&config::Environment::of_process(), cli.flags.json);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure::report(&error.into(), &screen),
    };
    let code = match runtime.block_on(Box::pin(commands::run(cli, &mut screen))) {
        Ok(code) => code,
        Err(error) => failure::report(&error, &screen),
    };
    runtime.shutdown_timeout(LAST);
    code
}
