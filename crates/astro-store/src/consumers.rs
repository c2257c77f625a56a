//! Readers of the log: each remembers how far it came with an owner's events, in the transaction of
//! what it made of them. So whatever it does is done once.

use astro_core::events::Event;

use crate::{Read, Statement, StoreError, Write, events};

pub(crate) const STATEMENTS: &[Statement] = &[POSITIONS, BEGIN, ADVANCE, END];

const POSITIONS: Statement = Statement::new(
    "consumers.positions",
    "SELECT name, seq FROM consumers WHERE owner_id = $1",
);
/// From now on; one that is there keeps its place.
pub(crate) const BEGIN: Statement = Statement::new(
    "consumers.begin",
    "INSERT INTO consumers (owner_id, name, seq) SELECT owner_id, $2, change_seq FROM owners WHERE owner_id = $1 \
     ON CONFLICT (owner_id, name) DO NOTHING",
);
const ADVANCE: Statement = Statement::new(
    "consumers.advance",
    "UPDATE consumers SET seq = $3 WHERE owner_id = $1 AND name = $2 AND seq < $3",
);
const END: Statement = Statement::new(
    "consumers.end",
    "DELETE FROM consumers WHERE owner_id = $1 AND name = $2",
);

/// Whom the bus serves.
pub const BUS: &str = "bus";

/// Every consumer of the owner's events, with the number of the last change that it saw.
pub async fn positions(read: &mut Read) -> Result<Vec<(String, i64)>, StoreError> {
    let args = read.args();
    let rows = read.fetch_all(&POSITIONS, args).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns("consumers");
            Ok((columns.text()?, columns.int()?))
        })
        .collect()
}

/// Lets a consumer follow the owner's events from now on.
pub async fn begin(write: &mut Write, name: &str) -> Result<(), StoreError> {
    let args = write.args().text(name);
    write.execute(&BEGIN, args).await.map(drop)
}

/// Lets a consumer follow no longer.
pub async fn end(write: &mut Write, name: &str) -> Result<(), StoreError> {
    let args = write.args().text(name);
    write.execute(&END, args).await.map(drop)
}

/// Notes how far a consumer came. `false` when it had come as far already: then what it just made of
/// the events is not to be kept.
pub async fn advance(write: &mut Write, name: &str, seq: i64) -> Result<bool, StoreError> {
    let args = write.args().text(name).int(seq);
    Ok(write.execute(&ADVANCE, args).await? == 1)
}

/// Events after a change, in the order of their changes, `limit` at most; one change's events are never
/// parted.
pub async fn events_after(read: &mut Read, seq: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let mut found = events::after_change(read, seq, limit).await?;
    if found.len() == limit as usize
        && let Some(last) = found.last().map(|event| event.change_seq)
        && found.first().is_some_and(|first| first.change_seq != last)
    {
        found.retain(|event| event.change_seq != last);
    }
    Ok(found)
}
