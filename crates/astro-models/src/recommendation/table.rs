//! Exposures and rewards as tables that other programs read: the very rows that are learnt from and judged on.

use astro_data::reward::{VERSION, WINDOW};
use astro_data::{About, Exposure, registry};

use crate::lesson::Lesson;
use crate::table::{Cell, Kind, Table};

/// Columns before the features: which part the row belongs to, whose it is and of which decision, its moment; what it is
/// of (`suggestion`, `silence`, `task`, `slot`), of which task, which kind of suggestion, for when; the chances of saying
/// anything and of saying this, and of what was done; and what came of it, empty where that was not asked.
const ABOUT: [(&str, Kind); 21] = [
    ("part", Kind::Text),
    ("person", Kind::Text),
    ("decision", Kind::Text),
    ("at", Kind::Text),
    ("about", Kind::Text),
    ("task", Kind::Text),
    ("kind", Kind::Text),
    ("slot", Kind::Text),
    ("p_speak", Kind::Number),
    ("p_choice", Kind::Number),
    ("propensity", Kind::Number),
    ("accepted", Kind::Whole),
    ("started", Kind::Whole),
    ("progress", Kind::Single),
    ("baseline", Kind::Single),
    ("burdened", Kind::Whole),
    ("in_slot", Kind::Whole),
    ("minutes", Kind::Single),
    ("responded_10", Kind::Whole),
    ("responded_30", Kind::Whole),
    ("next", Kind::Text),
];

/// Columns of rewards: whose decision, when it was and when its window ended, whether anything was said, the parts of the
/// reward and their sum, and the version of its definition.
const REWARD: [(&str, Kind); 12] = [
    ("part", Kind::Text),
    ("person", Kind::Text),
    ("decision", Kind::Text),
    ("at", Kind::Text),
    ("window_end", Kind::Text),
    ("spoken", Kind::Whole),
    ("progress", Kind::Number),
    ("completion", Kind::Number),
    ("on_time", Kind::Number),
    ("burden", Kind::Number),
    ("reward", Kind::Number),
    ("definition", Kind::Whole),
];

/// All rows of a lesson, part by part.
pub fn exposures(lesson: &Lesson<Exposure>) -> Table<'_> {
    let features = registry::all().map(|feature| (feature.name, Kind::Single));
    let rows = lesson
        .parts()
        .into_iter()
        .flat_map(|(part, exposures, _)| exposures.iter().map(move |one| cells(part, one)));
    Table {
        columns: ABOUT.into_iter().chain(features).collect(),
        rows: Box::new(rows),
    }
}

/// The reward of each decision whose window was over, part by part.
pub fn rewards(lesson: &Lesson<Exposure>) -> Table<'_> {
    let rows = lesson
        .parts()
        .into_iter()
        .flat_map(|(part, exposures, _)| exposures.iter().filter_map(move |one| reward(part, one)));
    Table {
        columns: REWARD.to_vec(),
        rows: Box::new(rows),
    }
}

fn cells(part: &str, one: &Exposure) -> Vec<Cell> {
    let none = || Cell::Empty;
    let (about, task, kind, slot) = match one.about {
        About::Suggestion(task, kind) => ("suggestion", Cell::text(task), Cell::text(kind), none()),
        About::Silence => ("silence", none(), none(), none()),
        About::Task(task) => ("task", Cell::text(task), none(), none()),
        About::Slot(task, slot) => ("slot", Cell::text(task), none(), Cell::text(slot)),
    };
    let outcomes = &one.outcomes;
    let mut cells = vec![
        Cell::text(part),
        Cell::text(one.person),
        Cell::text(one.decision),
        Cell::text(one.at),
        Cell::text(about),
        task,
        kind,
        slot,
        Cell::Number(one.p_speak),
        Cell::Number(one.p_choice),
        Cell::Number(one.propensity),
        Cell::flag(outcomes.accepted),
        Cell::flag(outcomes.started),
        Cell::single(outcomes.progress),
        Cell::single(outcomes.baseline),
        Cell::flag(outcomes.burdened),
        Cell::flag(outcomes.in_slot),
        Cell::single(outcomes.minutes),
        Cell::flag(outcomes.responded[0]),
        Cell::flag(outcomes.responded[1]),
        outcomes
            .next
            .map_or(Cell::Empty, |next| Cell::text(next.name())),
    ];
    cells.extend(one.row.0.iter().copied().map(Cell::Single));
    cells
}

fn reward(part: &str, one: &Exposure) -> Option<Vec<Cell>> {
    let reward = one.reward?;
    Some(vec![
        Cell::text(part),
        Cell::text(one.person),
        Cell::text(one.decision),
        Cell::text(one.at),
        Cell::text(one.at + WINDOW),
        Cell::flag(Some(matches!(one.about, About::Suggestion(..)))),
        Cell::Number(reward.progress),
        Cell::Number(reward.completion),
        Cell::Number(reward.on_time),
        Cell::Number(reward.burden),
        Cell::Number(reward.total()),
        Cell::Whole(i64::from(VERSION)),
    ])
}
