//! Which tasks a list shows, and in which order.

use astro_calendar::Timestamp;

use super::{TaskState, TaskStatus};
use crate::ids::{LabelId, ProjectId, TaskId};

coded_enum! {
    /// The order of a list; ties are broken by id.
    #[derive(Default)]
    pub enum TaskSort {
        /// Oldest first.
        #[default]
        Created = 0 => "created",
        /// Soonest due first; tasks without due last.
        Due = 1 => "due",
        /// By the position that a person gave.
        Position = 2 => "position",
        /// Latest change first.
        Updated = 3 => "updated",
        /// Latest completion first; only what is completed.
        Completed = 4 => "completed",
    }
}

/// Every part that is present must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskFilter {
    /// Any of these; empty means any.
    pub status: Vec<TaskStatus>,
    pub state: Option<TaskState>,
    pub project: Option<ProjectId>,
    pub label: Option<LabelId>,
    pub parent: Option<TaskId>,
    /// Occurrences that were made from this template.
    pub series: Option<TaskId>,
    /// Only series and what belongs to them, instead of only what is to be done.
    pub templates: bool,
    /// Due at or after this instant; a date is due when its day ends.
    pub due_from: Option<Timestamp>,
    /// Due at or before this instant.
    pub due_to: Option<Timestamp>,
    /// With a start at or after this instant.
    pub start_from: Option<Timestamp>,
    /// Startable at or before this instant; tasks without start are.
    pub start_to: Option<Timestamp>,
    pub completed_from: Option<Timestamp>,
    pub blocked: Option<bool>,
    /// Words that title or description must hold, each as the beginning of a word.
    pub search: Option<String>,
    /// Only what lies in the trash, instead of only what does not.
    pub trash: bool,
    pub sort: TaskSort,
}
