//! A [`Noun`] behind function pointers, so that unlike nouns stand in one list.

use astro_core::calendar::Timestamp;
use astro_core::document::Stamp;
use astro_core::error::FieldError;
use astro_core::events::{Action, Entity, Event};
use astro_core::patch::{Patch, read_document};
use astro_core::principal::Permission;
use astro_core::sync::{Op, OpDone, OpKind, RowChange, TrashItem};
use astro_store::{Read, documents, events};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Act, Doomed, Noun, unsupported};
use crate::changes::{Change, changed_fields};
use crate::{Call, Error, Result, Services};

type Answer<'a, T> = BoxFuture<'a, Result<T>>;

/// What can be done with rows of one noun without knowing which noun it is.
pub(crate) struct Entry {
    pub(crate) entity: Entity,
    pub(crate) read: Permission,
    pub(crate) write: Permission,
    pub(crate) writable: bool,
    /// Rows that changed after a number, in order of the numbers.
    pub(crate) changed: for<'a> fn(&'a mut Read, i64, u32) -> Answer<'a, Vec<RowChange>>,
    /// What lies in the trash, latest first, after a moment and id.
    pub(crate) trashed: for<'a> fn(&'a mut Read, i64, Uuid, u32) -> Answer<'a, Vec<TrashItem>>,
    pub(crate) operate: for<'a> fn(&'a Services, &'a Call, Op) -> Answer<'a, OpDone>,
    /// Takes a write back: of one row, given its first and its last entry in that write.
    pub(crate) take_back:
        for<'a> fn(&'a mut Change<'_>, &'a Event, &'a Event) -> Answer<'a, TakenBack>,
    pub(crate) count: for<'a> fn(&'a mut Read) -> Answer<'a, i64>,
    pub(crate) doomed: for<'a> fn(&'a mut Read, Timestamp) -> Answer<'a, Vec<Uuid>>,
    /// Makes the rows that stay let go of those that do not.
    pub(crate) release: for<'a> fn(&'a mut Change<'_>, Timestamp, &'a Doomed) -> Answer<'a, ()>,
    /// Removes for good; answers how many, and the highest change number among them.
    pub(crate) purge: for<'a> fn(&'a mut Change<'_>, Timestamp) -> Answer<'a, (u64, i64)>,
}

impl Entry {
    pub(super) const fn of<N>() -> Self
    where
        N: Noun,
        N::Fields: Serialize + DeserializeOwned + Send,
    {
        Self {
            entity: N::ENTITY,
            read: N::READ,
            write: N::WRITE,
            writable: N::WRITABLE,
            changed: changed::<N>,
            trashed: trashed::<N>,
            operate: operate::<N>,
            take_back: take_back::<N>,
            count: count::<N>,
            doomed: doomed::<N>,
            release: release::<N>,
            purge: purge::<N>,
        }
    }
}

fn row_change<N: Noun>(row: &N) -> Result<RowChange> {
    let stamp = row.stamp();
    let deleted = stamp.deleted_at.is_some();
    let document = if deleted {
        None
    } else {
        Some(serde_json::to_value(row).map_err(Error::internal)?)
    };
    Ok(RowChange {
        entity: N::ENTITY,
        id: row.id(),
        change_seq: stamp.change_seq,
        version: stamp.version,
        deleted,
        document,
    })
}

fn changed<N: Noun>(read: &mut Read, since: i64, limit: u32) -> Answer<'_, Vec<RowChange>> {
    Box::pin(async move {
        let rows: Vec<N> = documents::changed_since(read, since, limit).await?;
        rows.iter().map(row_change).collect()
    })
}

fn trashed<N: Noun>(
    read: &mut Read,
    deleted_at: i64,
    id: Uuid,
    limit: u32,
) -> Answer<'_, Vec<TrashItem>> {
    Box::pin(async move {
        if !N::IN_TRASH {
            return Ok(Vec::new());
        }
        let rows: Vec<N> = documents::trashed(read, deleted_at, id, limit).await?;
        let item = |row: &N| {
            let stamp = row.stamp();
            stamp.deleted_at.map(|deleted_at| TrashItem {
                entity: N::ENTITY,
                id: row.id(),
                title: row.title(),
                version: stamp.version,
                deleted_at,
            })
        };
        Ok(rows.iter().filter_map(item).collect())
    })
}

fn operate<'a, N>(services: &'a Services, call: &'a Call, op: Op) -> Answer<'a, OpDone>
where
    N: Noun,
    N::Fields: Serialize + DeserializeOwned + Send,
{
    Box::pin(async move {
        if !N::WRITABLE {
            return unsupported(op.kind, N::ENTITY);
        }
        let written = N::act(services, call, read_act(op)?).await?;
        let stamp = written.value.stamp();
        Ok(OpDone {
            id: written.value.id(),
            version: stamp.version,
            change_seq: stamp.change_seq,
            deleted: stamp.deleted_at.is_some(),
            undo: written.undo,
        })
    })
}

