//! `astro now`: the one thing to do now, and why; and what the person says to it.

use std::process::ExitCode;

use anyhow::bail;
use astro_core::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::cli::{NowArgs, NowCommand};
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::{one_line, text};
use crate::wording::{ahead, duration, read_duration};

pub async fn run(args: &NowArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match &args.command {
        None => ask(args, client, screen).await?,
        Some(answer) => say(answer, client, screen).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn ask(args: &NowArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let mut question = json!({ "surface": "terminal" });
    if let Some(time) = &args.time {
        question["time_available_s"] = json!(read_duration(time)?);
    }
    let decided: Value = client.post("/api/v1/recommendations", &question).await?;
    for proposal in proposals(&decided) {
        let id = text(&proposal["recommendation"]["id"]);
        let path = format!("/api/v1/recommendations/{id}/shown");
        let _: Value = client.post(&path, &json!({})).await?;
    }
    if screen.is_json() {
        screen.json(&decided)?;
        return Ok(());
    }
    show(&decided, screen)
}

fn proposals(decided: &Value) -> impl Iterator<Item = &Value> {
    decided["proposals"].as_array().into_iter().flatten()
}

fn show(decided: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    let mut proposals = proposals(decided);
    let Some(first) = proposals.next() else {
        return silence(decided, screen);
    };
    let recommendation = &first["recommendation"];
    screen.line("")?;
    let title = screen.paint(Style::Strong, text(&first["task"]["title"]));
    screen.line(format!("  {title}"))?;
    if let Some(seconds) = first["task"]["estimate_s"].as_u64() {
        let estimate = format!("about {}", duration(seconds));
        screen.line(format!("  {}", screen.paint(Style::Faint, estimate)))?;
    }
    screen.line("")?;
    reasons(recommendation, screen)?;
    if let Some(what_if) = recommendation["counterfactual"]["text"].as_str() {
        screen.line("")?;
        screen.line(format!(
            "  {}",
            screen.paint(Style::Faint, one_line(what_if))
        ))?;
    }
    let others: Vec<&Value> = proposals.collect();
    if !others.is_empty() {
        screen.line("")?;
        screen.line(screen.paint(Style::Faint, "  or"))?;
        for other in others {
            let score = other["recommendation"]["score"].as_f64().unwrap_or(0.0);
            let score = screen.paint(Style::Faint, format!("{score:6.1}"));
            screen.line(format!("{score}  {}", text(&other["task"]["title"])))?;
        }
    }
    screen.line("")?;
    let hint = "  astro now accept · snooze 2h · dismiss wrong_time · astro task done";
    screen.line(screen.paint(Style::Faint, hint))?;
    Ok(())
}

/// Cells of the longest bar.
const BAR: usize = 12;

fn reasons(recommendation: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    let mut reasons: Vec<(f64, String)> = recommendation["reasons"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|reason| {
            (
                reason["contribution"].as_f64().unwrap_or(0.0),
                text(&reason["text"]),
            )
        })
        .filter(|(contribution, _)| *contribution != 0.0)
        .collect();
    reasons.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let largest = reasons.first().map_or(1.0, |(most, _)| most.abs());
    for (contribution, why) in &reasons {
        let style = if *contribution > 0.0 {
            Style::Good
        } else {
            Style::Bad
        };
        let bar = screen.paint(style, bar(contribution.abs() / largest));
        screen.line(format!("{contribution:+6.1}  {bar}  {why}"))?;
    }
    let score = recommendation["score"].as_f64().unwrap_or(0.0);
    let sum = format!("{score:6.1}  {:BAR$}  together", "");
    screen.line(screen.paint(Style::Faint, sum))?;
    Ok(())
}

/// A bar in eighths of a cell, padded.
fn bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share between 0 and 1 of a dozen cells"
    )]
    let eighths = (share.clamp(0.0, 1.0) * (BAR * 8) as f64).round().max(1.0) as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(EIGHTHS[eighths % 8]);
    let cells = eighths.div_ceil(8);
    bar + &" ".repeat(BAR.saturating_sub(cells))
}

/// Silence is an answer, with its reason.
fn silence(decided: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    screen.line("Nothing now.")?;
    for reason in decided["silence"].as_array().into_iter().flatten() {
        screen.line(screen.paint(Style::Faint, text(&reason["text"])))?;
    }
    Ok(())
}

async fn say(answer: &NowCommand, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let shown: Vec<Value> = client
        .some("/api/v1/recommendations?state=shown", 100)
        .await?;
    // Newest first; of one decision the one that was put first.
    let newest = shown.first().map(|latest| latest["decision_id"].clone());
    let Some(recommendation) = shown
        .iter()
        .filter(|one| Some(&one["decision_id"]) == newest.as_ref())
        .min_by_key(|one| one["rank"].as_u64())
    else {
        bail!("nothing was proposed that still waits for an answer; ask with `astro now`");
    };
    let (verb, body, told) = match answer {
        NowCommand::Accept { start } => ("accept", json!({ "start": start }), "accepted"),
        NowCommand::Dismiss { reason } => ("dismiss", json!({ "reason": reason }), "dismissed"),
        NowCommand::Snooze { time } => {
            let until = ahead(SystemClock.now(), read_duration(time)?)?;
            ("snooze", json!({ "until": until }), "put off")
        }
    };
    let id = text(&recommendation["id"]);
    let path = format!("/api/v1/recommendations/{id}/{verb}");
    let answered: Value = client.post(&path, &body).await?;
    if screen.is_json() {
        screen.json(&answered)?;
        return Ok(());
    }
    let task = text(&recommendation["task_id"]);
    let task: Value = client.get(&format!("/api/v1/tasks/{task}")).await?;
    let told = screen.paint(Style::Good, told);
    screen.line(format!("{told} {}", text(&task["title"])))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share_and_all_equally_wide() {
        assert_eq!(bar(1.0), "█".repeat(BAR));
        assert_eq!(bar(0.5).trim_end(), "█".repeat(BAR / 2));
        assert_eq!(bar(0.0).trim_end(), "▏");
        for eighth in 0..=16 {
            assert_eq!(
                console::measure_text_width(&bar(f64::from(eighth) / 16.0)),
                BAR
            );
        }
    }
}
