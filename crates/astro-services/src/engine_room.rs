//! What runs beside the requests: reminders that fire, jobs, events that are told, housekeeping.

use std::sync::Arc;
use std::time::Duration;

use astro_core::random::Random;
use astro_infra::bus::Bus;
use astro_jobs::{Jobs, Runner, Schedule, Stop, keep_schedule, pump};

use crate::learning::TrainModel;
use crate::outbox::{PublishEvents, SendEvent};
use crate::reminders::{ClearNotification, FireReminders, SendDelivery};
use crate::{Error, Services};

/// Forgetting what is over its time; see `housekeeping.rs`.
const SWEEP: Schedule = Schedule {
    name: "sweep",
    every: Duration::from_hours(1),
    // not in anybody's way right after the start
    first: Duration::from_mins(1),
};
/// How often the gauges are set.
const GAUGES: Duration = Duration::from_secs(5);

/// Every kind of job that there is.
fn kinds() -> Jobs<Services> {
    Jobs::default()
        .with::<SendDelivery>()
        .with::<ClearNotification>()
        .with::<SendEvent>()
        .with::<TrainModel>()
}

impl Services {
    /// Tells what this process writes, and what others left untold, until it is time to stop.
    pub async fn publish(&self, bus: Arc<dyn Bus>, stop: Stop) {
        let pump = Arc::new(PublishEvents::new(self.clone(), bus));
        pump::run(pump, &self.store, self.clock.clone(), stop).await;
    }

    /// Works until it is time to stop: fires reminders, runs `concurrency` jobs at the same time, keeps
    /// house. Any number of processes of one database may do so.
    pub async fn work(&self, concurrency: usize, stop: Stop) {
        let runner = Runner::new(
            kinds(),
            self.clone(),
            self.store.clone(),
            self.clock.clone(),
            self.random.clone(),
            concurrency,
        );
        let fire = Arc::new(FireReminders(self.clone()));
        let clock = || self.clock.clone();
        let measure_stop = stop.clone();
        tokio::join!(
            pump::run(fire, &self.store, clock(), stop.clone()),
            pump::run(Arc::new(runner), &self.store, clock(), stop.clone()),
            self.keep_house(&self.random, stop),
            self.measure(measure_stop),
        );
    }

    async fn keep_house(&self, random: &Random, stop: Stop) {
        let turn = || async {
            let swept = self.sweep().await?;
            tracing::debug!(?swept, "housekeeping");
            Ok(())
        };
        keep_schedule(SWEEP, &self.store, self.clock.clone(), random, stop, turn).await;
    }

    /// Keeps the gauges of what waits.
    async fn measure(&self, mut stop: Stop) {
        while !stop.is_now() {
            if let Err(error) = self.set_gauges().await {
                tracing::debug!(%error, "the gauges were not set");
            }
            tokio::select! {
                () = stop.wait() => {}
                () = tokio::time::sleep(GAUGES) => {}
            }
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "gauges are floating-point numbers; counts are small"
    )]
    async fn set_gauges(&self) -> Result<(), Error> {
        let now = self.now();
        let (waiting, since) = self.store.waiting_jobs(now).await?;
        let age = since.map_or(0.0, |since| now.duration_since(since).as_secs_f64());
        metrics::gauge!("astro_jobs_waiting").set(waiting as f64);
        metrics::gauge!("astro_jobs_oldest_seconds").set(age);
        let due = self.store.due_reminders(now).await?;
        let oldest = due
            .now
            .first()
            .map_or(0.0, |turn| now.duration_since(turn.at).as_secs_f64());
        metrics::gauge!("astro_reminders_oldest_due_seconds").set(oldest);
        let age = self.store.outbox_age(now).await?;
        metrics::gauge!("astro_outbox_age_seconds").set(age.as_secs_f64());
        Ok(())
    }
}
