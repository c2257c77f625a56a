//! The engine room of this process: what runs beside the requests, and its orderly end.

use std::sync::Arc;

use astro_core::config::Config;
use astro_core::limits;
use astro_infra::bus::{Bus, MemoryBus, NatsBus};
use astro_jobs::{Stop, Stopper};
use astro_services::Services;
use astro_services::live::Hub;
use astro_services::outbox::PostgresBus;

/// What is to run, not yet started.
pub struct Engine {
    services: Services,
    bus: Arc<dyn Bus>,
    /// Jobs at the same time; none where this process leaves the work to others.
    concurrency: Option<usize>,
}

impl Engine {
    /// The engine room of a process that always works.
    ///
    /// # Errors
    /// When the bus's address cannot be read.
    pub async fn start(services: &Services, config: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            services: services.clone(),
            bus: bus(services, config).await?,
            concurrency: Some(config.jobs.concurrency.max(1)),
        })
    }

    /// The engine room of a server, which may leave the work to workers.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn beside_server(services: &Services, config: &Config) -> anyhow::Result<Self> {
        let mut engine = Self::start(services, config).await?;
        if !config.jobs.in_server {
            engine.concurrency = None;
        }
        Ok(engine)
    }

    /// Who is connected to this process.
    pub fn live(&self) -> Hub {
        self.services.live.clone()
    }

    /// Runs until `ended`, then lets what is under way come to its end, within
    /// [`limits::DRAIN_TIMEOUT`]. What is cut off then is begun anew by another process.
    pub async fn run(self, ended: impl Future<Output = ()>) {
        let (stopper, stop) = Stopper::new();
        let running = self.all(stop);
        tokio::pin!(running);
        tokio::select! {
            () = &mut running => return,
            () = ended => stopper.stop(),
        }
        if tokio::time::timeout(limits::DRAIN_TIMEOUT, running)
            .await
            .is_err()
        {
            tracing::warn!("what did not end in time is left to be begun anew");
        }
    }

    async fn all(&self, stop: Stop) {
        let work = async {
            if let Some(concurrency) = self.concurrency {
                Box::pin(self.services.work(concurrency, stop.clone())).await;
            }
        };
        tokio::join!(
            self.goodbye(stop.clone()),
            self.services.watch_access(stop.clone()),
            self.services.publish(self.bus.clone(), stop.clone()),
            self.services.listen(self.bus.clone(), stop.clone()),
            work,
        );
    }
}

/// How long those who are connected have to hear that this is the end.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(2);

impl Engine {
    async fn goodbye(&self, mut stop: Stop) {
        stop.wait().await;
        if tokio::time::timeout(GOODBYE, self.services.live.emptied())
            .await
            .is_err()
        {
            tracing::debug!("some who were connected did not hear the end");
        }
    }
}

/// NATS where one is configured; else what the database has; else this process is alone.
async fn bus(services: &Services, config: &Config) -> anyhow::Result<Arc<dyn Bus>> {
    if let Some(url) = &config.bus.url {
        return Ok(Arc::new(NatsBus::connect(url).await?));
    }
    if services.store.can_notify() {
        return Ok(Arc::new(PostgresBus(services.store.clone())));
    }
    Ok(Arc::new(MemoryBus::default()))
}
