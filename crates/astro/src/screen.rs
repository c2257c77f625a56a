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
    watched: bool,
    form: Form,
    width: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

/// The few ways in which text is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Strong,
    Faint,
    Good,
    Warning,
    Bad,
    Accent,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31",
            Self::Accent => "36",
        }
    }
}

const WIDTH_WITHOUT_TERMINAL: usize = 100;

impl Screen {
    /// Colour only on a terminal, and not when `NO_COLOR` is set (no-color.org).
    pub fn of_process(environment: &Environment, json: bool) -> Self {
        let wanted = environment.get("NO_COLOR").is_none_or(str::is_empty)
            && environment.get("TERM") != Some("dumb");
        let terminal = io::stdout().is_terminal();
        let width = console::Term::stdout()
            .size_checked()
            .map_or(WIDTH_WITHOUT_TERMINAL, |(_, columns)| usize::from(columns));
        Self {
            out: Box::new(io::stdout()),
            color: wanted && terminal,
            error_color: wanted && io::stderr().is_terminal(),
            watched: io::stderr().is_terminal() && !json,
            form: if json { Form::Json } else { Form::Text },
            width: width.max(40),
        }
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.form == Form::Json
    }

    /// Columns that there are room for.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether a person looks on, so that progress is worth showing.
    pub fn is_watched(&self) -> bool {
        self.watched
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

/// A size for people.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = (0..UNITS.len() - 1)
        .find(|unit| count >> (10 * (unit + 1)) == 0)
        .unwrap_or(UNITS.len() - 1);
    if unit == 0 {
        return format!("{count} B");
    }
    let tenths = (u128::from(count) * 10) >> (10 * unit);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
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
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(5 << 30), "5.0 GiB");
    }

    #[test]
    fn text_is_plain_where_colour_is_unwanted() {
        assert_eq!(paint(false, Style::Bad, "no"), "no");
        assert_eq!(paint(true, Style::Bad, "no"), "\x1b[31mno\x1b[0m");
    }
}
