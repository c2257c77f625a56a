//! `astro reminder` and `astro destination`: whether reminders arrive, and where.

mod destinations;

pub use destinations::run as destination;

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::ReminderCommand;
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, text};

pub async fn reminder(
    command: &ReminderCommand,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        ReminderCommand::Test { channel } => test(channel, client, screen).await,
        ReminderCommand::Log { limit } => log(*limit, client, screen).await,
    }
}

/// Fails when one of the places was not reached.
async fn test(channel: &str, client: &Client, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let body = json!({ "channel": channel });
    let answer: Value = client.post("/api/v1/reminders/test", &body).await?;
    let items = answer["items"].as_array().cloned().unwrap_or_default();
    let all_sent = items.iter().all(|item| item["sent"] == true);
    if screen.is_json() {
        screen.json(&answer)?;
    } else {
        for item in &items {
            let title = text(&item["title"]);
            if item["sent"] == true {
                let sent = screen.paint(Style::Good, "sent");
                screen.line(format!("  {sent}    {title}"))?;
            } else {
                let failed = screen.paint(Style::Bad, "failed");
                screen.line(format!("  {failed}  {title}: {}", text(&item["error"])))?;
            }
        }
    }
    Ok(if all_sent {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn log(limit: usize, client: &Client, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let found: Vec<Value> = client.some("/api/v1/deliveries", limit).await?;
    if screen.is_json() {
        screen.json(&json!({ "items": found }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = Vec::new();
    for delivery in &found {
        let task: Value = client
            .get(&format!("/api/v1/tasks/{}", text(&delivery["task_id"])))
            .await
            .unwrap_or_default();
        let style = match delivery["state"].as_str() {
            Some("sent") => Style::Good,
            Some("failed") => Style::Bad,
            _ => Style::Faint,
        };
        let late = if delivery["late"] == true { "late" } else { "" };
        rows.push(vec![
            Cell::styled(moment(&delivery["fired_at"]), Style::Faint),
            Cell::styled(text(&delivery["state"]), style),
            Cell::plain(text(&delivery["channel"])),
            Cell::styled(late.to_owned(), Style::Faint),
            Cell::plain(text(&task["title"])),
            Cell::styled(text(&delivery["error"]), Style::Faint),
        ]);
    }
    let headings = ["called (UTC)", "state", "channel", "", "task", ""];
    table::print(screen, &headings, 4, &rows)?;
    Ok(ExitCode::SUCCESS)
}

/// An instant of the API to the minute.
fn moment(value: &Value) -> String {
    text(value)
        .chars()
        .take(16)
        .collect::<String>()
        .replace('T', " ")
}
