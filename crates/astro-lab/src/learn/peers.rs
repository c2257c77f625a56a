//! What peers said of the rows that they were asked of.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use astro_core::calendar::Timestamp;
use astro_data::Example;
use astro_models::lesson::Lesson;
use uuid::Uuid;

/// What a peer said of each task and moment.
pub struct Chances(HashMap<(Uuid, Timestamp), Vec<f64>>);

impl Chances {
    /// Reads a file with a line of chances for each row of `judged.csv`, in its order.
    pub fn read(path: &Path, lesson: &Lesson<Example>) -> Result<Self> {
        let text = fs::read_to_string(path)?;
        let chance = |cell: &str| {
            let cell = cell.trim();
            cell.parse()
                .with_context(|| format!("{}: {cell}", path.display()))
        };
        let chances: Vec<Vec<f64>> = text
            .lines()
            .map(|line| line.split(',').map(chance).collect())
            .collect::<Result<_>>()?;
        let rows: Vec<_> = lesson.later.iter().chain(&lesson.unseen).collect();
        ensure!(
            chances.len() == rows.len(),
            "{}: not a line for each row",
            path.display()
        );
        let keys = rows.iter().map(|example| (example.task, example.at));
        Ok(Self(keys.zip(chances).collect()))
    }

    pub fn of(&self, example: &Example) -> Result<&[f64]> {
        let chances = self.0.get(&(example.task, example.at));
        chances
            .map(Vec::as_slice)
            .context("a row that no peer was asked of")
    }
}
