//! Aligned columns that fit the terminal: one column gives way when there is no room.

use serde_json::Value;

use crate::screen::{Screen, Style};

/// A cell: its text, and how it is set apart.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub style: Option<Style>,
}

impl Cell {
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            // A title of several lines, or one that holds control characters, stays on its line.
            text: one_line(&text.into()),
            style: None,
        }
    }

    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            style: Some(style),
            ..Self::plain(text)
        }
    }
}

/// Text without anything that moves the cursor or speaks to the terminal.
pub fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A word of the API, as [`one_line`].
pub fn text(value: &Value) -> String {
    one_line(value.as_str().unwrap_or_default())
}

const GAP: &str = "  ";
/// What the giving column keeps at least.
const LEAST: usize = 12;

/// Prints rows below faint headings. `giving` is the column that is cut when a row is too wide.
pub fn print(
    screen: &mut Screen,
    headings: &[&str],
    giving: usize,
    rows: &[Vec<Cell>],
) -> std::io::Result<()> {
    let widths = widths(headings, giving, rows, screen.width());
    let head: Vec<Cell> = headings
        .iter()
        .map(|heading| Cell::styled(*heading, Style::Faint))
        .collect();
    for row in std::iter::once(&head).chain(rows) {
        let line = line(screen, row, &widths);
        screen.line(line.trim_end())?;
    }
    Ok(())
}

fn widths(headings: &[&str], giving: usize, rows: &[Vec<Cell>], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = headings
        .iter()
        .map(|h| console::measure_text_width(h))
        .collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(&cell.text));
        }
    }
    let others: usize = widths
        .iter()
        .enumerate()
        .filter(|(column, width)| *column != giving && **width > 0)
        .map(|(_, width)| width + GAP.len())
        .sum();
    if let Some(width) = widths.get_mut(giving) {
        *width = (*width).min(room.saturating_sub(others).max(LEAST));
    }
    widths
}

fn line(screen: &Screen, row: &[Cell], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).filter(|(_, width)| **width > 0);
    let texts: Vec<String> = cells
        .map(|(cell, width)| {
            let text = console::truncate_str(&cell.text, *width, "…");
            let gap = width.saturating_sub(console::measure_text_width(&text));
            let shown = match cell.style {
                Some(style) if !text.is_empty() => screen.paint(style, &text),
                _ => text.into_owned(),
            };
            shown + &" ".repeat(gap)
        })
        .collect();
    texts.join(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(texts: &[[&str; 2]]) -> Vec<Vec<Cell>> {
        texts
            .iter()
            .map(|row| row.iter().map(|text| Cell::plain(*text)).collect())
            .collect()
    }

    #[test]
    fn the_giving_column_is_cut_to_the_room_that_is_left() {
        let rows = rows(&[
            ["1", "a title that is far too long for the line"],
            ["22", "short"],
        ]);
        assert_eq!(widths(&["id", "title"], 1, &rows, 24), [2, 20]);
        assert_eq!(widths(&["id", "title"], 1, &rows, 200), [2, 41]);
    }

    #[test]
    fn wide_characters_count_as_two() {
        let rows = rows(&[["1", "牛乳を買う"]]);
        assert_eq!(widths(&["id", "title"], 1, &rows, 80), [2, 10]);
    }

    #[test]
    fn text_cannot_speak_to_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31m\nb"), "a [31m b");
    }
}
