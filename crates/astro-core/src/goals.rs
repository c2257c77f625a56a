//! Goals: what tasks are for. An outcome to reach, a number to move, or a habit to keep.

mod habits;
mod pace;
mod progress;

use astro_calendar::{Date, Timestamp};
use serde::{Deserialize, Serialize};

pub use habits::{HabitProgress, HabitWindow, WindowState};
pub use progress::{Facts, Point, Progress, Standing, progress, reads_from};

use crate::error::{Checks, FieldError};
use crate::ids::{GoalId, LabelId, ProjectId, TaskId};
use crate::limits;
use crate::schema;

coded_enum! {
    pub enum GoalKind {
        /// Reached or not: by a value where it has one, else by finishing its tasks.
        Outcome = 0 => "outcome",
        /// A value to move from one number to another.
        Metric = 1 => "metric",
        /// Something to do at a rate, for as long as it is wanted.
        Habit = 2 => "habit",
    }
}

coded_enum! {
    /// How far ahead a goal looks.
    pub enum Horizon {
        Week = 0 => "week",
        Month = 1 => "month",
        Quarter = 2 => "quarter",
        Year = 3 => "year",
    }
}

coded_enum! {
    /// Whether more or less of the value is better.
    #[derive(Default)]
    pub enum Direction {
        #[default]
        More = 0 => "more",
        Less = 1 => "less",
    }
}

coded_enum! {
    /// How measurements become one value.
    #[derive(Default)]
    pub enum Aggregate {
        #[default]
        Sum = 0 => "sum",
        Last = 1 => "last",
        Max = 2 => "max",
        /// The number of linked tasks that were completed.
        Count = 3 => "count",
    }
}

coded_enum! {
    #[derive(Default)]
    pub enum GoalStatus {
        #[default]
        Active = 0 => "active",
        Achieved = 1 => "achieved",
        Paused = 2 => "paused",
        Dropped = 3 => "dropped",
    }
}

coded_enum! {
    /// The stretch of time that a habit's rate is counted in.
    pub enum Window {
        Day = 0 => "day",
        Week = 1 => "week",
        Month = 2 => "month",
    }
}

/// Days on which a habit rests; windows that they touch are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    #[schema(value_type = schema::CalendarDate)]
    pub from: Date,
    /// The last day; absent while nobody knows.
    #[serde(default)]
    #[schema(value_type = Option<schema::CalendarDate>)]
    pub until: Option<Date>,
}

/// What serves a goal, beside the tasks that name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GoalLinks {
    #[schema(max_items = 200)]
    pub tasks: Vec<TaskId>,
    /// Every task of these projects.
    #[schema(max_items = 200)]
    pub projects: Vec<ProjectId>,
    /// Every task with one of these labels.
    #[schema(max_items = 200)]
    pub labels: Vec<LabelId>,
}

/// What learning expects.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Forecast {
    /// Chance that the target is reached by its date, 0 to 1.
    pub p_on_time: f64,
    /// When this was worked out.
    #[schema(value_type = schema::Instant)]
    pub at: Timestamp,
}

