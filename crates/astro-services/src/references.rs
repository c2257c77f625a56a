//! What a row points at must be the owner's and not in the trash. What is somebody else's reads
//! exactly like what is not there.

use astro_core::error::Checks;
use astro_core::goals::Goal;
use astro_core::limits;
use astro_core::projects::Project;
use astro_core::tasks::Task;
use astro_store::documents::{self, Record};
use uuid::Uuid;

use crate::changes::Change;
use crate::{Error, Result};

/// The row that `field` points at; notes the field as wrong where there is none.
pub async fn look_up<R: Record>(
    change: &mut Change<'_>,
    id: Uuid,
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
pub async fn require<R: Record>(change: &mut Change<'_>, id: Uuid, field: &str) -> Result<R> {
    let mut checks = Checks::default();
    let found = look_up(change, id, field, &mut checks).await?;
    checks.finish()?;
    found.ok_or(Error::NotFound(R::ENTITY.as_str()))
}

/// Checks those of `ids` that are not in `known`: what was there before may have gone to the trash
/// since, and stays.
pub async fn look_up_all<R: Record, I: Copy + PartialEq + Into<Uuid>>(
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

/// A noun whose rows lie in one another.
pub trait Nested: Record {
    /// The row that this one lies in.
    fn parent(&self) -> Option<Uuid>;
}

impl Nested for Task {
    fn parent(&self) -> Option<Uuid> {
        self.parent_id.map(Into::into)
    }
}

impl Nested for Project {
    fn parent(&self) -> Option<Uuid> {
        self.parent_id.map(Into::into)
    }
}

impl Nested for Goal {
    fn parent(&self) -> Option<Uuid> {
        self.parent_id.map(Into::into)
    }
}

/// Notes a `parent_id` that is not there, that lies below the row `id` itself, or that is too deep.
pub async fn check_parent<R: Nested>(
    change: &mut Change<'_>,
    id: Uuid,
    parent: Option<Uuid>,
    checks: &mut Checks,
) -> Result<()> {
    const FIELD: &str = "parent_id";
    let entity = R::ENTITY;
    let mut next = parent;
    for _ in 0..limits::TREE_DEPTH {
        let Some(above) = next else { return Ok(()) };
        if above == id {
            checks.add(
                FIELD,
                "cycle",
                format!("a {entity} cannot lie below itself"),
            );
            return Ok(());
        }
        let found: Option<R> = look_up(change, above, FIELD, checks).await?;
        next = found.and_then(|row| row.parent());
    }
    checks.require(
        next.is_none(),
        FIELD,
        "too_deep",
        format!("a {entity} can lie at most {} deep", limits::TREE_DEPTH),
    );
    Ok(())
}
