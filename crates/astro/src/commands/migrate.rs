//! `astro migrate`: bringing the schema up to this release.

use std::process::ExitCode;

use astro_store::{Store, StoreError};
use serde_json::json;

use crate::config::Loaded;
use crate::screen::{Screen, Style};
use crate::wiring;

pub async fn run(loaded: &Loaded, dry_run: bool, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    let database = wiring::database(config);
    let schema = Store::schema(&database).await?;
    if schema.applied > schema.known {
        return Err(StoreError::TooNew {
            found: schema.applied,
            known: schema.known,
        }
        .into());
    }
    if !dry_run && !schema.pending.is_empty() {
        wiring::make_data_dir(&config.data_dir)?;
        // Opening runs what is pending.
        Store::open(&wiring::store_options(config))
            .await?
            .close()
            .await?;
    }
    if screen.is_json() {
        let pending: Vec<_> = schema
            .pending
            .iter()
            .map(|(number, name)| json!({ "number": number, "name": name }))
            .collect();
        screen.json(&json!({
            "before": schema.applied,
            "known": schema.known,
            "pending": pending,
            "ran": !dry_run,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    if schema.pending.is_empty() {
        screen.line(format!(
            "the schema is up to date ({}); nothing to do",
            schema.applied
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (number, name) in &schema.pending {
        let verb = if dry_run {
            screen.paint(Style::Faint, "would run")
        } else {
            screen.paint(Style::Good, "ran")
        };
        screen.line(format!("{verb} {number:04}_{name}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
