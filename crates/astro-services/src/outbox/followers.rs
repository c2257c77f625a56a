//! Whoever makes something of an owner's events, in the background and once: what it makes and how far
//! it came are kept in one transaction.

use astro_core::calendar::Timestamp;
use astro_core::events::Event;
use astro_core::principal::Scope;
use astro_store::{Write, consumers};
use futures_util::future::BoxFuture;

use super::webhooks;
use crate::{Result, Services};

/// A reader of the log. It follows the owners that were given a place for it (`consumers::begin`).
pub(crate) struct Follower {
    /// Under which its places are kept.
    pub name: &'static str,
    /// Makes of events, in their order, what is to be made of them.
    pub keep: for<'a> fn(&'a mut Write, &'a [Event], Timestamp) -> BoxFuture<'a, Result<()>>,
}

/// Every one that there is.
pub(super) const FOLLOWERS: &[Follower] = &[webhooks::FOLLOWER];

impl Follower {
    /// Takes it through `events`, which hold all that its place has not passed up to `up_to`.
    pub(super) async fn follow(
        &'static self,
        services: &Services,
        scope: Scope,
        events: &[Event],
        up_to: i64,
    ) -> Result<()> {
        let (mut events, now) = (events.to_vec(), services.now());
        services
            .store
            .write(&scope, move |write| {
                Box::pin(async move {
                    let places = consumers::positions(write).await?;
                    let place = places.into_iter().find(|(name, _)| name == self.name);
                    // another process may have come further meanwhile
                    let Some((_, seen)) = place.filter(|(_, seen)| *seen < up_to) else {
                        return Ok(());
                    };
                    events.retain(|event| event.change_seq > seen);
                    (self.keep)(write, &events, now).await?;
                    consumers::advance(write, self.name, up_to).await?;
                    Ok(())
                })
            })
            .await
    }
}
