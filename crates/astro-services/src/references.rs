//! What a row points at must be the owner's and not in the trash. What is somebody else's reads
//! exactly like what is not there.

use astro_core::error::Checks;
use astro_store::documents::{self, Record};

use crate::changes::Change;
use crate::{Error, Result};

/// The row that `field` points at; notes the field as wrong where there is none.
pub async fn look_up<R: Record>(
    change: &mut Change<'_>,
    id: uuid::Uuid,
    field: &str,
    checks: &mut Checks,
) -> Result<Option<R>> {
    let found: Option<R> = documents::get(change.write, id).await?;
    let alive = found.filter(|row| row.stamp().deleted_at.is_none());
    checks.require(
        alive.is_some(),
        field,
        "not_found",
        format!("there is no such {}", R::ENTITY),
    );
    Ok(alive)
}

/// As [`look_up`], for a row without which nothing else can be said.
///
/// # Errors
/// [`Error::Invalid`] where there is none.
pub async fn require<R: Record>(change: &mut Change<'_>, id: uuid::Uuid, field: &str) -> Result<R> {
    let mut checks = Checks::default();
    let found = look_up(change, id, field, &mut checks).await?;
    checks.finish()?;
    found.ok_or(Error::NotFound(R::ENTITY.as_str()))
}

/// Checks those of `ids` that are not in `known`: what was there before may have gone to the trash
/// since, and stays.
pub async fn look_up_all<R: Record, I: Copy + PartialEq + Into<uuid::Uuid>>(
    change: &mut Change<'_>,
    ids: &[I],
    known: &[I],
    field: &str,
    checks: &mut Checks,
) -> Result<()> {
    for (n, id) in ids.iter().enumerate() {
        if !known.contains(id) {
            look_up::<R>(change, (*id).into(), &format!("{field}[{n}]"), checks).await?;
        }
    }
    Ok(())
}
