//! Everything that can be asked for on the command line.

mod accounts;
mod add;
mod calendar;
mod learning;
mod reminder;
mod sim;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use accounts::{NewUserArgs, TenantCommand, TokenCommand, UserCommand};
pub use add::NewTaskArgs;
pub use calendar::{CalendarCommand, ExpandArgs};
pub use learning::{
    DataCommand, DataExportArgs, DataFormat, DataWhat, DemoArgs, ModelWhat, ModelsCommand,
    PredictArgs, TrainArgs,
};
pub use reminder::{DestinationCommand, NewDestinationArgs, ReminderCommand};
pub use sim::{SimArgs, SimBehaviour, SimCommand};

const AFTER_HELP: &str = "\
Without a command, astro serves. Every setting can also be given in a file or in the environment \
(`astro config reference`).

Exit codes: 0 done; 1 it could not be done, or a check found something; 2 the command line or the \
configuration is wrong.";

/// A self-hosted assistant that tells you what to do now, and why.
#[derive(Debug, Parser)]
#[command(name = "astro", version, about, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings of this run; each wins over the environment and the file.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct Flags {
    /// Read settings from this file instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Defaults for a kind of machine: default, small or team
    #[arg(long, global = true, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Directory of the database, the keys and the running server's address
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// PostgreSQL instead of SQLite, as `postgres://user:password@host/database`
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Address and port to listen on
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// A proxy (address or network) whose X-Forwarded-For is believed; may be repeated
    #[arg(long, global = true, value_name = "NETWORK")]
    pub trusted_proxy: Vec<String>,
    /// A host or network inside your own network that the server may connect to; may be repeated
    #[arg(long, global = true, value_name = "HOST|NETWORK")]
    pub allow_outgoing: Vec<String>,
    /// Log levels: `info,astro_store=debug`
    #[arg(long, global = true, value_name = "LEVELS")]
    pub log: Option<String>,
    /// Also log to files with this path and the day's date
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<String>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub json: bool,
}

