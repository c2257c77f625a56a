//! Going from owner to owner wherever something is due.
//!
//! A pump says whose turn it is; this loop gives the turns, several owners at a time and each owner one
//! turn at a time. It looks when a commit of this process says so, when the next thing is due, and
//! every second anyway: what another process left behind is found without anybody telling, and a clock
//! that jumps is noticed.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock;
use astro_core::ids::OwnerId;
use astro_core::principal::Scope;
use astro_store::due::Turns;
use astro_store::{Commit, Store, StoreError};
use tokio::sync::broadcast;
use tokio::task::JoinSet;

use crate::stop::Stop;

/// How long nobody looks at most.
pub const SWEEP: Duration = Duration::from_secs(1);
/// Looks that follow each other no faster, so that many commits cost few looks.
const REST: Duration = Duration::from_millis(5);
/// The rest is at least so many times as long as the look took: much that is due makes looks dear.
const RESTS_PER_LOOK: u32 = 4;
/// Owners who are served at the same time.
pub const CONCURRENCY: usize = 8;
/// How long an owner waits who had a turn for nothing.
const LATER: Duration = Duration::from_millis(200);
/// Waits after a turn that failed: doubled each time, up to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What a turn left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worked {
    /// Nothing is due any more.
    All,
    /// Something is left that is due already.
    Some,
    /// Something is left, and nothing can be done about it just now: others come first.
    Later,
}

/// Work that is due owner by owner.
pub trait Pump: Send + Sync + 'static {
    /// For logs and metrics.
    fn name(&self) -> &'static str;

    /// Whose turn it is, and when it is somebody's next.
    fn turns(&self, now: Timestamp) -> impl Future<Output = Result<Turns, StoreError>> + Send;

    /// Takes note of a commit of this process; whether it may have made something due.
    fn note(&self, commit: &Commit) -> bool;

    /// Commits went by too fast to be noted: something may be due anywhere.
    fn missed(&self) {}

    /// One owner's turn.
    ///
    /// # Errors
    /// What to log; the owner waits a little and has another turn.
    fn work(
        &self,
        scope: Scope,
    ) -> impl Future<Output = Result<Worked, Box<dyn std::error::Error + Send + Sync>>> + Send;

    /// Waits for what turns left running, after the last turn.
    fn rest(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// An owner whose turn failed, or was for nothing.
#[derive(Clone, Copy, Debug)]
struct Pause {
    until: tokio::time::Instant,
    /// After a failure, how long; the next one is longer.
    length: Duration,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Well,
    ForNothing,
    Failed,
}

struct Loop<P> {
    pump: Arc<P>,
    clock: Arc<dyn Clock>,
    running: JoinSet<Ended>,
    /// Who has a turn.
    busy: HashMap<tokio::task::Id, OwnerId>,
    paused: HashMap<OwnerId, Pause>,
}

/// Gives turns until it is time to stop, then lets what is under way end.
pub async fn run<P: Pump>(pump: Arc<P>, store: &Store, clock: Arc<dyn Clock>, mut stop: Stop) {
    let mut commits = store.commits();
    let mut turning = Loop {
        pump,
        clock,
        running: JoinSet::new(),
        busy: HashMap::new(),
        paused: HashMap::new(),
    };
    while !stop.is_now() {
        let begun = instant();
        let wait = turning.look().await;
        let rest = (begun.elapsed() * RESTS_PER_LOOK).clamp(REST, SWEEP);
        tokio::select! {
            () = stop.wait() => break,
            () = tokio::time::sleep(wait) => {}
            () = concerning(&*turning.pump, &mut commits) => tokio::time::sleep(rest).await,
            Some(ended) = turning.running.join_next_with_id() => turning.ended(&ended),
        }
    }
    while let Some(ended) = turning.running.join_next_with_id().await {
        turning.ended(&ended);
    }
    turning.pump.rest().await;
}

/// Waits for a commit that may have made something due.
async fn concerning<P: Pump>(pump: &P, commits: &mut broadcast::Receiver<Commit>) {
    loop {
        match commits.recv().await {
            Ok(commit) if pump.note(&commit) => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => {
                pump.missed();
                return;
            }
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long an owner is paused, whatever the clock on the wall does"
)]
fn instant() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

impl<P: Pump> Loop<P> {
    /// Gives turns to whoever is due; answers how long nobody need look again.
    async fn look(&mut self) -> Duration {
        let now = self.clock.now();
        let turns = match self.pump.turns(now).await {
            Ok(turns) => turns,
            Err(error) => {
                tracing::warn!(pump = self.pump.name(), %error, "nobody can say whose turn it is");
                return SWEEP;
            }
        };
        let at = instant();
        self.paused
            .retain(|_, pause| at < pause.until + LONGEST_PAUSE);
        let next = turns
            .next
            .and_then(|next| Duration::try_from(next.duration_since(self.clock.now())).ok());
        let mut wait = next.unwrap_or(SWEEP);
        let busy: HashSet<OwnerId> = self.busy.values().copied().collect();
        for turn in turns.now {
            let owner = turn.scope.owner();
            let pause = self.paused.get(&owner);
            if let Some(pause) = pause.filter(|pause| at < pause.until) {
                wait = wait.min(pause.until - at);
            } else if self.running.len() < CONCURRENCY && !busy.contains(&owner) {
                self.begin(turn.scope);
            }
        }
        wait.clamp(Duration::from_millis(1), SWEEP)
    }

    fn begin(&mut self, scope: Scope) {
        let pump = self.pump.clone();
        let owner = scope.owner();
        let task = self.running.spawn(async move {
            loop {
                match pump.work(scope).await {
                    Ok(Worked::All) => return Ended::Well,
                    Ok(Worked::Some) => {}
                    Ok(Worked::Later) => return Ended::ForNothing,
                    Err(error) => {
                        metrics::counter!("astro_pump_failures_total", "pump" => pump.name())
                            .increment(1);
                        tracing::error!(pump = pump.name(), %owner, %error, "a turn failed");
                        return Ended::Failed;
                    }
                }
            }
        });
        self.busy.insert(task.id(), owner);
    }

    fn ended(&mut self, ended: &Result<(tokio::task::Id, Ended), tokio::task::JoinError>) {
        let (id, how) = match ended {
            Ok((id, how)) => (*id, *how),
            Err(error) => {
                tracing::error!(pump = self.pump.name(), %error, "a turn panicked");
                (error.id(), Ended::Failed)
            }
        };
        let Some(owner) = self.busy.remove(&id) else {
            return;
        };
        let before = self.paused.remove(&owner).map(|pause| pause.length);
        let (wait, length) = match how {
            Ended::Well => return,
            Ended::ForNothing => (LATER, Duration::ZERO),
            Ended::Failed => {
                let longer = before.map_or(SWEEP, |length| (length * 2).max(SWEEP));
                let length = longer.min(LONGEST_PAUSE);
                (length, length)
            }
        };
        let until = instant() + wait;
        self.paused.insert(owner, Pause { until, length });
    }
}
