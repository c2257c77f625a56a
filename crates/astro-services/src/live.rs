//! Real time: who is connected to this process, and what they are told. A push says where to look,
//! never what is there; whoever is told too much at once is told to look everywhere.
//!
//! docs/real-time.md is the protocol for clients.

mod admission;
mod opening;
mod subscription;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use astro_core::events::Notice;
use astro_core::ids::OwnerId;
use astro_core::principal::Principal;
use tokio::sync::Notify;

pub use opening::Opened;
pub use subscription::{Closing, Subscription, Told};

use crate::sync::nouns;
use crate::{Error, Result, access};
use subscription::Line;

/// How many may be connected.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub per_user: usize,
    pub in_all: usize,
}

/// Everybody who is connected to this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Connected>);

#[derive(Debug, Default)]
struct Connected {
    owners: Mutex<HashMap<OwnerId, Vec<Arc<Line>>>>,
    count: AtomicUsize,
    /// The process ends.
    is_closed: AtomicBool,
    emptied: Notify,
    /// Somebody's rights may have gone.
    suspected: Notify,
}

impl Hub {
    fn owners(&self) -> MutexGuard<'_, HashMap<OwnerId, Vec<Arc<Line>>>> {
        self.0.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects somebody.
    ///
    /// # Errors
    /// [`Error::TooMany`] when one user has too many connections, [`Error::Unavailable`] when all have
    /// together, or when the process ends.
    pub fn subscribe(&self, principal: &Principal, room: Room) -> Result<Subscription> {
        let unavailable = Error::Unavailable { retry_after_s: 5 };
        let owner: OwnerId = principal.identity().user.into();
        let line = Arc::new(Line::new(principal.clone()));
        let mut owners = self.owners();
        if self.0.is_closed.load(Ordering::Relaxed)
            || self.0.count.load(Ordering::Relaxed) >= room.in_all
        {
            return Err(unavailable);
        }
        let lines = owners.entry(owner).or_default();
        if lines.len() >= room.per_user {
            return Err(Error::TooMany { retry_after_s: 30 });
        }
        lines.push(line.clone());
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Ok(Subscription::new(self.clone(), owner, line))
    }

    fn unsubscribe(&self, owner: OwnerId, line: &Arc<Line>) {
        let mut owners = self.owners();
        if let Some(lines) = owners.get_mut(&owner) {
            lines.retain(|other| !Arc::ptr_eq(other, line));
            if lines.is_empty() {
                owners.remove(&owner);
            }
        }
        if self.0.count.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.emptied.notify_waiters();
        }
    }

    /// Tells everybody who is connected for an owner, as far as they may read such things.
    pub fn tell(&self, owner: OwnerId, notices: &[Notice]) {
        let owners = self.owners();
        for line in owners.get(&owner).into_iter().flatten() {
            line.tell(notices);
        }
    }

    /// Tells everybody to look everywhere: messages may have been missed.
    pub fn resync(&self) {
        for line in self.owners().values().flatten() {
            line.resync();
        }
    }

    /// Says goodbye to everybody, and lets nobody in any more.
    pub fn close_all(&self) {
        let owners = self.owners();
        self.0.is_closed.store(true, Ordering::Relaxed);
        for line in owners.values().flatten() {
            line.close(Closing::Ending);
        }
    }

    /// Waits until nobody is connected.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if self.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// How many are connected.
    pub fn len(&self) -> usize {
        self.0.count.load(Ordering::Relaxed)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Somebody's rights may have gone: the gate is to be asked anew about everybody.
    pub(crate) fn suspect(&self) {
        self.0.suspected.notify_one();
    }

    async fn suspected(&self) {
        self.0.suspected.notified().await;
    }

    fn lines(&self) -> Vec<Arc<Line>> {
        self.owners().values().flatten().cloned().collect()
    }
}

/// Whether a principal may read things of a kind, as sync would let it.
fn may_read(principal: &Principal, notice: &Notice) -> bool {
    nouns::find(notice.entity).is_some_and(|noun| access::check(principal, noun.read).is_ok())
}

