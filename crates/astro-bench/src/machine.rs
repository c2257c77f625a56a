//! The machine that the figures are of.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::measure::{now, quantile};

/// A few lines of Markdown.
pub fn describe(folder: &Path) -> Result<String> {
    let processor = fs::read_to_string("/proc/cpuinfo")?;
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let memory: f64 = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.split_whitespace().next())
        .context("reading /proc/meminfo")?
        .parse()?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split_whitespace().next().unwrap_or_default();
    let sync = sync_time(folder)?;
    Ok(format!(
        "- processor: {model}, {cores} cores; memory: {:.0} GiB\n- kernel: Linux {}; compiler: {}\n\
         - load average at the start: {load}; writing 4 KiB and waiting for the disk: {:.0} us (median)\n",
        memory / 1024.0 / 1024.0,
        kernel.trim(),
        compiler()?,
        sync.as_secs_f64() * 1e6,
    ))
}

fn compiler() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The median time of a small write with fdatasync: what a durable commit costs at least.
fn sync_time(folder: &Path) -> Result<Duration> {
    let path = folder.join("sync-time");
    let mut file = fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(now() - begun);
    }
    fs::remove_file(&path)?;
    times.sort_unstable();
    Ok(quantile(&times, 0.5))
}
