//! The nouns of the lossless export.

use std::collections::HashMap;

use astro_core::calendar::Timestamp;
use astro_core::datapoints::Datapoint;
use astro_core::document::Document as _;
use astro_core::error::{Checks, FieldError};
use astro_core::events::Event;
use astro_core::goals::Goal;
use astro_core::ids::EventId;
use astro_core::ids::{LabelId, TaskId};
use astro_core::labels::Label;
use astro_core::limits;
use astro_core::preferences::Preference;
use astro_core::projects::Project;
use astro_core::reminders::Reminder;
use astro_core::tasks::Task;
use astro_core::time_entries::TimeEntry;
use astro_store::{
    Read, Write, events, preferences as preference_rows, tasks as task_rows,
    time_entries as time_entry_rows,
};
use uuid::Uuid;

use super::archived::{Archived, ArchivedNoun, Mode};
use crate::Result;
use crate::interchange::lookup::Names;

impl ArchivedNoun for Project {
    const SECTION: &'static str = "projects";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()
    }

    fn requires(&self) -> Vec<Uuid> {
        self.parent_id.iter().map(|id| id.uuid()).collect()
    }
}

impl ArchivedNoun for Label {
    const SECTION: &'static str = "labels";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()
    }

    async fn twin(&self, read: &mut Read) -> Result<Option<Uuid>> {
        if self.deleted_at.is_some() {
            return Ok(None);
        }
        let names = Names::read(read).await?;
        Ok(names.label(&self.title).map(LabelId::uuid))
    }
}

impl ArchivedNoun for Task {
    const SECTION: &'static str = "tasks";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()?;
        let mut checks = Checks::default();
        checks.title("uid", &self.uid, limits::SHORT_CHARS);
        let verbatim = serde_json::to_string(&self.verbatim).map_or(0, |text| text.len());
        checks.require(
            verbatim <= limits::VERBATIM_BYTES * 2,
            "verbatim",
            "too_long",
            format!("has {verbatim} bytes"),
        );
        checks.finish()
    }

    fn requires(&self) -> Vec<Uuid> {
        let project = self.project_id.iter().map(|id| id.uuid());
        let parent = self.parent_id.iter().map(|id| id.uuid());
        project.chain(parent).collect()
    }

    async fn twin(&self, read: &mut Read) -> Result<Option<Uuid>> {
        let twin = task_rows::id_of_uid(read, &self.uid).await?;
        Ok(twin.map(TaskId::uuid))
    }

    fn follow(&mut self, twins: &HashMap<Uuid, Uuid>) {
        for label in &mut self.labels {
            *label = twin(twins, label.uuid()).into();
        }
        for other in &mut self.depends_on {
            *other = twin(twins, other.uuid()).into();
        }
        self.project_id = self.project_id.map(|id| twin(twins, id.uuid()).into());
        self.parent_id = self.parent_id.map(|id| twin(twins, id.uuid()).into());
        self.series_id = self.series_id.map(|id| twin(twins, id.uuid()).into());
    }
}

/// The row that stands for this one here.
fn twin(twins: &HashMap<Uuid, Uuid>, id: Uuid) -> Uuid {
    twins.get(&id).copied().unwrap_or(id)
}

impl ArchivedNoun for TimeEntry {
    const SECTION: &'static str = "time_entries";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        // it was in the past where it was written
        self.fields().check(Timestamp::MAX)
    }

    fn requires(&self) -> Vec<Uuid> {
        vec![self.task_id.uuid()]
    }

    async fn twin(&self, read: &mut Read) -> Result<Option<Uuid>> {
        if !self.is_running() {
            return Ok(None);
        }
        let running = time_entry_rows::running(read, self.task_id).await?;
        Ok(running.map(|entry| entry.id.uuid()))
    }

    fn follow(&mut self, twins: &HashMap<Uuid, Uuid>) {
        self.task_id = twin(twins, self.task_id.uuid()).into();
        *self = self.clone().settled();
    }
}

impl ArchivedNoun for Reminder {
    const SECTION: &'static str = "reminders";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()?;
        let mut checks = Checks::default();
        checks.title("uid", &self.uid, limits::SHORT_CHARS);
        checks.finish()
    }

    fn requires(&self) -> Vec<Uuid> {
        vec![self.task_id.uuid()]
    }

    fn follow(&mut self, twins: &HashMap<Uuid, Uuid>) {
        self.task_id = twin(twins, self.task_id.uuid()).into();
    }
}

impl ArchivedNoun for Goal {
    const SECTION: &'static str = "goals";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()
    }
}

impl ArchivedNoun for Datapoint {
    const SECTION: &'static str = "datapoints";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()
    }

    fn requires(&self) -> Vec<Uuid> {
        vec![self.goal_id.uuid()]
    }
}

impl ArchivedNoun for Preference {
    const SECTION: &'static str = "preferences";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        self.fields().check()
    }

    async fn twin(&self, read: &mut Read) -> Result<Option<Uuid>> {
        let row = preference_rows::by_key(read, &self.key).await?;
        Ok(row.map(|row| row.id.uuid()))
    }
}

impl Archived for Event {
    const SECTION: &'static str = "events";
    const KIND: &'static str = "event";

    fn row_id(&self) -> Uuid {
        self.id.uuid()
    }

    async fn rows(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Self>> {
        Ok(events::all(read, EventId::new(after), limit).await?)
    }

    async fn find(read: &mut Read, id: Uuid) -> Result<Option<Self>> {
        Ok(events::get(read, EventId::new(id)).await?)
    }

    async fn keep(self, write: &mut Write, _mode: Mode) -> Result<()> {
        Ok(events::insert(write, &self).await?)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn check(&self) -> Result<(), Vec<FieldError>> {
        Ok(())
    }
}
