//! The small values that a task is made of.

use serde::{Deserialize, Serialize};

use crate::error::Checks;
use crate::limits;

coded_enum! {
    #[derive(Default)]
    pub enum TaskStatus {
        #[default]
        NeedsAction = 0 => "needs_action",
        InProcess = 1 => "in_process",
        Completed = 2 => "completed",
        Cancelled = 3 => "cancelled",
        Failed = 4 => "failed",
    }
}

impl TaskStatus {
    pub const fn is_open(self) -> bool {
        matches!(self, Self::NeedsAction | Self::InProcess)
    }
}

coded_enum! {
    #[derive(Default)]
    pub enum TaskState {
        #[default]
        None = 0 => "none",
        Waiting = 1 => "waiting",
        Someday = 2 => "someday",
    }
}

coded_enum! {
    #[derive(Default)]
    pub enum EstimateSource {
        #[default]
        User = 0 => "user",
        Model = 1 => "model",
        Default = 2 => "default",
    }
}

coded_enum! {
    pub enum Energy {
        Low = 0 => "low",
        Medium = 1 => "medium",
        High = 2 => "high",
    }
}

coded_enum! {
    /// What the next occurrence is counted from.
    #[derive(Default)]
    pub enum RepeatFrom {
        #[default]
        Due = 0 => "due",
        Completion = 1 => "completion",
    }
}

coded_enum! {
    /// What becomes of occurrences that were missed.
    #[derive(Default)]
    pub enum MissedPolicy {
        #[default]
        Skip = 0 => "skip",
        Keep = 1 => "keep",
    }
}

coded_enum! {
    /// iCalendar's CLASS.
    #[derive(Default)]
    pub enum Visibility {
        #[default]
        Public = 0 => "public",
        Private = 1 => "private",
        Confidential = 2 => "confidential",
    }
}

coded_enum! {
    /// Through which door a task came in.
    pub enum TaskSource {
        Ui = 0 => "ui",
        Api = 1 => "api",
        Caldav = 2 => "caldav",
        Import = 3 => "import",
        Mcp = 4 => "mcp",
        Rule = 5 => "rule",
    }
}

/// A relation that the product does not act on but gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// RELTYPE as it came.
    #[schema(min_length = 1, max_length = 255)]
    pub kind: String,
    /// The other object's uid.
    #[schema(min_length = 1, max_length = 255)]
    pub uid: String,
    /// RFC 9253 GAP, a duration.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub gap: Option<String>,
}

impl Relation {
    pub(super) fn check(&self, path: &str, checks: &mut Checks) {
        checks.title(&format!("{path}.kind"), &self.kind, limits::SHORT_CHARS);
        checks.title(&format!("{path}.uid"), &self.uid, limits::SHORT_CHARS);
        checks.text(
            &format!("{path}.gap"),
            self.gap.as_deref().unwrap_or_default(),
            limits::SHORT_CHARS,
        );
    }
}

/// A file or page that belongs to a task, by address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// With its scheme, as a task's `url`.
    #[schema(
        min_length = 1,
        max_length = 2_048,
        pattern = "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]"
    )]
    pub uri: String,
    #[serde(default)]
    #[schema(max_length = 255)]
    pub title: Option<String>,
    #[serde(default)]
    #[schema(max_length = 255)]
    pub media_type: Option<String>,
}

impl Attachment {
    pub(super) fn check(&self, path: &str, checks: &mut Checks) {
        checks.address(&format!("{path}.uri"), &self.uri, limits::URL_CHARS);
        checks.text(
            &format!("{path}.title"),
            self.title.as_deref().unwrap_or_default(),
            limits::SHORT_CHARS,
        );
        checks.text(
            &format!("{path}.media_type"),
            self.media_type.as_deref().unwrap_or_default(),
            limits::SHORT_CHARS,
        );
    }
}

/// What a foreign format said of a task that has no place in ours, in that format's own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verbatim {
    /// The format: `taskwarrior`, `todotxt`, `ics`.
    pub format: String,
    #[schema(value_type = Object)]
    pub content: serde_json::Value,
}
