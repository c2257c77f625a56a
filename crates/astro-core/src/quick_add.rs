//! Quick add: a line of text, what was recognised in it, and the task that it makes.
//!
//! The language is read by `astro_calendar::quick`; here is what goes over the wire.

use astro_calendar::{Date, When, quick};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::{Checks, FieldError};
use crate::ids::{LabelId, ProjectId};
use crate::limits;
use crate::reminders::Trigger;
use crate::schema;
use crate::tasks::{RepeatFrom, Task, TaskFields};

coded_enum! {
    /// How a date such as 12/05 is read.
    pub enum DateOrder {
        /// The fifth of December.
        MonthDay = 0 => "month_day",
        /// The twelfth of May.
        DayMonth = 1 => "day_month",
    }
}

/// A stretch of the line in characters (Unicode scalar values): from the first one to the one
/// after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextSpan {
    #[schema(maximum = 1_000)]
    pub start: u32,
    #[schema(maximum = 1_000)]
    pub end: u32,
}

/// A line to be read, and what is to become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuickAddRequest {
    #[schema(min_length = 1, max_length = 1_000)]
    pub text: String,
    /// The language of the line, as a tag of BCP 47; absent for the preference `locale.lang`.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub language: Option<String>,
    /// How dates in figures are read; absent for the way of the language.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// Spans of chips that the person rejected: nothing is recognised there.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub rejected: Vec<TextSpan>,
    /// Only read the line; nothing is kept. `tasks:read` is enough for that.
    #[serde(default)]
    pub dry: bool,
    /// Make the project when there is none of its name. Without it the name stays in the title.
    #[serde(default)]
    pub create_missing: bool,
    /// A merge patch of the task's fields, laid over what was recognised.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

impl QuickAddRequest {
    /// A line and nothing else.
    pub fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            date_order: None,
            rejected: Vec::new(),
            dry: false,
            create_missing: false,
            fields: Map::new(),
        }
    }

    /// # Errors
    /// Every member that cannot be taken.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.title("text", &self.text, limits::QUICK_ADD_CHARS);
        checks.require(
            self.rejected.len() <= limits::LIST_ENTRIES,
            "rejected",
            "too_many",
            format!("holds more than {} spans", limits::LIST_ENTRIES),
        );
        checks.finish()
    }
}

/// Something that was recognised: where it stands, and what it sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Chip {
    /// Where its words stand, in order; to reject the chip, send them all as `rejected`.
    pub spans: Vec<TextSpan>,
    /// Its words.
    pub text: String,
    #[serde(flatten)]
    pub value: ChipValue,
}

/// What a chip sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChipValue {
    /// The day it is due, or the moment.
    Date {
        #[schema(value_type = schema::When)]
        due: When,
    },
    /// The clock time it is due, or from when to when it is done.
    Time {
        /// As `HH:MM`.
        at: String,
        /// As `HH:MM`; on the next day where it is earlier than `at`.
        #[serde(default)]
        until: Option<String>,
    },
    /// How it repeats.
    Recurrence {
        rrule: String,
        repeat_from: RepeatFrom,
    },
    /// How long it takes.
    Duration { estimate_s: u32 },
    /// How urgent it is, as iCalendar's.
    Priority { priority: u8 },
    Project {
        #[serde(flatten)]
        project: Named<ProjectId>,
    },
    Label {
        #[serde(flatten)]
        label: Named<LabelId>,
    },
    /// The day that cannot be moved.
    Deadline {
        #[schema(value_type = schema::CalendarDate)]
        deadline: Date,
    },
    /// Not before that day.
    Start {
        #[schema(value_type = schema::CalendarDate)]
        start: Date,
    },
    /// When to be reminded.
    Reminder { trigger: Trigger },
}

/// A thing by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Named<I> {
    /// As it is called; as it was written where it is not there yet.
    pub title: String,
    /// Absent where it is not there yet.
    #[serde(default = "Option::default")]
    pub id: Option<I>,
    /// It was made with the task, or would be.
    pub is_new: bool,
}

/// A line that was read, and the task that it made or would make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuickAdded {
    /// The language that it was read in.
    pub language: String,
    /// What was recognised, in the order of the line.
    pub chips: Vec<Chip>,
    /// Names written as `#name` that are no project: they stayed in the title.
    pub unknown_projects: Vec<String>,
    /// What the task's fields are, or would be: the title is what is left of the line. Labels that
    /// are not there yet have no id, so that they are missing here until they are made.
    pub fields: TaskFields,
    /// The task's reminders.
    pub reminders: Vec<Trigger>,
    /// What was kept; absent where the line was only read.
    pub task: Option<Task>,
}

impl From<DateOrder> for quick::DateOrder {
    fn from(order: DateOrder) -> Self {
        match order {
            DateOrder::MonthDay => Self::MonthDay,
            DateOrder::DayMonth => Self::DayMonth,
        }
    }
}

impl From<quick::RepeatFrom> for RepeatFrom {
    fn from(from: quick::RepeatFrom) -> Self {
        match from {
            quick::RepeatFrom::Due => Self::Due,
            quick::RepeatFrom::Completion => Self::Completion,
        }
    }
}
