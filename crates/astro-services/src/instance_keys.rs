//! Keys of this installation that every process shares: made once, read once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use astro_core::calendar::Timestamp;
use astro_store::{Store, StoreError, instance_keys};

use crate::{Error, Result, Services};

/// What pushes are signed with.
pub const VAPID: &str = "vapid";

/// What was read already.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<HashMap<&'static str, [u8; 32]>>);

/// The key of this name; the first process that asks keeps `fresh` for all.
///
/// # Errors
/// When there is no database, or the key cannot be read.
pub async fn shared(
    store: &Store,
    name: &'static str,
    fresh: [u8; 32],
    now: Timestamp,
) -> Result<[u8; 32]> {
    let kept = store
        .admin(move |admin| {
            Box::pin(async move {
                instance_keys::insert(admin, name, &fresh, now).await?;
                instance_keys::get(admin, name).await
            })
        })
        .await
        .map_err(|error: StoreError| Error::from(error))?;
    kept.and_then(|key| key.try_into().ok())
        .ok_or_else(|| Error::internal(format!("the key {name} cannot be read")))
}

impl Services {
    /// As [`shared`], of random bytes, and remembered.
    pub(crate) async fn instance_key(&self, name: &'static str) -> Result<[u8; 32]> {
        let known = {
            let known = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(name).copied()
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let key = shared(&self.store, name, self.random.bytes(), self.now()).await?;
        let mut known = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(name, key);
        Ok(key)
    }
}
