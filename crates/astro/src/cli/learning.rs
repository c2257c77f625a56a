//! The words of `astro train` and `astro models`.

use std::path::PathBuf;

use astro_core::calendar::Timestamp;
use astro_core::models::ModelKind;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Args, Debug)]
pub struct TrainArgs {
    /// What to train
    #[arg(long, value_enum, default_value = "all")]
    pub what: TrainWhat,
    /// Train now, in this process, and end
    #[arg(long)]
    pub once: bool,
    /// The same log, moment and seed give the same bytes
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Look at nothing that was recorded later (RFC 3339); now without it
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrainWhat {
    /// Whether and when tasks are done
    Completion,
    /// What suggestions are worth, and when they are welcome
    Recommender,
    /// Everything that there is to train
    All,
}

impl TrainWhat {
    pub fn kinds(self) -> &'static [ModelKind] {
        match self {
            Self::Completion => &[ModelKind::Completion],
            Self::Recommender => &[ModelKind::Recommender],
            Self::All => ModelKind::ALL,
        }
    }
}

/// A kind of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelWhat {
    /// Whether and when tasks are done
    Completion,
    /// What suggestions are worth, and when they are welcome
    Recommender,
}

impl ModelWhat {
    pub fn kind(self) -> ModelKind {
        match self {
            Self::Completion => ModelKind::Completion,
            Self::Recommender => ModelKind::Recommender,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the versions, the latest first
    List,
    /// Show one version: what it learnt from and how good it is
    Show {
        /// A version, or champion, challenger, previous
        #[arg(default_value = "champion")]
        version: String,
        /// Also write its report as a page
        #[arg(long, value_name = "FILE")]
        page: Option<PathBuf>,
    },
    /// Set two versions side by side
    Compare {
        #[arg(default_value = "champion")]
        one: String,
        #[arg(default_value = "challenger")]
        other: String,
    },
    /// Let a version serve; the one that served becomes `previous`
    Promote {
        #[arg(default_value = "challenger")]
        version: String,
    },
    /// Let the version serve again that served before
    Rollback,
    /// Say what a model says of the rows of a file
    Predict(PredictArgs),
}

#[derive(Args, Debug)]
pub struct PredictArgs {
    /// Of what
    #[arg(value_enum)]
    pub what: ModelWhat,
    /// A file with a column for each feature, as `astro data export` writes it: .csv or .parquet
    #[arg(long, value_name = "FILE")]
    pub rows: PathBuf,
    /// A version, an alias, or `prior` for what ships with the product
    #[arg(long, default_value = "champion")]
    pub model: String,
    /// Write to this file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Write the very rows that are learnt from and judged on
    Export(DataExportArgs),
}

#[derive(Args, Debug)]
pub struct DataExportArgs {
    /// Which rows
    #[arg(long, value_enum, default_value = "completion")]
    pub what: DataWhat,
    #[arg(long, value_enum, default_value = "csv")]
    pub format: DataFormat,
    /// Divides people into parts, as `astro train --seed` does
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Look at nothing that was recorded later (RFC 3339); now without it
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataWhat {
    /// Open tasks on days, and what became of them
    Completion,
    /// Moments at which something could be suggested, and what came of them
    Exposures,
    /// What the hours after such moments were worth
    Rewards,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    Csv,
    Parquet,
}

#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Take the sample away again, with what was done to it
    #[arg(long)]
    pub remove: bool,
    /// How many days of a life
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: u32,
    /// Another seed is another life
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}
