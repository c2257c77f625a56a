//! `astro task add`: a line as people say it, and options that win over it.

use astro_core::quick_add::{ChipValue, QuickAddRequest, QuickAdded};
use serde_json::{Map, Value, json};

use super::{Day, TaskView, by_title, find, recognised, short_id, titles};
use crate::cli::NewTaskArgs;
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::one_line;
use crate::wording::{read_duration, read_when};

const LINE: &str = "/api/v1/quick-add";

pub async fn run(wanted: &NewTaskArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let title = wanted.title.join(" ");
    if wanted.plain {
        let mut fields = fields(wanted, client).await?;
        fields.insert("title".to_owned(), json!(title));
        let labels = labels(wanted, &[], client).await?;
        if !labels.is_empty() {
            fields.insert("labels".to_owned(), json!(labels));
        }
        let made: TaskView = client.post("/api/v1/tasks", &fields).await?;
        if screen.is_json() {
            screen.json(&made)?;
            return Ok(());
        }
        return said(
            screen,
            "added",
            &made.task.title,
            Some(&made.task.id.to_string()),
        );
    }
    let line = QuickAddRequest {
        language: wanted.lang.clone(),
        create_missing: true,
        dry: wanted.dry,
        ..QuickAddRequest::of(title)
    };
    if wanted.dry {
        return read(&line, wanted, client, screen).await;
    }
    add(line, wanted, client, screen).await
}

/// Shows what would be added; nothing is made, so names among the options are not looked at.
async fn read(
    line: &QuickAddRequest,
    wanted: &NewTaskArgs,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let line = QuickAddRequest {
        fields: own_fields(wanted, client).await?,
        ..line.clone()
    };
    let read: QuickAdded = client.post(LINE, &line).await?;
    if screen.is_json() {
        screen.json(&read)?;
        return Ok(());
    }
    said(screen, "would add", &read.fields.title, None)?;
    recognised::show(&read, &[], client, screen).await
}

async fn add(
    mut line: QuickAddRequest,
    wanted: &NewTaskArgs,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    line.fields = fields(wanted, client).await?;
    if !wanted.label.is_empty() {
        // labels of the options come beside those of the line
        let mut only_read = line.clone();
        only_read.dry = true;
        let read: QuickAdded = client.post(LINE, &only_read).await?;
        let said: Vec<String> = read
            .chips
            .into_iter()
            .filter_map(|chip| match chip.value {
                ChipValue::Label { label } => Some(label.title),
                _ => None,
            })
            .collect();
        let labels = labels(wanted, &said, client).await?;
        line.fields.insert("labels".to_owned(), json!(labels));
    }
    let added: QuickAdded = client.post(LINE, &line).await?;
    let Some(task) = &added.task else {
        anyhow::bail!("the server only read the line");
    };
    let id = task.id.to_string();
    if screen.is_json() {
        let view: TaskView = client.get(&format!("/api/v1/tasks/{id}")).await?;
        screen.json(&view)?;
        return Ok(());
    }
    said(screen, "added", &task.title, Some(&id))?;
    recognised::show(&added, &named(wanted), client, screen).await
}

fn said(screen: &mut Screen, done: &str, title: &str, id: Option<&str>) -> anyhow::Result<()> {
    let style = if id.is_some() {
        Style::Good
    } else {
        Style::Accent
    };
    let done = screen.paint(style, done);
    let title = screen.paint(Style::Strong, one_line(title));
    match id {
        Some(id) => {
            let id = screen.paint(Style::Faint, short_id(id));
            screen.line(format!("{done} {title} {id}"))?;
        }
        None => screen.line(format!("{done} {title}"))?,
    }
    Ok(())
}

/// The options' project and labels as they are shown.
fn named(wanted: &NewTaskArgs) -> Vec<String> {
    let project = wanted.project.iter().map(|title| format!("#{title}"));
    let labels = wanted.label.iter().map(|title| format!("@{title}"));
    project.chain(labels).collect()
}

/// What the options say, with the things that they name.
async fn fields(wanted: &NewTaskArgs, client: &Client) -> anyhow::Result<Map<String, Value>> {
    let mut fields = own_fields(wanted, client).await?;
    if let Some(title) = &wanted.project {
        let id = find_or_make(client, "/api/v1/projects", title).await?;
        fields.insert("project_id".to_owned(), json!(id));
    }
    let mut after = Vec::new();
    for other in &wanted.after {
        after.push(find(other, client).await?.task.id);
    }
    if !after.is_empty() {
        fields.insert("depends_on".to_owned(), json!(after));
    }
    Ok(fields)
}

/// What the options say of the task itself.
async fn own_fields(wanted: &NewTaskArgs, client: &Client) -> anyhow::Result<Map<String, Value>> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
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
    Ok(fields)
}

/// The ids of the options' labels and of those that the line names, each once.
async fn labels(
    wanted: &NewTaskArgs,
    said: &[String],
    client: &Client,
) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::new();
    for title in said.iter().chain(&wanted.label) {
        let id = find_or_make(client, "/api/v1/labels", title).await?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The id of the project or label of that title, which is made where there is none.
async fn find_or_make(client: &Client, path: &str, title: &str) -> anyhow::Result<String> {
    if let Some(id) = by_title(&titles(client, path).await?, title) {
        return Ok(id.to_owned());
    }
    let made: Value = client.post(path, &json!({ "title": title })).await?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}
