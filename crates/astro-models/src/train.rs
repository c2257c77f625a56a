//! From records to an artifact: what `astro train` and the prior do.

use std::path::Path;

use astro_data::{Example, Exposure};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::artifact::{Calibration, Data, Manifest, hex};
use crate::baselines;
use crate::completion::{self, CompletionModel};
use crate::lesson::{Lesson, Taught};
use crate::model::Model;
use crate::recommendation::{self, RecommendationModel};
use crate::training::{CheckpointError, Fitted, Pass, Settings};
use crate::weights::Weights;

/// With fewer examples to learn from, or to check by, nothing is trained: whatever serves goes on. A sample month
/// (`astro demo`) gives more.
pub const FEWEST: usize = 100;
pub const FEWEST_CHECKED: usize = 25;

/// What training starts from.
#[derive(Debug)]
pub struct Start<'a, M> {
    /// The name of the version that it begins with.
    pub name: &'a str,
    pub model: &'a M,
}

impl<M> Clone for Start<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Start<'_, M> {}

/// Why nothing was trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(
        "{learn} rows to learn from and {check} to check by; {FEWEST} and {FEWEST_CHECKED} are needed: each open \
         task gives one on each day"
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
    lesson: &Lesson<Example>,
    start: Option<Start<'_, CompletionModel>>,
    settings: &Settings,
    folder: Option<&Path>,
    after_pass: &mut dyn FnMut(u32, Pass),
) -> Result<(Manifest, Weights), TrainError> {
    let (learn, check) = enough(lesson)?;
    let until = lesson.learnt_until;
    let prior = start.map(|start| start.model);
    let fitted = completion::fit(&learn, &check, until, prior, settings, folder, after_pass)?;
    let model = &fitted.model;
    let baselines = baselines::fit_all(&completion::answered(&learn, until));
    let data = data(lesson, |example, hash| {
        hash.update(example.fate.after_h.to_le_bytes());
        hash.update([example.fate.ending.map_or(0, |ending| 1 + ending as u8)]);
    });
    let calibration = Calibration::Completion(model.lines);
    let mut manifest = manifest(calibration, *settings, data, start, &fitted);
    manifest.evaluation = completion::evaluate(
        model,
        &baselines,
        &lesson.slices(),
        lesson.until,
        settings.seed,
    );
    Ok((manifest, model.weights()))
}

/// As [`completion()`], of the recommendation net.
///
/// # Errors
/// As there.
pub fn recommender(
    lesson: &Lesson<Exposure>,
    start: Option<Start<'_, RecommendationModel>>,
    settings: &Settings,
    folder: Option<&Path>,
    after_pass: &mut dyn FnMut(u32, Pass),
) -> Result<(Manifest, Weights), TrainError> {
    let (learn, check) = enough(lesson)?;
    let prior = start.map(|start| start.model);
    let fitted = recommendation::fit(&learn, &check, prior, settings, folder, after_pass)?;
    let model = &fitted.model;
    let data = data(lesson, |exposure, hash| {
        hash.update(format!("{:?}", exposure.outcomes));
        hash.update(exposure.propensity.to_le_bytes());
    });
    let calibration = Calibration::Recommender(model.lines);
    let mut manifest = manifest(calibration, *settings, data, start, &fitted);
    manifest.evaluation = recommendation::evaluate(model, lesson, settings.seed);
    Ok((manifest, model.weights()))
}

/// A manifest of what was fitted, without its figures.
fn manifest<L>(
    calibration: Calibration,
    settings: Settings,
    data: Data,
    start: Option<Start<'_, Model<L>>>,
    fitted: &Fitted<L>,
) -> Manifest {
    Manifest {
        parent: start.map(|start| start.name.to_owned()),
        passes: u32::try_from(fitted.passes.len()).unwrap_or(u32::MAX),
        best_pass: fitted.best,
        ..Manifest::new(calibration, settings, data)
    }
}

/// What is learnt from and checked by, if that is enough.
fn enough<T: Taught>(lesson: &Lesson<T>) -> Result<(Vec<&T>, Vec<&T>), TrainError> {
    let (learn, check) = (&lesson.learn, &lesson.check);
    if learn.len() < FEWEST || check.len() < FEWEST_CHECKED {
        return Err(TrainError::TooLittle {
            learn: learn.len(),
            check: check.len(),
        });
    }
    Ok((learn.iter().collect(), check.iter().collect()))
}

fn data<T: Taught>(lesson: &Lesson<T>, outcome: impl Fn(&T, &mut Sha256)) -> Data {
    let all = || lesson.learn.iter().chain(&lesson.check);
    let mut people: Vec<Uuid> = all().map(|taught| taught.key().person).collect();
    people.sort_unstable();
    people.dedup();
    let mut hash = Sha256::new();
    for taught in all() {
        hash.update(taught.key().row.hash());
        outcome(taught, &mut hash);
    }
    Data {
        until: lesson.until,
        from: all().map(|taught| taught.key().at).min(),
        people: people.len() as u64,
        learnt: lesson.learn.len() as u64,
        checked: lesson.check.len() as u64,
        hash: hex(&hash.finalize()),
    }
}