#[cfg(test)]
mod tests {
    use astro_core::events::Entity;
    use astro_core::principal::{Identity, Permission, Role};
    use uuid::Uuid;

    use super::*;

    const ROOM: Room = Room {
        per_user: 2,
        in_all: 3,
    };

    fn who(user: u128, scopes: &[Permission]) -> Principal {
        let identity = Identity {
            tenant: Uuid::nil().into(),
            user: Uuid::from_u128(user).into(),
            role: Role::Member,
        };
        Principal::Token {
            identity,
            token: Uuid::nil().into(),
            scopes: scopes.to_vec(),
        }
    }

    fn notice(entity: Entity, id: u128, change_seq: i64) -> Notice {
        Notice {
            entity,
            id: Uuid::from_u128(id),
            change_seq,
        }
    }

    fn owner(user: u128) -> OwnerId {
        Uuid::from_u128(user).into()
    }

    #[tokio::test]
    async fn one_is_told_of_ones_own_and_of_what_one_may_read() {
        let hub = Hub::default();
        let tasks = hub
            .subscribe(&who(1, &[Permission::TasksRead]), ROOM)
            .unwrap();
        let goals = hub
            .subscribe(&who(1, &[Permission::GoalsRead]), ROOM)
            .unwrap();
        let other = hub
            .subscribe(&who(2, &[Permission::TasksRead]), ROOM)
            .unwrap();
        hub.tell(
            owner(1),
            &[notice(Entity::Task, 7, 1), notice(Entity::Goal, 8, 2)],
        );
        hub.tell(owner(2), &[notice(Entity::Task, 9, 1)]);
        assert_eq!(
            tasks.next().await,
            Told::Changed(vec![notice(Entity::Task, 7, 1)])
        );
        assert_eq!(
            goals.next().await,
            Told::Changed(vec![notice(Entity::Goal, 8, 2)])
        );
        assert_eq!(
            other.next().await,
            Told::Changed(vec![notice(Entity::Task, 9, 1)])
        );
    }

    #[tokio::test]
    async fn what_waits_is_one_notice_for_each_thing_and_then_everything() {
        let hub = Hub::default();
        let line = hub
            .subscribe(&who(1, &[Permission::TasksRead]), ROOM)
            .unwrap();
        for seq in 1..=1_000 {
            hub.tell(owner(1), &[notice(Entity::Task, 7, seq)]);
        }
        assert_eq!(
            line.next().await,
            Told::Changed(vec![notice(Entity::Task, 7, 1_000)])
        );
        for seq in 1..=1_000_i64 {
            hub.tell(
                owner(1),
                &[notice(Entity::Task, seq.unsigned_abs().into(), seq)],
            );
        }
        assert_eq!(line.next().await, Told::Everything);
        hub.tell(owner(1), &[notice(Entity::Task, 7, 1_001)]);
        assert_eq!(
            line.next().await,
            Told::Changed(vec![notice(Entity::Task, 7, 1_001)])
        );
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_of_one_and_of_all() {
        let hub = Hub::default();
        let scopes = [Permission::TasksRead];
        let first = hub.subscribe(&who(1, &scopes), ROOM).unwrap();
        let _second = hub.subscribe(&who(1, &scopes), ROOM).unwrap();
        assert!(matches!(
            hub.subscribe(&who(1, &scopes), ROOM),
            Err(Error::TooMany { .. })
        ));
        let _third = hub.subscribe(&who(2, &scopes), ROOM).unwrap();
        assert!(matches!(
            hub.subscribe(&who(3, &scopes), ROOM),
            Err(Error::Unavailable { .. })
        ));
        drop(first);
        assert!(hub.subscribe(&who(3, &scopes), ROOM).is_ok());
    }

    #[tokio::test]
    async fn everybody_is_told_when_the_process_ends_and_nobody_comes_after() {
        let hub = Hub::default();
        let line = hub
            .subscribe(&who(1, &[Permission::TasksRead]), ROOM)
            .unwrap();
        hub.close_all();
        assert_eq!(line.next().await, Told::Closed(Closing::Ending));
        assert!(hub.subscribe(&who(2, &[]), ROOM).is_err());
        drop(line);
        hub.emptied().await;
    }
}
