//! `astro import`, `astro export`: what comes in and goes out as files.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use astro_core::interchange::{Fate, ImportReport};
use http::Method;

use crate::cli::{ExportArgs, ImportArgs};
use crate::client::{Client, encode};
use crate::progress;
use crate::screen::{Screen, Style, bytes};
use crate::table::{self, Cell, one_line};

pub async fn import(
    wanted: &ImportArgs,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let data = read(&wanted.file)?;
    let path = format!(
        "/api/v1/import?format={}&dry_run={}",
        encode(&wanted.format),
        wanted.dry_run
    );
    let working = progress::spinner(screen, "reading the file");
    let answer = client
        .send(Method::POST, &path, "application/octet-stream", data.into())
        .await;
    working.finish();
    let report: ImportReport = answer?.read()?;
    if screen.is_json() {
        screen.json(&report)?;
    } else {
        show(&report, screen)?;
    }
    let all = || report.counts.values();
    let taken: u64 = all()
        .map(|one| one.created + one.updated + one.unchanged)
        .sum();
    let refused: u64 = all().map(|one| one.refused).sum();
    Ok(if taken == 0 && refused > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut data = Vec::new();
        std::io::stdin().lock().read_to_end(&mut data)?;
        return Ok(data);
    }
    std::fs::read(file).with_context(|| format!("reading {}", file.display()))
}

fn show(report: &ImportReport, screen: &mut Screen) -> anyhow::Result<()> {
    let rows: Vec<Vec<Cell>> = report
        .counts
        .iter()
        .map(|(kind, counts)| {
            let numbers = [
                counts.created,
                counts.updated,
                counts.unchanged,
                counts.refused,
            ];
            let name = Cell::plain(kind.replace('_', " "));
            std::iter::once(name)
                .chain(numbers.map(|number| Cell::plain(format!("{number:>9}"))))
                .collect()
        })
        .collect();
    let headings = ["", "  created", "  updated", "unchanged", "  refused"];
    table::print(screen, &headings, 0, &rows)?;
    let unmapped: Vec<_> = report
        .fields
        .iter()
        .filter(|field| field.fate != Fate::Mapped)
        .collect();
    if !unmapped.is_empty() {
        screen.line("")?;
        screen.line("without a place here:")?;
    }
    for field in unmapped {
        let fate = match field.fate {
            Fate::Kept => screen.paint(Style::Faint, "kept with the task, comes out again"),
            Fate::Derived => screen.paint(Style::Faint, "made anew by its program, not kept"),
            Fate::Left | Fate::Mapped => screen.paint(Style::Warning, "not taken"),
        };
        screen.line(format!(
            "  {} × {}  {fate}",
            field.count,
            one_line(&field.field)
        ))?;
    }
    if !report.warnings.is_empty() {
        screen.line("")?;
        screen.line("worth a look:")?;
    }
    for warning in &report.warnings {
        let place = screen.paint(Style::Warning, one_line(&warning.place));
        screen.line(format!("  {place}  {}", one_line(&warning.message)))?;
    }
    if report.warnings_left_out > 0 {
        screen.line(format!("  and {} more", report.warnings_left_out))?;
    }
    if report.dry_run {
        screen.line("")?;
        screen.line(screen.paint(Style::Accent, "A dry run: nothing was written."))?;
    }
    Ok(())
}

pub async fn export(
    wanted: &ExportArgs,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let path = format!("/api/v1/export?format={}", encode(&wanted.format));
    let working = progress::spinner(screen, "gathering everything");
    let answer = client.ask(Method::GET, &path).await;
    working.finish();
    let file = answer?.body;
    match &wanted.output {
        Some(path) => {
            write_private(path, &file)?;
            if !screen.is_json() {
                let done = screen.paint(Style::Good, "written");
                let size = bytes(file.len() as u64);
                screen.line(format!("{done} {} ({size})", path.display()))?;
            }
        }
        None => screen.bytes(&file)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes beside the file and moves it there, so that an interrupted export leaves no half file;
/// readable by its owner alone.
fn write_private(path: &Path, data: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let writing = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&partial)?;
        file.write_all(data)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)
    };
    writing().with_context(|| format!("writing {}", path.display()))
}
