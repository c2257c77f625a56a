//! `astro task done`, `astro task show`.

use astro_core::recommendations::Recommendation;
use http::Method;
use serde_json::json;

use super::ahead::{next, recurrence};
use super::{Day, TaskView, find, short_id, titles};
use crate::client::Client;
use crate::failure::Misuse;
use crate::screen::{Screen, Style};
use crate::table::one_line;
use crate::wording::{duration, relative};

pub async fn done(wanted: &[String], client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    // All are found before any is changed: a mistyped one changes nothing.
    let mut tasks = Vec::new();
    for text in wanted {
        tasks.push(find(text, client).await?);
    }
    if wanted.is_empty() {
        tasks.push(proposed(client).await?);
    }
    let mut finished = Vec::new();
    for view in tasks {
        let path = format!("/api/v1/tasks/{}/complete", view.task.id);
        let view: TaskView = client.ask(Method::POST, &path).await?.read()?;
        if !screen.is_json() {
            let done = screen.paint(Style::Good, "done");
            let next = next(&view.task, client, screen).await?;
            screen.line(format!("{done} {}{next}", one_line(&view.task.title)))?;
        }
        finished.push(view);
    }
    if screen.is_json() {
        screen.json(&json!({ "items": finished }))?;
    }
    Ok(())
}

/// The open task that the person accepted last or, where there is none, was told of last.
async fn proposed(client: &Client) -> anyhow::Result<TaskView> {
    for state in ["accepted", "shown"] {
        let path = format!("/api/v1/recommendations?state={state}");
        let newest_first: Vec<Recommendation> = client.some(&path, 20).await?;
        let decision = newest_first.first().map(|newest| newest.decision_id);
        // What was only shown beside it nobody has chosen.
        let best = newest_first.iter().find(|one| {
            Some(one.decision_id) == decision && (state == "accepted" || one.rank == 1)
        });
        if let Some(task) = best.map(|one| one.task_id) {
            let view: TaskView = client.get(&format!("/api/v1/tasks/{task}")).await?;
            if view.task.status.is_open() {
                return Ok(view);
            }
        }
    }
    Err(Misuse::error(
        "which task? nothing that `astro now` proposed is still open; name it by words of its title",
    ))
}

pub async fn show(wanted: &str, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let view = find(wanted, client).await?;
    if screen.is_json() {
        screen.json(&view)?;
        return Ok(());
    }
    let day = Day::ask(client).await?;
    let task = &view.task;
    let mut lines: Vec<(&str, String)> = Vec::new();
    let mut status = task.status.to_string().replace('_', " ");
    if view.blocked {
        status.push_str(", blocked");
    }
    lines.push(("status", status));
    for (name, when) in [("start", &task.start), ("due", &task.due)] {
        if let Some(when) = when {
            lines.push((
                name,
                format!("{} ({when})", relative(when, day.date, &day.zone)),
            ));
        }
    }
    if let Some(deadline) = task.deadline {
        lines.push(("deadline", deadline.to_string()));
    }
    if let Some(rule) = recurrence(task, client).await? {
        lines.push(("recurs", rule));
    }
    if task.priority > 0 {
        lines.push(("priority", task.priority.to_string()));
    }
    if let Some(seconds) = task.estimate_s {
        lines.push(("estimate", duration(seconds.into())));
    }
    if let Some(project) = task.project_id {
        let all = titles(client, "/api/v1/projects").await?;
        let known = all.into_iter().find(|(id, _)| *id == project.to_string());
        lines.push((
            "project",
            known.map_or_else(|| project.to_string(), |(_, title)| title),
        ));
    }
    if !task.labels.is_empty() {
        let all = titles(client, "/api/v1/labels").await?;
        let named = task.labels.iter().filter_map(|label| {
            let id = label.to_string();
            all.iter()
                .find(|(known, _)| *known == id)
                .map(|(_, title)| title.clone())
        });
        lines.push(("labels", named.collect::<Vec<_>>().join(", ")));
    }
    let id = task.id.to_string();
    lines.push(("id", format!("{id} ({})", short_id(&id))));
    let title = screen.paint(Style::Strong, one_line(&task.title));
    screen.line(title)?;
    for (name, value) in lines {
        let name = screen.paint(Style::Faint, format!("{name:>9}"));
        screen.line(format!("{name}  {}", one_line(&value)))?;
    }
    if !task.description.is_empty() {
        screen.line("")?;
        for line in task.description.lines() {
            screen.line(one_line(line))?;
        }
    }
    Ok(())
}
