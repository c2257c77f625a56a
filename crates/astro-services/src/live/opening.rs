//! Opening a connection: first it is subscribed, then what it missed is read, so that nothing falls
//! between the two.

use astro_core::events::Notice;
use astro_core::principal::Permission;
use astro_core::sync::SyncToken;
use astro_store::owners;

use super::{Room, Subscription};
use crate::{Call, Error, Result, Services};

/// Changes that are told one by one after a while away; more are "everything".
const REPLAYED: u32 = 500;

/// A connection, and what it missed.
#[derive(Debug)]
pub struct Opened {
    pub subscription: Subscription,
    /// The owner's latest change.
    pub change_seq: i64,
    /// What changed since the client last heard something; `None` when it is to look everywhere.
    pub missed: Option<Vec<Notice>>,
}

impl Services {
    /// Connects a caller, who last heard of the change `since`.
    ///
    /// # Errors
    /// As [`super::Hub::subscribe`].
    pub async fn open_live(&self, call: &Call, since: Option<i64>, room: Room) -> Result<Opened> {
        let scope = call.scope(Permission::TasksRead)?;
        let subscription = self.live.subscribe(&call.principal, room)?;
        let change_seq = self
            .store
            .read(&scope, |read| {
                Box::pin(async move { Ok::<_, Error>(owners::get(read).await?.change_seq) })
            })
            .await?;
        let missed = match since {
            None => Some(Vec::new()),
            Some(since) => self.missed(call, since).await?,
        };
        Ok(Opened {
            subscription,
            change_seq,
            missed,
        })
    }

    /// What changed after `since`, as far as the caller may read it; `None` when that is too much to
    /// tell, or was forgotten.
    pub async fn missed(&self, call: &Call, since: i64) -> Result<Option<Vec<Notice>>> {
        if since <= 0 {
            return Ok(None);
        }
        let token = SyncToken {
            seq: since,
            floor: 0,
        };
        let found = match self.sync(call, token, REPLAYED).await {
            Err(Error::Gone) => return Ok(None),
            other => other?,
        };
        let notices = found.changes.iter().map(|change| Notice {
            entity: change.entity,
            id: change.id,
            change_seq: change.change_seq,
        });
        Ok((!found.more).then(|| notices.collect()))
    }
}
