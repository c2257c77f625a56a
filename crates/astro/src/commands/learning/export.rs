//! `astro data export`: the very rows that are learnt from and judged on.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use astro_core::tasks::TaskSource;
use astro_models::completion::table::examples;
use astro_models::lesson::{Lesson, PARTS, Taught};
use astro_models::recommendation::table::{exposures, rewards};
use astro_models::table::{Cell, Table, csv_header, csv_line};
use astro_services::{Call, Services};
use serde_json::json;

use super::{parquet, train};
use crate::cli::{DataExportArgs, DataFormat, DataWhat};
use crate::config::Loaded;
use crate::progress;
use crate::screen::Screen;

pub async fn run(
    args: &DataExportArgs,
    loaded: &Loaded,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let services = train::open(loaded).await?;
    let done = export(args, &services, screen).await;
    services.store.close().await?;
    done
}

async fn export(
    args: &DataExportArgs,
    services: &Services,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match args.what {
        DataWhat::Completion => export_as(args, services, screen, examples).await,
        DataWhat::Exposures => export_as(args, services, screen, exposures).await,
        DataWhat::Rewards => export_as(args, services, screen, rewards).await,
    }
}

async fn export_as<T: Taught + Send + 'static>(
    args: &DataExportArgs,
    services: &Services,
    screen: &mut Screen,
    table: fn(&Lesson<T>) -> Table<'_>,
) -> anyhow::Result<ExitCode> {
    let principal = services.local_principal(None, None).await?;
    let call = Call::new(principal, TaskSource::Api);
    let bar = Arc::new(progress::bar(screen, "people read"));
    let lesson = services
        .lesson(&call, args.seed, args.until, &train::listener(&bar))
        .await;
    bar.finish();
    let lesson = lesson?;
    let mut parts = BTreeMap::new();
    let mut table = table(&lesson);
    let counted = table.rows.inspect(|row| {
        if let Some(Cell::Text(part)) = row.first() {
            *parts.entry(part.clone()).or_insert(0_u64) += 1;
        }
    });
    table.rows = Box::new(counted);
    match args.format {
        DataFormat::Csv => write_csv(table, &args.output),
        DataFormat::Parquet => parquet::write(table, &args.output),
    }
    .with_context(|| format!("writing {}", args.output.display()))?;
    let parts = PARTS.map(|part| (part, parts.get(part).copied().unwrap_or(0)));
    if screen.is_json() {
        let parts = parts.map(|(name, rows)| (name.to_owned(), rows.into()));
        screen
            .json(&json!({ "rows": serde_json::Map::from_iter(parts), "until": lesson.until }))?;
    } else {
        let parts = parts.map(|(name, rows)| format!("{rows} {name}"));
        screen.line(format!(
            "{} rows written to {}",
            parts.join(", "),
            args.output.display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_csv(table: Table<'_>, path: &Path) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{}", csv_header(&table.columns))?;
    for row in table.rows {
        writeln!(file, "{}", csv_line(&row))?;
    }
    file.flush()?;
    Ok(())
}
