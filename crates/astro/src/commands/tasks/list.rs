//! `astro task list`.

use astro_core::tasks::TaskStatus;
use serde_json::json;

use super::{Day, TaskView, by_title, short_id, titles};
use crate::cli::ListArgs;
use crate::client::{Client, encode};
use crate::failure::Misuse;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell};
use crate::wording::{read_when, relative};

type Titles = Vec<(String, String)>;

pub async fn run(filter: &ListArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let projects = titles(client, "/api/v1/projects").await?;
    let labels = titles(client, "/api/v1/labels").await?;
    let day = Day::ask(client).await?;
    let path = path(filter, &projects, &labels, &day)?;
    let most = if filter.limit == 0 {
        usize::MAX
    } else {
        filter.limit
    };
    // One more than asked for tells whether there is more.
    let mut found: Vec<TaskView> = client.some(&path, most.saturating_add(1)).await?;
    let more = found.len() > most;
    found.truncate(most);
    if screen.is_json() {
        screen.json(&json!({ "items": found, "more": more }))?;
        return Ok(());
    }
    if found.is_empty() {
        screen.line("nothing here")?;
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|view| row(view, &projects, &labels, &day))
        .collect();
    table::print(
        screen,
        &["id", "due", "title", "project", "labels"],
        2,
        &rows,
    )?;
    if more {
        let note = format!("and more: --limit 0 shows all, --limit N so many (now {most})");
        screen.line(screen.paint(Style::Faint, note))?;
    }
    Ok(())
}

fn path(
    filter: &ListArgs,
    projects: &Titles,
    labels: &Titles,
    day: &Day,
) -> anyhow::Result<String> {
    let mut query = vec![format!("sort={}", encode(&filter.sort))];
    if !filter.all {
        query.push("status=needs_action,in_process".to_owned());
    }
    let named = |all: &Titles, title: &str, noun: &str| match by_title(all, title) {
        Some(id) => Ok(id.to_owned()),
        None => Err(Misuse::error(format!("there is no {noun} '{title}'"))),
    };
    if let Some(title) = &filter.project {
        query.push(format!("project_id={}", named(projects, title, "project")?));
    }
    if let Some(title) = &filter.label {
        query.push(format!("label_id={}", named(labels, title, "label")?));
    }
    if let Some(until) = &filter.due {
        let until = read_when(until, day.date)?;
        query.push(format!("due_to={}", encode(&until)));
    }
    if filter.blocked {
        query.push("blocked=true".to_owned());
    }
    let words = filter.words.join(" ");
    if !words.is_empty() {
        query.push(format!("q={}", encode(&words)));
    }
    Ok(format!("/api/v1/tasks?{}", query.join("&")))
}

fn row(view: &TaskView, projects: &Titles, labels: &Titles, day: &Day) -> Vec<Cell> {
    let task = &view.task;
    let title_of = |all: &Titles, id: String| {
        all.iter()
            .find(|(known, _)| *known == id)
            .map(|(_, title)| title.clone())
    };
    let project = task
        .project_id
        .and_then(|id| title_of(projects, id.to_string()));
    let labels: Vec<String> = task
        .labels
        .iter()
        .filter_map(|id| title_of(labels, id.to_string()))
        .collect();
    let id = task.id.to_string();
    vec![
        Cell::styled(short_id(&id), Style::Faint),
        due(view, day),
        title(view),
        Cell::plain(project.unwrap_or_default()),
        Cell::styled(labels.join(", "), Style::Accent),
    ]
}

fn due(view: &TaskView, day: &Day) -> Cell {
    let Some(due) = &view.task.due else {
        return Cell::default();
    };
    let text = relative(due, day.date, &day.zone);
    let date = due.date_in(&day.zone);
    if !view.task.status.is_open() || date > day.date {
        Cell::plain(text)
    } else if date < day.date {
        Cell::styled(text, Style::Bad)
    } else {
        Cell::styled(text, Style::Warning)
    }
}

fn title(view: &TaskView) -> Cell {
    let task = &view.task;
    match task.status {
        TaskStatus::Completed => Cell::styled(format!("✓ {}", task.title), Style::Faint),
        TaskStatus::Cancelled | TaskStatus::Failed => {
            Cell::styled(format!("✗ {}", task.title), Style::Faint)
        }
        TaskStatus::InProcess => Cell::styled(format!("▸ {}", task.title), Style::Strong),
        TaskStatus::NeedsAction if view.blocked => {
            Cell::styled(format!("{} (blocked)", task.title), Style::Faint)
        }
        TaskStatus::NeedsAction => Cell::plain(&task.title),
    }
}
