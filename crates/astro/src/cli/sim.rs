//! The words of `astro sim`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum SimCommand {
    /// Live through a world of simulated people and write the record
    Run(SimArgs),
    /// List the worlds and what each is for
    Worlds,
}

#[derive(Args, Debug)]
pub struct SimArgs {
    /// Which world; `astro sim worlds` lists them. `unseen` draws one from the seed
    #[arg(long, default_value = "W2")]
    pub world: String,
    /// How many people; as many as the world has without it
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub people: Option<u32>,
    /// How many days; as many as the world has without it
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub days: Option<u32>,
    /// The same seed writes the same files
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Who decides what is suggested to them
    #[arg(long, value_enum, default_value = "random")]
    pub behaviour: SimBehaviour,
    /// How often `random` speaks, from 0 to 1
    #[arg(long, default_value_t = 0.5)]
    pub p_speak: f64,
    /// A folder for events.jsonl, exposures.jsonl and truth.jsonl; it is made where it is missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SimBehaviour {
    /// Nothing is ever said
    Silent,
    /// Always the task that is due first
    EarliestDue,
    /// Anything, now and then, with its probability in the record
    Random,
}