/// For whom a command acts.
#[derive(Args, Clone, Debug, Default)]
pub struct Who {
    /// Act for this user; without it for the instance's first administrator
    #[arg(long, value_name = "EMAIL", global = true)]
    pub user: Option<String>,
    /// The user's tenant, where the address has accounts in several
    #[arg(long, value_name = "SLUG", global = true)]
    pub tenant: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server (what happens without a command)
    Serve,
    /// Do what is to be done in the background, beside a server on the same PostgreSQL
    Worker,
    /// Say what to do now, and why
    Now(NowArgs),
    /// Add, list and finish tasks
    Task {
        #[command(flatten)]
        who: Who,
        #[command(subcommand)]
        command: TaskCommand,
    },
    /// Try whether reminders arrive, and see what became of them
    Reminder {
        #[command(flatten)]
        who: Who,
        #[command(subcommand)]
        command: ReminderCommand,
    },
    /// Say where reminders go: a phone, a topic, a webhook
    Destination {
        #[command(flatten)]
        who: Who,
        #[command(subcommand)]
        command: DestinationCommand,
    },
    /// Bring tasks in from another program's file
    Import(ImportArgs),
    /// Take everything out as a file
    Export(ExportArgs),
    /// Make and administer accounts
    User {
        #[command(flatten)]
        who: Who,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Make and list tenants
    Tenant {
        #[command(flatten)]
        who: Who,
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// Make and revoke access tokens for programs
    Token {
        #[command(flatten)]
        who: Who,
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Show the settings and where they come from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look for what could be wrong with this installation
    Doctor,
    /// Copy everything to a new directory, also while the server runs
    Backup {
        /// Where to; by default a directory named by the time below the data directory
        directory: Option<PathBuf>,
    },
    /// Bring a backup back
    Restore {
        directory: PathBuf,
        /// Put the database that is there aside first
        #[arg(long)]
        force: bool,
    },
    /// Check that everything kept is whole and agrees with itself
    Check {
        /// Verify this backup instead
        #[arg(long, value_name = "DIR")]
        backup: Option<PathBuf>,
    },
    /// Bring the database's schema up to this release (the server does so itself)
    Migrate {
        /// Only say what would run
        #[arg(long)]
        dry_run: bool,
    },
    /// Look into recurrence rules
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// Simulated people, whose truth is known
    #[command(subcommand)]
    Sim(SimCommand),
    /// Learn from what people did on this server
    Train(TrainArgs),
    /// Look at what was learnt, and say what serves
    Models {
        #[command(flatten)]
        who: Who,
        /// Of which kind of model
        #[arg(long, value_enum, global = true, default_value = "completion")]
        kind: ModelWhat,
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// Take out the rows that are learnt from
    #[command(subcommand)]
    Data(DataCommand),
    /// Fill an account with a sample month, and take it away again
    Demo {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        args: DemoArgs,
    },
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Args, Debug)]
pub struct NowArgs {
    #[command(flatten)]
    pub who: Who,
    /// How long you have: 45m, 1h30m
    #[arg(long = "for", value_name = "TIME")]
    pub time: Option<String>,
    #[command(subcommand)]
    pub command: Option<NowCommand>,
}

/// What to say to the latest proposal.
#[derive(Debug, Subcommand)]
pub enum NowCommand {
    /// I will do it
    Accept {
        /// And begin right now
        #[arg(long)]
        start: bool,
    },
    /// Not before some time has passed: 2h, 1d
    Snooze { time: String },
    /// I do not want it
    Dismiss {
        /// `wrong_time`, `wrong_task`, `too_long`, `too_short`, `not_now`, `never`, `already_done` or other
        reason: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// Add a task; dates, rules, #project, @label and the like are read from the line
    #[command(after_help = add::EXAMPLES)]
    Add(NewTaskArgs),
    /// List tasks, open ones unless told otherwise
    List(ListArgs),
    /// Complete tasks
    Done {
        /// The id, the end of it, or words of the title; without one, what `astro now` proposed
        #[arg(value_name = "TASK")]
        tasks: Vec<String>,
    },
    /// Show everything about one task
    Show {
        /// The id, the end of it, or words of the title
        task: String,
    },
    /// Leave out occurrences of recurring tasks; the next ones take their turn
    Skip {
        /// The id, the end of it, or words of the title
        #[arg(value_name = "TASK", required = true)]
        tasks: Vec<String>,
    },
    /// What lies ahead, with the occurrences that are planned
    Upcoming {
        /// So many days, today included
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
        /// At most so many; 0 for all
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
}

#[derive(Args, Debug)]
pub struct ListArgs {
    /// Only tasks that hold these words
    pub words: Vec<String>,
    /// Finished ones too
    #[arg(long)]
    pub all: bool,
    /// Only of this project
    #[arg(long, value_name = "TITLE")]
    pub project: Option<String>,
    /// Only with this label
    #[arg(long, value_name = "TITLE")]
    pub label: Option<String>,
    /// Only what is due by then: today, friday, +7d, 2026-12-24
    #[arg(long, value_name = "WHEN")]
    pub due: Option<String>,
    /// Only what waits for another task
    #[arg(long)]
    pub blocked: bool,
    /// due, created, updated, position or completed
    #[arg(long, default_value = "due")]
    pub sort: String,
    /// At most so many; 0 for all
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

#[derive(Args, Debug)]
pub struct ImportArgs {
    #[command(flatten)]
    pub who: Who,
    /// taskwarrior, todotxt, ics, events, or json (an export of this product)
    pub format: String,
    /// `-` reads the standard input
    pub file: PathBuf,
    /// Only say what would come in, and what has no place here
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    pub who: Who,
    /// json (everything, without loss), taskwarrior, todotxt, ics or events
    #[arg(default_value = "json")]
    pub format: String,
    /// Write to this file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting; secrets are hidden
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print the reference of all settings as Markdown
    Reference,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
