//! `astro token`: personal access tokens, and the keys that sign all others.

use std::process::ExitCode;

use anyhow::bail;
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::config::Config;
use astro_core::random::Random;
use http::Method;
use serde_json::{Value, json};

use super::day;
use crate::cli::TokenCommand;
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, text};
use crate::wiring;
use crate::wording::{ahead, read_duration};

const PLACE: &str = "/api/v1/me/tokens";

pub async fn run(
    command: &TokenCommand,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        TokenCommand::Create {
            title,
            scope,
            expires,
        } => {
            let until = ahead(SystemClock.now(), read_duration(expires)?)?;
            let body = json!({ "title": title, "scopes": scope, "expires_at": until });
            let issued: Value = client.post(PLACE, &body).await?;
            if screen.is_json() {
                screen.json(&issued)?;
            } else {
                // Alone on its line, so that a script can take it.
                screen.line(text(&issued["token"]))?;
            }
        }
        TokenCommand::List => list(client, screen).await?,
        TokenCommand::Revoke { token } => {
            let id = find(token, client).await?;
            client.ask(Method::DELETE, &format!("{PLACE}/{id}")).await?;
            if screen.is_json() {
                screen.json(&json!({ "revoked": id }))?;
            } else {
                screen.line(screen.paint(Style::Good, "revoked"))?;
            }
        }
        // Needs no way to the API: the caller has dealt with it.
        TokenCommand::RotateKeys => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes a new signing key into use; a running server sees it within seconds.
pub fn rotate_keys(config: &Config, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    wiring::make_data_dir(&config.data_dir)?;
    let keys = wiring::keys(config);
    astro_services::accounts::rotate_keys(&keys, SystemClock.now(), &Random::from_os())?;
    if screen.is_json() {
        screen.json(&json!({ "rotated": true }))?;
    } else {
        let done = screen.paint(Style::Good, "rotated");
        screen.line(format!(
            "{done}: what was signed before runs out within minutes"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn tokens(client: &Client) -> anyhow::Result<Vec<Value>> {
    client.all(PLACE).await
}

async fn list(client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let all = tokens(client).await?;
    if screen.is_json() {
        screen.json(&json!({ "items": all }))?;
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|token| {
            let scopes = token["scopes"].as_array().into_iter().flatten().map(text);
            let used = match day(&token["last_used_at"]) {
                never if never.is_empty() => "never".to_owned(),
                day => day,
            };
            vec![
                Cell::plain(text(&token["prefix"])),
                Cell::plain(text(&token["title"])),
                Cell::plain(scopes.collect::<Vec<_>>().join(" ")),
                Cell::styled(used, Style::Faint),
                Cell::styled(day(&token["expires_at"]), Style::Faint),
            ]
        })
        .collect();
    let headings = ["token", "title", "scopes", "used", "until"];
    table::print(screen, &headings, 2, &rows)?;
    Ok(())
}

/// The id of the token that begins so, has this title or this id.
async fn find(wanted: &str, client: &Client) -> anyhow::Result<String> {
    let all = tokens(client).await?;
    let mut found = all.iter().filter(|token| {
        token["id"] == wanted
            || token["title"] == wanted
            || token["prefix"]
                .as_str()
                .is_some_and(|prefix| wanted.starts_with(prefix))
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(text(&one["id"])),
        (None, _) => bail!("there is no such token; `astro token list` shows yours"),
        _ => bail!("several tokens are called so; give the beginning of the token"),
    }
}
