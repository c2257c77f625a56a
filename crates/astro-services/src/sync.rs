//! Sync: everything of one owner that changed since a device last asked, in the order in which it
//! happened.

pub(crate) mod nouns;

use astro_core::principal::Permission;
use astro_core::sync::{Changes, RowChange, SyncToken};
use astro_store::{Read, owners};

use self::nouns::{Entry, NOUNS};
use crate::{Call, Error, Result, Services, access};

impl Services {
    /// At most `limit` changes after `since`, of the nouns that the caller may read. Devices repeat
    /// the call with [`Changes::next`]; from the default token they get everything there is.
    ///
    /// # Errors
    /// [`Error::Gone`] when something newer than `since` was removed for good: the device has to
    /// begin anew.
    pub async fn sync(&self, call: &Call, since: SyncToken, limit: u32) -> Result<Changes> {
        let scope = call.scope(Permission::TasksRead)?;
        let readable: Vec<&'static Entry> = NOUNS
            .iter()
            .filter(|noun| access::check(&call.principal, noun.read).is_ok())
            .collect();
        let asked = (readable, since, limit);
        self.look(scope, asked, |read, (readable, since, limit)| {
            Box::pin(async move { changes(read, &readable, since, limit).await })
        })
        .await
    }
}

async fn changes(
    read: &mut Read,
    nouns: &[&Entry],
    since: SyncToken,
    limit: u32,
) -> Result<Changes> {
    read.snapshot().await?;
    let owner = owners::get(read).await?;
    if !since.is_good(owner.change_seq, owner.purged_seq) {
        return Err(Error::Gone);
    }
    let wanted = limit as usize;
    let mut changes: Vec<RowChange> = Vec::new();
    for noun in nouns {
        // One more than wanted of each noun holds one more than wanted of all.
        changes.extend((noun.changed)(read, since.seq, limit + 1).await?);
        changes.sort_unstable_by_key(|change| change.change_seq);
        changes.truncate(wanted + 1);
    }
    let more = changes.len() > wanted;
    changes.truncate(wanted);
    let next = match changes.last() {
        Some(last) if more => SyncToken {
            seq: last.change_seq,
            floor: if since == SyncToken::default() {
                owner.purged_seq
            } else {
                since.floor
            },
        },
        _ => SyncToken {
            seq: owner.change_seq,
            floor: 0,
        },
    };
    Ok(Changes {
        changes,
        next,
        more,
    })
}
