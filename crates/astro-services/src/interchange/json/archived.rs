//! What the lossless export needs to know of a noun.

use std::collections::HashMap;

use astro_core::error::FieldError;
use astro_store::documents::{self, Record};
use astro_store::{Read, Write};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::Result;

/// How rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The account is empty: with their change numbers.
    Exact,
    /// Beside others: with change numbers of this server.
    Merge,
}

/// A row of a section.
pub(super) trait Archived:
    Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static
{
    /// The section's name in the document.
    const SECTION: &'static str;
    /// One of them, for the report.
    const KIND: &'static str;

    fn row_id(&self) -> Uuid;

    /// A page of rows in order of ids.
    fn rows(
        read: &mut Read,
        after: Uuid,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Self>>> + Send;

    fn find(read: &mut Read, id: Uuid) -> impl Future<Output = Result<Option<Self>>> + Send;

    fn keep(self, write: &mut Write, mode: Mode) -> impl Future<Output = Result<()>> + Send;

    /// Whether two rows are the same but for where they were counted.
    fn is_same(&self, other: &Self) -> bool;

    /// # Errors
    /// Every field that cannot be kept.
    fn check(&self) -> Result<(), Vec<FieldError>>;

    /// Rows that must be there before this one.
    fn requires(&self) -> Vec<Uuid> {
        Vec::new()
    }

    /// Another row that stands for the same thing, by a name that can stand once.
    fn twin(&self, _read: &mut Read) -> impl Future<Output = Result<Option<Uuid>>> + Send {
        async { Ok(None) }
    }

    /// Points to the twins in place of rows that were not taken.
    fn follow(&mut self, _twins: &HashMap<Uuid, Uuid>) {}
}

/// A noun with a table of its own; the rest follows.
pub(super) trait ArchivedNoun: Record + PartialEq {
    const SECTION: &'static str;

    /// # Errors
    /// Every field that cannot be kept.
    fn check(&self) -> Result<(), Vec<FieldError>>;

    /// As [`Archived::requires`].
    fn requires(&self) -> Vec<Uuid> {
        Vec::new()
    }

    /// As [`Archived::twin`].
    fn twin(&self, _read: &mut Read) -> impl Future<Output = Result<Option<Uuid>>> + Send {
        async { Ok(None) }
    }

    /// As [`Archived::follow`].
    fn follow(&mut self, _twins: &HashMap<Uuid, Uuid>) {}
}

impl<R: ArchivedNoun> Archived for R {
    const SECTION: &'static str = R::SECTION;
    const KIND: &'static str = R::ENTITY.as_str();

    fn row_id(&self) -> Uuid {
        self.id()
    }

    async fn rows(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Self>> {
        Ok(documents::all(read, after, limit).await?)
    }

    async fn find(read: &mut Read, id: Uuid) -> Result<Option<Self>> {
        Ok(documents::get(read, id).await?)
    }

    async fn keep(mut self, write: &mut Write, mode: Mode) -> Result<()> {
        match mode {
            Mode::Exact => documents::restore(write, &self).await?,
            Mode::Merge => documents::insert(write, &mut self).await?,
        }
        Ok(())
    }

    fn is_same(&self, other: &Self) -> bool {
        let mut other = other.clone();
        other.set_stamp(self.stamp());
        *self == other
    }

    fn check(&self) -> Result<(), Vec<FieldError>> {
        ArchivedNoun::check(self)
    }

    fn requires(&self) -> Vec<Uuid> {
        ArchivedNoun::requires(self)
    }

    async fn twin(&self, read: &mut Read) -> Result<Option<Uuid>> {
        ArchivedNoun::twin(self, read).await
    }

    fn follow(&mut self, twins: &HashMap<Uuid, Uuid>) {
        ArchivedNoun::follow(self, twins);
    }
}
