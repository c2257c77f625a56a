//! What has just been kept, told inside this process: whoever waits for work need not ask the
//! database over and over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use astro_core::principal::Scope;
use tokio::sync::broadcast;

/// Whoever lags further behind looks everywhere instead.
const CAPACITY: usize = 1_024;

/// What a write leaves to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Events to publish.
    Events = 1,
    /// Jobs to run.
    Jobs = 2,
    /// Reminders that may be due earlier than any before.
    Reminders = 4,
}

/// A commit of this process.
#[derive(Clone, Copy, Debug)]
pub struct Commit {
    pub scope: Scope,
    wakes: u8,
}

impl Commit {
    pub fn wakes(&self, wake: Wake) -> bool {
        self.wakes & wake as u8 != 0
    }
}

/// What one write has touched so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched(Arc<AtomicU8>);

impl Touched {
    pub(super) fn note(&self, wake: Wake) {
        self.0.fetch_or(wake as u8, Ordering::Relaxed);
    }
}

#[derive(Debug)]
pub(super) struct Commits(broadcast::Sender<Commit>);

impl Default for Commits {
    fn default() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }
}

impl Commits {
    pub(super) fn tell(&self, scope: Scope, touched: &Touched) {
        let wakes = touched.0.load(Ordering::Relaxed);
        if wakes != 0 {
            // Nobody listens in a process that does no work of this kind.
            let _ = self.0.send(Commit { scope, wakes });
        }
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Commit> {
        self.0.subscribe()
    }
}
