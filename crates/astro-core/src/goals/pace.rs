//! The straight line from a goal's start to its target, and where somebody stands beside it.

use astro_calendar::Timestamp;

use super::Direction;

/// From a value at one instant to a value at another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) start: f64,
    pub(super) target: f64,
}

const DAY_S: f64 = 86_400.0;

/// Days between two instants.
pub(super) fn days(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / DAY_S
}

/// How far ahead a value is, in the goal's unit; negative behind.
pub(super) fn ahead(direction: Direction, value: f64, of: f64) -> f64 {
    match direction {
        Direction::More => value - of,
        Direction::Less => of - value,
    }
}

impl Line {
    /// The value on the line, held at its ends.
    pub(super) fn at(&self, now: Timestamp) -> f64 {
        let length = days(self.from, self.to);
        if length <= 0.0 || now >= self.to {
            return self.target;
        }
        let share = (days(self.from, now) / length).clamp(0.0, 1.0);
        self.start + (self.target - self.start) * share
    }

    /// Days of doing nothing until the line comes by `buffer` units; negative for days behind.
    pub(super) fn buffer_days(&self, buffer: f64) -> Option<f64> {
        let per_day = (self.target - self.start).abs() / days(self.from, self.to);
        (per_day.is_finite() && per_day > 0.0).then(|| buffer / per_day)
    }

    /// Units a day from now on that reach the target in time; `None` when there is no time left.
    pub(super) fn needed_per_day(&self, now: Timestamp, current: f64) -> Option<f64> {
        let left = days(now, self.to);
        (left > 0.0).then(|| (self.target - current) / left)
    }
}
