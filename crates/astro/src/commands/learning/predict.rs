//! `astro models predict`: what a model says of rows that somebody has.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use astro_data::{NextMove, Row};
use astro_models::artifact::{self, Version};
use astro_models::completion::CompletionModel;
use astro_models::prior::{self, Shipped};
use astro_models::recommendation::{Head, RecommendationModel};
use serde_json::Value;

use super::{models, rows};
use crate::cli::{ModelWhat, PredictArgs, Who};
use crate::client::Client;
use crate::config::Loaded;
use crate::screen::Screen;
use crate::wiring;

const COMPLETION: &str = "done_in_time,done_within_1d,done_within_3d,done_within_7d,dropped_within_7d,median_h,\
                      minutes_low,minutes_typical,minutes_high";

/// Between the questions of yes and no, and what is done anyway.
const RECOMMENDER: &str = "progress,baseline,minutes_low,minutes_typical,minutes_high";

pub async fn run(
    args: &PredictArgs,
    who: &Who,
    loaded: &Loaded,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let rows = rows::read(&args.rows)?;
    let lines = match args.what {
        ModelWhat::Completion => completion(&model(args, who, loaded).await?, &rows),
        ModelWhat::Recommender => recommender(&model(args, who, loaded).await?, &rows),
    };
    if let Some(path) = &args.output {
        let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
        let mut file = BufWriter::new(file);
        write(&lines, &mut file).with_context(|| format!("writing {}", path.display()))?;
        file.flush()?;
        screen.line(format!(
            "{} predictions written to {}",
            rows.len(),
            path.display()
        ))?;
    } else {
        let mut text = Vec::new();
        write(&lines, &mut text)?;
        screen.bytes(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn model<M: Shipped>(args: &PredictArgs, who: &Who, loaded: &Loaded) -> anyhow::Result<M> {
    if args.model == prior::NAME {
        return Ok(prior::load()?.1);
    }
    let client = Client::open(loaded, who).await?;
    let found: anyhow::Result<Value> = client
        .get(&format!("{}/{}", models::place(M::KIND), args.model))
        .await;
    client.close().await?;
    let found = found.with_context(|| format!("looking for the model `{}`", args.model))?;
    let version = found["version"].as_str().and_then(Version::parse);
    let version = version.context("the registry names no version")?;
    Ok(artifact::load(&wiring::models(&loaded.config), &version)?.1)
}

/// A heading, and a line for each row in their order.
fn completion(model: &CompletionModel, rows: &[Row]) -> Vec<String> {
    let said = model.predict(rows);
    let lines = said.iter().map(|said| {
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
        format!("{},{median},{}", joined(&numbers), joined(&said.minutes))
    });
    std::iter::once(COMPLETION.to_owned())
        .chain(lines)
        .collect()
}

fn recommender(model: &RecommendationModel, rows: &[Row]) -> Vec<String> {
    let heads = Head::ALL.map(|head| head.name().replace(' ', "_"));
    let moves = NextMove::ALL.map(|next| format!("next_{}", next.name()));
    let header = format!("{},{RECOMMENDER},{}", heads.join(","), moves.join(","));
    let said = model.predict(rows);
    let lines = said.iter().map(|said| {
        let rewards = [said.progress, said.baseline];
        let parts = [&said.binary[..], &rewards, &said.minutes, &said.moves];
        parts.map(joined).join(",")
    });
    std::iter::once(header).chain(lines).collect()
}

fn joined(numbers: &[f64]) -> String {
    let texts: Vec<String> = numbers.iter().map(f64::to_string).collect();
    texts.join(",")
}

fn write(lines: &[String], to: &mut impl Write) -> std::io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(to, "{line}"))
}
