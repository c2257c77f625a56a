//! `astro destination`: where reminders go.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use astro_core::secret::Secret;
use http::Method;
use serde_json::{Map, Value, json};

use crate::cli::{DestinationCommand, NewDestinationArgs};
use crate::client::Client;
use crate::commands::accounts::secret;
use crate::failure::Misuse;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, text};

const PLACE: &str = "/api/v1/destinations";

pub async fn run(
    command: &DestinationCommand,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        DestinationCommand::Add(args) => add(args, client, screen).await?,
        DestinationCommand::List => list(client, screen).await?,
        DestinationCommand::Remove { destination } => {
            let id = find(destination, client).await?;
            client.ask(Method::DELETE, &format!("{PLACE}/{id}")).await?;
            if screen.is_json() {
                screen.json(&json!({ "removed": id }))?;
            } else {
                screen.line(screen.paint(Style::Good, "removed"))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(
    args: &NewDestinationArgs,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let mut settings = Map::new();
    for setting in &args.settings {
        let Some((name, value)) = setting.split_once('=') else {
            return Err(Misuse::error(format!(
                "--set '{setting}': write NAME=VALUE, as in --set topic=my-reminders"
            )));
        };
        settings.insert(name.to_owned(), Value::from(value));
    }
    let secret = match args.secret_file.as_deref() {
        None => None,
        Some(file) if file == Path::new("-") => Some(secret(None)?),
        Some(file) => Some(secret(Some(file))?),
    };
    let body = json!({
        "channel": args.channel,
        "title": args.title.as_ref().unwrap_or(&args.channel),
        "settings": settings,
        "secret": secret.as_ref().map(Secret::expose),
        "events": args.events,
    });
    let made: Value = client.post(PLACE, &body).await?;
    if screen.is_json() {
        screen.json(&made)?;
        return Ok(());
    }
    let added = screen.paint(Style::Good, "added");
    screen.line(format!("{added} {}", text(&made["title"])))?;
    let hint = format!("try it: astro reminder test --channel {}", args.channel);
    screen.line(screen.paint(Style::Faint, hint))?;
    Ok(())
}

async fn list(client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let all: Vec<Value> = client.all(PLACE).await?;
    if screen.is_json() {
        screen.json(&json!({ "items": all }))?;
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|one| {
            let settings = one["settings"].as_object().into_iter().flatten();
            let shown: Vec<String> = settings
                .map(|(name, value)| format!("{name}={}", text(value)))
                .collect();
            let state = if one["enabled"] == true { "" } else { "off" };
            vec![
                Cell::plain(text(&one["title"])),
                Cell::plain(text(&one["channel"])),
                Cell::styled(shown.join(" "), Style::Faint),
                Cell::styled(state.to_owned(), Style::Faint),
            ]
        })
        .collect();
    table::print(screen, &["title", "channel", "settings", ""], 2, &rows)?;
    Ok(())
}

/// The id of the destination that has this title or this id.
async fn find(wanted: &str, client: &Client) -> anyhow::Result<String> {
    let all: Vec<Value> = client.all(PLACE).await?;
    let mut found = all
        .iter()
        .filter(|one| one["id"] == wanted || one["title"] == wanted);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(text(&one["id"])),
        (None, _) => bail!("there is no such destination; `astro destination list` shows yours"),
        _ => bail!("several destinations are called so; give the id (`--json` shows it)"),
    }
}
