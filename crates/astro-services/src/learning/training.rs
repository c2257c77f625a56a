//! Training on what the people of this server did.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use astro_core::calendar::Timestamp;
use astro_core::models::ModelKind;
use astro_core::principal::Permission;
use astro_data::{Example, Exposure, Report};
use astro_models::artifact::{self, Manifest, Version};
use astro_models::lesson::{Lesson, Taught};
use astro_models::prior::{self, Shipped};
use astro_models::train::{self, Start, TrainError};
use astro_models::{Pass, Settings, Weights};

use super::records::Records;
use crate::{Call, Error, Result, Services};

/// What is to be trained.
#[derive(Clone, Copy, Debug)]
pub struct TrainingOptions {
    pub kind: ModelKind,
    pub seed: u64,
    /// Nothing that was recorded later is looked at; now where nothing is said, and never in the future. The same
    /// log up to then, seed and build give the same bytes.
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
    /// What is learnt from and judged on, as training sees it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a moment that is still to come.
    pub async fn lesson<T: Taught + Send + 'static>(
        &self,
        call: &Call,
        seed: u64,
        until: Option<Timestamp>,
        tell: &Tell,
    ) -> Result<Lesson<T>> {
        call.scope(Permission::InstanceAdmin)?;
        let until = self.past(until)?;
        let read = self.all_records(until, tell).await?;
        let (until, records) = (read.until(until), read.records);
        let divide = move || Lesson::of(&records, until, seed);
        tokio::task::spawn_blocking(divide)
            .await
            .map_err(Error::internal)
    }

    /// The moment up to which is learnt. What comes is not known yet: the same moment would give other bytes later.
    pub(super) fn past(&self, until: Option<Timestamp>) -> Result<Timestamp> {
        let now = self.now();
        match until {
            Some(until) if until > now => {
                let message = format!("is in the future ({until} > {now})");
                Err(Error::invalid("until", "out_of_range", message))
            }
            until => Ok(until.unwrap_or(now)),
        }
    }

    async fn all_records(&self, until: Timestamp, tell: &Tell) -> Result<Records> {
        let after_person = |done, all| tell(Progress::Reading { done, all });
        self.records(until, after_person).await
    }

    /// Trains, writes the artifact and names it in the registry. What was cut off goes on where it was.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is too little to learn from, somebody else trains, or somebody who is learnt
    /// from was forgotten meanwhile; [`Error::Invalid`] for a moment that is still to come.
    pub async fn train(
        &self,
        call: &Call,
        options: TrainingOptions,
        tell: Tell,
    ) -> Result<Trained> {
        call.scope(Permission::InstanceAdmin)?;
        let until = Some(self.past(options.until)?);
        let options = TrainingOptions { until, ..options };
        self.train_unasked(options, tell).await
    }

    pub(super) async fn train_unasked(
        &self,
        options: TrainingOptions,
        tell: Tell,
    ) -> Result<Trained> {
        let lock = lock(&self.models, options.kind)?;
        self.train_locked(&lock, options, tell).await
    }

    /// As [`Services::train_unasked`], for who holds the lock of the kind already, and holds it until this is over.
    pub(super) async fn train_locked(
        &self,
        lock: &Lock,
        options: TrainingOptions,
        tell: Tell,
    ) -> Result<Trained> {
        let asked = options.until.unwrap_or_else(|| self.now());
        let read = self.all_records(asked, &tell).await?;
        let until = read.until(asked);
        let Records {
            records,
            report,
            declined,
        } = read;
        let people = records.iter().map(|record| record.person).collect();
        let (root, lock) = (self.models.clone(), lock.clone());
        let learn = move || {
            let made = match options.kind {
                ModelKind::Completion => {
                    let lesson = Lesson::<Example>::of(&records, until, options.seed);
                    learn(&root, &lesson, options, &tell, train::completion)
                }
                ModelKind::Recommender => {
                    let lesson = Lesson::<Exposure>::of(&records, until, options.seed);
                    learn(&root, &lesson, options, &tell, train::recommender)
                }
            };
            // held here as well: who waits for this thread may go away, and it writes files all the same
            drop(lock);
            made
        };
        let version = tokio::task::spawn_blocking(learn)
            .await
            .map_err(Error::internal)??;
        let registered = self.register_model(options.kind, &version, people);
        let (manifest, serves) = registered.await?;
        forget_reached(&self.models, options.kind).map_err(Error::internal)?;
        Ok(Trained {
            version,
            manifest,
            serves,
            report,
            declined,
        })
    }
}

/// The right to train a kind, for whoever shares the folder of models: held from before the records are read until
/// what was learnt from them has its name. It ends with its last clone, or with the process.
#[derive(Clone, Debug)]
pub(super) struct Lock {
    _file: Arc<File>,
}

/// # Errors
/// [`Error::Conflict`] when somebody else has it.
pub(super) fn lock(root: &Path, kind: ModelKind) -> Result<Lock> {
    let folder = workplace(root, kind);
    fs::create_dir_all(&folder).map_err(Error::internal)?;
    let file = File::create(folder.join("lock")).map_err(Error::internal)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock {
            _file: Arc::new(file),
        }),
        Err(TryLockError::WouldBlock) => {
            let detail =
                "another process is training already; its version will stand in the list of models";
            Err(Error::conflict("training_runs", detail))
        }
        Err(TryLockError::Error(error)) => Err(Error::internal(error)),
    }
}

/// Where what was reached is kept.
fn workplace(root: &Path, kind: ModelKind) -> PathBuf {
    root.join("training").join(kind.as_str())
}

/// Removes what training reached when it was cut off, if anything.
pub(super) fn forget_reached(root: &Path, kind: ModelKind) -> io::Result<()> {
    // the second is what a write leaves that was cut off
    for name in ["checkpoint", "checkpoint.part"] {
        match fs::remove_file(workplace(root, kind).join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// As `astro_models::train` has one for each kind.
type Train<T, M> = fn(
    &Lesson<T>,
    Option<Start<'_, M>>,
    &Settings,
    Option<&Path>,
    &mut dyn FnMut(u32, Pass),
) -> Result<(Manifest, Weights), TrainError>;

fn learn<T, M: Shipped>(
    root: &Path,
    lesson: &Lesson<T>,
    options: TrainingOptions,
    tell: &Tell,
    train: Train<T, M>,
) -> Result<Version> {
    let folder = workplace(root, options.kind);
    let settings = Settings {
        seed: options.seed,
        ..Settings::fine()
    };
    let (_, known) = prior::load::<M>().map_err(Error::internal)?;
    let start = Start {
        name: prior::NAME,
        model: &known,
    };
    let mut after_pass = |number, losses| {
        tell(Progress::Pass {
            number,
            most: settings.epochs,
            losses,
        });
    };
    let made = train(
        lesson,
        Some(start),
        &settings,
        Some(&folder),
        &mut after_pass,
    );
    let (manifest, weights) = made.map_err(|error| match error {
        TrainError::TooLittle { .. } => Error::conflict("too_little_to_learn", error.to_string()),
        TrainError::Checkpoint(error) => Error::internal(error),
    })?;
    artifact::write(root, manifest, &weights).map_err(Error::internal)
}
