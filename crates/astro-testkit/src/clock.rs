//! A clock that tests set.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock;

/// Stands still until it is told otherwise. Clones share the time.
#[derive(Clone, Debug)]
pub struct FixedClock(Arc<Mutex<Timestamp>>);

impl Default for FixedClock {
    /// Wednesday, 25 November 2026, 09:00 UTC.
    fn default() -> Self {
        Self::at("2026-11-25T09:00:00Z")
    }
}

impl FixedClock {
    /// # Panics
    /// When `instant` is not RFC 3339.
    pub fn at(instant: &str) -> Self {
        let instant: Timestamp = instant
            .parse()
            .unwrap_or_else(|error| panic!("{instant}: {error}"));
        Self(Arc::new(Mutex::new(instant)))
    }

    pub fn set(&self, instant: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = instant;
    }

    pub fn advance(&self, by: Duration) {
        let now = self.now();
        self.set(now.checked_add(by).unwrap_or(now));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
