//! Tasks: the noun that everything else serves.
//!
//! `start`, `due` and `deadline` are three things: not before, wanted by, and immovable.
//! `blocked` is derived from `depends_on` and never stored.

mod ahead;
mod filter;
mod parts;
pub mod series;

use astro_calendar::{Date, Timestamp, When};

pub use ahead::{Extent, Occurrence, UpcomingTask};
pub use filter::{TaskFilter, TaskSort};
pub use parts::{
    Attachment, Energy, EstimateSource, MissedPolicy, Relation, RepeatFrom, TaskSource, TaskState,
    TaskStatus, Verbatim, Visibility,
};

use crate::document::Stamp;
use crate::error::{Checks, FieldError};
use crate::ids::{GoalId, LabelId, ProjectId, TaskId, UserId};
use crate::limits;
use crate::schema;

document! {
    /// A task as it is kept (product.md 2.3).
    pub struct Task /
    /// What a person writes of a task. Everything but the title has a default.
    TaskFields {
        writable {
            #[schema(min_length = 1, max_length = 500)]
            title: String,
            /// Markdown.
            #[serde(default)]
            #[schema(max_length = 50_000)]
            description: String,
            #[serde(default)]
            status: TaskStatus,
            /// Workflow beside done-ness: waiting for somebody, or some day.
            #[serde(default)]
            state: TaskState,
            /// As iCalendar's: 0 none, 1 highest, 9 lowest.
            #[serde(default)]
            #[schema(maximum = 9)]
            priority: u8,
            /// Not before.
            #[serde(default)]
            #[schema(value_type = Option<schema::When>)]
            start: Option<When>,
            /// Wanted by; a date is over when that day ends where the person is.
            #[serde(default)]
            #[schema(value_type = Option<schema::When>)]
            due: Option<When>,
            /// Immovable.
            #[serde(default)]
            #[schema(value_type = Option<schema::CalendarDate>)]
            deadline: Option<Date>,
            /// Expected effort in seconds.
            #[serde(default)]
            #[schema(maximum = 31_536_000)]
            estimate_s: Option<u32>,
            #[serde(default)]
            estimate_source: EstimateSource,
            /// Shortest useful stretch of work in seconds.
            #[serde(default)]
            #[schema(maximum = 31_536_000)]
            min_block_s: Option<u32>,
            /// Longest useful stretch of work in seconds.
            #[serde(default)]
            #[schema(maximum = 31_536_000)]
            max_block_s: Option<u32>,
            /// The planner may place it.
            #[serde(default)]
            auto_plan: bool,
            /// The planner must not move it.
            #[serde(default)]
            locked: bool,
            #[serde(default)]
            energy: Option<Energy>,
            #[serde(default)]
            #[schema(maximum = 100)]
            percent: u8,
            /// Recurrence rule, RFC 5545 text kept as it came. A task with a rule is a series: what is
            /// to be done are its occurrences. Without start and due it starts today.
            #[serde(default)]
            #[schema(max_length = 2_048)]
            rrule: Option<String>,
            #[serde(default)]
            #[schema(value_type = Vec<schema::When>, max_items = 200)]
            rdate: Vec<When>,
            #[serde(default)]
            #[schema(value_type = Vec<schema::When>, max_items = 200)]
            exdate: Vec<When>,
            #[serde(default)]
            repeat_from: RepeatFrom,
            #[serde(default)]
            missed_policy: MissedPolicy,
            #[serde(default)]
            project_id: Option<ProjectId>,
            /// The task that this one is a part of.
            #[serde(default)]
            parent_id: Option<TaskId>,
            /// Order among siblings: compared as text, so that there is always room between two.
            #[serde(default)]
            #[schema(max_length = 255)]
            position: String,
            /// Tasks that must be finished first.
            #[serde(default)]
            #[schema(max_items = 200)]
            depends_on: Vec<TaskId>,
            /// Other relations, kept verbatim (RFC 9253).
            #[serde(default)]
            #[schema(max_items = 200)]
            relations: Vec<Relation>,
            #[serde(default)]
            #[schema(max_items = 200)]
            labels: Vec<LabelId>,
            #[serde(default)]
            #[schema(max_items = 200)]
            goal_ids: Vec<GoalId>,
            #[serde(default)]
            #[schema(max_length = 7, pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]
            color: Option<String>,
            #[serde(default)]
            /// With its scheme, which may be any but javascript, vbscript, livescript, data, blob,
            /// file, filesystem, about and view-source.
            #[schema(max_length = 2_048, pattern = "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]")]
            url: Option<String>,
            #[serde(default)]
            #[schema(max_length = 500)]
            location: Option<String>,
            #[serde(default)]
            #[schema(max_items = 200)]
            attachments: Vec<Attachment>,
            /// Calendar addresses or names of others.
            #[serde(default)]
            #[schema(max_items = 200)]
            assignees: Vec<String>,
            #[serde(default)]
            visibility: Visibility,
        }
        kept {
            id: TaskId,
            /// The global id; a foreign one is kept.
            uid: String,
            #[schema(value_type = Option<schema::Instant>)]
            completed_at: Option<Timestamp>,
            completed_by: Option<UserId>,
            /// Part of a series' template: occurrences are made from it, it is not to be done itself.
            #[serde(default)]
            template: bool,
            /// The template that this occurrence was made from.
            #[serde(default)]
            series_id: Option<TaskId>,
            /// Which of the series' occurrences this is: where the rule put it, wherever it was
            /// moved since (RFC 5545 3.8.4.4).
            #[serde(default)]
            #[schema(value_type = Option<schema::When>)]
            recurrence_id: Option<When>,
            /// Where it came from.
            source: TaskSource,
            /// How often its start or due was moved later.
            postpone_count: u32,
            /// The first due it ever had.
            #[schema(value_type = Option<schema::When>)]
            first_due: Option<When>,
            /// iCalendar's SEQUENCE.
            sequence: u32,
            /// What a foreign format said that has no place here; given back on export.
            verbatim: Option<Verbatim>,
        }
    }
}

