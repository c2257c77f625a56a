//! Work that is done later, by whichever process comes first.

use astro_calendar::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::ids::JobId;
use crate::schema;

coded_enum! {
    /// Where a job stands. One that is done is no row any more.
    pub enum JobState {
        Queued = 0 => "queued",
        Running = 1 => "running",
        /// Given up; it can be tried again.
        Failed = 2 => "failed",
    }
}

/// A job as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Job {
    pub id: JobId,
    /// What is to be done, such as `send-reminder`.
    pub name: String,
    pub state: JobState,
    /// When it may be done; while it runs, until when it is left to whoever does it.
    #[schema(value_type = schema::Instant)]
    pub run_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last try failed.
    pub error: Option<String>,
    #[schema(value_type = schema::Instant)]
    pub created_at: Timestamp,
    /// What it needs to know; for whoever does it.
    #[serde(skip)]
    #[schema(ignore)]
    pub payload: Value,
    /// Tries of which nobody knows how they ended.
    #[serde(skip)]
    #[schema(ignore)]
    pub lost: u32,
}
