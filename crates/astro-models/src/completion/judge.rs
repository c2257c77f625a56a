//! How good a completion model is, beside its baselines.

use astro_core::calendar::Timestamp;
use astro_data::Example;

use super::{CompletionModel, Prediction, asked, known};
use crate::baselines::{Answered, Baseline};
use crate::evaluation::{Asked, Evaluation, NET, Slice, Survival};
use crate::lesson::Lesson;
use crate::{evaluation, metrics};

/// What is asked of every row.
pub const QUESTION: &str = "done by when it is wanted, or within a week where nobody said";
/// Days at which chances over time are judged.
pub const SURVIVAL_DAYS: [f64; 4] = [1.0, 3.0, 7.0, 14.0];
/// Tasks of somebody new.
const FIRST: u32 = 20;

impl Lesson<Example> {
    /// What a model is judged on, by name.
    pub fn slices(&self) -> Vec<(String, Vec<&Example>)> {
        let first = self.unseen.iter().filter(|example| example.nth <= FIRST);
        vec![
            ("later".to_owned(), self.later.iter().collect()),
            ("unseen people".to_owned(), self.unseen.iter().collect()),
            ("first 20 tasks".to_owned(), first.collect()),
        ]
    }
}

/// The rows whose question was answered at `until`.
pub fn answered<'a>(examples: &[&'a Example], until: Timestamp) -> Vec<Answered<'a>> {
    let rows = examples.iter().filter_map(|example| {
        Some(Answered {
            person: example.person,
            row: &example.row,
            came: asked(example, until)?,
        })
    });
    rows.collect()
}

/// Judges a model and its baselines on slices of rows whose fates were known at `until`. Slices in which too
/// little is known, or all came alike, are left out; `None` when none is left.
pub fn evaluate(
    model: &CompletionModel,
    baselines: &[(&str, Baseline)],
    slices: &[(String, Vec<&Example>)],
    until: Timestamp,
    seed: u64,
) -> Option<Evaluation> {
    let judged = slices.iter().filter_map(|(name, examples)| {
        let rows: Vec<_> = examples.iter().map(|example| example.row.clone()).collect();
        let said = model.predict(&rows);
        let by_baseline = baselines.iter().map(|(name, baseline)| {
            let chances = examples
                .iter()
                .map(|example| baseline.predict(example.person, &example.row));
            ((*name).to_owned(), chances.collect())
        });
        let net = said.iter().map(|said| said.asked).collect();
        let models: Vec<(String, Vec<f64>)> = std::iter::once((NET.to_owned(), net))
            .chain(by_baseline)
            .collect();
        judge(name, examples, &said, &models, until, seed)
    });
    Evaluation::of(judged.collect(), Vec::new())
}

/// The figures of anybody's chances on one slice, each in the order of its examples. The first model is the one whose
/// curves are `said`.
pub fn judge(
    name: &str,
    examples: &[&Example],
    said: &[Prediction],
    models: &[(String, Vec<f64>)],
    until: Timestamp,
    seed: u64,
) -> Option<Slice> {
    let (places, asked): (Vec<usize>, Vec<Asked>) = examples
        .iter()
        .enumerate()
        .filter_map(|(place, example)| {
            let asked = Asked {
                person: example.person,
                at: example.at,
                came: asked(example, until)?,
            };
            Some((place, asked))
        })
        .unzip();
    let models = evaluation::at_places(models, &places);
    let mut slice = evaluation::judge(name, QUESTION, &asked, &models, seed)?;
    slice.survival = Some(survival(examples, said));
    Some(slice)
}

fn survival(examples: &[&Example], said: &[Prediction]) -> Survival {
    let at = |days: f64| {
        let rows = examples.iter().zip(said);
        rows.map(|(example, said)| (said.curve.at(24.0 * days).done, known(example)))
            .collect::<Vec<_>>()
    };
    let brier = SURVIVAL_DAYS.map(|days| metrics::survival_brier(&at(days), 24.0 * days));
    Survival {
        concordance: metrics::concordance(&at(7.0)),
        brier,
        integrated_brier: brier.iter().sum::<f64>() / crate::maths::count(brier.len()),
    }
}
