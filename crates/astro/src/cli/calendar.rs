//! `astro calendar`.

use astro_calendar::{Rule, When, ZoneName};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// Print when something that recurs takes place; needs no server and no account
    Expand(ExpandArgs),
}

#[derive(Args, Debug)]
pub struct ExpandArgs {
    /// First of all: 2026-03-27 (whole days), 2026-03-27T09:00 (in --zone), 2026-03-27T09:00Z
    #[arg(long, value_name = "WHEN")]
    pub start: When,
    /// Where local times are: Europe/Madrid; UTC unless told otherwise
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<ZoneName>,
    /// How it recurs, as RFC 5545 says it: `FREQ=WEEKLY;BYDAY=MO,TH`; may be repeated
    #[arg(long, value_name = "RULE")]
    pub rrule: Vec<Rule>,
    /// Also then; may be repeated or hold commas
    #[arg(long, value_name = "WHEN", value_delimiter = ',')]
    pub rdate: Vec<When>,
    /// Not then; a date leaves out the whole day; may be repeated or hold commas
    #[arg(long, value_name = "WHEN", value_delimiter = ',')]
    pub exdate: Vec<When>,
    /// Only what begins after this; a date is the beginning of its day
    #[arg(long, value_name = "WHEN")]
    pub after: Option<When>,
    /// At most so many
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub count: u32,
}
