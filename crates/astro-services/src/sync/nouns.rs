//! What sync, operations, undo and the trash know of each noun: one entry a noun in [`NOUNS`], made
//! from its [`Noun`].

mod datapoints;
mod entry;
mod goals;
mod labels;
mod preferences;
mod projects;
mod recommendations;
mod reminders;
mod tasks;
mod time_entries;

use std::collections::{HashMap, HashSet};

use astro_core::calendar::Timestamp;
use astro_core::datapoints::Datapoint;
use astro_core::events::Entity;
use astro_core::goals::Goal;
use astro_core::labels::Label;
use astro_core::patch::Patch;
use astro_core::preferences::Preference;
use astro_core::principal::Permission;
use astro_core::projects::Project;
use astro_core::recommendations::Recommendation;
use astro_core::reminders::Reminder;
use astro_core::sync::OpKind;
use astro_core::tasks::Task;
use astro_core::time_entries::TimeEntry;
use astro_store::Read;
use astro_store::documents::Record;
use serde_json::{Map, Value};
use uuid::Uuid;

pub(crate) use entry::{Entry, TakenBack};
pub(crate) use recommendations::answer;

use crate::changes::{Change, Written};
use crate::{Call, Error, Result, Services};

/// Every noun that devices share, each before those that it points at: in this order they can be
/// removed for good.
pub(crate) static NOUNS: &[Entry] = &[
    Entry::of::<Recommendation>(),
    Entry::of::<TimeEntry>(),
    Entry::of::<Reminder>(),
    Entry::of::<Datapoint>(),
    Entry::of::<Task>(),
    Entry::of::<Goal>(),
    Entry::of::<Project>(),
    Entry::of::<Label>(),
    Entry::of::<Preference>(),
];

/// The entry of an entity; what is only ever appended to has none.
pub(crate) fn find(entity: Entity) -> Option<&'static Entry> {
    NOUNS.iter().find(|noun| noun.entity == entity)
}

/// A noun that devices share.
pub(crate) trait Noun: Record + PartialEq {
    const READ: Permission;
    const WRITE: Permission;
    /// A person looks for it in the trash, once it is deleted.
    const IN_TRASH: bool = true;
    /// A person writes it: operations change it and undo puts it back. Otherwise it only follows
    /// what is said and done.
    const WRITABLE: bool = true;

    /// What a person knows it by.
    fn title(&self) -> String;

    /// Does what an operation says, through the same operations as every other door.
    fn act(
        services: &Services,
        call: &Call,
        act: Act<Self::Fields>,
    ) -> impl Future<Output = Result<Written<Self>>> + Send;

    /// Levels what only counts how often the row was written, so that two states can be compared.
    fn forget_counts(&mut self) {}

    /// `self`, the row as it once was, as undo is to put it in the place of `present`.
    fn put_back(
        self,
        _present: &Self,
        _change: &mut Change<'_>,
    ) -> impl Future<Output = Result<Self>> + Send {
        async { Ok(self) }
    }

    /// Called on a row that undo has put in the place of `replaced`: checks again what depends on
    /// other rows, and tells who has to know.
    fn settle(
        &self,
        _replaced: &Self,
        _change: &mut Change<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Rows that stay and point at others that were deleted at or before `until`.
    fn pointing(
        _read: &mut Read,
        _until: Timestamp,
    ) -> impl Future<Output = Result<Vec<Uuid>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Lets go of everything that is about to be removed for good.
    fn release(&mut self, _doomed: &Doomed) {}
}

/// An operation on one noun.
pub(crate) enum Act<F> {
    Create(F),
    Update(Uuid, Patch<F>),
    Delete(Uuid),
    Restore(Uuid),
    /// The rest, with what it says beside the row.
    Other(OpKind, Uuid, Map<String, Value>),
}

/// # Errors
/// Always: nothing of the kind can be done with `entity`.
pub(crate) fn unsupported<T>(kind: OpKind, entity: Entity) -> Result<T> {
    let kind = serde_json::to_value(kind).map_err(Error::internal)?;
    Err(Error::invalid(
        "kind",
        "unsupported",
        format!(
            "{} does not apply to a {entity}",
            kind.as_str().unwrap_or_default()
        ),
    ))
}

/// Ids of the rows that are about to be removed for good.
#[derive(Debug, Default)]
pub(crate) struct Doomed(HashMap<Entity, HashSet<Uuid>>);

impl Doomed {
    pub(crate) fn insert(&mut self, entity: Entity, ids: Vec<Uuid>) {
        self.0.entry(entity).or_default().extend(ids);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().all(HashSet::is_empty)
    }

    pub(crate) fn has(&self, entity: Entity, id: impl Into<Uuid>) -> bool {
        let id = id.into();
        self.0.get(&entity).is_some_and(|ids| ids.contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entity_that_a_person_can_change_is_shared() {
        let missing: Vec<Entity> = Entity::ALL
            .iter()
            .copied()
            .filter(|entity| find(*entity).is_none())
            .collect();
        // Only ever appended to; its recommendation says what it came to.
        assert_eq!(missing, [Entity::Feedback]);
    }
}
