//! Running jobs: claiming as many as can be begun at once, and seeing each to its end.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock;
use astro_core::jobs::Job as Row;
use astro_core::principal::Scope;
use astro_core::random::Random;
use astro_store::due::Turns;
use astro_store::jobs::{self, Claim};
use astro_store::{Commit, Store, StoreError, Wake};
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use uuid::Uuid;

use crate::backoff;
use crate::job::{Fate, Job, JobError, Lease};
use crate::pump::{Pump, Worked};
use crate::room::{Place, Room};

/// Jobs of one owner that run at the same time at most.
const PER_OWNER: usize = 8;
/// How long a turn waits for the jobs that it began. Slower ones go on by themselves, so that neither
/// their owner's other jobs nor other owners wait for an end that does not answer.
const PATIENCE: Duration = Duration::from_millis(250);

/// Does one kind of job, from its row.
trait Kind<C>: Send + Sync {
    fn lease(&self) -> Duration;
    fn run<'a>(&'a self, runner: &'a Needs<C>, row: Row, lease: &'a Lease) -> BoxFuture<'a, Fate>;
}

struct Of<J>(PhantomData<fn() -> J>);

/// The kinds of jobs that a process can do.
pub struct Jobs<C> {
    kinds: HashMap<&'static str, Box<dyn Kind<C>>>,
}

impl<C> Default for Jobs<C> {
    fn default() -> Self {
        Self {
            kinds: HashMap::new(),
        }
    }
}

impl<C: Clone + Send + Sync + 'static> Jobs<C> {
    /// Adds a kind.
    pub fn with<J: Job<Context = C>>(mut self) -> Self {
        self.kinds.insert(J::NAME, Box::new(Of::<J>(PhantomData)));
        self
    }
}

/// What all tries share.
struct Needs<C> {
    context: C,
    store: Store,
    clock: Arc<dyn Clock>,
    random: Random,
    kinds: Jobs<C>,
}

/// Claims and runs jobs; a [`Pump`].
pub struct Runner<C> {
    needs: Arc<Needs<C>>,
    /// This process, for as long as it lives.
    worker: Uuid,
    room: Room,
    /// Jobs under way.
    running: Mutex<JoinSet<()>>,
}

impl<C: Clone + Send + Sync + 'static> Runner<C> {
    pub fn new(
        kinds: Jobs<C>,
        context: C,
        store: Store,
        clock: Arc<dyn Clock>,
        random: Random,
        concurrency: usize,
    ) -> Self {
        let worker = random.id(clock.now());
        Self {
            needs: Arc::new(Needs {
                context,
                store,
                clock,
                random,
                kinds,
            }),
            worker,
            room: Room::new(concurrency, PER_OWNER),
            running: Mutex::default(),
        }
    }

    fn running(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn claim(&self, scope: Scope, limit: usize) -> Result<(Uuid, Vec<Row>), StoreError> {
        let now = self.needs.clock.now();
        let lease: Uuid = self.needs.random.id(now);
        let longest = self
            .needs
            .kinds
            .kinds
            .values()
            .map(|kind| kind.lease())
            .max();
        let claim = Claim {
            worker: self.worker,
            lease,
            now,
            until: later(now, longest.unwrap_or_default()),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let claimed = self
            .needs
            .store
            .write(&scope, move |write| {
                Box::pin(async move { jobs::claim(write, &claim).await })
            })
            .await?;
        Ok((lease, claimed))
    }

    /// Begins a claimed job. `place` is free again when it has ended, and `ended` is dropped.
    fn begin(&self, scope: Scope, claim: Uuid, row: Row, place: Place, ended: mpsc::Sender<()>) {
        let needs = self.needs.clone();
        let mut running = self.running();
        while let Some(earlier) = running.try_join_next() {
            report(&earlier);
        }
        running.spawn(async move {
            needs.see(scope, claim, row).await;
            drop((place, ended));
        });
    }
}

impl<C: Clone + Send + Sync + 'static> Needs<C> {
    /// Sees a claimed job to its end.
    async fn see(&self, scope: Scope, claim: Uuid, row: Row) {
        let lease = Lease {
            scope,
            id: row.id,
            made_at: row.created_at,
            attempt: row.attempts,
            lost: row.lost,
            until: row.run_at,
            claim,
            ended: Arc::new(AtomicBool::new(false)),
        };
        let name = row.name.clone();
        let fate = if let Some(kind) = self.kinds.kinds.get(row.name.as_str()) {
            kind.run(self, row, &lease).await
        } else {
            let reason = "this release does not know this kind of job";
            give_up(self, &lease, reason).await
        };
        let outcome = match fate {
            Fate::Done => "done",
            Fate::PutOff => "put_off",
            Fate::GivenUp => "given_up",
            Fate::Lost => "lost",
        };
        metrics::counter!("astro_jobs_total", "job" => name, "outcome" => outcome).increment(1);
    }
}

