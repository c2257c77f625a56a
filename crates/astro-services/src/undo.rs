//! Undo: one write, with everything that it brought about, is taken back by a new write, which can
//! be taken back in its turn.

use std::collections::HashMap;

use astro_core::events::{Entity, Event};
use astro_core::ids::EventId;
use astro_core::limits;
use astro_core::principal::{Principal, Scope};
use astro_core::sync::RowChange;
use astro_store::events;
use uuid::Uuid;

use crate::changes::{Change, Written, before};
use crate::sync::nouns::{self, TakenBack};
use crate::{Call, Error, Result, Services, access};

impl Services {
    /// Takes back the write that `token` came from. All its rows go back to what they were, or
    /// none; a row that it made goes to the trash. Answers the rows, in the order of the write.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a token that is unknown, somebody else's or too old;
    /// [`Error::Conflict`] `moved_on` when a row is no longer what the write left (so also when the
    /// token is used twice), `undo_refused` when what the rows point at no longer allows it.
    pub async fn undo(&self, call: &Call, token: EventId) -> Result<Written<Vec<RowChange>>> {
        let scope = Scope::of(&call.principal);
        let principal = call.principal.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move { undo(change, &principal, token).await })
        })
        .await
    }
}

async fn undo(
    change: &mut Change<'_>,
    principal: &Principal,
    token: EventId,
) -> Result<Written<Vec<RowChange>>> {
    let rows = rows_of_write(change, token).await?;
    let mut taken_back = Vec::with_capacity(rows.len());
    // Backwards: what was made first goes last.
    for row in rows.iter().rev() {
        if let Some(noun) = nouns::find(row.first.entity).filter(|noun| noun.writable) {
            access::check(principal, noun.write)?;
            let back = (noun.take_back)(change, &row.first, &row.last).await;
            taken_back.push(back.map_err(refused)?);
        }
    }
    if taken_back.is_empty() {
        return Err(Error::conflict(
            "undo_refused",
            "what was only noted down stays noted down",
        ));
    }
    let undo = change.cause();
    let mut changes = Vec::with_capacity(taken_back.len());
    for TakenBack { row, settle } in taken_back.into_iter().rev() {
        settle(change).await.map_err(refused)?;
        changes.push(row);
    }
    Ok(Written {
        value: changes,
        undo,
    })
}

/// The first and the last entry of one row in one write.
struct RowOfWrite {
    first: Event,
    last: Event,
}

/// What the write of `token` did, row by row, in its order.
async fn rows_of_write(change: &mut Change<'_>, token: EventId) -> Result<Vec<RowOfWrite>> {
    const NO_SUCH: Error = Error::NotFound("undo token");
    let event = events::get(change.write, token).await?.ok_or(NO_SUCH)?;
    if event.recorded_at <= before(change.now, limits::UNDO_TTL) {
        return Err(NO_SUCH);
    }
    let root = event.cause.unwrap_or(event.id);
    let mut rows: Vec<RowOfWrite> = Vec::new();
    let mut places: HashMap<(Entity, Uuid), usize> = HashMap::new();
    for event in events::of_write(change.write, root).await? {
        let key = (event.entity, event.entity_id);
        if let Some(&place) = places.get(&key) {
            rows[place].last = event;
        } else {
            places.insert(key, rows.len());
            rows.push(RowOfWrite {
                first: event.clone(),
                last: event,
            });
        }
    }
    // Only a creation has nothing before it; elsewhere it was forgotten.
    let forgotten = |row: &RowOfWrite| row.first.before.is_none() && row.first.version_after > 1;
    if rows.iter().any(forgotten) {
        return Err(NO_SUCH);
    }
    Ok(rows)
}

/// Rules and constraints that no longer hold are why undo is refused, not mistakes of the request.
fn refused(error: Error) -> Error {
    match error {
        Error::Invalid(_)
        | Error::Conflict {
            code: "constraint", ..
        } => Error::conflict(
            "undo_refused",
            format!("other things changed, so this write can no longer be taken back: {error}"),
        ),
        other => other,
    }
}
