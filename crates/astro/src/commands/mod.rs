//! One file for each command.

mod accounts;
mod backup;
mod calendar;
mod check;
mod completions;
mod config;
mod demo;
mod doctor;
mod interchange;
mod learning;
mod migrate;
mod now;
mod reminders;
mod serve;
mod sim;
mod tasks;
mod worker;

use std::process::ExitCode;

use crate::cli::{Cli, Command, DataCommand, ModelsCommand, TokenCommand, UserCommand};
use crate::client::Client;
use crate::config::{Environment, Loaded};
use crate::screen::Screen;
use crate::telemetry;

/// What logs say while a command runs that is not the server: its own answer is the output.
const QUIET: &str = "warn";

pub async fn run(cli: Cli, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let command = cli.command.unwrap_or(Command::Serve);
    let command = match command {
        // these need no configuration
        Command::Completions { shell } => return completions::print(shell, screen),
        Command::Calendar(command) => return calendar::run(command, screen),
        Command::Sim(command) => return sim::run(&command, screen),
        other => other,
    };
    let environment = Environment::of_process();
    let mut loaded = crate::config::load(&cli.flags, &environment)?;
    if !matches!(command, Command::Serve | Command::Worker)
        && loaded.origin("log.level") == "default"
    {
        QUIET.clone_into(&mut loaded.config.log.level);
    }
    let _logs = telemetry::start(&loaded.config.log, screen.has_color())?;
    match command {
        Command::Serve => Box::pin(serve::run(&loaded, screen)).await,
        Command::Worker => Box::pin(worker::run(&loaded, screen)).await,
        Command::Config(command) => config::run(&command, &loaded, screen),
        Command::Doctor => doctor::run(&loaded, screen).await,
        Command::Backup { directory } => {
            backup::backup(&loaded, directory.as_deref(), screen).await
        }
        Command::Restore { directory, force } => {
            backup::restore(&loaded, &directory, force, screen).await
        }
        Command::Check { backup } => check::run(&loaded, backup.as_deref(), screen).await,
        Command::Migrate { dry_run } => migrate::run(&loaded, dry_run, screen).await,
        Command::User {
            who,
            command: UserCommand::Forget { email, yes },
        } => learning::forget(&email, yes, &who, &loaded, screen).await,
        Command::Models {
            who,
            command: ModelsCommand::Predict(args),
            ..
        } => learning::predict(&args, &who, &loaded, screen).await,
        Command::Data(DataCommand::Export(args)) => learning::export(&args, &loaded, screen).await,
        Command::Train(args) => learning::train(&args, &loaded, screen).await,
        Command::Token {
            command: TokenCommand::RotateKeys,
            ..
        } => accounts::rotate_keys(&loaded.config, screen),
        asks => ask(asks, &loaded, screen).await,
    }
}

/// Commands that ask the API.
async fn ask(command: Command, loaded: &Loaded, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match command {
        Command::Now(args) => {
            let client = Client::open(loaded, &args.who).await?;
            let done = now::run(&args, &client, screen).await;
            closed(client, done).await
        }
        Command::Import(args) => {
            let client = Client::open(loaded, &args.who).await?;
            let done = interchange::import(&args, &client, screen).await;
            closed(client, done).await
        }
        Command::Export(args) => {
            let client = Client::open(loaded, &args.who).await?;
            let done = interchange::export(&args, &client, screen).await;
            closed(client, done).await
        }
        Command::User { who, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = accounts::user(&command, &client, screen).await;
            closed(client, done).await
        }
        Command::Tenant { who, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = accounts::tenant(&command, &client, screen).await;
            closed(client, done).await
        }
        Command::Token { who, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = accounts::token(&command, &client, screen).await;
            closed(client, done).await
        }
        Command::Reminder { who, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = reminders::reminder(&command, &client, screen).await;
            closed(client, done).await
        }
        Command::Destination { who, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = reminders::destination(&command, &client, screen).await;
            closed(client, done).await
        }
        Command::Models { who, kind, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = learning::models(&command, kind, &client, screen).await;
            closed(client, done).await
        }
        Command::Demo { who, args } => {
            let client = Client::open(loaded, &who).await?;
            let done = demo::run(&args, &client, screen).await;
            closed(client, done).await
        }
        Command::Task { who, command } => {
            let client = Client::open(loaded, &who).await?;
            let done = tasks::run(command, &client, screen).await;
            closed(client, done).await
        }
        // The caller deals with all others.
        other => anyhow::bail!("this command asks nothing: {other:?}"),
    }
}

/// Closes the way to the API whatever came of the command.
async fn closed(client: Client, done: anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    client.close().await?;
    done
}