impl TaskFields {
    /// A task of which only the title is known.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            status: TaskStatus::default(),
            state: TaskState::default(),
            priority: 0,
            start: None,
            due: None,
            deadline: None,
            estimate_s: None,
            estimate_source: EstimateSource::default(),
            min_block_s: None,
            max_block_s: None,
            auto_plan: false,
            locked: false,
            energy: None,
            percent: 0,
            rrule: None,
            rdate: Vec::new(),
            exdate: Vec::new(),
            repeat_from: RepeatFrom::default(),
            missed_policy: MissedPolicy::default(),
            project_id: None,
            parent_id: None,
            position: String::new(),
            depends_on: Vec::new(),
            relations: Vec::new(),
            labels: Vec::new(),
            goal_ids: Vec::new(),
            color: None,
            url: None,
            location: None,
            attachments: Vec::new(),
            assignees: Vec::new(),
            visibility: Visibility::default(),
        }
    }

    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        self.check_texts(&mut checks);
        self.check_numbers(&mut checks);
        self.check_lists(&mut checks);
        checks.finish()
    }

    fn check_texts(&self, checks: &mut Checks) {
        checks.title("title", &self.title, limits::TITLE_CHARS);
        checks.text("description", &self.description, limits::TEXT_CHARS);
        checks.text("position", &self.position, limits::SHORT_CHARS);
        let short = |text: &Option<String>| text.clone().unwrap_or_default();
        checks.color("color", self.color.as_ref());
        if let Some(url) = &self.url {
            checks.address("url", url, limits::URL_CHARS);
        }
        checks.text("location", &short(&self.location), limits::TITLE_CHARS);
        checks.text("rrule", &short(&self.rrule), limits::URL_CHARS);
        self.check_rule(checks);
    }

    fn check_numbers(&self, checks: &mut Checks) {
        checks.require(
            self.priority <= 9,
            "priority",
            "out_of_range",
            "must lie between 0 and 9",
        );
        checks.require(
            self.percent <= 100,
            "percent",
            "out_of_range",
            "must lie between 0 and 100",
        );
        let year = 365 * 24 * 3600;
        for (field, seconds) in [
            ("estimate_s", self.estimate_s),
            ("min_block_s", self.min_block_s),
            ("max_block_s", self.max_block_s),
        ] {
            checks.require(
                seconds.unwrap_or(0) <= year,
                field,
                "out_of_range",
                "must not exceed a year (31536000 s)",
            );
        }
        if let (Some(min), Some(max)) = (self.min_block_s, self.max_block_s) {
            checks.require(
                min <= max,
                "min_block_s",
                "out_of_order",
                "must not exceed max_block_s",
            );
        }
    }

    fn check_lists(&self, checks: &mut Checks) {
        let lengths = [
            ("rdate", self.rdate.len()),
            ("exdate", self.exdate.len()),
            ("depends_on", self.depends_on.len()),
            ("relations", self.relations.len()),
            ("labels", self.labels.len()),
            ("goal_ids", self.goal_ids.len()),
            ("attachments", self.attachments.len()),
            ("assignees", self.assignees.len()),
        ];
        for (field, length) in lengths {
            checks.require(
                length <= limits::LIST_ENTRIES,
                field,
                "too_many",
                format!(
                    "has {length} entries; at most {} are kept",
                    limits::LIST_ENTRIES
                ),
            );
        }
        for (i, relation) in self.relations.iter().enumerate() {
            relation.check(&format!("relations[{i}]"), checks);
        }
        for (i, attachment) in self.attachments.iter().enumerate() {
            attachment.check(&format!("attachments[{i}]"), checks);
        }
        for (i, assignee) in self.assignees.iter().enumerate() {
            checks.title(&format!("assignees[{i}]"), assignee, limits::SHORT_CHARS);
        }
    }
}

impl Task {
    /// A task as it is first kept, whatever its fields say.
    pub fn new(fields: TaskFields, id: TaskId, stamp: Stamp, source: TaskSource) -> Self {
        let first_due = fields.due.clone();
        Self::assemble(
            fields,
            stamp,
            id,
            id.to_string(),
            None,
            None,
            false,
            None,
            None,
            source,
            0,
            first_due,
            0,
            None,
        )
    }

    /// Whether more than one time is named at which it is to be done.
    pub fn recurs(&self) -> bool {
        self.rrule.is_some() || !self.rdate.is_empty()
    }

    /// Neither finished nor given up, and not in the trash.
    pub fn is_open(&self) -> bool {
        self.deleted_at.is_none() && self.status.is_open()
    }
}
