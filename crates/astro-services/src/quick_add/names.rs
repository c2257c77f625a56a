//! The owner's projects and labels, by the names that a line uses: without regard to case.

use astro_core::calendar::quick::{self, ChipKind, Parsed};
use astro_core::events::Action;
use astro_core::ids::{LabelId, ProjectId};
use astro_core::labels::{Label, LabelFields};
use astro_core::projects::{Project, ProjectFields};
use astro_core::quick_add::{ChipValue, Named, QuickAdded};
use astro_store::Read;
use astro_store::documents::{self, Record};
use serde_json::json;
use uuid::Uuid;

use crate::Result;
use crate::changes::Change;

/// What there is of the names that a line uses.
pub(super) struct Names {
    projects: Vec<Project>,
    labels: Vec<Label>,
}

impl Names {
    /// Reads only what the line asks for: most lines name nothing.
    pub async fn read(read: &mut Read, parsed: &Parsed) -> Result<Self> {
        let has = |kind| parsed.chips.iter().any(|chip| chip.kind == kind);
        let mut names = Self {
            projects: Vec::new(),
            labels: Vec::new(),
        };
        if has(ChipKind::Project) {
            names.projects = every(read).await?;
            // what was put away gives way to what was not
            names.projects.sort_by_key(|project| project.archived);
        }
        if has(ChipKind::Label) {
            names.labels = every(read).await?;
        }
        Ok(names)
    }

    pub fn project(&self, name: &str) -> Named<ProjectId> {
        let found = called(&self.projects, name, |project| &project.title);
        named(name, found.map(|project| (&project.title, project.id)))
    }

    pub fn label(&self, name: &str) -> Named<LabelId> {
        let found = called(&self.labels, name, |label| &label.title);
        named(name, found.map(|label| (&label.title, label.id)))
    }

    /// The chip of a project that is not there.
    pub fn unknown_project<'p>(&self, parsed: &'p Parsed) -> Option<&'p quick::Chip> {
        parsed.chips.iter().find(|chip| match &chip.value {
            quick::ChipValue::Project(name) => self.project(name).id.is_none(),
            _ => false,
        })
    }
}

fn named<I>(name: &str, found: Option<(&String, I)>) -> Named<I> {
    match found {
        Some((title, id)) => Named {
            title: title.clone(),
            id: Some(id),
            is_new: false,
        },
        None => Named {
            title: name.to_owned(),
            id: None,
            is_new: true,
        },
    }
}

/// The one that is written so, otherwise the first that differs in case alone.
fn called<'r, R>(rows: &'r [R], name: &str, title: impl Fn(&R) -> &String) -> Option<&'r R> {
    let folded = name.to_lowercase();
    rows.iter()
        .find(|row| title(row) == name)
        .or_else(|| rows.iter().find(|row| title(row).to_lowercase() == folded))
}

/// Every row of a noun that people have few of, without the trash.
async fn every<R: Record>(read: &mut Read) -> Result<Vec<R>> {
    const STEP: u32 = 500;
    let mut all: Vec<R> = Vec::new();
    let mut last = Uuid::nil();
    loop {
        let rows: Vec<R> = documents::all(read, last, STEP).await?;
        let is_last = rows.len() < STEP as usize;
        last = rows.last().map_or(last, R::id);
        all.extend(
            rows.into_iter()
                .filter(|row| row.stamp().deleted_at.is_none()),
        );
        if is_last {
            return Ok(all);
        }
    }
}

/// Makes the labels and the project that are not there yet, and puts their ids where they belong.
pub(super) async fn make(change: &mut Change<'_>, added: &mut QuickAdded) -> Result<()> {
    let mut made: Vec<(String, LabelId)> = Vec::new();
    for chip in &mut added.chips {
        match &mut chip.value {
            ChipValue::Label { label } if label.id.is_none() => {
                let folded = label.title.to_lowercase();
                let id = match made.iter().find(|(title, _)| *title == folded) {
                    Some((_, id)) => *id,
                    None => make_label(change, &label.title).await?,
                };
                made.push((folded, id));
                label.id = Some(id);
                if !added.fields.labels.contains(&id) {
                    added.fields.labels.push(id);
                }
            }
            ChipValue::Project { project } if project.id.is_none() => {
                let id = make_project(change, &project.title).await?;
                project.id = Some(id);
                added.fields.project_id = added.fields.project_id.or(Some(id));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn make_label(change: &mut Change<'_>, title: &str) -> Result<LabelId> {
    let fields = LabelFields {
        title: title.to_owned(),
        color: None,
    };
    fields.check()?;
    let label = Label::assemble(fields, change.fresh(), change.id());
    let written = change.insert(label, Action::Created, json!({})).await?;
    Ok(written.value.id)
}

async fn make_project(change: &mut Change<'_>, title: &str) -> Result<ProjectId> {
    let fields = ProjectFields {
        title: title.to_owned(),
        description: String::new(),
        color: None,
        parent_id: None,
        position: String::new(),
        archived: false,
    };
    fields.check()?;
    let project = Project::assemble(fields, change.fresh(), change.id());
    let written = change.insert(project, Action::Created, json!({})).await?;
    Ok(written.value.id)
}
