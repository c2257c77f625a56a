//! `astro demo`: a sample month of somebody's tasks, under a label of its own, that can be taken away again.

mod sample;

use std::process::ExitCode;

use astro_core::clock::{Clock as _, SystemClock};
use astro_core::interchange::ImportReport;
use http::Method;
use serde_json::{Value, json};

use crate::cli::DemoArgs;
use crate::client::{Client, encode};
use crate::failure::Misuse;
use crate::progress;
use crate::screen::{Screen, Style};

/// Under which everything of the sample stands.
const LABEL: &str = "demo";

pub async fn run(
    args: &DemoArgs,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    if args.remove {
        remove(client, screen).await?;
    } else {
        fill(args, client, screen).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn fill(args: &DemoArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    if !tasks(client).await?.is_empty() {
        return Err(Misuse::error(
            "there is a sample already; `astro demo --remove` takes it away",
        ));
    }
    let lines = sample::lines(args.days, args.seed, SystemClock.now(), LABEL)?;
    let working = progress::spinner(screen, "living a month");
    let answer = client
        .send(
            Method::POST,
            "/api/v1/import?format=events",
            "application/octet-stream",
            lines.into(),
        )
        .await;
    working.finish();
    let report: ImportReport = answer?.read()?;
    if screen.is_json() {
        screen.json(&report)?;
        return Ok(());
    }
    let made = report.counts.get("task").map_or(0, |count| count.created);
    let done = screen.paint(Style::Good, "made");
    screen.line(format!(
        "{done} {made} tasks of {} days, all labelled @{LABEL}; nobody real lived them",
        args.days
    ))?;
    screen.line(
        "look around: astro now · astro task list · astro train --once · astro demo --remove",
    )?;
    Ok(())
}

async fn remove(client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let tasks = tasks(client).await?;
    let bar = progress::bar(screen, "tasks");
    let mut projects: Vec<String> = Vec::new();
    for (done, task) in (1..).zip(&tasks) {
        if let Some(project) = task["project_id"].as_str() {
            projects.push(project.to_owned());
        }
        gone(client, "tasks", &task["id"]).await?;
        bar.set(done, tasks.len() as u64);
    }
    bar.finish();
    projects.sort_unstable();
    projects.dedup();
    for project in &projects {
        // one that got tasks of the person's own meanwhile is theirs
        let left: Value = client
            .get(&format!("/api/v1/tasks?project_id={project}&limit=1"))
            .await?;
        if left["items"].as_array().is_some_and(Vec::is_empty) {
            gone(client, "projects", &json!(project)).await?;
        }
    }
    if let Some(label) = label(client).await? {
        gone(client, "labels", &json!(label)).await?;
    }
    if screen.is_json() {
        screen.json(&json!({ "removed": tasks.len() }))?;
    } else if tasks.is_empty() {
        screen.line("there is no sample here")?;
    } else {
        screen.line(format!(
            "{} tasks of the sample are in the trash, which forgets them in a month",
            tasks.len()
        ))?;
    }
    Ok(())
}

async fn gone(client: &Client, collection: &str, id: &Value) -> anyhow::Result<()> {
    let id = id.as_str().unwrap_or_default();
    client
        .ask(Method::DELETE, &format!("/api/v1/{collection}/{id}"))
        .await?;
    Ok(())
}

/// The label's id.
async fn label(client: &Client) -> anyhow::Result<Option<String>> {
    let labels: Vec<Value> = client.all("/api/v1/labels").await?;
    let found = labels.iter().find(|label| label["title"] == LABEL);
    Ok(found.and_then(|label| label["id"].as_str().map(str::to_owned)))
}

/// Every task of the sample, open or not.
async fn tasks(client: &Client) -> anyhow::Result<Vec<Value>> {
    match label(client).await? {
        Some(label) => {
            client
                .all(&format!("/api/v1/tasks?label_id={}", encode(&label)))
                .await
        }
        None => Ok(Vec::new()),
    }
}
