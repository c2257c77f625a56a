//! Who may try a channel again: whoever tries makes this server knock at somebody else's door.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::ids::UserId;

use crate::changes::before;

/// Between two tries of one person.
const REST: Duration = Duration::from_secs(2);

/// Who tried lately.
#[derive(Debug, Default)]
pub(crate) struct Probes(Mutex<HashMap<UserId, Timestamp>>);

impl Probes {
    pub(super) fn admits(&self, user: UserId, now: Timestamp) -> bool {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = before(now, REST);
        // a clock that was set back keeps nobody out
        tried.retain(|_, at| *at > since && *at <= now);
        if tried.contains_key(&user) {
            return false;
        }
        tried.insert(user, now);
        true
    }
}
