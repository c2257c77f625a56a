//! `astro task upcoming`, `astro task skip`, and what is said of series.

use astro_core::tasks::{RepeatFrom, Task, UpcomingTask};
use http::Method;
use serde_json::json;

use super::{Day, TaskView, find, short_id};
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, one_line};
use crate::wording::relative;

pub async fn upcoming(
    days: u32,
    limit: usize,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let most = if limit == 0 { usize::MAX } else { limit };
    let path = format!("/api/v1/upcoming?days={days}");
    let mut found: Vec<UpcomingTask> = client.some(&path, most.saturating_add(1)).await?;
    let more = found.len() > most;
    found.truncate(most);
    if screen.is_json() {
        screen.json(&json!({ "items": found, "more": more }))?;
        return Ok(());
    }
    if found.is_empty() {
        screen.line("nothing ahead")?;
        return Ok(());
    }
    let day = Day::ask(client).await?;
    let rows: Vec<Vec<Cell>> = found.iter().map(|task| row(task, &day)).collect();
    table::print(screen, &["when", "title", "id"], 1, &rows)?;
    if more {
        let note = format!("and more: --limit 0 shows all, --limit N so many (now {most})");
        screen.line(screen.paint(Style::Faint, note))?;
    }
    Ok(())
}

fn row(task: &UpcomingTask, day: &Day) -> Vec<Cell> {
    let when = task.due.as_ref().or(task.start.as_ref());
    let when = when.map(|when| relative(when, day.date, &day.zone));
    let id = task.id.to_string();
    // what is planned only is there to be seen, not to be done
    let (title, id) = match task.status {
        Some(_) => (
            Cell::plain(&task.title),
            Cell::styled(short_id(&id), Style::Faint),
        ),
        None => (
            Cell::styled(&task.title, Style::Faint),
            Cell::styled("planned", Style::Faint),
        ),
    };
    vec![Cell::plain(when.unwrap_or_default()), title, id]
}

pub async fn skip(wanted: &[String], client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    // as with completing, a mistyped one changes nothing
    let mut tasks = Vec::new();
    for text in wanted {
        tasks.push(find(text, client).await?);
    }
    let mut skipped = Vec::new();
    for view in tasks {
        let path = format!("/api/v1/tasks/{}/skip", view.task.id);
        let view: TaskView = client.ask(Method::POST, &path).await?.read()?;
        if !screen.is_json() {
            let word = screen.paint(Style::Good, "skipped");
            let next = next(&view.task, client, screen).await?;
            screen.line(format!("{word} {}{next}", one_line(&view.task.title)))?;
        }
        skipped.push(view);
    }
    if screen.is_json() {
        screen.json(&json!({ "items": skipped }))?;
    }
    Ok(())
}

/// When what was done or skipped comes again; nothing for what does not.
pub async fn next(task: &Task, client: &Client, screen: &Screen) -> anyhow::Result<String> {
    let Some(series) = task.series_id else {
        return Ok(String::new());
    };
    let path = format!("/api/v1/tasks?series_id={series}&status=needs_action,in_process&sort=due");
    let open: Vec<TaskView> = client.some(&path, 1).await?;
    let day = Day::ask(client).await?;
    let when = open.first().and_then(|next| {
        let when = next.task.due.as_ref().or(next.task.start.as_ref())?;
        Some(relative(when, day.date, &day.zone))
    });
    let said = match when {
        Some(when) => format!(", next {when}"),
        None => ", that was the last".to_owned(),
    };
    Ok(screen.paint(Style::Faint, said))
}

/// How a task recurs, in the words of its rule.
pub async fn recurrence(task: &Task, client: &Client) -> anyhow::Result<Option<String>> {
    let series = match task.series_id {
        Some(id) => {
            let view: TaskView = client.get(&format!("/api/v1/tasks/{id}")).await?;
            view.task
        }
        None => task.clone(),
    };
    let Some(rule) = &series.rrule else {
        return Ok(None);
    };
    let from = match series.repeat_from {
        RepeatFrom::Due => "",
        RepeatFrom::Completion => ", counted from completion",
    };
    let series = match task.series_id {
        Some(id) => format!(" (series {})", short_id(&id.to_string())),
        None => String::new(),
    };
    Ok(Some(format!("{rule}{from}{series}")))
}
