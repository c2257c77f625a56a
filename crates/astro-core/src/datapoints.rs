//! Datapoints: what was measured on the way to a goal.

use astro_calendar::{Timestamp, truncate_to_micros};

use crate::error::{Checks, FieldError};
use crate::goals::check_number;
use crate::ids::{DatapointId, GoalId};
use crate::limits;
use crate::schema;
use crate::tasks::TaskSource;
use crate::time_entries::check_instant;

document! {
    /// A measurement of a goal's value, or one time of a habit.
    pub struct Datapoint /
    /// What a person writes of a datapoint.
    DatapointFields {
        writable {
            goal_id: GoalId,
            #[schema(value_type = schema::Instant)]
            at: Timestamp,
            /// In the goal's unit; 1 for "did it".
            #[serde(default = "once")]
            #[schema(minimum = -1e15, maximum = 1e15)]
            value: f64,
            #[serde(default)]
            #[schema(max_length = 50_000)]
            note: String,
        }
        kept {
            id: DatapointId,
            /// Through which door it came in.
            source: TaskSource,
        }
    }
}

fn once() -> f64 {
    1.0
}

/// Which datapoints a list holds, latest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatapointFilter {
    pub goal: Option<GoalId>,
    /// Measured at or after.
    pub from: Option<Timestamp>,
    /// Measured before.
    pub to: Option<Timestamp>,
}

impl DatapointFields {
    /// The same with its time in whole microseconds, which is what can be kept.
    pub fn canonical(self) -> Self {
        Self {
            at: truncate_to_micros(self.at),
            ..self
        }
    }

    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        check_instant(&mut checks, "at", self.at);
        check_number(&mut checks, "value", Some(self.value));
        checks.text("note", &self.note, limits::TEXT_CHARS);
        checks.finish()
    }
}
