//! Answering a reminder from where it arrived, and trying whether it arrives there.

use astro_calendar::When;
use serde::{Deserialize, Serialize};

use crate::ids::DestinationId;
use crate::schema;

/// What a link in a message can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// The reminder was noticed.
    Acknowledge,
    /// It is to call again later.
    Snooze {
        #[schema(minimum = 1, maximum = 10_080)]
        minutes: u32,
    },
    /// The task is done.
    Complete,
}

/// What a link in a message is about.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Answerable {
    pub title: String,
    #[schema(value_type = Option<schema::When>)]
    pub due: Option<When>,
    pub is_done: bool,
    pub is_answered: bool,
}

/// What came of trying a destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Probed {
    pub destination_id: Option<DestinationId>,
    pub title: String,
    /// The other side took it.
    pub sent: bool,
    /// Why it did not, or why nobody knows.
    pub error: Option<String>,
}
