//! A job: what is kept of it, how it is done, and how it ends.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::ids::JobId;
use astro_core::principal::Scope;
use astro_store::{Store, StoreError, Write, jobs};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Work that reaches outside. It is kept in the transaction that wants it done ([`enqueue`]), and may
/// be begun more than once: [`Lease::lost`] says how many tries ended nobody knows how.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Kept with every row, so a released name keeps its meaning: `send-delivery`.
    const NAME: &'static str;
    /// Tries before it is given up.
    const ATTEMPTS: u32 = 7;
    /// How long after a process was last heard of another may begin its try anew; a process that lives
    /// keeps its lease for as long as the try takes.
    const LEASE: Duration = Duration::from_secs(30);
    /// What doing it needs.
    type Context: Clone + Send + Sync + 'static;

    /// Does it. What it changes here belongs into one transaction with [`Lease::finish`].
    fn run(
        self,
        context: &Self::Context,
        lease: &Lease,
    ) -> impl Future<Output = Result<(), JobError>> + Send;

    /// It was given up; what that changes here belongs into one transaction with [`Lease::give_up`]. Where
    /// nothing is said it changes nothing: the job itself stays as failed, where its owner sees it.
    fn given_up(
        self,
        context: &Self::Context,
        lease: &Lease,
        reason: &str,
    ) -> impl Future<Output = Result<(), JobError>> + Send {
        let _ = (context, lease, reason);
        std::future::ready(Ok(()))
    }

    /// A try failed and there will be another.
    fn put_off(
        &self,
        context: &Self::Context,
        lease: &Lease,
        reason: &str,
    ) -> impl Future<Output = ()> + Send {
        let _ = (context, lease, reason);
        std::future::ready(())
    }
}

/// How a try ended that did not end well. Reasons are shown to the job's owner: no secrets, no words
/// of the machine's inside.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Try again; not before `after`, where the other side asked for that.
    #[error("{reason}")]
    Retry {
        reason: String,
        after: Option<Duration>,
        /// Nobody knows whether it took effect outside.
        lost: bool,
    },
    /// Trying again cannot help.
    #[error("{0}")]
    GiveUp(String),
    /// Another process has it by now; nothing that this try did here is kept.
    #[error("the lease was lost")]
    LeaseLost,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a try ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Done,
    PutOff,
    GivenUp,
    Lost,
}

/// The right to finish a job, until the lease ends.
#[derive(Clone, Debug)]
pub struct Lease {
    pub scope: Scope,
    pub id: JobId,
    /// When the job was made.
    pub made_at: Timestamp,
    /// This try's number, from 1.
    pub attempt: u32,
    /// Earlier tries of which nobody knows how they ended.
    pub lost: u32,
    pub until: Timestamp,
    pub(crate) claim: Uuid,
    pub(crate) ended: Arc<AtomicBool>,
}

impl Lease {
    /// Ends the job in the transaction of what it changed.
    ///
    /// # Errors
    /// [`JobError::LeaseLost`] when another process has it by now: the transaction must not be kept.
    pub async fn finish(&self, write: &mut Write) -> Result<(), JobError> {
        let held = jobs::finish(write, self.id, self.claim).await?;
        self.end(held)
    }

    /// Gives the job up in the transaction of what that changes.
    ///
    /// # Errors
    /// As [`Lease::finish`].
    pub async fn give_up(
        &self,
        write: &mut Write,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), JobError> {
        let held = jobs::give_up(write, self.id, self.claim, reason, now).await?;
        self.end(held)
    }

    fn end(&self, held: bool) -> Result<(), JobError> {
        if held {
            self.ended.store(true, Ordering::Relaxed);
            Ok(())
        } else {
            Err(JobError::LeaseLost)
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Keeps the lease until later. `false` when it was lost.
    pub(crate) async fn renew(&self, store: &Store, until: Timestamp) -> Result<bool, StoreError> {
        let (id, lease) = (self.id, self.claim);
        store
            .write(&self.scope, move |write| {
                Box::pin(async move { jobs::renew(write, id, lease, until).await })
            })
            .await
    }

    /// Puts the job off until `run_at`. `false` when the lease was lost.
    pub(crate) async fn put_off(
        &self,
        store: &Store,
        run_at: Timestamp,
        reason: &str,
        lost: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, lease, reason) = (self.id, self.claim, reason.to_owned());
        store
            .write(&self.scope, move |write| {
                Box::pin(
                    async move { jobs::retry(write, id, lease, run_at, &reason, lost, now).await },
                )
            })
            .await
    }
}

/// Keeps a job in the transaction that wants it done. A second one of the same id is the same job.
///
/// # Errors
/// When it cannot be written as JSON, or kept.
pub async fn enqueue<J: Job>(
    write: &mut Write,
    id: JobId,
    job: &J,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let payload = serde_json::to_value(job).map_err(|error| StoreError::Corrupt {
        table: "jobs".to_owned(),
        column: 0,
        detail: error.to_string(),
    })?;
    jobs::insert(write, id, J::NAME, &payload, run_at, now).await
}
