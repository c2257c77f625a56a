//! Examples as a table that other programs read: the very rows that are learnt from and judged on.

use astro_core::calendar::Timestamp;
use astro_data::{Closing, Example, registry};

use super::{asked, bins};
use crate::lesson::Lesson;
use crate::table::{Cell, Kind, Table};

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
pub fn columns() -> Vec<(&'static str, Kind)> {
    let features = registry::all().map(|feature| (feature.name, Kind::Single));
    ABOUT.into_iter().chain(features).collect()
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
pub fn examples(lesson: &Lesson<Example>) -> Table<'_> {
    let rows = lesson
        .parts()
        .into_iter()
        .flat_map(|(part, examples, until)| {
            examples
                .iter()
                .map(move |example| cells(part, example, until))
        });
    Table {
        columns: columns(),
        rows: Box::new(rows),
    }
}
