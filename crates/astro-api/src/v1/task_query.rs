//! The query string of the task list.

use astro_core::calendar::When;
use astro_core::error::FieldError;
use astro_core::ids::{LabelId, ProjectId, TaskId};
use astro_core::limits;
use astro_core::page::PageRequest;
use astro_core::schema;
use astro_core::tasks::{TaskFilter, TaskSort, TaskState, TaskStatus};
use astro_services::tasks::TaskQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::paging::PageQuery;
use crate::problem::{Problem, Result};

/// Every status once, and some room.
const STATUSES_CHARS: usize = 100;

/// Which tasks, in which order. Every given filter must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TasksQuery {
    /// One status or several, separated by commas: `needs_action,in_process`.
    #[param(
        pattern = "^(needs_action|in_process|completed|cancelled|failed)(,(needs_action|in_process|completed|cancelled|failed))*$",
        max_length = 100 // STATUSES_CHARS
    )]
    status: Option<String>,
    #[param(inline)]
    state: Option<TaskState>,
    project_id: Option<ProjectId>,
    label_id: Option<LabelId>,
    /// Only parts of this task.
    parent_id: Option<TaskId>,
    /// Only occurrences of this series.
    series_id: Option<TaskId>,
    /// Only series and their parts, instead of what is to be done.
    #[serde(default)]
    templates: bool,
    /// Due on or after.
    #[param(value_type = Option<schema::When>)]
    due_from: Option<When>,
    /// Due on or before; a date takes its whole day in.
    #[param(value_type = Option<schema::When>)]
    due_to: Option<When>,
    /// Can be started on or before.
    #[param(value_type = Option<schema::When>)]
    start_to: Option<When>,
    /// Completed on or after.
    #[param(value_type = Option<schema::When>)]
    completed_from: Option<When>,
    /// Whether an open task stands in the way.
    blocked: Option<bool>,
    /// Words that title or description must hold, each as the beginning of a word.
    #[param(min_length = 1, max_length = 255)]
    q: Option<String>,
    /// Only what lies in the trash.
    #[serde(default)]
    trash: bool,
    #[serde(default)]
    #[param(inline)]
    sort: TaskSort,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl TasksQuery {
    pub(crate) fn read(self) -> Result<(TaskQuery, PageRequest)> {
        let status = self
            .status
            .as_deref()
            .map(statuses)
            .transpose()?
            .unwrap_or_default();
        if self.q.as_ref().is_some_and(|words| {
            words.is_empty() || words.chars().count() > limits::SHORT_CHARS || words.contains('\0')
        }) {
            return Err(wrong(
                "q",
                format!(
                    "must have 1 to {} characters, none of them NUL",
                    limits::SHORT_CHARS
                ),
            ));
        }
        let filter = TaskFilter {
            status,
            state: self.state,
            project: self.project_id,
            label: self.label_id,
            parent: self.parent_id,
            series: self.series_id,
            templates: self.templates,
            blocked: self.blocked,
            search: self.q,
            trash: self.trash,
            sort: self.sort,
            ..TaskFilter::default()
        };
        let page = PageQuery::new(self.limit, self.cursor).request(self.sort.as_str())?;
        let query = TaskQuery {
            filter,
            due_from: self.due_from,
            due_to: self.due_to,
            start_to: self.start_to,
            completed_from: self.completed_from,
        };
        Ok((query, page))
    }
}

fn statuses(text: &str) -> Result<Vec<TaskStatus>> {
    if text.len() > STATUSES_CHARS {
        let message = format!("must have at most {STATUSES_CHARS} characters");
        return Err(wrong("status", message));
    }
    text.split(',')
        .map(|word| {
            word.parse()
                .map_err(|unknown: astro_core::error::UnknownWord| {
                    wrong("status", unknown.to_string())
                })
        })
        .collect()
}

fn wrong(field: &str, message: String) -> Problem {
    Problem::invalid(vec![FieldError::new(field, "wrong_value", message)])
}
