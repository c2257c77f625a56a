//! From records to an artifact: what `astro train` and the prior do.

use std::path::Path;

use astro_core::models::ModelKind;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::artifact::{Data, Manifest, hex};
use crate::baselines;
use crate::completion::{CompletionModel, Fitted, Lesson, fit};
use crate::evaluation;
use crate::training::{CheckpointError, Pass, Settings};
use crate::weights::Weights;

/// With fewer examples to learn from, or to check by, nothing is trained: whatever serves goes on.
pub const FEWEST: usize = 200;

/// What training starts from.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The name of the version that it begins with.
    pub name: &'a str,
    pub model: &'a CompletionModel,
}

/// Why nothing was trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(
        "{learn} examples to learn from and {check} to check by; {FEWEST} and {} are needed: an example is an \
         open task on a day",
        FEWEST / 5
    )]
    TooLittle { learn: usize, check: usize },
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Trains the completion net on a lesson and judges it: numbers and manifest, ready to be written. The same lesson,
/// start and settings give the same bytes.
///
/// # Errors
/// When there is too little to learn from, or what was reached cannot be kept or read.
pub fn completion(
    lesson: &Lesson,
    start: Option<Start<'_>>,
    settings: &Settings,
    folder: Option<&Path>,
    after_pass: impl FnMut(u32, Pass),
) -> Result<(Manifest, Weights), TrainError> {
    let (learn, check): (Vec<_>, Vec<_>) =
        (lesson.learn.iter().collect(), lesson.check.iter().collect());
    if learn.len() < FEWEST || check.len() < FEWEST / 5 {
        return Err(TrainError::TooLittle {
            learn: learn.len(),
            check: check.len(),
        });
    }
    let until = lesson.learnt_until;
    let prior = start.map(|start| start.model);
    let Fitted {
        model,
        passes,
        best,
    } = fit(&learn, &check, until, prior, settings, folder, after_pass)?;
    let baselines = baselines::fit_all(&learn, until);
    let mut manifest = Manifest::new(ModelKind::Completion, *settings, data(lesson));
    manifest.parent = start.map(|start| start.name.to_owned());
    manifest.passes = u32::try_from(passes.len()).unwrap_or(u32::MAX);
    manifest.best_pass = best;
    manifest.lines = model.lines;
    manifest.evaluation = evaluation::evaluate(
        &model,
        &baselines,
        &lesson.slices(),
        lesson.until,
        settings.seed,
    );
    Ok((manifest, model.weights()))
}

fn data(lesson: &Lesson) -> Data {
    let all = || lesson.learn.iter().chain(&lesson.check);
    let mut people: Vec<Uuid> = all().map(|example| example.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut hash = Sha256::new();
    for example in all() {
        hash.update(example.row.hash());
        hash.update(example.fate.after_h.to_le_bytes());
        hash.update([example.fate.ending.map_or(0, |ending| 1 + ending as u8)]);
    }
    Data {
        until: lesson.until,
        from: all().map(|example| example.at).min(),
        people: people.len() as u64,
        learnt: lesson.learn.len() as u64,
        checked: lesson.check.len() as u64,
        hash: hex(&hash.finalize()),
    }
}
