//! `astro reminder` and `astro destination`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub const CHANNELS: &str = "\
Channels and what they need (docs/channels.md):
  web_push   made by the browser itself
  ntfy       --set server=https://ntfy.sh --set topic=NAME [--secret-file TOKEN]
  gotify     --set server=https://gotify.example.org --secret-file TOKEN
  webhook    --set url=https://example.org/hook --secret-file WHSEC
  apprise    --set server=https://apprise.example.org --set key=NAME (or --secret-file ADDRESSES)
  telegram   --set chat_id=123456 --secret-file BOT_TOKEN
e-mail goes to the account's address and in_app is the product itself: neither needs a destination.";

#[derive(Debug, Subcommand)]
pub enum ReminderCommand {
    /// Send a message to every place of a channel now, and say what came of it
    Test {
        /// `email`, `web_push`, `ntfy`, `gotify`, `webhook`, `apprise` or `telegram`
        #[arg(long)]
        channel: String,
    },
    /// What became of the latest reminders
    Log {
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
}

#[derive(Debug, Subcommand)]
pub enum DestinationCommand {
    /// Add a place that reminders can go to
    #[command(after_help = CHANNELS)]
    Add(NewDestinationArgs),
    /// List the places that reminders can go to
    List,
    /// Remove a place
    Remove {
        /// Its title or its id
        destination: String,
    },
}

#[derive(Args, Debug)]
pub struct NewDestinationArgs {
    /// The channel
    pub channel: String,
    /// What to call it: "Phone"; without one it is called like the channel
    #[arg(long)]
    pub title: Option<String>,
    /// A setting of the channel; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<String>,
    /// Read the token or secret from this file; `-` asks for it
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Also tell it of these events: `astro.tasks.*.v1` (webhooks only); may be repeated
    #[arg(long = "event", value_name = "SUBJECT")]
    pub events: Vec<String>,
}
