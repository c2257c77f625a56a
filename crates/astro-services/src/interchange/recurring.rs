//! Series in formats in which the recurring task and what is to be done of it are one.

use std::collections::HashMap;

use astro_core::document::Document as _;
use astro_core::ids::TaskId;
use astro_core::interchange::Format;
use astro_core::tasks::{Task, TaskFields};
use astro_store::Read;
use astro_store::tasks::series;

use super::plan::Kept;
use crate::Result;

/// What of the tasks recurs.
pub struct Recurring<'a> {
    /// Series, and what belongs to them.
    templates: HashMap<TaskId, &'a Task>,
    /// The first open occurrence of each.
    current: HashMap<TaskId, &'a Task>,
}

impl<'a> Recurring<'a> {
    pub fn of(tasks: &'a [Task]) -> Self {
        let templates = tasks
            .iter()
            .filter(|task| task.template && task.deleted_at.is_none())
            .map(|task| (task.id, task))
            .collect();
        let mut current: HashMap<TaskId, &Task> = HashMap::new();
        for task in tasks.iter().filter(|task| task.is_open()) {
            let Some(series) = task.series_id else {
                continue;
            };
            // ids do not say which is first, the names of occurrences of one series do
            let first = current.entry(series).or_insert(task);
            if name(task) < name(first) {
                *first = task;
            }
        }
        Self { templates, current }
    }

    /// Whether a task is told by itself. What is to be done of a series is told by the series, but
    /// for what came from this format as a task; and where lives are told, only occurrences have one.
    pub fn is_told(&self, task: &Task, format: Format) -> bool {
        if format == Format::Events {
            return !task.template;
        }
        let Some(series) = self.series_of(task) else {
            return true;
        };
        let is_own = Kept::of(task.verbatim.as_ref(), format).is_some();
        if format == Format::Ics {
            // a checklist is told with the series; an occurrence where it says more than that
            let made = task.recurrence_id.as_ref();
            let made = made.and_then(|id| series.fields().occurrence(id));
            return series.recurs() && (is_own || made.as_ref() != Some(&task.fields()));
        }
        is_own || !task.is_open()
    }

    /// The template that a task was made from, while it is there.
    fn series_of(&self, task: &Task) -> Option<&'a Task> {
        self.templates.get(task.series_id.as_ref()?).copied()
    }

    /// What a format calls a task: in a calendar an occurrence has the name of its series.
    pub fn named_by(
        &self,
        task: &Task,
        format: Format,
        called: &HashMap<TaskId, String>,
    ) -> String {
        let series = self.series_of(task).filter(|_| format == Format::Ics);
        let id = series.map_or(task.id, |series| series.id);
        called.get(&id).cloned().unwrap_or_default()
    }

    /// A series as it stands now.
    pub fn now(&self, task: &Task, format: Format) -> Task {
        at_current(task, self.current.get(&task.id).copied(), format)
    }
}

/// A series as it stands now, in this format.
pub async fn now(read: &mut Read, task: &Task, format: Format) -> Result<Task> {
    let open = if task.template {
        series::open(read, task.id).await?
    } else {
        Vec::new()
    };
    Ok(at_current(task, open.first(), format))
}

/// A list says what is due next. Other formats keep where a series began, since its rule counts
/// from there.
fn at_current(task: &Task, current: Option<&Task>, format: Format) -> Task {
    let mut now = task.clone();
    let current = current.filter(|_| format == Format::TodoTxt && task.template);
    if let Some(at) = current.and_then(|current| current.recurrence_id.as_ref())
        && let Some(occurrence) = task.fields().occurrence(at)
    {
        now.set_fields(TaskFields {
            start: task.start.as_ref().and(occurrence.start),
            due: occurrence.due,
            deadline: occurrence.deadline,
            ..task.fields()
        });
    }
    now
}

/// Times that stand as the series was shown go on as the series has them.
pub fn keep_times(fields: &mut TaskFields, shown: &Task, series: &Task) {
    if fields.start == shown.start {
        fields.start.clone_from(&series.start);
    }
    if fields.due == shown.due {
        fields.due.clone_from(&series.due);
    }
    if fields.deadline == shown.deadline {
        fields.deadline = series.deadline;
    }
}

/// Within one series these are of one kind and zone, and as texts in the order of time.
fn name(task: &Task) -> String {
    task.recurrence_id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}
