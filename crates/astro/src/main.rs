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

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut screen = screen::Screen::of_process(&config::Environment::of_process(), cli.flags.json);
    match Box::pin(commands::run(cli, &mut screen)).await {
        Ok(code) => code,
        Err(error) => failure::report(&error, &screen),
    }
}
