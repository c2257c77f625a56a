//! Training while the server runs: a job like any other.

use std::sync::Arc;

use astro_core::calendar::Timestamp;
use astro_core::ids::JobId;
use astro_core::jobs::Job as JobView;
use astro_core::models::ModelKind;
use astro_core::principal::Permission;
use astro_jobs::{Job, JobError, Lease};
use astro_store::jobs as rows;
use serde::{Deserialize, Serialize};

use super::training::TrainingOptions;
use crate::{Call, Error, Result, Services};

/// Trains a model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainModel {
    kind: ModelKind,
    seed: u64,
    until: Timestamp,
}

impl Services {
    /// Lets whichever process comes first train. The job is gone when it is done; one that cannot be done says why.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a moment that is still to come.
    pub async fn request_training(&self, call: &Call, options: TrainingOptions) -> Result<JobView> {
        let scope = call.scope(Permission::InstanceAdmin)?;
        let now = self.now();
        let job = TrainModel {
            kind: options.kind,
            seed: options.seed,
            until: self.past(options.until)?,
        };
        let id: JobId = self.random.id(now);
        self.change_unasked(scope, move |change| {
            Box::pin(async move {
                astro_jobs::job::enqueue(change.write, id, &job, change.now, change.now).await?;
                rows::get(change.write, id)
                    .await?
                    .ok_or(Error::NotFound("job"))
            })
        })
        .await
    }
}

impl Job for TrainModel {
    const NAME: &'static str = "train-model";
    // what was reached is kept, and a third try that fails is no accident
    const ATTEMPTS: u32 = 3;
    type Context = Services;

    async fn run(self, services: &Services, _lease: &Lease) -> Result<(), JobError> {
        let options = TrainingOptions {
            kind: self.kind,
            seed: self.seed,
            until: Some(self.until),
        };
        match services.train_unasked(options, Arc::new(|_| {})).await {
            Ok(trained) => {
                tracing::info!(kind = %self.kind, version = %trained.version, serves = trained.serves, "a model was trained");
                Ok(())
            }
            Err(Error::Conflict {
                code: "too_little_to_learn",
                detail,
            }) => Err(JobError::GiveUp(detail)),
            Err(error) => Err(error.into()),
        }
    }
}
