//! `astro doctor`: what could be wrong with this installation, and what to do about it.

mod machine;
mod network;
mod storage;

use std::process::ExitCode;

use serde::Serialize;

use crate::config::Loaded;
use crate::screen::{Screen, Style};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// It does not work, or is not safe.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    pub name: &'static str,
    pub health: Health,
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Line {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Ok,
            found: found.into(),
            advice: None,
        }
    }

    fn warn(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            health: Health::Warn,
            advice: Some(advice.into()),
            ..Self::ok(name, found)
        }
    }

    fn fail(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            health: Health::Fail,
            ..Self::warn(name, found, advice)
        }
    }
}

pub async fn run(loaded: &Loaded, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    let mut lines = vec![settings(loaded)];
    lines.extend(machine::look(config));
    lines.extend(storage::look(config).await);
    lines.extend(network::look(config).await);
    let failed = lines.iter().any(|line| line.health == Health::Fail);
    if screen.is_json() {
        screen.json(&lines)?;
    } else {
        show(&lines, screen)?;
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn settings(loaded: &Loaded) -> Line {
    let file = loaded
        .file
        .as_ref()
        .map_or("no file".to_owned(), |file| file.display().to_string());
    let found = format!("profile {}, {file}", loaded.config.profile);
    if loaded.ignored.is_empty() {
        Line::ok("settings", found)
    } else {
        Line::warn(
            "settings",
            format!("{found}; meaningless: {}", loaded.ignored.join(", ")),
            "these variables look like settings and are none: `astro config reference` lists all",
        )
    }
}

fn show(lines: &[Line], screen: &mut Screen) -> anyhow::Result<()> {
    let width = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    for line in lines {
        let (style, word) = match line.health {
            Health::Ok => (Style::Good, "ok  "),
            Health::Warn => (Style::Warning, "warn"),
            Health::Fail => (Style::Bad, "fail"),
        };
        let word = screen.paint(style, word);
        screen.line(format!("{word}  {:width$}  {}", line.name, line.found))?;
        if let Some(advice) = &line.advice {
            let advice = screen.paint(Style::Faint, advice);
            screen.line(format!("      {:width$}  {advice}", ""))?;
        }
    }
    Ok(())
}
