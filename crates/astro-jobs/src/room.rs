//! How many jobs run at the same time: of everybody together, and of one owner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use astro_core::ids::OwnerId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of all owners. A quarter of them is for owners who have nothing running, so that those
/// whose messages hang do not keep others from having one at a time.
pub(crate) struct Room {
    all: Arc<Semaphore>,
    /// Of `all`, those that an owner may take who has one already.
    further: Arc<Semaphore>,
    per_owner: usize,
    /// Of owners who have jobs running.
    owners: Mutex<HashMap<OwnerId, Arc<Semaphore>>>,
}

/// A place for one job; free again when dropped.
pub(crate) struct Place {
    #[expect(dead_code, reason = "dropping it gives the place back")]
    permits: Vec<OwnedSemaphorePermit>,
}

impl Room {
    pub(crate) fn new(all: usize, per_owner: usize) -> Self {
        let all = all.max(1);
        Self {
            all: Arc::new(Semaphore::new(all)),
            further: Arc::new(Semaphore::new(all - all / 4)),
            per_owner,
            owners: Mutex::default(),
        }
    }

    /// All places that the owner may have now; none where they have as many as they may, or nothing
    /// is free.
    pub(crate) fn enter(&self, owner: OwnerId) -> Vec<Place> {
        let own = self.of(owner);
        let mut places = Vec::new();
        while let Ok(one) = own.clone().try_acquire_owned() {
            let is_first = own.available_permits() + 1 == self.per_owner;
            let mut permits = vec![one];
            if !is_first {
                match self.further.clone().try_acquire_owned() {
                    Ok(further) => permits.push(further),
                    Err(_) => break,
                }
            }
            match self.all.clone().try_acquire_owned() {
                Ok(of_all) => permits.push(of_all),
                Err(_) => break,
            }
            places.push(Place { permits });
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
    use uuid::Uuid;

    use super::*;

    fn owner(number: u128) -> OwnerId {
        Uuid::from_u128(number).into()
    }

    #[test]
    fn an_owner_has_so_many_places_and_all_have_so_many_together() {
        let room = Room::new(8, 3);
        let mut first = room.enter(owner(1));
        let second = room.enter(owner(2));
        let third = room.enter(owner(3));
        assert_eq!((first.len(), second.len(), third.len()), (3, 3, 2));
        assert!(room.enter(owner(1)).is_empty() && room.enter(owner(4)).is_empty());
        first.pop();
        assert_eq!(room.enter(owner(1)).len(), 1);
        drop((first, second, third));
        assert_eq!(room.enter(owner(1)).len(), 3);
    }

    #[test]
    fn who_has_nothing_running_finds_a_place_beside_those_who_take_all_that_they_can() {
        let room = Room::new(16, 8);
        let hanging: Vec<_> = (0..3).map(|number| room.enter(owner(number))).collect();
        let taken: Vec<usize> = hanging.iter().map(Vec::len).collect();
        // twelve further places, and a first one each
        assert_eq!(taken, [8, 6, 1]);
        assert_eq!(room.enter(owner(9)).len(), 1);
    }

    #[test]
    fn owners_without_jobs_are_forgotten() {
        let room = Room::new(5, 3);
        drop(room.enter(owner(1)));
        let places = room.enter(owner(2));
        assert_eq!((places.len(), room.owners.lock().unwrap().len()), (3, 1));
    }
}
