//! The data directory, the disk below it, and the clock.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use astro_core::calendar::Timestamp;
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::config::Config;

use super::Line;
use crate::screen::bytes;
use crate::wiring;

const LITTLE: u64 = 1 << 30;
const TOO_LITTLE: u64 = 100 << 20;
/// No release is older than this (2026-01-01).
const EARLIEST_SECOND: i64 = 1_767_225_600;

pub fn look(config: &Config) -> Vec<Line> {
    vec![
        directory(&config.data_dir),
        disk(&config.data_dir),
        keys(&wiring::keys(config)),
        clock(config, SystemClock.now()),
    ]
}

fn directory(path: &Path) -> Line {
    let name = "data directory";
    let shown = path.display();
    let Ok(metadata) = path.metadata() else {
        return Line::warn(
            name,
            format!("{shown} does not exist yet"),
            "the first start makes it",
        );
    };
    if !metadata.is_dir() {
        return Line::fail(
            name,
            format!("{shown} is no directory"),
            "choose another with --data-dir",
        );
    }
    let probe = path.join(".doctor");
    if let Err(error) = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)) {
        return Line::fail(
            name,
            format!("{shown} cannot be written: {error}"),
            "give it to the user that runs astro",
        );
    }
    let mode = metadata.permissions().mode() & 0o777;
    if is_private(mode) {
        Line::ok(name, format!("{shown}, its owner's alone"))
    } else {
        Line::warn(
            name,
            format!("{shown} can be entered by others (mode {mode:o})"),
            format!("chmod 700 {shown}"),
        )
    }
}

#[expect(
    clippy::verbose_bit_mask,
    reason = "permissions are read in octal digits: nothing for the group, nothing for others"
)]
fn is_private(mode: u32) -> bool {
    mode & 0o077 == 0
}

fn disk(path: &Path) -> Line {
    let name = "disk";
    let existing = path.ancestors().find(|ancestor| ancestor.exists());
    let free = existing.map(rustix::fs::statvfs);
    match free {
        Some(Ok(disk)) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let found = format!("{} free", bytes(free));
            let advice = "make room: a full disk refuses writes";
            if free < TOO_LITTLE {
                Line::fail(name, found, advice)
            } else if free < LITTLE {
                Line::warn(name, found, advice)
            } else {
                Line::ok(name, found)
            }
        }
        _ => Line::warn(name, "free space is unknown", "look at it by hand"),
    }
}

fn keys(path: &Path) -> Line {
    let name = "signing keys";
    let Ok(metadata) = path.metadata() else {
        return Line::ok(name, "made at the first start");
    };
    let mode = metadata.permissions().mode() & 0o777;
    if is_private(mode) {
        Line::ok(name, "readable by their owner alone")
    } else {
        Line::fail(
            name,
            format!("{} can be read by others (mode {mode:o})", path.display()),
            format!(
                "chmod 600 {}, then `astro token rotate-keys`: whoever read them can sign in as anybody",
                path.display()
            ),
        )
    }
}

fn clock(config: &Config, now: Timestamp) -> Line {
    let name = "clock";
    let advice = "set the clock (NTP): reminders and sign-ins depend on it";
    if now.as_second() < EARLIEST_SECOND {
        return Line::fail(name, format!("{now} is in the past"), advice);
    }
    let written = config
        .data_dir
        .join("astro.db")
        .metadata()
        .and_then(|data| data.modified());
    let ahead = written.ok().and_then(|at| Timestamp::try_from(at).ok());
    match ahead {
        Some(written) if written.as_second() > now.as_second() + 300 => Line::warn(
            name,
            format!("{now} is before the last write ({written})"),
            advice,
        ),
        _ => Line::ok(name, now.to_string()),
    }
}
