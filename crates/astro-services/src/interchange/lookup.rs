//! What is there already, by the names that files use.

use std::collections::{BTreeSet, HashMap};

use astro_core::ids::{LabelId, ProjectId, TaskId};
use astro_core::labels::Label;
use astro_core::limits;
use astro_core::projects::Project;
use astro_core::tasks::{Relation, Task};
use astro_store::Read;
use astro_store::documents::{self, Record};
use astro_store::tasks as rows;
use uuid::Uuid;

use super::alerts::Alerts;
use super::portable::Portable;
use crate::Result;

/// A relation of this kind is a dependency or a parent that is not here.
const WAITS: &str = "DEPENDS-ON";
const PARENT: &str = "PARENT";

/// Projects and labels by title, and back.
#[derive(Clone, Debug, Default)]
pub struct Names {
    projects: HashMap<Vec<String>, ProjectId>,
    paths: HashMap<ProjectId, Vec<String>>,
    labels: HashMap<String, LabelId>,
    titles: HashMap<LabelId, String>,
}

/// Every row of a noun, with the trash, in pages.
pub async fn every<R: Record>(read: &mut Read) -> Result<Vec<R>> {
    let mut rows: Vec<R> = Vec::new();
    loop {
        let after = rows.last().map_or(Uuid::nil(), R::id);
        let page = documents::all::<R>(read, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
}

const PAGE: u32 = 1_000;

impl Names {
    pub async fn read(read: &mut Read) -> Result<Self> {
        let mut names = Self::default();
        let projects: Vec<Project> = every(read).await?;
        let by_id: HashMap<ProjectId, &Project> = projects
            .iter()
            .map(|project| (project.id, project))
            .collect();
        for project in &projects {
            let path = path_of(project, &by_id);
            if project.deleted_at.is_none() {
                names.projects.entry(path.clone()).or_insert(project.id);
            }
            names.paths.insert(project.id, path);
        }
        let labels: Vec<Label> = every(read).await?;
        for label in labels.iter().filter(|label| label.deleted_at.is_none()) {
            names.add_label(label);
        }
        Ok(names)
    }

    pub fn add_label(&mut self, label: &Label) {
        self.labels.insert(label.title.clone(), label.id);
        self.titles.insert(label.id, label.title.clone());
    }

    pub fn add_project(&mut self, path: Vec<String>, project: &Project) {
        self.paths.insert(project.id, path.clone());
        self.projects.insert(path, project.id);
    }

    pub fn project(&self, path: &[String]) -> Option<ProjectId> {
        self.projects.get(path).copied()
    }

    pub fn label(&self, title: &str) -> Option<LabelId> {
        self.labels.get(title).copied()
    }

    /// The task in words of no server, without its reminders. `name` says what another task is
    /// called.
    pub fn portable(&self, task: &Task, name: impl Fn(TaskId) -> Option<String>) -> Portable {
        let mut fields = astro_core::document::Document::fields(task);
        let project = fields
            .project_id
            .take()
            .and_then(|id| self.paths.get(&id).cloned())
            .unwrap_or_default();
        let labels = std::mem::take(&mut fields.labels);
        let waits = std::mem::take(&mut fields.depends_on);
        let mut depends_on: BTreeSet<String> = waits.into_iter().filter_map(&name).collect();
        let mut parent = fields.parent_id.take().and_then(name);
        fields.goal_ids.clear();
        fields.relations.retain(|relation| {
            if relation.gap.is_some() {
                return true;
            }
            match relation.kind.as_str() {
                WAITS => depends_on.insert(relation.uid.clone()),
                PARENT if parent.is_none() => {
                    parent = Some(relation.uid.clone());
                    false
                }
                _ => return true,
            };
            false
        });
        Portable {
            fields,
            project,
            labels: labels
                .into_iter()
                .filter_map(|id| self.titles.get(&id).cloned())
                .collect(),
            parent,
            depends_on,
            completed_at: task.completed_at,
            created_at: Some(task.created_at),
            sequence: task.sequence,
            postpone_count: task.postpone_count,
            first_due: task.first_due.clone(),
            deleted_at: task.deleted_at,
            reminders: Alerts::new(),
        }
    }
}

/// A relation to a task that is not here, or must not be followed.
pub fn waits_for(uid: &str) -> Relation {
    relation(WAITS, uid)
}

/// As [`waits_for`].
pub fn part_of(uid: &str) -> Relation {
    relation(PARENT, uid)
}

fn relation(kind: &str, uid: &str) -> Relation {
    Relation {
        kind: kind.to_owned(),
        uid: uid.to_owned(),
        gap: None,
    }
}

fn path_of(project: &Project, by_id: &HashMap<ProjectId, &Project>) -> Vec<String> {
    let mut path = vec![project.title.clone()];
    let mut next = project.parent_id;
    // nesting is bounded, and so is this walk whatever the rows hold
    for _ in 0..limits::TREE_DEPTH {
        let Some(parent) = next.and_then(|id| by_id.get(&id)) else {
            break;
        };
        path.push(parent.title.clone());
        next = parent.parent_id;
    }
    path.reverse();
    path
}

/// The task that a file calls so: by its uid, or by its id, which is what formats are told that
/// cannot say the uid.
pub async fn task_called(read: &mut Read, uid: &str) -> Result<Option<TaskId>> {
    if let Some(id) = rows::id_of_uid(read, uid).await? {
        return Ok(Some(id));
    }
    let Ok(id) = Uuid::parse_str(uid) else {
        return Ok(None);
    };
    let found: Option<Task> = documents::get(read, id).await?;
    Ok(found.map(|task| task.id))
}
