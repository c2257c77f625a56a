//! Training on what the people of this server did.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use astro_core::calendar::Timestamp;
use astro_core::models::ModelKind;
use astro_core::principal::Permission;
use astro_data::Report;
use astro_models::artifact::{self, Manifest, Version};
use astro_models::completion::Lesson;
use astro_models::train::{self, Start, TrainError};
use astro_models::{Pass, Settings, prior};

use super::records::Records;
use crate::{Call, Error, Result, Services};

/// What is to be trained.
#[derive(Clone, Copy, Debug)]
pub struct TrainingOptions {
    pub kind: ModelKind,
    pub seed: u64,
    /// Nothing that was recorded later is looked at; now where nothing is said. The same log, moment, seed and
    /// build give the same bytes.
    pub until: Option<Timestamp>,
}

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// So many people's logs of so many were read.
    Reading { done: u64, all: u64 },
    /// A pass over all examples is over.
    Pass {
        number: u32,
        most: u32,
        losses: Pass,
    },
}

/// What came of training.
#[derive(Debug)]
pub struct Trained {
    pub version: Version,
    pub manifest: Manifest,
    /// It serves from now on; otherwise it waits as the challenger.
    pub serves: bool,
    /// What cleaning touched.
    pub report: Report,
    /// People who do not let the product learn from them.
    pub declined: u64,
}

/// Hears how far training is.
pub type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

impl Services {
    /// What is learnt from and judged on, as training sees it; what cleaning touched, and how many people let the
    /// product learn nothing.
    pub async fn lesson(
        &self,
        call: &Call,
        options: TrainingOptions,
        tell: &Tell,
    ) -> Result<(Lesson, Report, u64)> {
        call.scope(Permission::InstanceAdmin)?;
        self.lesson_unasked(options, tell).await
    }

    async fn lesson_unasked(
        &self,
        options: TrainingOptions,
        tell: &Tell,
    ) -> Result<(Lesson, Report, u64)> {
        let until = options.until.unwrap_or_else(|| self.now());
        let read = self.records(until, |done, all| tell(Progress::Reading { done, all }));
        let Records {
            records,
            report,
            declined,
        } = read.await?;
        let divide = move || Lesson::of(&records, until, options.seed);
        let lesson = tokio::task::spawn_blocking(divide).await;
        Ok((lesson.map_err(Error::internal)?, report, declined))
    }

    /// Trains, writes the artifact and names it in the registry. What was cut off goes on where it was.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is too little to learn from, or somebody else trains.
    pub async fn train(
        &self,
        call: &Call,
        options: TrainingOptions,
        tell: Tell,
    ) -> Result<Trained> {
        call.scope(Permission::InstanceAdmin)?;
        self.train_unasked(options, tell).await
    }

    pub(super) async fn train_unasked(
        &self,
        options: TrainingOptions,
        tell: Tell,
    ) -> Result<Trained> {
        let (lesson, report, declined) = self.lesson_unasked(options, &tell).await?;
        let root = self.models.clone();
        let learn = move || learn(&root, &lesson, options, &tell);
        let version = tokio::task::spawn_blocking(learn)
            .await
            .map_err(Error::internal)??;
        let (manifest, serves) = self.register_model(&version).await?;
        let folder = workplace(&self.models, options.kind);
        if let Err(error) = fs::remove_file(folder.join("checkpoint")) {
            tracing::debug!(%error, "there was no checkpoint to remove");
        }
        Ok(Trained {
            version,
            manifest,
            serves,
            report,
            declined,
        })
    }
}

/// Where what was reached is kept.
fn workplace(root: &Path, kind: ModelKind) -> PathBuf {
    root.join("training").join(kind.as_str())
}

fn learn(root: &Path, lesson: &Lesson, options: TrainingOptions, tell: &Tell) -> Result<Version> {
    let folder = workplace(root, options.kind);
    fs::create_dir_all(&folder).map_err(Error::internal)?;
    let lock = File::create(folder.join("lock")).map_err(Error::internal)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let detail =
                "another process is training already; its version will stand in the list of models";
            return Err(Error::conflict("training_runs", detail));
        }
        Err(TryLockError::Error(error)) => return Err(Error::internal(error)),
    }
    let settings = Settings {
        seed: options.seed,
        ..Settings::fine()
    };
    let (_, known) = prior::completion().map_err(Error::internal)?;
    let start = Start {
        name: prior::NAME,
        model: &known,
    };
    let after_pass = |number, losses| {
        tell(Progress::Pass {
            number,
            most: settings.epochs,
            losses,
        });
    };
    let made = train::completion(lesson, Some(start), &settings, Some(&folder), after_pass);
    let (manifest, weights) = made.map_err(|error| match error {
        TrainError::TooLittle { .. } => Error::conflict("too_little_to_learn", error.to_string()),
        TrainError::Checkpoint(error) => Error::internal(error),
    })?;
    artifact::write(root, manifest, &weights).map_err(Error::internal)
}
