//! `astro demo`: a sample month of somebody's tasks, told apart from the person's own, that can be taken away again.

mod sample;

use std::process::ExitCode;

use astro_core::clock::{Clock as _, SystemClock};
use astro_core::interchange::ImportReport;
use http::Method;
use serde_json::{Value, json};

use crate::cli::DemoArgs;
use crate::client::Client;
use crate::failure::Misuse;
use crate::progress;
use crate::screen::{Screen, Style};
use crate::table::text;

const PROJECTS: &str = "/api/v1/projects";
/// Under which everything of the sample is found; what belongs to it is known by its uid, never by this.
const LABEL: &str = "astro-demo";
/// Marks the projects that came with the sample: one of the person's own that tasks of it came into goes on without.
const MADE: &str = "Made by `astro demo`; it goes with the sample as long as this stands here.";

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
    let there: Vec<Value> = client.all("/api/v1/tasks").await?;
    if there.iter().any(sample::is_of_sample) {
        return Err(Misuse::error(
            "there is a sample already; `astro demo --remove` takes it away",
        ));
    }
    let lines = sample::lines(args.days, args.seed, SystemClock.now(), LABEL)?;
    let before: Vec<Value> = client.all(PROJECTS).await?;
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
    mark(client, &before).await?;
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

/// Says of the projects that the sample made that it did.
async fn mark(client: &Client, before: &[Value]) -> anyhow::Result<()> {
    let projects: Vec<Value> = client.all(PROJECTS).await?;
    let was = |project: &Value| before.iter().any(|before| before["id"] == project["id"]);
    for project in projects.iter().filter(|project| !was(project)) {
        let place = format!("{PROJECTS}/{}", text(&project["id"]));
        let said = json!({ "description": MADE });
        client.write(Method::PATCH, &place, &said).await?;
    }
    Ok(())
}

async fn remove(client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let all: Vec<Value> = client.all("/api/v1/tasks").await?;
    let (tasks, own): (Vec<Value>, Vec<Value>) = all.into_iter().partition(sample::is_of_sample);
    let bar = progress::bar(screen, "tasks");
    keep_parts(client, &tasks, &own).await?;
    for (done, task) in (1..).zip(&tasks) {
        gone(client, "tasks", &task["id"]).await?;
        bar.set(done, tasks.len() as u64);
    }
    bar.finish();
    if !tasks.is_empty() {
        remove_places(client, own).await?;
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

/// What the person put below tasks of the sample stands by itself from now on: it would go with them.
async fn keep_parts(client: &Client, tasks: &[Value], own: &[Value]) -> anyhow::Result<()> {
    let goes = |id: &Value| tasks.iter().any(|task| task["id"] == *id);
    for task in own.iter().filter(|task| goes(&task["parent_id"])) {
        let place = format!("/api/v1/tasks/{}", text(&task["id"]));
        let alone = json!({ "parent_id": null });
        client.write(Method::PATCH, &place, &alone).await?;
    }
    Ok(())
}

/// Projects that came with the sample, and its label, unless the person uses them.
async fn remove_places(client: &Client, mut own: Vec<Value>) -> anyhow::Result<()> {
    for others in ["templates", "trash"] {
        let others: Vec<Value> = client.all(&format!("/api/v1/tasks?{others}=true")).await?;
        own.extend(
            others
                .into_iter()
                .filter(|task| !sample::is_of_sample(task)),
        );
    }
    let projects: Vec<Value> = client.all(PROJECTS).await?;
    for project in projects
        .iter()
        .filter(|project| project["description"] == MADE)
    {
        let id = &project["id"];
        let is_used = own.iter().any(|task| task["project_id"] == *id)
            || projects.iter().any(|below| below["parent_id"] == *id);
        if !is_used {
            gone(client, "projects", id).await?;
        }
    }
    let labels: Vec<Value> = client.all("/api/v1/labels").await?;
    for label in labels.iter().filter(|label| label["title"] == LABEL) {
        let has_it = |task: &Value| {
            let labels = task["labels"].as_array();
            labels.is_some_and(|labels| labels.contains(&label["id"]))
        };
        if !own.iter().any(has_it) {
            gone(client, "labels", &label["id"]).await?;
        }
    }
    Ok(())
}

async fn gone(client: &Client, collection: &str, id: &Value) -> anyhow::Result<()> {
    let place = format!("/api/v1/{collection}/{}", text(id));
    client.ask(Method::DELETE, &place).await?;
    Ok(())
}
