//! The sections of the document, each before those that point at it. A new noun is one line here
//! and its [`ArchivedNoun`](super::archived::ArchivedNoun).

use std::io::Write as _;

use astro_core::datapoints::Datapoint;
use astro_core::events::Event;
use astro_core::goals::Goal;
use astro_core::labels::Label;
use astro_core::preferences::Preference;
use astro_core::projects::Project;
use astro_core::recommendations::{DecisionPoint, Exposure, Feedback, Recommendation};
use astro_core::reminders::Reminder;
use astro_core::tasks::Task;
use astro_core::time_entries::TimeEntry;
use astro_store::Read;
use futures_util::future::BoxFuture;
use serde_json::Value;
use uuid::Uuid;

use super::advice::PolicyParameters;
use super::archived::Archived;
use super::restore::{self, Restoring};
use crate::{Error, Result};

pub(super) static ALL: &[Section] = &[
    Section::of::<Project>(),
    Section::of::<Label>(),
    Section::of::<Goal>(),
    Section::of::<Task>(),
    Section::of::<TimeEntry>(),
    Section::of::<Reminder>(),
    Section::of::<Datapoint>(),
    Section::of::<Preference>(),
    Section::of::<PolicyParameters>(),
    Section::of::<DecisionPoint>(),
    Section::of::<Exposure>(),
    Section::of::<Recommendation>(),
    Section::of::<Feedback>(),
    Section::of::<Event>(),
];

type WriteRows = for<'r> fn(&'r mut Read, &'r mut Vec<u8>) -> BoxFuture<'r, Result<()>>;
type BringRows = for<'r> fn(&'r mut Restoring<'_>, Vec<Value>) -> BoxFuture<'r, Result<()>>;

/// A noun with its type forgotten.
pub(super) struct Section {
    pub name: &'static str,
    /// Appends its rows.
    pub write: WriteRows,
    /// Brings its rows in.
    pub bring: BringRows,
}

impl Section {
    const fn of<R: Archived>() -> Self {
        Self {
            name: R::SECTION,
            write: |read, out| Box::pin(write::<R>(read, out)),
            bring: |restoring, rows| Box::pin(restore::bring::<R>(restoring, rows)),
        }
    }
}

const PAGE: u32 = 1_000;

async fn write<R: Archived>(read: &mut Read, out: &mut Vec<u8>) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let page = R::rows(read, after, PAGE).await?;
        for row in &page {
            out.extend_from_slice(if after.is_nil() { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut *out, row).map_err(Error::internal)?;
            after = row.row_id();
        }
        if page.len() < PAGE as usize {
            return out.flush().map_err(Error::internal);
        }
    }
}
