//! How a habit goes: each window for itself, so that one bad week is one bad week.

use astro_calendar::{Date, TimeZone, Timestamp, ToSpan as _, Weekday, day, week_start};
use serde::Serialize;

use super::progress::Facts;
use super::{Direction, GoalFields, Window};
use crate::{limits, schema};

coded_enum! {
    pub enum WindowState {
        /// Enough was done.
        Met = 0 => "met",
        /// Too little, or too much of what should be less.
        Short = 1 => "short",
        /// The habit rested.
        Paused = 2 => "paused",
        /// Not over yet.
        Running = 3 => "running",
    }
}

/// One window of a habit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct HabitWindow {
    #[schema(value_type = schema::CalendarDate)]
    pub first_day: Date,
    #[schema(value_type = schema::CalendarDate)]
    pub last_day: Date,
    pub done: f64,
    pub target: f64,
    pub state: WindowState,
}

/// The last windows together.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct HabitProgress {
    /// Oldest first; the last one is running.
    pub windows: Vec<HabitWindow>,
    /// The mean share of the target over the windows that are over and were not paused, 0 to 1. A
    /// window that fell short takes its own share away and no other's.
    pub rate: Option<f64>,
    /// How many of them fell short.
    pub short: u32,
    /// How many may.
    pub allowance: u32,
    /// The missing amount of the running window.
    pub left: f64,
}

impl HabitProgress {
    pub(super) fn on_track(&self) -> bool {
        self.short <= self.allowance
    }
}

/// The first and last day of the window that holds `day`.
fn bounds(window: Window, day: Date, first: Weekday) -> (Date, Date) {
    let last_of =
        |start: Date, days: i64| start.checked_add((days - 1).days()).unwrap_or(Date::MAX);
    match window {
        Window::Day => (day, day),
        Window::Week => {
            let start = week_start(day, first);
            (start, last_of(start, 7))
        }
        Window::Month => (day.first_of_month(), day.last_of_month()),
    }
}

/// The first day of the oldest window that is looked at, never before the window that holds `start`.
pub(super) fn oldest(window: Window, today: Date, start: Date, first: Weekday) -> Date {
    let mut oldest = bounds(window, today, first).0;
    let earliest = bounds(window, start.min(today), first).0;
    for _ in 1..limits::HABIT_WINDOWS {
        match oldest.yesterday() {
            Ok(day) if oldest > earliest => oldest = bounds(window, day, first).0,
            _ => break,
        }
    }
    oldest
}

/// How the habit went, window by window. `None` for a goal that is no habit.
pub(super) fn habit(
    goal: &GoalFields,
    start: Date,
    now: Timestamp,
    facts: &Facts<'_>,
) -> Option<HabitProgress> {
    let (window, target) = goal.window.zip(goal.target_rate)?;
    let (zone, first) = (facts.zone, facts.week_start);
    let today = day::local_date(now, zone);
    let mut from = oldest(window, today, start, first);
    let mut windows = Vec::new();
    while from <= today {
        let (first_day, last_day) = bounds(window, from, first);
        let done = done_within(goal, first_day, last_day, facts);
        let state = if goal.rests(first_day, last_day) {
            WindowState::Paused
        } else if last_day >= today {
            WindowState::Running
        } else if share(goal.direction, done, target) >= 1.0 {
            WindowState::Met
        } else {
            WindowState::Short
        };
        windows.push(HabitWindow {
            first_day,
            last_day,
            done,
            target,
            state,
        });
        let Ok(next) = last_day.tomorrow() else { break };
        from = next;
    }
    Some(summed_up(goal, windows))
}

fn done_within(goal: &GoalFields, first: Date, last: Date, facts: &Facts<'_>) -> f64 {
    let zone: &TimeZone = facts.zone;
    let (from, to) = (day::start_of_day(first, zone), day::end_of_day(last, zone));
    facts.value(goal.aggregate, from, to).unwrap_or(0.0)
}

/// How much of the target was kept, 0 to 1.
fn share(direction: Direction, done: f64, target: f64) -> f64 {
    match direction {
        Direction::More => (done / target).clamp(0.0, 1.0),
        Direction::Less if done <= target => 1.0,
        Direction::Less => (target / done).clamp(0.0, 1.0),
    }
}

fn summed_up(goal: &GoalFields, windows: Vec<HabitWindow>) -> HabitProgress {
    let over =
        |window: &&HabitWindow| matches!(window.state, WindowState::Met | WindowState::Short);
    let shares: Vec<f64> = windows
        .iter()
        .filter(over)
        .map(|window| share(goal.direction, window.done, window.target))
        .collect();
    let short = windows
        .iter()
        .filter(|window| window.state == WindowState::Short)
        .count();
    let left = windows.last().map_or(0.0, |window| match goal.direction {
        Direction::More => (window.target - window.done).max(0.0),
        Direction::Less => 0.0,
    });
    #[expect(clippy::cast_precision_loss, reason = "a dozen windows at most")]
    let count = shares.len() as f64;
    HabitProgress {
        rate: (count > 0.0).then(|| shares.iter().sum::<f64>() / count),
        short: u32::try_from(short).unwrap_or(u32::MAX),
        allowance: goal.allowance,
        left,
        windows,
    }
}

impl GoalFields {
    /// Whether a pause touches these days.
    fn rests(&self, first: Date, last: Date) -> bool {
        self.pauses
            .iter()
            .any(|pause| pause.from <= last && pause.until.is_none_or(|until| until >= first))
    }
}
