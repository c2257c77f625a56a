//! What `astro task add` takes.

use clap::Args;

pub const EXAMPLES: &str = "\
Examples:
  astro task add 'Call Ana tomorrow at 3pm @phone'
  astro task add 'Pay rent every 1st at 9am #home p1 for 30m'
  astro task add 'Water plants every! 3 days'    every!: counts from completion
  astro task add --plain 'Read Every Day'

Words in quotes inside of the line are left alone. docs/quick-add.md has all that can be written.";

#[derive(Args, Debug)]
pub struct NewTaskArgs {
    /// The task in your words; best in quotes, for the shell has ideas of its own about # and !
    #[arg(required = true, value_name = "LINE")]
    pub title: Vec<String>,
    /// Only show what would be recognised
    #[arg(long)]
    pub dry: bool,
    /// Take the line as the title, word for word
    #[arg(long, visible_alias = "no-parse", conflicts_with_all = ["dry", "lang"])]
    pub plain: bool,
    /// The language of the line, when it is not that of your preferences: en, de, es, fr, it, nl, pt
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Wanted by: today, tomorrow, friday, +3d, 2026-12-24, 2026-12-24T10:00:00
    #[arg(long, value_name = "WHEN")]
    pub due: Option<String>,
    /// Not before
    #[arg(long, value_name = "WHEN")]
    pub start: Option<String>,
    /// Immovable
    #[arg(long, value_name = "DATE")]
    pub deadline: Option<String>,
    /// 1 (highest) to 9
    #[arg(long)]
    pub priority: Option<u8>,
    /// Expected effort: 45m, 1h30m
    #[arg(long, value_name = "TIME")]
    pub estimate: Option<String>,
    /// By its title; made where there is none
    #[arg(long, value_name = "TITLE")]
    pub project: Option<String>,
    /// By its title; may be repeated
    #[arg(long, value_name = "TITLE")]
    pub label: Vec<String>,
    /// A task that must be finished first; may be repeated
    #[arg(long, value_name = "TASK")]
    pub after: Vec<String>,
    /// A longer text
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}
