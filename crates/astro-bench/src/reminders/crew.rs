//! The processes that send reminders, and what they suffer.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::measure::now;
use crate::process::{Program, Server};
use crate::product::Product;

const POLL: Duration = Duration::from_millis(50);
/// From the first reminder until a process is stopped.
const BEFORE_THE_STOP: Duration = Duration::from_secs(5);

/// What happens to them, from `begin` on.
#[derive(Clone, Copy, Debug)]
pub struct Torment {
    pub begin: Instant,
    /// Zero for never.
    pub kill_every: Duration,
    /// Zero for not at all.
    pub stop_for: Duration,
    /// How long after `begin` nobody is killed any more.
    pub until: Duration,
}

pub struct Crew<'a> {
    product: &'a Product,
    settings: Vec<(&'a str, String)>,
    members: Members,
    killed: usize,
    started: usize,
    stop: Stop,
}

enum Members {
    /// The one process on SQLite, which is the server too; `None` for a moment while it starts.
    Server(Option<Server>),
    /// The last one is stopped, the others are killed in turn.
    Workers(Vec<Program>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Ahead,
    Now,
    Over,
}

impl<'a> Crew<'a> {
    pub fn workers(
        product: &'a Product,
        settings: Vec<(&'a str, String)>,
        count: usize,
    ) -> Result<Self> {
        let workers: Result<Vec<_>> = (0..count)
            .map(|number| product.work_with(number, &settings))
            .collect();
        Ok(Self {
            product,
            settings,
            members: Members::Workers(workers?),
            killed: 0,
            started: count,
            stop: Stop::Ahead,
        })
    }

    pub fn server(product: &'a Product, settings: Vec<(&'a str, String)>, server: Server) -> Self {
        Self {
            product,
            settings,
            members: Members::Server(Some(server)),
            killed: 0,
            started: 1,
            stop: Stop::Over,
        }
    }

    /// A short time with whatever is due in it.
    pub async fn suffer(&mut self, torment: Torment) -> Result<()> {
        tokio::time::sleep(POLL).await;
        let Some(elapsed) = now().checked_duration_since(torment.begin) else {
            return self.check();
        };
        self.check()?;
        let turns = u32::try_from(self.killed + 1)?;
        let may_kill = !torment.kill_every.is_zero() && elapsed < torment.until;
        if may_kill && elapsed >= torment.kill_every * turns {
            self.kill_one().await?;
        }
        if torment.stop_for.is_zero() {
            return Ok(());
        }
        self.stop_one(elapsed, torment.stop_for)
    }

    /// A process that ends by itself is a fault of its own.
    fn check(&mut self) -> Result<()> {
        if let Members::Workers(workers) = &mut self.members {
            for worker in workers {
                if worker.has_ended()? {
                    bail!("a worker ended by itself; see its log");
                }
            }
        }
        Ok(())
    }

    async fn kill_one(&mut self) -> Result<()> {
        match &mut self.members {
            Members::Server(server) => {
                server.take().context("it runs")?.kill()?;
                *server = Some(self.product.serve_with(&self.settings).await?);
            }
            Members::Workers(workers) => {
                let victims = workers.len().saturating_sub(1).max(1);
                let victim = workers.get_mut(self.killed % victims);
                let victim = victim.context("there is a worker")?;
                victim.kill()?;
                *victim = self.product.work_with(self.started, &self.settings)?;
            }
        }
        self.killed += 1;
        self.started += 1;
        Ok(())
    }

    fn stop_one(&mut self, elapsed: Duration, length: Duration) -> Result<()> {
        let Members::Workers(workers) = &self.members else {
            return Ok(());
        };
        // a single worker is killed, which no stopped one would notice
        let [_, .., last] = workers.as_slice() else {
            return Ok(());
        };
        match self.stop {
            Stop::Ahead if elapsed >= BEFORE_THE_STOP => {
                last.signal("STOP")?;
                self.stop = Stop::Now;
            }
            Stop::Now if elapsed >= BEFORE_THE_STOP + length => {
                last.signal("CONT")?;
                self.stop = Stop::Over;
            }
            _ => {}
        }
        Ok(())
    }

    /// What they suffered, in words.
    pub fn suffered(&self) -> String {
        let stopped = match (&self.members, self.stop) {
            (Members::Server(_), _) => "the one process, which is the server too",
            (_, Stop::Ahead) => "none was stopped",
            (_, Stop::Now) => "one was stopped and did not go on in time",
            (_, Stop::Over) => "one was stopped and went on",
        };
        format!("Processes killed: {} ({stopped}).", self.killed)
    }

    /// The end of it: the server that can be asked what came of it.
    pub fn rest(self, api: Option<Server>) -> Result<Server> {
        match (self.members, api) {
            (Members::Server(Some(server)), None) => Ok(server),
            (Members::Workers(workers), Some(api)) => {
                drop(workers);
                Ok(api)
            }
            _ => bail!("no server is left to ask"),
        }
    }
}
