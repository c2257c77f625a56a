//! `astro models`: the registry.

use std::process::ExitCode;

use anyhow::Context as _;
use astro_core::models::ModelKind;
use http::Method;
use serde_json::{Value, json};

use crate::cli::{ModelWhat, ModelsCommand};
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, text};

pub async fn run(
    command: &ModelsCommand,
    kind: ModelWhat,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let place = place(kind.kind());
    match command {
        ModelsCommand::List => list(client, screen).await?,
        ModelsCommand::Show { version, page } => {
            let model: Value = client.get(&format!("{place}/{version}")).await?;
            if let Some(page) = page {
                let report = client
                    .ask(Method::GET, &format!("{place}/{version}/report"))
                    .await?;
                std::fs::write(page, &report.body)
                    .with_context(|| format!("writing {}", page.display()))?;
            }
            if screen.is_json() {
                screen.json(&model)?;
            } else {
                show(&model, screen)?;
            }
        }
        ModelsCommand::Compare { one, other } => {
            let one: Value = client.get(&format!("{place}/{one}")).await?;
            let other: Value = client.get(&format!("{place}/{other}")).await?;
            compare(&one, &other, screen)?;
        }
        // the caller reads files, which no request does
        ModelsCommand::Predict(_) => anyhow::bail!("predicting is no request"),
        ModelsCommand::Promote { version } => {
            let place = format!("{place}/{version}/promote");
            serves(client.post(&place, &json!({})).await?, screen)?;
        }
        ModelsCommand::Rollback => {
            serves(
                client
                    .post(&format!("{place}/rollback"), &json!({}))
                    .await?,
                screen,
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what was answered, to its end"
)]
fn serves(model: Value, screen: &mut Screen) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(&model)?;
        return Ok(());
    }
    let done = screen.paint(Style::Good, "serves now");
    screen.line(format!(
        "{} {}: {done}",
        text(&model["kind"]),
        text(&model["version"])
    ))?;
    Ok(())
}

async fn list(client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let mut all: Vec<Value> = Vec::new();
    for kind in ModelKind::ALL {
        all.extend(client.all(&place(*kind)).await?);
    }
    if screen.is_json() {
        screen.json(&json!({ "items": all }))?;
        return Ok(());
    }
    if all.is_empty() {
        screen.line(
            "nothing was trained here yet: what serves are the priors that ship with the product",
        )?;
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|model| {
            let state = if model["damage"].is_null() {
                Cell::styled(aliases(model), Style::Good)
            } else {
                Cell::styled(format!("damaged {}", aliases(model)), Style::Bad)
            };
            vec![
                Cell::plain(text(&model["kind"])),
                Cell::plain(text(&model["version"])),
                Cell::styled(moment(&model["trained_at"]), Style::Faint),
                Cell::plain(model["people"].to_string()),
                Cell::plain(model["learnt"].to_string()),
                Cell::styled(text(&model["figures"]["slice"]), Style::Faint),
                Cell::plain(figure(&model["figures"]["log_loss"], 4)),
                Cell::plain(figure(&model["figures"]["auc"], 3)),
                Cell::plain(figure(&model["figures"]["ece"], 3)),
                state,
            ]
        })
        .collect();
    let headings = [
        "kind",
        "version",
        "trained",
        "people",
        "rows",
        "judged on",
        "log loss",
        "AUC",
        "ECE",
        "",
    ];
    table::print(screen, &headings, 5, &rows)?;
    Ok(())
}

fn show(model: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    let name = screen.paint(
        Style::Strong,
        format!("{} {}", text(&model["kind"]), text(&model["version"])),
    );
    screen.line(format!("{name} {}", aliases(model)))?;
    if let Some(damage) = model["damage"].as_str() {
        let damage = screen.paint(Style::Bad, format!("cannot be used: {damage}"));
        screen.line(damage)?;
    }
    let data = &model["manifest"]["data"];
    screen.line(format!(
        "learnt from {} rows of {} people, known until {}; {} more said when to stop",
        data["learnt"],
        data["people"],
        moment(&data["until"]),
        data["checked"],
    ))?;
    screen.line(format!(
        "began with {}, {} passes, number {} kept, seed {}",
        model["parent"].as_str().unwrap_or("nothing"),
        model["manifest"]["passes"],
        model["manifest"]["best_pass"],
        model["manifest"]["settings"]["seed"],
    ))?;
    figures(&model["manifest"]["evaluation"], screen)
}

