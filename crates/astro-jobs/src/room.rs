//! How many jobs run at the same time: of everybody together, and of one owner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use astro_core::ids::OwnerId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of all owners.
pub(crate) struct Room {
    all: Arc<Semaphore>,
    per_owner: usize,
    /// Of owners who have jobs running.
    owners: Mutex<HashMap<OwnerId, Arc<Semaphore>>>,
}

/// A place for one job, of its owner's and of all; free again when dropped.
pub(crate) struct Place(
    #[expect(dead_code, reason = "dropping it gives the place back")] OwnedSemaphorePermit,
    #[expect(dead_code, reason = "dropping it gives the place back")] OwnedSemaphorePermit,
);

impl Room {
    pub(crate) fn new(all: usize, per_owner: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all.max(1))),
            per_owner,
            owners: Mutex::default(),
        }
    }

    /// Waits for a place, and takes all that the owner may have besides.
    pub(crate) async fn enter(&self, owner: OwnerId) -> Vec<Place> {
        let own = self.of(owner);
        let mut places = Vec::new();
        if let Ok(one) = own.clone().acquire_owned().await
            && let Ok(another) = self.all.clone().acquire_owned().await
        {
            places.push(Place(one, another));
        }
        while let Ok(one) = own.clone().try_acquire_owned()
            && let Ok(another) = self.all.clone().try_acquire_owned()
        {
            places.push(Place(one, another));
        }
        places
    }

    fn of(&self, owner: OwnerId) -> Arc<Semaphore> {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        // a permit that somebody holds keeps its semaphore
        owners.retain(|_, own| Arc::strong_count(own) > 1);
        let own = owners.entry(owner);
        own.or_insert_with(|| Arc::new(Semaphore::new(self.per_owner)))
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    fn owner(number: u128) -> OwnerId {
        Uuid::from_u128(number).into()
    }

    #[tokio::test]
    async fn an_owner_has_so_many_places_and_all_have_so_many_together() {
        let room = Room::new(5, 3);
        let mut first = room.enter(owner(1)).await;
        let second = room.enter(owner(2)).await;
        assert_eq!((first.len(), second.len()), (3, 2));
        let mut waiting = std::pin::pin!(room.enter(owner(1)));
        assert!(waiting.as_mut().now_or_never().is_none());
        first.pop();
        assert_eq!(waiting.await.len(), 1);
        drop((first, second));
        assert_eq!(room.enter(owner(1)).await.len(), 3);
    }

    #[tokio::test]
    async fn owners_without_jobs_are_forgotten() {
        let room = Room::new(5, 3);
        drop(room.enter(owner(1)).await);
        let places = room.enter(owner(2)).await;
        assert_eq!((places.len(), room.owners.lock().unwrap().len()), (3, 1));
    }
}
