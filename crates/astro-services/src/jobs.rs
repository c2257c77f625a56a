//! Jobs, as their owner sees them.

use astro_core::ids::JobId;
use astro_core::jobs::{Job, JobState};
use astro_core::page::{Page, PageRequest};
use astro_core::principal::Permission;
use astro_store::jobs as rows;

use crate::{Call, Error, Result, Services, reminders};

impl Services {
    /// What is still to be done, and what was given up; oldest first.
    pub async fn list_jobs(
        &self,
        call: &Call,
        state: Option<JobState>,
        page: PageRequest,
    ) -> Result<Page<Job>> {
        let scope = call.scope(Permission::TasksRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::list(read, state, &page).await.map_err(Error::from) })
            })
            .await
    }

    /// Lets a job that was given up be tried again.
    ///
    /// # Errors
    /// [`Error::Conflict`] for one that was not given up.
    pub async fn retry_job(&self, call: &Call, id: JobId) -> Result<Job> {
        let scope = call.scope(Permission::TasksWrite)?;
        self.change_unasked(scope, move |change| {
            Box::pin(async move {
                let revived = rows::revive(change.write, id, change.now).await?;
                let job = rows::get(change.write, id)
                    .await?
                    .ok_or(Error::NotFound("job"))?;
                if revived {
                    reminders::send_again(change, &job).await?;
                    Ok(job)
                } else {
                    Err(Error::conflict(
                        "not_failed",
                        format!(
                            "the job is {}; only one that was given up is tried again",
                            job.state
                        ),
                    ))
                }
            })
        })
        .await
    }
}
