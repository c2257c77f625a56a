//! Telling what happened. The owner's log is the outbox: a pump reads what each owner's consumers have
//! not seen, in the order of the changes, publishes it on the bus, and hands it to whoever follows.
//!
//! The bus may be told twice, never not at all: how far it came is kept after it has taken the messages.
//! What a consumer keeps here it keeps once, with its place, in one transaction.

mod followers;
mod heard;
mod postgres_bus;
mod webhooks;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::events::{Event, Notice};
use astro_core::ids::OwnerId;
use astro_core::limits;
use astro_core::principal::Scope;
use astro_infra::bus::{Bus, Message};
use astro_jobs::{Pump, Worked};
use astro_store::due::{Turn, Turns};
use astro_store::{Commit, StoreError, Wake, consumers, owners};
use serde::{Deserialize, Serialize};

pub(crate) use followers::Follower;
pub use postgres_bus::PostgresBus;
pub use webhooks::{SendEvent, WEBHOOKS};

use crate::changes::before;
use crate::{Error, Result, Services};
use followers::FOLLOWERS;

/// How often everybody is looked at, for what another process left behind.
const SWEEP: Duration = Duration::from_secs(2);
/// How far the place of the bus may lag behind what it was told: after a crash that much is told again.
const LAG: Duration = Duration::from_secs(1);

/// What the bus carries of an event: whose it is, and where to look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    pub owner: OwnerId,
    #[serde(flatten)]
    pub notice: Notice,
}

