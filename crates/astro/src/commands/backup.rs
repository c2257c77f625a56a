//! `astro backup`, `astro restore`: a copy of everything, and back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use astro_core::calendar::Timestamp;
use astro_core::clock::{Clock as _, SystemClock};
use astro_store::operations::{self, Manifest, Target};
use serde_json::json;

use crate::config::Loaded;
use crate::progress;
use crate::screen::{Screen, Style, bytes};
use crate::wiring;

/// Where backups lie unless another place is named.
pub fn usual_place(data_dir: &Path) -> PathBuf {
    data_dir.join("backups")
}

/// A moment as a part of a file name that sorts by time.
fn stamp(now: Timestamp) -> String {
    now.to_string()
        .chars()
        .take(19)
        .map(|c| if c == ':' { '-' } else { c })
        .collect()
}

pub async fn backup(
    loaded: &Loaded,
    destination: Option<&Path>,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    let now = SystemClock.now();
    let destination = if let Some(named) = destination {
        named.to_owned()
    } else {
        let place = usual_place(&config.data_dir);
        wiring::make_data_dir(&place)?;
        place.join(stamp(now))
    };
    let working = progress::spinner(screen, "copying the database");
    let made = operations::backup(&wiring::database(config), &destination, now).await;
    working.finish();
    let manifest = made?;
    if screen.is_json() {
        screen.json(&json!({ "directory": destination, "manifest": manifest }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let size = manifest.files.iter().map(|file| file.bytes).sum();
    let done = screen.paint(Style::Good, "backed up");
    screen.line(format!(
        "{done} to {} ({})",
        destination.display(),
        bytes(size)
    ))?;
    screen.line(screen.paint(
        Style::Faint,
        "It holds everything but the signing keys and the trained models (`astro train --once` makes those anew): keep \
         it as safe as the data itself.",
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub async fn restore(
    loaded: &Loaded,
    backup: &Path,
    force: bool,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    let now = SystemClock.now();
    let target = if force {
        Target::Replaced {
            safety_copy: config
                .data_dir
                .join(format!("before-restore-{}", stamp(now))),
        }
    } else {
        Target::Empty
    };
    wiring::make_data_dir(&config.data_dir)?;
    let working = progress::spinner(screen, "verifying and copying");
    let done = operations::restore(backup, &wiring::database(config), &target, now).await;
    working.finish();
    let restored = done?;
    if screen.is_json() {
        screen
            .json(&json!({ "manifest": restored.manifest, "safety_copy": restored.safety_copy }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let taken = local(restored.manifest.created_at);
    let done = screen.paint(Style::Good, "restored");
    screen.line(format!("{done} the backup of {taken}"))?;
    if let Some(copy) = &restored.safety_copy {
        screen.line(format!("what was there before lies in {}", copy.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn local(at: Timestamp) -> String {
    at.to_string()
        .chars()
        .take(16)
        .map(|c| if c == 'T' { ' ' } else { c })
        .collect::<String>()
        + " UTC"
}

/// The newest backup in the usual place.
pub fn newest(data_dir: &Path) -> Option<Manifest> {
    let place = usual_place(data_dir).read_dir().ok()?;
    place
        .filter_map(|entry| Manifest::read(&entry.ok()?.path()).ok())
        .max_by_key(|manifest| manifest.created_at)
}
