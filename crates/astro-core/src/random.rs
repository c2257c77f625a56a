//! Chance as an argument: ids, tokens and salts come from a [`Random`] that was passed in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use astro_calendar::Timestamp;
use rand::{RngCore, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// A shared, cryptographically strong random source (`ChaCha12`); cheap to clone.
#[derive(Clone)]
pub struct Random(Arc<Mutex<State>>);

struct State {
    rng: StdRng,
    /// The last id that was given out; the next is always greater.
    last: u128,
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

impl Random {
    /// Seeded by the operating system.
    pub fn from_os() -> Self {
        Self::of(StdRng::from_os_rng())
    }

    /// The same seed gives the same sequence; for tests and simulations only.
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    fn of(rng: StdRng) -> Self {
        Self(Arc::new(Mutex::new(State { rng, last: 0 })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        self.state().rng.fill_bytes(bytes);
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A fresh id whose first 48 bits are `now` in milliseconds (RFC 9562, `UUIDv7`). Ids of one
    /// source rise strictly, also within a millisecond and when the clock goes back: what was made
    /// later sorts later.
    pub fn id<I: From<Uuid>>(&self, now: Timestamp) -> I {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let mut state = self.state();
        let mut noise = [0; 10];
        state.rng.fill_bytes(&mut noise);
        let mut id = uuid::Builder::from_unix_timestamp_millis(millis, &noise)
            .into_uuid()
            .as_u128();
        if id <= state.last {
            id = state.last + 1 + u128::from(state.rng.next_u32());
        }
        state.last = id;
        Uuid::from_u128(id).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_within_a_millisecond_and_when_the_clock_goes_back() {
        let random = Random::seeded(1);
        let now: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
        let earlier: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let ids: Vec<Uuid> = (0..1000)
            .map(|n| random.id(if n % 3 == 0 { earlier } else { now }))
            .collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
