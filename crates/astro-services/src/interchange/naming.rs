//! Projects and labels that a file names and that are not there yet.

use std::collections::BTreeSet;

use astro_core::document::Stamp;
use astro_core::events::Action;
use astro_core::labels::{Label, LabelFields};
use astro_core::principal::Scope;
use astro_core::projects::{Project, ProjectFields};
use serde_json::json;

use super::import::Counts;
use super::lookup::Names;
use super::plan::PlannedTask;
use crate::changes::Change;
use crate::{Call, Result, Services};

impl Services {
    /// Makes the projects that are not there, outermost first.
    pub(super) async fn name_projects(
        &self,
        call: &Call,
        scope: Scope,
        tasks: &[PlannedTask],
        names: &mut Names,
        dry_run: bool,
        counts: &mut Counts,
    ) -> Result<()> {
        let paths: BTreeSet<Vec<String>> = tasks
            .iter()
            .flat_map(|task| (1..=task.says.project.len()).map(|depth| &task.says.project[..depth]))
            .map(<[String]>::to_vec)
            .collect();
        let counts = counts.entry("project".to_owned()).or_default();
        for path in paths {
            if names.project(&path).is_some() {
                counts.unchanged += 1;
                continue;
            }
            let fields = project_fields(&path, names);
            fields.check()?;
            let project = if dry_run {
                let id = self.random.id(self.now());
                Project::assemble(fields, Stamp::fresh(self.now()), id)
            } else {
                self.change(call, scope, move |change| {
                    Box::pin(async move { insert_project(change, fields).await })
                })
                .await?
            };
            names.add_project(path, &project);
            counts.created += 1;
        }
        Ok(())
    }

    pub(super) async fn name_labels(
        &self,
        call: &Call,
        scope: Scope,
        tasks: &[PlannedTask],
        names: &mut Names,
        dry_run: bool,
        counts: &mut Counts,
    ) -> Result<()> {
        let titles: BTreeSet<&String> = tasks.iter().flat_map(|task| &task.says.labels).collect();
        let counts = counts.entry("label".to_owned()).or_default();
        for title in titles {
            if names.label(title).is_some() {
                counts.unchanged += 1;
                continue;
            }
            let fields = LabelFields {
                title: title.clone(),
                color: None,
            };
            fields.check()?;
            let label = if dry_run {
                let id = self.random.id(self.now());
                Label::assemble(fields, Stamp::fresh(self.now()), id)
            } else {
                self.change(call, scope, move |change| {
                    Box::pin(async move {
                        let label = Label::assemble(fields, change.fresh(), change.id());
                        let written = change.insert(label, Action::Imported, json!({})).await?;
                        Ok(written.value)
                    })
                })
                .await?
            };
            names.add_label(&label);
            counts.created += 1;
        }
        Ok(())
    }
}

fn project_fields(path: &[String], names: &Names) -> ProjectFields {
    let (title, above) = match path.split_last() {
        Some((title, above)) => (title.clone(), above),
        None => (String::new(), path),
    };
    ProjectFields {
        title,
        description: String::new(),
        color: None,
        parent_id: names.project(above),
        position: String::new(),
        archived: false,
    }
}

async fn insert_project(change: &mut Change<'_>, fields: ProjectFields) -> Result<Project> {
    let project = Project::assemble(fields, change.fresh(), change.id());
    let written = change.insert(project, Action::Imported, json!({})).await?;
    Ok(written.value)
}
