//! `astro tenant`: groups of users who are administered together.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::day;
use crate::cli::TenantCommand;
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, text};

pub async fn run(
    command: &TenantCommand,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        TenantCommand::Create { slug, title } => {
            let body = json!({ "slug": slug, "title": title.as_ref().unwrap_or(slug) });
            let tenant: Value = client.post("/api/v1/tenants", &body).await?;
            if screen.is_json() {
                screen.json(&tenant)?;
            } else {
                let done = screen.paint(Style::Good, "made");
                screen.line(format!("{done} {}", text(&tenant["slug"])))?;
            }
        }
        TenantCommand::List => {
            let all: Vec<Value> = client.all("/api/v1/tenants").await?;
            if screen.is_json() {
                screen.json(&json!({ "items": all }))?;
            } else {
                show(&all, screen)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(all: &[Value], screen: &mut Screen) -> anyhow::Result<()> {
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|tenant| {
            let state = if tenant["disabled"] == true {
                Cell::styled("disabled", Style::Bad)
            } else {
                Cell::default()
            };
            vec![
                Cell::plain(text(&tenant["slug"])),
                Cell::plain(text(&tenant["title"])),
                Cell::styled(day(&tenant["created_at"]), Style::Faint),
                state,
            ]
        })
        .collect();
    table::print(screen, &["slug", "title", "since", ""], 1, &rows)?;
    Ok(())
}
