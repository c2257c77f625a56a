//! What is to come, as it is shown: tasks, and occurrences of series that are no tasks yet.

use astro_calendar::{Date, When};
use serde::{Deserialize, Serialize};

use super::TaskStatus;
use crate::ids::{LabelId, ProjectId, TaskId};
use crate::schema;

/// How much of a series is meant where one of its occurrences is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// This occurrence only.
    #[default]
    This,
    /// This one and all that follow.
    Following,
    /// The whole series; what is done stays as it was.
    All,
}

/// A task that lies ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UpcomingTask {
    /// Of a planned occurrence: the id that it will have.
    pub id: TaskId,
    pub title: String,
    /// Absent while it is only planned: an occurrence that is no task yet. It becomes one when it is
    /// its turn, or when it is asked for.
    pub status: Option<TaskStatus>,
    pub series_id: Option<TaskId>,
    #[schema(value_type = Option<schema::When>)]
    pub recurrence_id: Option<When>,
    #[schema(value_type = Option<schema::When>)]
    pub start: Option<When>,
    #[schema(value_type = Option<schema::When>)]
    pub due: Option<When>,
    #[schema(value_type = Option<schema::CalendarDate>)]
    pub deadline: Option<Date>,
    pub priority: u8,
    pub estimate_s: Option<u32>,
    pub project_id: Option<ProjectId>,
    pub labels: Vec<LabelId>,
}

/// An occurrence of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Occurrence {
    /// The task's id, also where there is no task yet.
    pub id: TaskId,
    #[schema(value_type = schema::When)]
    pub recurrence_id: When,
    /// Where the rule puts it, or where the task was moved to.
    #[schema(value_type = Option<schema::When>)]
    pub start: Option<When>,
    #[schema(value_type = Option<schema::When>)]
    pub due: Option<When>,
    /// Absent where there is no task yet.
    pub status: Option<TaskStatus>,
}