/// Where models of a kind are found.
pub(super) fn place(kind: ModelKind) -> String {
    format!("/api/v1/models/{kind}")
}

/// A table for each slice of an evaluation, and one of what has no yes and no.
pub(super) fn figures(evaluation: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    let Some(slices) = evaluation["slices"].as_array() else {
        screen.line("too little was left to judge it by: nobody can say yet how good it is")?;
        return Ok(());
    };
    for slice in slices {
        let heading = format!("{} ({} people)", text(&slice["name"]), slice["people"]);
        let heading = screen.paint(Style::Strong, heading);
        screen.line(format!("\n{heading}, asked: {}", text(&slice["question"])))?;
        let models = slice["models"].as_array().into_iter().flatten();
        let rows: Vec<Vec<Cell>> = models
            .map(|model| {
                let figures = &model["figures"];
                let style = if model["model"] == "net" {
                    Style::Good
                } else {
                    Style::Faint
                };
                let cells = [
                    text(&model["model"]),
                    figures["rows"].to_string(),
                    figure(&figures["log_loss"], 4),
                    format!(
                        "{} to {}",
                        figure(&model["log_loss"]["low"], 4),
                        figure(&model["log_loss"]["high"], 4)
                    ),
                    figure(&figures["auc"], 3),
                    figure(&figures["brier"], 4),
                    figure(&figures["ece"], 3),
                ];
                cells
                    .into_iter()
                    .map(|cell| Cell::styled(cell, style))
                    .collect()
            })
            .collect();
        table::print(
            screen,
            &["model", "rows", "log loss", "95 %", "AUC", "Brier", "ECE"],
            0,
            &rows,
        )?;
    }
    measures(&evaluation["measures"], screen)
}

fn measures(measures: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    let Some(measures) = measures.as_array() else {
        return Ok(());
    };
    screen.line("")?;
    let rows: Vec<Vec<Cell>> = measures
        .iter()
        .map(|measure| {
            let good = match measure["good"].as_str() {
                Some("near80") => "near 0.8",
                Some(good) => good,
                None => "",
            };
            vec![
                Cell::plain(text(&measure["name"])),
                Cell::styled(text(&measure["slice"]), Style::Faint),
                Cell::plain(measure["rows"].to_string()),
                Cell::styled(figure(&measure["net"], 4), Style::Good),
                Cell::plain(figure(&measure["constant"], 4)),
                Cell::styled(good, Style::Faint),
            ]
        })
        .collect();
    let headings = ["figure", "rows of", "rows", "net", "constant", "good is"];
    table::print(screen, &headings, 0, &rows)?;
    Ok(())
}

fn compare(one: &Value, other: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(&json!({ "one": one, "other": other }))?;
        return Ok(());
    }
    let mut rows = Vec::new();
    let mut row = |name: &str, of: &dyn Fn(&Value) -> String| {
        rows.push(vec![
            Cell::styled(name, Style::Faint),
            Cell::plain(of(one)),
            Cell::plain(of(other)),
        ]);
    };
    row("version", &|model| text(&model["version"]));
    row("", &aliases);
    row("trained", &|model| moment(&model["trained_at"]));
    row("known until", &|model| moment(&model["watermark"]));
    row("people", &|model| model["people"].to_string());
    row("rows", &|model| model["learnt"].to_string());
    row("judged on", &|model| text(&model["figures"]["slice"]));
    row("rows judged", &|model| figure(&model["figures"]["rows"], 0));
    for (name, key) in [
        ("log loss", "log_loss"),
        ("AUC", "auc"),
        ("Brier", "brier"),
        ("ECE", "ece"),
    ] {
        row(name, &|model| figure(&model["figures"][key], 4));
    }
    table::print(screen, &["", "one", "other"], 2, &rows)?;
    if one["watermark"] != other["watermark"] {
        screen.line(
            "Each was judged on rows of its own time: figures of different times compare roughly.",
        )?;
    }
    Ok(())
}

fn aliases(model: &Value) -> String {
    let aliases = model["aliases"].as_array().into_iter().flatten();
    aliases.map(text).collect::<Vec<_>>().join(", ")
}

fn figure(value: &Value, digits: usize) -> String {
    value
        .as_f64()
        .map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}

/// A moment of the API to the minute, in UTC.
fn moment(value: &Value) -> String {
    text(value)
        .chars()
        .take(16)
        .collect::<String>()
        .replace('T', " ")
}
