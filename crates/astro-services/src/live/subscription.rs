//! One connection: what waits to be told, in as little memory as can be.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use astro_core::events::Notice;
use astro_core::ids::OwnerId;
use astro_core::principal::Principal;
use tokio::sync::Notify;

use super::{Hub, may_read};

/// Things that wait to be told before they become "everything".
const WAITING: usize = 64;

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The process ends; another may be there.
    Ending,
    /// The rights that it was opened with are gone.
    Revoked,
}

/// What a connection is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// One notice for each thing, with its latest change.
    Changed(Vec<Notice>),
    /// Look everywhere.
    Everything,
    Closed(Closing),
}

#[derive(Debug)]
pub(super) struct Line {
    pub(super) principal: Principal,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    notices: Vec<Notice>,
    everything: bool,
    closing: Option<Closing>,
}

impl Line {
    pub(super) fn new(principal: Principal) -> Self {
        Self {
            principal,
            waiting: Mutex::default(),
            wake: Notify::new(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, notices: &[Notice]) {
        let mut waiting = self.waiting();
        for notice in notices
            .iter()
            .filter(|notice| may_read(&self.principal, notice))
        {
            waiting.add(*notice);
        }
        drop(waiting);
        self.wake.notify_one();
    }

    pub(super) fn resync(&self) {
        self.waiting().overflow();
        self.wake.notify_one();
    }

    pub(super) fn close(&self, closing: Closing) {
        self.waiting().closing = Some(closing);
        self.wake.notify_one();
    }

    fn take(&self) -> Option<Told> {
        let mut waiting = self.waiting();
        if let Some(closing) = waiting.closing {
            return Some(Told::Closed(closing));
        }
        if std::mem::take(&mut waiting.everything) {
            return Some(Told::Everything);
        }
        let notices = std::mem::take(&mut waiting.notices);
        (!notices.is_empty()).then_some(Told::Changed(notices))
    }
}

impl Waiting {
    fn add(&mut self, notice: Notice) {
        if self.everything {
            return;
        }
        let same = |other: &&mut Notice| (other.entity, other.id) == (notice.entity, notice.id);
        if let Some(known) = self.notices.iter_mut().find(same) {
            known.change_seq = known.change_seq.max(notice.change_seq);
        } else if self.notices.len() >= WAITING {
            self.overflow();
        } else {
            self.notices.push(notice);
        }
    }

    fn overflow(&mut self) {
        self.notices = Vec::new();
        self.everything = true;
    }
}

/// A connection; dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    hub: Hub,
    owner: OwnerId,
    line: Arc<Line>,
}

impl Subscription {
    pub(super) fn new(hub: Hub, owner: OwnerId, line: Arc<Line>) -> Self {
        Self { hub, owner, line }
    }

    /// The next thing to be told; it may be waited for and left.
    pub async fn next(&self) -> Told {
        loop {
            if let Some(told) = self.line.take() {
                return told;
            }
            self.line.wake.notified().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.unsubscribe(self.owner, &self.line);
    }
}