document! {
    /// A goal or habit (product.md 2.5).
    pub struct Goal /
    /// What a person writes of a goal.
    GoalFields {
        writable {
            #[schema(min_length = 1, max_length = 500)]
            title: String,
            /// What it is good for, in the person's own words.
            #[serde(default)]
            #[schema(max_length = 50_000)]
            why: String,
            kind: GoalKind,
            #[serde(default)]
            horizon: Option<Horizon>,
            /// First day: nothing before it counts. Where absent everything counts, and the pace
            /// line begins on the day that the goal was made.
            #[serde(default)]
            #[schema(value_type = Option<schema::CalendarDate>)]
            start: Option<Date>,
            /// Last day.
            #[serde(default)]
            #[schema(value_type = Option<schema::CalendarDate>)]
            target_date: Option<Date>,
            #[serde(default)]
            #[schema(max_length = 255)]
            unit: Option<String>,
            /// The value at the start; 0 where absent.
            #[serde(default)]
            #[schema(minimum = -1e15, maximum = 1e15)]
            start_value: Option<f64>,
            /// The value to reach; a metric needs one.
            #[serde(default)]
            #[schema(minimum = -1e15, maximum = 1e15)]
            target_value: Option<f64>,
            #[serde(default)]
            direction: Direction,
            #[serde(default)]
            aggregate: Aggregate,
            /// Of a habit: what its rate is counted in.
            #[serde(default)]
            window: Option<Window>,
            /// Of a habit: how much in each window.
            #[serde(default)]
            #[schema(minimum = 0, maximum = 1e15)]
            target_rate: Option<f64>,
            /// Of a habit: how many of the last windows may fall short.
            #[serde(default)]
            #[schema(maximum = 12)]
            allowance: u32,
            /// Of a habit: when it rests.
            #[serde(default)]
            #[schema(max_items = 200)]
            pauses: Vec<Pause>,
            #[serde(default)]
            status: GoalStatus,
            /// The goal that this one is a part of.
            #[serde(default)]
            parent_id: Option<GoalId>,
            #[serde(default)]
            links: GoalLinks,
        }
        kept {
            id: GoalId,
            forecast: Option<Forecast>,
        }
    }
}

/// Notes a number that sums could not be made of.
pub(crate) fn check_number(checks: &mut Checks, field: &str, number: Option<f64>) {
    checks.require(
        number.is_none_or(|number| number.abs() <= limits::NUMBER_MAX),
        field,
        "out_of_range",
        format!("must lie between -{0:e} and {0:e}", limits::NUMBER_MAX),
    );
}

impl GoalFields {
    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.title("title", &self.title, limits::TITLE_CHARS);
        checks.text("why", &self.why, limits::TEXT_CHARS);
        checks.text(
            "unit",
            self.unit.as_deref().unwrap_or_default(),
            limits::SHORT_CHARS,
        );
        self.check_values(&mut checks);
        self.check_dates(&mut checks);
        self.check_habit(&mut checks);
        for (field, length) in [
            ("links.tasks", self.links.tasks.len()),
            ("links.projects", self.links.projects.len()),
            ("links.labels", self.links.labels.len()),
            ("pauses", self.pauses.len()),
        ] {
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
        checks.finish()
    }

    fn check_values(&self, checks: &mut Checks) {
        check_number(checks, "start_value", self.start_value);
        check_number(checks, "target_value", self.target_value);
        checks.require(
            self.kind != GoalKind::Metric || self.target_value.is_some(),
            "target_value",
            "missing",
            "a metric needs a value to reach",
        );
        if let Some(target) = self.target_value {
            let start = self.start_value.unwrap_or(0.0);
            let (ahead, how) = match self.direction {
                Direction::More => (target > start, "more"),
                Direction::Less => (target < start, "less"),
            };
            checks.require(
                ahead,
                "target_value",
                "out_of_order",
                format!("must be {how} than start_value, as direction says"),
            );
        }
    }

    fn check_dates(&self, checks: &mut Checks) {
        if let (Some(start), Some(target)) = (self.start, self.target_date) {
            checks.require(
                start <= target,
                "target_date",
                "out_of_order",
                "must not be before start",
            );
        }
        for (n, pause) in self.pauses.iter().enumerate() {
            checks.require(
                pause.until.is_none_or(|until| until >= pause.from),
                &format!("pauses[{n}].until"),
                "out_of_order",
                "must not be before from",
            );
        }
    }

    fn check_habit(&self, checks: &mut Checks) {
        check_number(checks, "target_rate", self.target_rate);
        if self.kind == GoalKind::Habit {
            checks.require(
                self.window.is_some(),
                "window",
                "missing",
                "a habit needs the window that its rate is counted in",
            );
            checks.require(
                self.target_rate.is_some_and(|rate| rate > 0.0),
                "target_rate",
                "missing",
                "a habit needs a rate above 0",
            );
        }
        checks.require(
            self.allowance as usize <= limits::HABIT_WINDOWS,
            "allowance",
            "out_of_range",
            format!("must lie between 0 and {}", limits::HABIT_WINDOWS),
        );
    }
}