/// What an operation says, with the types of its noun.
fn read_act<F: Serialize + DeserializeOwned>(op: Op) -> Result<Act<F>, Vec<FieldError>> {
    if op.kind == OpKind::Create {
        return read_document(Value::Object(op.patch)).map(Act::Create);
    }
    let id = op.id.ok_or_else(|| {
        vec![FieldError::new(
            "id",
            "missing_field",
            "which row does the operation mean?",
        )]
    })?;
    if op.kind == OpKind::Update {
        return Ok(Act::Update(id, Patch::new(op.patch)));
    }
    if !op.patch.is_empty() && !matches!(op.kind, OpKind::Snooze | OpKind::Materialise) {
        let message = "this kind of operation sets no fields";
        return Err(vec![FieldError::new("patch", "unexpected", message)]);
    }
    Ok(match op.kind {
        OpKind::Delete => Act::Delete(id),
        OpKind::Restore => Act::Restore(id),
        other => Act::Other(other, id, op.patch),
    })
}

type Settle = Box<dyn for<'a, 'c> FnOnce(&'a mut Change<'c>) -> Answer<'a, ()> + Send>;

/// A row that undo has put back.
pub(crate) struct TakenBack {
    pub(crate) row: RowChange,
    /// To be called when all rows of the write are back.
    pub(crate) settle: Settle,
}

fn take_back<'a, N: Noun>(
    change: &'a mut Change<'_>,
    first: &'a Event,
    last: &'a Event,
) -> Answer<'a, TakenBack> {
    Box::pin(async move {
        let present: N = change.any(first.entity_id).await?;
        if !is_as_left(change, &present, last).await? {
            return Err(Error::conflict(
                "moved_on",
                format!(
                    "the {} was changed since, so this write can no longer be taken back",
                    N::ENTITY
                ),
            ));
        }
        let mut back: N = match &first.before {
            Some(before) => serde_json::from_value(before.clone()).map_err(Error::internal)?,
            None => present.clone(),
        };
        let deleted_at = match &first.before {
            Some(_) => back.stamp().deleted_at,
            // What was not there before goes to the trash.
            None => Some(change.now),
        };
        back.set_stamp(Stamp {
            deleted_at,
            ..present.stamp()
        });
        let back = back.put_back(&present, change).await?;
        let data = json!({ "undone": first.id, "action": first.action });
        let value = change
            .update(&present, back, Action::Undone, data)
            .await?
            .value;
        Ok(TakenBack {
            row: row_change(&value)?,
            settle: Box::new(move |change| {
                Box::pin(async move { value.settle(&present, change).await })
            }),
        })
    })
}

/// Whether a row is what `last` left: untouched since, or brought back to it by undoing what came
/// after, so that one can go back step by step.
async fn is_as_left<N: Noun>(change: &mut Change<'_>, present: &N, last: &Event) -> Result<bool> {
    if present.stamp().version == last.version_after {
        return Ok(true);
    }
    let next = events::next(change.write, last).await?;
    let Some(left) = next.and_then(|next| next.before) else {
        return Ok(false);
    };
    let mut left: N = serde_json::from_value(left).map_err(Error::internal)?;
    left.set_stamp(Stamp {
        deleted_at: left.stamp().deleted_at,
        ..present.stamp()
    });
    let left = left.put_back(present, change).await?;
    let document = |mut row: N| {
        row.forget_counts();
        serde_json::to_value(row).map_err(Error::internal)
    };
    Ok(document(left)? == document(present.clone())?)
}

fn count<N: Noun>(read: &mut Read) -> Answer<'_, i64> {
    Box::pin(async move { Ok(documents::count::<N>(read).await?) })
}

fn doomed<N: Noun>(read: &mut Read, until: Timestamp) -> Answer<'_, Vec<Uuid>> {
    Box::pin(async move { Ok(documents::doomed::<N>(read, until).await?) })
}

fn release<'a, N>(
    change: &'a mut Change<'_>,
    until: Timestamp,
    doomed: &'a Doomed,
) -> Answer<'a, ()>
where
    N: Noun,
    N::Fields: Serialize + Send,
{
    Box::pin(async move {
        for id in N::pointing(change.write, until).await? {
            let before: N = change.any(id).await?;
            let mut after = before.clone();
            after.release(doomed);
            let data = changed_fields(&before.fields(), &after.fields())?;
            change.update(&before, after, Action::Edited, data).await?;
        }
        Ok(())
    })
}

fn purge<'a, N: Noun>(change: &'a mut Change<'_>, until: Timestamp) -> Answer<'a, (u64, i64)> {
    Box::pin(async move { Ok(documents::purge::<N>(change.write, until).await?) })
}