/// Publishes what happens, owner by owner.
#[derive(Debug)]
pub struct PublishEvents {
    services: Services,
    bus: Arc<dyn Bus>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Who wrote lately.
    wrote: HashMap<OwnerId, Scope>,
    /// How far the bus came, where that is not kept yet.
    ahead: HashMap<OwnerId, Ahead>,
    /// When everybody was looked at last; never, when that is due at once.
    swept_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Ahead {
    scope: Scope,
    seq: i64,
    since: Timestamp,
}

/// What an owner's consumers have not seen.
struct Unseen {
    bus: i64,
    /// Those that follow this owner.
    followers: Vec<&'static Follower>,
    events: Vec<Event>,
    /// The last change that `events` tell of, or that nothing is to be told of.
    up_to: i64,
    is_all: bool,
}

impl PublishEvents {
    pub fn new(services: Services, bus: Arc<dyn Bus>) -> Self {
        Self {
            services,
            bus,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everybody who has something to be told that nobody here told.
    async fn behind(&self) -> Result<Vec<Scope>, StoreError> {
        let store = &self.services.store;
        let mut found = store.consumers_behind(consumers::BUS).await?;
        for follower in FOLLOWERS {
            found.extend(store.consumers_behind(follower.name).await?);
        }
        Ok(found.into_iter().map(|(scope, _)| scope).collect())
    }

    async fn unseen(&self, scope: &Scope) -> Result<Unseen> {
        let ahead = self
            .state()
            .ahead
            .get(&scope.owner())
            .map(|ahead| ahead.seq);
        self.services
            .store
            .read(scope, |read| {
                Box::pin(async move {
                    read.snapshot().await?;
                    let places = consumers::positions(read).await?;
                    let place = |name: &str| {
                        let found = places.iter().find(|(known, _)| known == name);
                        found.map(|(_, seq)| *seq)
                    };
                    let bus = place(consumers::BUS).unwrap_or(0).max(ahead.unwrap_or(0));
                    let followers: Vec<(&Follower, i64)> = FOLLOWERS
                        .iter()
                        .filter_map(|follower| Some((follower, place(follower.name)?)))
                        .collect();
                    let from = followers
                        .iter()
                        .fold(bus, |least, (_, seq)| least.min(*seq));
                    let limit = limits::PUBLISH_BATCH;
                    let events = consumers::events_after(read, from, limit).await?;
                    let last = events.last().map(|event| event.change_seq);
                    // fewer than asked for are all there are
                    let is_all = consumers::events_after(read, last.unwrap_or(from), 1)
                        .await?
                        .is_empty();
                    let up_to = match last {
                        Some(last) if !is_all => last,
                        _ => owners::get(read).await?.change_seq,
                    };
                    Ok::<_, Error>(Unseen {
                        bus,
                        followers: followers
                            .into_iter()
                            .map(|(follower, _)| follower)
                            .collect(),
                        events,
                        up_to,
                        is_all,
                    })
                })
            })
            .await
    }

    async fn publish(&self, scope: Scope, unseen: &Unseen) -> Result<()> {
        let fresh = unseen
            .events
            .iter()
            .filter(|event| event.change_seq > unseen.bus);
        let messages: Vec<Message> = fresh
            .map(|event| message(scope.owner(), event))
            .collect::<Result<_>>()?;
        let count = messages.len();
        if count > 0 {
            self.bus.publish(messages).await.map_err(Error::internal)?;
            metrics::counter!("astro_events_published_total").increment(count as u64);
        }
        if unseen.up_to > unseen.bus {
            let now = self.services.now();
            let mut state = self.state();
            let ahead = state.ahead.entry(scope.owner()).or_insert(Ahead {
                scope,
                seq: 0,
                since: now,
            });
            ahead.seq = ahead.seq.max(unseen.up_to);
        }
        Ok(())
    }

    /// Keeps how far the bus came, once it has lagged for a while.
    async fn keep_place(&self, scope: Scope) -> Result<()> {
        let until = before(self.services.now(), LAG);
        let due = {
            let state = self.state();
            let ahead = state.ahead.get(&scope.owner()).copied();
            // a clock that was set back must not keep it forever
            ahead.filter(|ahead| ahead.since <= until || ahead.since > self.services.now())
        };
        let Some(Ahead { seq, .. }) = due else {
            return Ok(());
        };
        self.services
            .store
            .write(&scope, move |write| {
                Box::pin(async move {
                    consumers::advance(write, consumers::BUS, seq).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        let mut state = self.state();
        if state
            .ahead
            .get(&scope.owner())
            .is_some_and(|ahead| ahead.seq == seq)
        {
            state.ahead.remove(&scope.owner());
        } else if let Some(ahead) = state.ahead.get_mut(&scope.owner()) {
            ahead.since = self.services.now();
        }
        Ok(())
    }
}

fn message(owner: OwnerId, event: &Event) -> Result<Message> {
    let published = Published {
        owner,
        notice: event.notice(),
    };
    let body = serde_json::to_vec(&published).map_err(Error::internal)?;
    Ok(Message {
        id: event.id.uuid(),
        subject: event.subject(),
        body: body.into(),
    })
}

impl Pump for PublishEvents {
    fn name(&self) -> &'static str {
        "events"
    }

    async fn turns(&self, now: Timestamp) -> Result<Turns, StoreError> {
        let (mut scopes, sweeps) = {
            let state = self.state();
            // they stay noted until their turn begins: there may be no room for all of them now
            let mut scopes: Vec<Scope> = state.wrote.values().copied().collect();
            let until = before(now, LAG);
            let due = |ahead: &&Ahead| ahead.since <= until || ahead.since > now;
            scopes.extend(state.ahead.values().filter(due).map(|ahead| ahead.scope));
            let sweep_until = before(now, SWEEP);
            let sweeps = state
                .swept_at
                .is_none_or(|at| at <= sweep_until || at > now);
            (scopes, sweeps)
        };
        if sweeps {
            scopes.extend(self.behind().await?);
            self.state().swept_at = Some(now);
        }
        let mut seen = HashSet::new();
        scopes.retain(|scope| seen.insert(scope.owner()));
        let now = scopes
            .into_iter()
            .map(|scope| Turn { scope, at: now })
            .collect();
        Ok(Turns { now, next: None })
    }

    fn note(&self, commit: &Commit) -> bool {
        let is_ours = commit.wakes(Wake::Events);
        if is_ours {
            let scope = Scope::service(commit.scope.tenant(), commit.scope.owner());
            self.state().wrote.insert(scope.owner(), scope);
        }
        is_ours
    }

    fn missed(&self) {
        self.state().swept_at = None;
    }

    async fn work(&self, scope: Scope) -> Result<Worked, Box<dyn std::error::Error + Send + Sync>> {
        self.state().wrote.remove(&scope.owner());
        let unseen = self.unseen(&scope).await?;
        // whoever follows does not wait for the bus
        for follower in &unseen.followers {
            follower
                .follow(&self.services, scope, &unseen.events, unseen.up_to)
                .await?;
        }
        self.publish(scope, &unseen).await?;
        self.keep_place(scope).await?;
        Ok(if unseen.is_all {
            Worked::All
        } else {
            Worked::Some
        })
    }
}
