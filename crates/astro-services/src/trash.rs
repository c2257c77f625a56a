//! The trash of all nouns together, and removing for good.

use std::cmp::Reverse;

use astro_core::calendar::Timestamp;
use astro_core::events::Entity;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::principal::{Permission, Scope};
use astro_core::sync::TrashItem;
use astro_store::{Read, owners};
use uuid::Uuid;

use crate::changes::Change;
use crate::sync::nouns::{Doomed, Entry, NOUNS};
use crate::{Call, Error, Result, Services, access};

/// The order of the list; its cursors carry it.
pub const SORT: &str = "deleted";

impl Services {
    /// What lies in the trash, latest first.
    pub async fn list_trash(&self, call: &Call, page: PageRequest) -> Result<Page<TrashItem>> {
        let scope = call.scope(Permission::TasksRead)?;
        let nouns: Vec<&'static Entry> = NOUNS
            .iter()
            .filter(|noun| access::check(&call.principal, noun.read).is_ok())
            .collect();
        let place = page.after.as_ref().map(Place::of).transpose()?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { list(read, &nouns, place, page.limit).await })
            })
            .await
    }

    /// Removes everything in the trash for good; answers how many things that were.
    pub async fn empty_trash(&self, call: &Call) -> Result<u64> {
        let scope = call.scope(Permission::TasksWrite)?;
        let nouns: Vec<&'static Entry> = NOUNS
            .iter()
            .filter(|noun| access::check(&call.principal, noun.write).is_ok())
            .collect();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let until = change.now;
                purge(change, &nouns, until).await
            })
        })
        .await
    }

    /// Removes for good what was deleted at or before `until`; answers how many things that were.
    pub async fn purge_owner(&self, scope: Scope, until: Timestamp) -> Result<u64> {
        self.change_unasked(scope, move |change| {
            Box::pin(async move {
                let nouns: Vec<&'static Entry> = NOUNS.iter().collect();
                purge(change, &nouns, until).await
            })
        })
        .await
    }
}

/// A place in the order of the trash: latest first, then by id, then by noun.
#[derive(Clone, Copy)]
struct Place {
    deleted_at: i64,
    id: Uuid,
    noun: i64,
}

impl Place {
    fn of(cursor: &Cursor) -> Result<Self> {
        let CursorKey::Text(key) = &cursor.key else {
            return Err(wrong_cursor());
        };
        let (deleted_at, noun) = key.split_once('.').ok_or_else(wrong_cursor)?;
        Ok(Self {
            deleted_at: deleted_at.parse().map_err(|_| wrong_cursor())?,
            id: cursor.id,
            noun: noun.parse().map_err(|_| wrong_cursor())?,
        })
    }

    fn cursor(item: &TrashItem) -> Cursor {
        Cursor {
            sort: SORT.to_owned(),
            key: CursorKey::Text(format!(
                "{}.{}",
                item.deleted_at.as_microsecond(),
                item.entity.code()
            )),
            id: item.id,
        }
    }

    /// Where the rows of `noun` go on: a noun that comes later in the order still has the row of
    /// the same moment and id before it.
    fn bound(self, noun: Entity) -> (i64, Uuid) {
        let id = if noun.code() > self.noun {
            Uuid::from_u128(self.id.as_u128().saturating_add(1))
        } else {
            self.id
        };
        (self.deleted_at, id)
    }
}

fn wrong_cursor() -> Error {
    Error::invalid("cursor", "wrong_value", "is not a cursor of this list")
}

async fn list(
    read: &mut Read,
    nouns: &[&Entry],
    place: Option<Place>,
    limit: u32,
) -> Result<Page<TrashItem>> {
    read.snapshot().await?;
    let mut items = Vec::new();
    for noun in nouns {
        let (deleted_at, id) =
            place.map_or((i64::MAX, Uuid::max()), |place| place.bound(noun.entity));
        items.extend((noun.trashed)(read, deleted_at, id, limit + 1).await?);
    }
    items.sort_by_key(|item: &TrashItem| (Reverse((item.deleted_at, item.id)), item.entity.code()));
    Ok(Page::cut(items, limit, Place::cursor))
}

/// Removes what was deleted at or before `until`, after everything that stays has let go of it.
async fn purge(change: &mut Change<'_>, nouns: &[&Entry], until: Timestamp) -> Result<u64> {
    let mut doomed = Doomed::default();
    for noun in nouns {
        doomed.insert(noun.entity, (noun.doomed)(change.write, until).await?);
    }
    if doomed.is_empty() {
        return Ok(0);
    }
    for noun in NOUNS {
        (noun.release)(change, until, &doomed).await?;
    }
    let before = count(change).await?;
    let (mut gone, mut purged_seq) = (0, 0);
    for noun in nouns {
        let (rows, highest) = (noun.purge)(change, until).await?;
        gone += rows;
        purged_seq = purged_seq.max(highest);
    }
    // What hung on a row went with it and leaves no tombstone: no device can know of it, so every
    // token that was given out until now is void.
    let hanging = before - count(change).await? - i64::try_from(gone).map_err(Error::internal)?;
    if hanging > 0 {
        purged_seq = change.write.next_change().await?;
    }
    owners::set_purged(change.write, purged_seq).await?;
    Ok(gone)
}

async fn count(change: &mut Change<'_>) -> Result<i64> {
    let mut rows = 0;
    for noun in NOUNS {
        rows += (noun.count)(change.write).await?;
    }
    Ok(rows)
}
