//! What the product does by itself now and then, once for all processes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock;
use astro_core::random::Random;
use astro_store::{Store, StoreError, schedules};
use uuid::Uuid;

use crate::stop::Stop;

/// How often a process asks whether it is its turn.
const ASK: Duration = Duration::from_secs(10);

/// A name and a rhythm.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    pub name: &'static str,
    pub every: Duration,
    /// How long after the very first start the first turn waits.
    pub first: Duration,
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Takes the schedule's turns until it is time to stop. A turn that fails is logged, and the next one
/// comes in its time.
pub async fn keep_schedule<F, W>(
    schedule: Schedule,
    store: &Store,
    clock: Arc<dyn Clock>,
    random: &Random,
    mut stop: Stop,
    turn: F,
) where
    F: Fn() -> W,
    W: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
{
    while !stop.is_now() {
        let id: Uuid = random.id(clock.now());
        match take(schedule, store, clock.now(), id).await {
            Ok(true) => {
                if let Err(error) = turn().await {
                    tracing::error!(schedule = schedule.name, %error, "a turn failed");
                } else if let Err(error) = done(schedule, store, clock.now(), id).await {
                    tracing::warn!(schedule = schedule.name, %error, "a turn's end was not noted");
                }
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(schedule = schedule.name, %error, "nobody can say whose turn it is");
            }
        }
        tokio::select! {
            () = stop.wait() => {}
            () = tokio::time::sleep(ASK.min(schedule.every)) => {}
        }
    }
}

async fn take(
    schedule: Schedule,
    store: &Store,
    now: Timestamp,
    turn: Uuid,
) -> Result<bool, StoreError> {
    let (next, latest) = (later(now, schedule.every), later(now, schedule.every * 2));
    let first = later(now, schedule.first);
    store
        .admin(move |admin| {
            Box::pin(async move {
                schedules::insert(admin, schedule.name, first).await?;
                schedules::take(admin, schedule.name, now, next, latest, turn).await
            })
        })
        .await
}

async fn done(
    schedule: Schedule,
    store: &Store,
    now: Timestamp,
    turn: Uuid,
) -> Result<(), StoreError> {
    store
        .admin(move |admin| {
            Box::pin(async move { schedules::done(admin, schedule.name, turn, now).await })
        })
        .await
}
