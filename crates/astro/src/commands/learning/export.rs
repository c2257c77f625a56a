//! `astro data export`: the very rows that are learnt from and judged on.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use astro_core::models::ModelKind;
use astro_core::tasks::TaskSource;
use astro_models::completion::{Lesson, table};
use astro_services::learning::TrainingOptions;
use astro_services::{Call, Services};
use serde_json::json;

use super::{parquet, train};
use crate::cli::{DataExportArgs, DataFormat};
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
    let principal = services.local_principal(None, None).await?;
    let call = Call::new(principal, TaskSource::Api);
    let options = TrainingOptions {
        kind: ModelKind::Completion,
        seed: args.seed,
        until: args.until,
    };
    let bar = Arc::new(progress::bar(screen, "people read"));
    let lesson = services
        .lesson(&call, options, &train::listener(&bar))
        .await;
    bar.finish();
    let (lesson, ..) = lesson?;
    match args.format {
        DataFormat::Csv => write_csv(&lesson, &args.output),
        DataFormat::Parquet => parquet::write(&lesson, &args.output),
    }
    .with_context(|| format!("writing {}", args.output.display()))?;
    let parts = [
        ("learn", lesson.learn.len()),
        ("check", lesson.check.len()),
        ("later", lesson.later.len()),
        ("unseen", lesson.unseen.len()),
    ];
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

fn write_csv(lesson: &Lesson, path: &Path) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{}", table::csv_header())?;
    for row in table::rows(lesson) {
        writeln!(file, "{}", table::csv_line(&row))?;
    }
    file.flush()?;
    Ok(())
}
