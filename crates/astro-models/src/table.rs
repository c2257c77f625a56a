//! Rows as a table that other programs read.

use std::fmt;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Whole,
    /// Double precision.
    Number,
    /// Single precision, as nets see it.
    Single,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing is known.
    Empty,
    Text(String),
    Whole(i64),
    Number(f64),
    Single(f32),
}

/// Names and kinds of columns, and the rows under them.
pub struct Table<'a> {
    pub columns: Vec<(&'static str, Kind)>,
    pub rows: Box<dyn Iterator<Item = Vec<Cell>> + 'a>,
}

impl Cell {
    pub fn text(text: impl fmt::Display) -> Self {
        Self::Text(text.to_string())
    }

    /// 0 or 1.
    pub fn flag(flag: Option<bool>) -> Self {
        flag.map_or(Self::Empty, |flag| Self::Whole(i64::from(flag)))
    }

    pub fn single(number: Option<f32>) -> Self {
        number.map_or(Self::Empty, Self::Single)
    }
}

impl fmt::Display for Cell {
    /// Numbers are the shortest that read back as the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Single(number) => number.fmt(f),
        }
    }
}

/// The first line of a file of comma-separated values.
pub fn csv_header(columns: &[(&'static str, Kind)]) -> String {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    names.join(",")
}

/// A line of such a file. No cell holds a comma, a quote or a line break: none holds a word of a person.
pub fn csv_line(cells: &[Cell]) -> String {
    let texts: Vec<_> = cells.iter().map(Cell::to_string).collect();
    texts.join(",")
}
