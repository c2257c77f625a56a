//! `astro models predict`: what a model says of rows that somebody has.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use astro_data::Row;
use astro_models::artifact::{self, Version};
use astro_models::completion::CompletionModel;
use astro_models::prior;
use serde_json::Value;

use super::rows;
use crate::cli::{PredictArgs, Who};
use crate::client::Client;
use crate::config::Loaded;
use crate::screen::Screen;
use crate::wiring;

const HEADER: &str = "done_in_time,done_within_1d,done_within_3d,done_within_7d,dropped_within_7d,median_h,\
                      minutes_low,minutes_typical,minutes_high";

pub async fn run(
    args: &PredictArgs,
    who: &Who,
    loaded: &Loaded,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let rows = rows::read(&args.rows)?;
    let model = model(args, who, loaded).await?;
    if let Some(path) = &args.output {
        let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
        let mut file = BufWriter::new(file);
        write(&model, &rows, &mut file).with_context(|| format!("writing {}", path.display()))?;
        file.flush()?;
        screen.line(format!(
            "{} predictions written to {}",
            rows.len(),
            path.display()
        ))?;
    } else {
        let mut text = Vec::new();
        write(&model, &rows, &mut text)?;
        screen.bytes(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn model(args: &PredictArgs, who: &Who, loaded: &Loaded) -> anyhow::Result<CompletionModel> {
    if args.model == prior::NAME {
        return Ok(prior::completion()?.1);
    }
    let client = Client::open(loaded, who).await?;
    let found: anyhow::Result<Value> = client
        .get(&format!("/api/v1/models/completion/{}", args.model))
        .await;
    client.close().await?;
    let found = found.with_context(|| format!("looking for the model `{}`", args.model))?;
    let version = found["version"].as_str().and_then(Version::parse);
    let version = version.context("the registry names no version")?;
    Ok(artifact::read_completion(&wiring::models(&loaded.config), &version)?.1)
}

/// A line for each row, in their order.
fn write(model: &CompletionModel, rows: &[Row], to: &mut impl Write) -> anyhow::Result<()> {
    writeln!(to, "{HEADER}")?;
    for said in model.predict(rows) {
        let median = said
            .median_h()
            .map(|hours| hours.to_string())
            .unwrap_or_default();
        let numbers = [
            said.asked,
            said.days[0],
            said.days[1],
            said.days[2],
            said.curve.at(168.0).dropped,
        ];
        let numbers = numbers.map(|number| number.to_string()).join(",");
        let minutes = said.minutes.map(|number| number.to_string()).join(",");
        writeln!(to, "{numbers},{median},{minutes}")?;
    }
    Ok(())
}