fn report(ended: &Result<(), JoinError>) {
    if let Err(error) = ended {
        // its lease ends by itself, and then it is tried again as one that nobody knows of
        tracing::error!(%error, "a job panicked");
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl<C: Clone + Send + Sync + 'static> Pump for Runner<C> {
    fn name(&self) -> &'static str {
        "jobs"
    }

    async fn turns(&self, now: Timestamp) -> Result<Turns, StoreError> {
        self.needs.store.due_jobs(now).await
    }

    fn note(&self, commit: &Commit) -> bool {
        commit.wakes(Wake::Jobs)
    }

    /// Claims only what can be begun at once: what is claimed and not begun would wait for the end of
    /// its lease if this process died.
    async fn work(&self, scope: Scope) -> Result<Worked, Box<dyn std::error::Error + Send + Sync>> {
        let places = self.room.enter(scope.owner());
        if places.is_empty() {
            return Ok(Worked::Later);
        }
        let (claim, claimed) = self.claim(scope, places.len()).await?;
        let is_full = claimed.len() == places.len();
        let (ended, mut all_ended) = mpsc::channel(1);
        for (row, place) in claimed.into_iter().zip(places) {
            self.begin(scope, claim, row, place, ended.clone());
        }
        drop(ended);
        // nothing is ever sent: it answers when the last one has dropped its end, or not in time
        let _ = timeout(PATIENCE, all_ended.recv()).await;
        Ok(if is_full { Worked::Some } else { Worked::All })
    }

    async fn rest(&self) {
        let mut running = std::mem::take(&mut *self.running());
        while let Some(ended) = running.join_next().await {
            report(&ended);
        }
    }
}

impl<J: Job> Kind<J::Context> for Of<J> {
    fn lease(&self) -> Duration {
        J::LEASE
    }

    fn run<'a>(
        &'a self,
        needs: &'a Needs<J::Context>,
        row: Row,
        lease: &'a Lease,
    ) -> BoxFuture<'a, Fate> {
        Box::pin(async move {
            let read = || serde_json::from_value::<J>(row.payload.clone());
            let job = match read() {
                Ok(job) => job,
                Err(error) => {
                    tracing::error!(job = J::NAME, id = %row.id, %error, "a job cannot be read");
                    return give_up(needs, lease, "the job cannot be read").await;
                }
            };
            let ended = tokio::select! {
                ended = job.run(&needs.context, lease) => ended,
                () = hold(needs, lease, J::LEASE) => Err(JobError::LeaseLost),
            };
            match ended {
                Ok(()) => settle::<J>(needs, lease).await,
                Err(error) => match read() {
                    Ok(job) => fail(needs, job, lease, error).await,
                    Err(_) => give_up(needs, lease, "the job cannot be read").await,
                },
            }
        })
    }
}

/// Keeps a lease for as long as the job runs; ends when it was lost. While the database is away
/// nobody else can take it either.
async fn hold<C>(needs: &Needs<C>, lease: &Lease, length: Duration) {
    loop {
        tokio::time::sleep(length / 3).await;
        let until = later(needs.clock.now(), length);
        match lease.renew(&needs.store, until).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::debug!(id = %lease.id, %error, "a lease was not renewed"),
        }
    }
}

/// Ends a job that went well and has nothing more to keep.
async fn settle<J: Job>(needs: &Needs<J::Context>, lease: &Lease) -> Fate {
    if lease.has_ended() {
        return Fate::Done;
    }
    let held = lease.clone();
    let ended = needs
        .store
        .write(&lease.scope, move |write| {
            Box::pin(async move { held.finish(write).await })
        })
        .await;
    match ended {
        Ok(()) => Fate::Done,
        Err(error) => lost::<J>(lease, &error),
    }
}

async fn fail<J: Job>(needs: &Needs<J::Context>, job: J, lease: &Lease, error: JobError) -> Fate {
    let (reason, after, lost_try) = match error {
        JobError::LeaseLost => return lost::<J>(lease, &error),
        JobError::GiveUp(reason) => return abandon(needs, job, lease, &reason).await,
        JobError::Retry {
            reason,
            after,
            lost,
        } => (reason, after, lost),
        JobError::Store(error) => {
            tracing::warn!(job = J::NAME, id = %lease.id, %error, "a job failed");
            ("the database did not answer".to_owned(), None, true)
        }
    };
    if lease.attempt >= J::ATTEMPTS {
        return abandon(needs, job, lease, &reason).await;
    }
    let now = needs.clock.now();
    let [chance] = needs.random.bytes();
    let run_at = later(now, backoff::wait(lease.attempt, after, chance));
    match lease
        .put_off(&needs.store, run_at, &reason, lost_try, now)
        .await
    {
        Ok(true) => {
            job.put_off(&needs.context, lease, &reason).await;
            Fate::PutOff
        }
        Ok(false) => lost::<J>(lease, &JobError::LeaseLost),
        Err(error) => lost::<J>(lease, &error.into()),
    }
}

async fn abandon<J: Job>(needs: &Needs<J::Context>, job: J, lease: &Lease, reason: &str) -> Fate {
    tracing::warn!(job = J::NAME, id = %lease.id, attempt = lease.attempt, "a job was given up");
    match job.given_up(&needs.context, lease, reason).await {
        Ok(()) if lease.has_ended() => Fate::GivenUp,
        Ok(()) => give_up(needs, lease, reason).await,
        Err(error) => lost::<J>(lease, &error),
    }
}

async fn give_up<C>(needs: &Needs<C>, lease: &Lease, reason: &str) -> Fate {
    let (held, text, now) = (lease.clone(), reason.to_owned(), needs.clock.now());
    let ended = needs
        .store
        .write(&lease.scope, move |write| {
            Box::pin(async move { held.give_up(write, &text, now).await })
        })
        .await;
    match ended {
        Ok(()) => Fate::GivenUp,
        Err(error) => {
            tracing::warn!(id = %lease.id, %error, "a job could not be given up");
            Fate::Lost
        }
    }
}

fn lost<J: Job>(lease: &Lease, error: &JobError) -> Fate {
    tracing::warn!(job = J::NAME, id = %lease.id, %error, "what became of a job was not kept");
    Fate::Lost
}
