//! `astro check`: whether everything that is kept is whole.

use std::path::Path;
use std::process::ExitCode;

use astro_store::operations::Manifest;
use astro_store::{Store, StoreError, StoreOptions};
use serde_json::json;

use crate::config::Loaded;
use crate::failure::Misuse;
use crate::progress;
use crate::screen::{Screen, Style};
use crate::wiring;

pub async fn run(
    loaded: &Loaded,
    backup: Option<&Path>,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    if let Some(backup) = backup {
        return verify(backup, screen);
    }
    let database = wiring::database(&loaded.config);
    let schema = Store::schema(&database).await?;
    if schema.applied == 0 {
        return Err(Misuse::error("there is no database yet"));
    }
    if !schema.pending.is_empty() {
        return Err(Misuse::error(
            "the database has an older schema; run `astro migrate` first",
        ));
    }
    let store = open(&loaded.config).await?;
    let bar = progress::bar(screen, "people");
    let found = store
        .check(|done, all| bar.set(done as u64, all as u64))
        .await;
    bar.finish();
    store.close().await?;
    let found = found?;
    if screen.is_json() {
        screen.json(&json!({ "findings": found }))?;
    } else if found.is_empty() {
        let sound = screen.paint(Style::Good, "sound");
        screen.line(format!(
            "{sound}: the database and everything derived in it agree"
        ))?;
    } else {
        for finding in &found {
            let area = serde_json::to_value(finding.area)?;
            let area = screen.paint(Style::Bad, area.as_str().unwrap_or_default());
            screen.line(format!("{area}: {}", finding.detail))?;
        }
        screen.line(format!(
            "{} findings; keep a copy of the data as it is before anything else",
            found.len()
        ))?;
    }
    Ok(if found.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Opens the database, beside a server if one runs: a check only reads, each person's data as of
/// one moment.
async fn open(config: &astro_core::config::Config) -> anyhow::Result<Store> {
    let options = wiring::store_options(config);
    match Store::open(&options).await {
        Err(StoreError::Locked(_)) => {
            let beside = StoreOptions {
                exclusive: false,
                ..options
            };
            Ok(Store::open(&beside).await?)
        }
        other => Ok(other?),
    }
}

fn verify(backup: &Path, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let manifest = Manifest::verify(backup)?;
    if screen.is_json() {
        screen.json(&json!({ "findings": [], "manifest": manifest }))?;
    } else {
        let sound = screen.paint(Style::Good, "sound");
        screen.line(format!(
            "{sound}: a backup of {} with schema {}, every byte as it was written",
            manifest.engine, manifest.schema
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
