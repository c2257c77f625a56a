//! Examples as a table that other programs read: the very rows that are learnt from and judged on.

use std::fmt;

use astro_core::calendar::Timestamp;
use astro_data::{Closing, Example, registry};

use super::{Lesson, asked, bins};

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

/// Columns before the features: which part the row belongs to (`learn`, `check`, `later`, `unseen`), whose and
/// which task it is, the place of the task among its person's, its moment and when its fate was known, the
/// hours of the question and its answer, hours until it ended and how, and minutes of work that it took.
pub const ABOUT: [(&str, Kind); 11] = [
    ("part", Kind::Text),
    ("person", Kind::Text),
    ("task", Kind::Text),
    ("nth", Kind::Whole),
    ("at", Kind::Text),
    ("known_at", Kind::Text),
    ("asked_h", Kind::Number),
    ("answer", Kind::Whole),
    ("after_h", Kind::Single),
    ("ending", Kind::Text),
    ("minutes", Kind::Single),
];

/// Names and kinds of all columns; features follow by their own names.
pub fn columns() -> impl Iterator<Item = (&'static str, Kind)> {
    let features = registry::all().map(|feature| (feature.name, Kind::Single));
    ABOUT.into_iter().chain(features)
}

/// The cells of an example whose fate was known at `until`, one for each column.
pub fn cells(part: &str, example: &Example, until: Timestamp) -> Vec<Cell> {
    let answer = asked(example, until).map(|answer| Cell::Whole(i64::from(answer)));
    let ending = match example.fate.ending {
        Some(Closing::Done) => Cell::Text("done".to_owned()),
        Some(Closing::Dropped) => Cell::Text("dropped".to_owned()),
        None => Cell::Empty,
    };
    let mut cells = vec![
        Cell::Text(part.to_owned()),
        Cell::Text(example.person.to_string()),
        Cell::Text(example.task.to_string()),
        Cell::Whole(i64::from(example.nth)),
        Cell::Text(example.at.to_string()),
        Cell::Text(example.known_at.to_string()),
        Cell::Number(bins::asked_h(&example.row)),
        answer.unwrap_or(Cell::Empty),
        Cell::Single(example.fate.after_h),
        ending,
        example.minutes.map_or(Cell::Empty, Cell::Single),
    ];
    cells.extend(example.row.0.iter().copied().map(Cell::Single));
    cells
}

/// All rows of a lesson, part by part.
pub fn rows(lesson: &Lesson) -> impl Iterator<Item = Vec<Cell>> {
    let parts = [
        ("learn", &lesson.learn, lesson.learnt_until),
        ("check", &lesson.check, lesson.learnt_until),
        ("later", &lesson.later, lesson.until),
        ("unseen", &lesson.unseen, lesson.until),
    ];
    parts.into_iter().flat_map(|(part, examples, until)| {
        examples
            .iter()
            .map(move |example| cells(part, example, until))
    })
}

/// The first line of a file of comma-separated values.
pub fn csv_header() -> String {
    columns()
        .map(|(name, _)| name)
        .collect::<Vec<_>>()
        .join(",")
}

/// A line of such a file. No cell holds a comma, a quote or a line break: none holds a word of a person.
pub fn csv_line(cells: &[Cell]) -> String {
    cells
        .iter()
        .map(Cell::to_string)
        .collect::<Vec<_>>()
        .join(",")
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
