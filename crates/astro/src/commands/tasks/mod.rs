//! `astro task`: the tasks themselves.

mod add;
mod ahead;
mod list;
mod one;
mod recognised;

use std::process::ExitCode;

use anyhow::bail;
use astro_core::calendar::{Date, TimeZone, ZoneName};
use astro_core::tasks::Task;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::TaskCommand;
use crate::client::{Client, encode};
use crate::screen::Screen;

/// A task as the API answers it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct TaskView {
    #[serde(flatten)]
    task: Task,
    blocked: bool,
}

pub async fn run(
    command: TaskCommand,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        TaskCommand::Add(wanted) => add::run(&wanted, client, screen).await?,
        TaskCommand::List(filter) => list::run(&filter, client, screen).await?,
        TaskCommand::Done { tasks } => one::done(&tasks, client, screen).await?,
        TaskCommand::Show { task } => one::show(&task, client, screen).await?,
        TaskCommand::Skip { tasks } => ahead::skip(&tasks, client, screen).await?,
        TaskCommand::Upcoming { days, limit } => {
            ahead::upcoming(days, limit, client, screen).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The person's day.
pub struct Day {
    pub date: Date,
    pub zone: TimeZone,
}

impl Day {
    pub async fn ask(client: &Client) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Today {
            date: Date,
            zone: ZoneName,
        }
        let today: Today = client.get("/api/v1/today").await?;
        Ok(Self {
            date: today.date,
            zone: today.zone.load(),
        })
    }
}

/// The end of an id, which differs from task to task (the beginning is the time).
pub fn short_id(id: &str) -> &str {
    &id[id.len().saturating_sub(SHORT)..]
}

const SHORT: usize = 6;

/// Finds the task that a person means: by its id, the end of it, or words of its title.
async fn find(text: &str, client: &Client) -> anyhow::Result<TaskView> {
    if text.len() == 36 {
        return client.get(&format!("/api/v1/tasks/{}", encode(text))).await;
    }
    let is_id = text.len() >= 4 && text.chars().all(|c| c.is_ascii_hexdigit());
    if is_id {
        let wanted = text.to_lowercase();
        let all: Vec<TaskView> = client.all("/api/v1/tasks").await?;
        let mut found = all
            .into_iter()
            .filter(|view| view.task.id.to_string().ends_with(&wanted));
        match (found.next(), found.next()) {
            (Some(one), None) => return Ok(one),
            (Some(_), Some(_)) => bail!("several tasks end in {text}: write more of the id"),
            (None, _) => {}
        }
    }
    let path = format!(
        "/api/v1/tasks?status=needs_action,in_process&sort=due&q={}",
        encode(text)
    );
    let found: Vec<TaskView> = client.some(&path, 6).await?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!("no open task is called '{text}'"),
        // of the occurrences of one series the first is meant
        [first, rest @ ..]
            if first.task.series_id.is_some()
                && rest
                    .iter()
                    .all(|other| other.task.series_id == first.task.series_id) =>
        {
            Ok(first.clone())
        }
        several => {
            let titles: Vec<String> = several
                .iter()
                .map(|view| {
                    let id = view.task.id.to_string();
                    format!(
                        "{} {}",
                        short_id(&id),
                        crate::table::one_line(&view.task.title)
                    )
                })
                .collect();
            bail!("'{text}' means several tasks:\n  {}", titles.join("\n  "))
        }
    }
}

/// The title of everything in a list of projects or labels, by id.
async fn titles(client: &Client, path: &str) -> anyhow::Result<Vec<(String, String)>> {
    let all: Vec<Value> = client.all(path).await?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(all
        .iter()
        .map(|item| (text(&item["id"]), text(&item["title"])))
        .collect())
}

/// The id of a project or label by its title, without regard to case.
fn by_title<'a>(all: &'a [(String, String)], title: &str) -> Option<&'a str> {
    let wanted = title.to_lowercase();
    all.iter()
        .find(|(_, known)| known.to_lowercase() == wanted)
        .map(|(id, _)| id.as_str())
}
