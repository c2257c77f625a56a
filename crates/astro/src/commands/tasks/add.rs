//! `astro task add`.

use serde_json::{Map, Value, json};

use super::{Day, TaskView, by_title, find, short_id, titles};
use crate::cli::NewTaskArgs;
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::one_line;
use crate::wording::{read_duration, read_when};

pub async fn run(wanted: &NewTaskArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let fields = fields(wanted, client).await?;
    let made: TaskView = client.post("/api/v1/tasks", &fields).await?;
    if screen.is_json() {
        screen.json(&made)?;
        return Ok(());
    }
    let id = made.task.id.to_string();
    let id = screen.paint(Style::Faint, short_id(&id));
    let done = screen.paint(Style::Good, "added");
    screen.line(format!("{done} {} {id}", one_line(&made.task.title)))?;
    Ok(())
}

async fn fields(wanted: &NewTaskArgs, client: &Client) -> anyhow::Result<Map<String, Value>> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("title", json!(wanted.title.join(" ")));
    if let Some(note) = &wanted.note {
        set("description", json!(note));
    }
    if let Some(priority) = wanted.priority {
        set("priority", json!(priority));
    }
    if let Some(estimate) = &wanted.estimate {
        set("estimate_s", json!(read_duration(estimate)?));
    }
    let times = [
        ("due", &wanted.due),
        ("start", &wanted.start),
        ("deadline", &wanted.deadline),
    ];
    if times.iter().any(|(_, text)| text.is_some()) {
        let today = Day::ask(client).await?.date;
        for (name, text) in times {
            if let Some(text) = text {
                set(name, json!(read_when(text, today)?));
            }
        }
    }
    if let Some(title) = &wanted.project {
        let id = find_or_make(client, "/api/v1/projects", title).await?;
        set("project_id", json!(id));
    }
    let mut labels = Vec::new();
    for title in &wanted.label {
        labels.push(find_or_make(client, "/api/v1/labels", title).await?);
    }
    if !labels.is_empty() {
        set("labels", json!(labels));
    }
    let mut after = Vec::new();
    for other in &wanted.after {
        after.push(find(other, client).await?.task.id);
    }
    if !after.is_empty() {
        set("depends_on", json!(after));
    }
    Ok(fields)
}

/// The id of the project or label of that title, which is made where there is none.
async fn find_or_make(client: &Client, path: &str, title: &str) -> anyhow::Result<String> {
    if let Some(id) = by_title(&titles(client, path).await?, title) {
        return Ok(id.to_owned());
    }
    let made: Value = client.post(path, &json!({ "title": title })).await?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}
