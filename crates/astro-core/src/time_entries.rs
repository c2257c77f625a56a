//! Time entries: stretches of work on a task.

use astro_calendar::{Timestamp, from_micros, micros, truncate_to_micros};

use crate::error::{Checks, FieldError};
use crate::ids::{TaskId, TimeEntryId};
use crate::limits;
use crate::schema;
use crate::tasks::TaskSource;

document! {
    /// A stretch of work. While it runs it has no end; a task has one running entry at most.
    pub struct TimeEntry /
    /// What a person writes of a time entry.
    TimeEntryFields {
        writable {
            task_id: TaskId,
            #[schema(value_type = schema::Instant)]
            started_at: Timestamp,
            /// Absent while the entry runs.
            #[serde(default)]
            #[schema(value_type = Option<schema::Instant>)]
            ended_at: Option<Timestamp>,
            #[serde(default)]
            #[schema(max_length = 50_000)]
            note: String,
        }
        kept {
            id: TimeEntryId,
            /// Through which door it came in.
            source: TaskSource,
            /// Seconds between start and end; absent while the entry runs.
            duration_s: Option<i64>,
        }
    }
}

/// Which time entries a list holds, latest start first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeEntryFilter {
    pub task: Option<TaskId>,
    /// Started at or after.
    pub from: Option<Timestamp>,
    /// Started before.
    pub to: Option<Timestamp>,
    /// Only what runs.
    pub running: bool,
}

impl TimeEntryFields {
    /// The same with times in whole microseconds, which is what can be kept.
    pub fn canonical(self) -> Self {
        Self {
            started_at: truncate_to_micros(self.started_at),
            ended_at: self.ended_at.map(truncate_to_micros),
            ..self
        }
    }

    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self, now: Timestamp) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.text("note", &self.note, limits::TEXT_CHARS);
        check_instant(&mut checks, "started_at", self.started_at);
        match self.ended_at {
            Some(ended_at) => {
                check_instant(&mut checks, "ended_at", ended_at);
                checks.require(
                    ended_at > self.started_at,
                    "ended_at",
                    "out_of_order",
                    "must be after started_at",
                );
            }
            None => checks.require(
                self.started_at <= now,
                "started_at",
                "in_the_future",
                "an entry without an end runs, so it cannot start in the future",
            ),
        }
        checks.finish()
    }
}

/// Refuses instants that have no text of four-digit years.
pub(crate) fn check_instant(checks: &mut Checks, field: &str, instant: Timestamp) {
    checks.require(
        from_micros(micros(instant)).is_ok(),
        field,
        "out_of_range",
        "lies outside of the years 0001 to 9999",
    );
}

/// Seconds of a stretch of work.
pub fn duration_s(started_at: Timestamp, ended_at: Option<Timestamp>) -> Option<i64> {
    ended_at.map(|ended_at| ended_at.duration_since(started_at).as_secs())
}

impl TimeEntry {
    /// The same with the duration that its times have.
    pub fn settled(self) -> Self {
        Self {
            duration_s: duration_s(self.started_at, self.ended_at),
            ..self
        }
    }

    pub fn is_running(&self) -> bool {
        self.ended_at.is_none() && self.deleted_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(started_at: &str, ended_at: Option<&str>) -> TimeEntryFields {
        TimeEntryFields {
            task_id: uuid::Uuid::nil().into(),
            started_at: started_at.parse().unwrap(),
            ended_at: ended_at.map(|at| at.parse().unwrap()),
            note: String::new(),
        }
    }

    fn codes(fields: &TimeEntryFields) -> Vec<String> {
        let now = "2026-11-25T09:00:00Z".parse().unwrap();
        let errors = fields.check(now).err().unwrap_or_default();
        errors
            .into_iter()
            .map(|error| format!("{}:{}", error.field, error.code))
            .collect()
    }

    #[test]
    fn an_entry_ends_after_it_starts() {
        assert_eq!(
            codes(&fields(
                "2026-11-25T08:00:00Z",
                Some("2026-11-25T08:00:01Z")
            )),
            [""; 0]
        );
        for end in ["2026-11-25T08:00:00Z", "2026-11-25T07:59:59Z"] {
            assert_eq!(
                codes(&fields("2026-11-25T08:00:00Z", Some(end))),
                ["ended_at:out_of_order"]
            );
        }
    }

    #[test]
    fn what_runs_has_begun() {
        assert_eq!(codes(&fields("2026-11-25T09:00:00Z", None)), [""; 0]);
        assert_eq!(
            codes(&fields("2026-11-25T09:00:01Z", None)),
            ["started_at:in_the_future"]
        );
        assert_eq!(
            codes(&fields(
                "2026-11-26T09:00:00Z",
                Some("2026-11-26T10:00:00Z")
            )),
            [""; 0]
        );
    }

    #[test]
    fn instants_without_a_four_digit_year_are_refused() {
        assert_eq!(
            codes(&fields(
                "-000300-01-01T00:00:00Z",
                Some("2026-11-25T08:00:00Z")
            )),
            ["started_at:out_of_range"]
        );
    }
}
