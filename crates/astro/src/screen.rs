//! The terminal, a pipe or a file that a command writes to.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};

use serde::Serialize;

use crate::config::Environment;

/// Where a command's answer goes, and in which form.
pub struct Screen {
    out: Box<dyn Write + Send>,
    color: bool,
    error_color: bool,
    json: bool,
}

/// The few ways in which text is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Strong,
    Faint,
    Bad,
    Accent,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Bad => "31",
            Self::Accent => "36",
        }
    }
}

impl Screen {
    /// Colour only on a terminal, and not when `NO_COLOR` is set (no-color.org).
    pub fn of_process(environment: &Environment, json: bool) -> Self {
        let wanted = environment.get("NO_COLOR").is_none_or(str::is_empty)
            && environment.get("TERM") != Some("dumb");
        let terminal = io::stdout().is_terminal();
        Self {
            out: Box::new(io::stdout()),
            color: wanted && terminal,
            error_color: wanted && io::stderr().is_terminal(),
            json,
        }
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.json
    }

    pub fn has_color(&self) -> bool {
        self.color
    }

    pub fn paint(&self, style: Style, text: impl Display) -> String {
        paint(self.color, style, text)
    }

    /// What an error message begins with.
    pub fn error_label(&self) -> String {
        paint(self.error_color, Style::Bad, "astro: ")
    }

    pub fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    pub fn text(&mut self, text: impl Display) -> io::Result<()> {
        write!(self.out, "{text}")?;
        self.out.flush()
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// The answer as JSON, for programs.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

fn paint(color: bool, style: Style, text: impl Display) -> String {
    if color {
        format!("\x1b[{}m{text}\x1b[0m", style.code())
    } else {
        text.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_plain_where_colour_is_unwanted() {
        assert_eq!(paint(false, Style::Bad, "no"), "no");
        assert_eq!(paint(true, Style::Bad, "no"), "\x1b[31mno\x1b[0m");
    }
}
