//! What the rule sees of a task.

use serde::{Deserialize, Serialize};

/// The features of a task at a moment. All are whole numbers or flags, so that the same task at the
/// same moment gives the same row to the last bit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "features are independent of each other"
)]
pub struct FeatureRow {
    /// Microseconds until due or deadline, whichever is first; negative when late.
    pub due_in_us: Option<i64>,
    /// As the task's: 0 none, 1 highest, 9 lowest.
    pub priority: u8,
    /// Has a start, which has come.
    pub scheduled: bool,
    /// Is being worked on.
    pub active: bool,
    /// An open task depends on it.
    pub blocking: bool,
    /// It depends on an open task.
    pub blocked: bool,
    /// It waits for somebody or for some day.
    pub waiting: bool,
    /// Lies in a project.
    pub project: bool,
    /// Whole days since it was created.
    pub age_days: u32,
    /// Lines of its description, 3 at most.
    pub notes: u8,
    /// Its labels, 3 at most.
    pub labels: u8,
    /// Labels with a coefficient of their own: indices into the sorted coefficients.
    pub weighted_labels: Vec<u16>,
    /// Projects around it with a coefficient of their own: indices into the sorted coefficients.
    pub weighted_projects: Vec<u16>,
}

impl FeatureRow {
    /// Says what a packed row holds. Its hash is kept with each exposure, so that rows of another
    /// meaning are never mixed; it changes whenever the meaning does.
    pub const SCHEMA: &'static str = "urgency-row/1: flags{scheduled,active,blocking,blocked,waiting,project,has_due} \
         small{priority:4,labels:2,notes:2} age_days:varint due_in_us:zigzag? weighted_labels:[varint] weighted_projects:[varint]";
}
