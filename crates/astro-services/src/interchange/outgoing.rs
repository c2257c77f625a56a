//! A task on its way out, in words that the formats share.

use astro_core::calendar::{Timestamp, When};
use astro_core::ids::TaskId;

use super::plan::Kept;
use super::portable::Portable;

#[derive(Clone, Debug)]
pub struct Outgoing {
    pub id: TaskId,
    /// What the format calls it: its uid, where the format can say that.
    pub name: String,
    /// Which occurrence of the task of this name it is.
    pub recurrence_id: Option<When>,
    pub says: Portable,
    pub updated_at: Timestamp,
    /// The record that it came from, if it came from this format.
    pub kept: Option<Kept>,
}
