//! Where a goal stands: pure arithmetic over what was measured and completed.

use astro_calendar::{Date, TimeZone, Timestamp, Weekday, day};
use serde::Serialize;

use super::habits::{self, HabitProgress};
use super::pace::{Line, ahead};
use super::{Aggregate, Direction, Goal, GoalKind, GoalStatus};
use crate::ids::GoalId;
use crate::schema;

/// A measurement, or (with any value) a completion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub at: Timestamp,
    pub value: f64,
}

/// What is known of a goal, up to now.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// Measurements in order of time.
    pub points: &'f [Point],
    /// When linked tasks were completed, in order of time.
    pub completions: &'f [Timestamp],
    /// How many linked tasks there are, open or completed.
    pub tasks: u32,
    pub zone: &'f TimeZone,
    pub week_start: Weekday,
}

coded_enum! {
    /// Where a goal stands.
    pub enum Standing {
        OnTrack = 0 => "on_track",
        OffTrack = 1 => "off_track",
        Reached = 2 => "reached",
        Paused = 3 => "paused",
        /// There is nothing to compare with: no value, or no date.
        Open = 4 => "open",
    }
}

/// A goal's progress at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Progress {
    pub goal_id: GoalId,
    #[schema(value_type = schema::Instant)]
    pub at: Timestamp,
    pub standing: Standing,
    /// The value now, by the goal's aggregate.
    pub current: Option<f64>,
    /// The value to reach.
    pub target: Option<f64>,
    /// The value of the pace line now: straight from the start's value to the target's.
    pub expected: Option<f64>,
    /// How far ahead of the pace line, in the goal's unit; negative behind.
    pub buffer: Option<f64>,
    /// The same in days: how long one could do nothing and still be on the line.
    pub buffer_days: Option<f64>,
    /// What each day from now on must bring to reach the target in time.
    pub needed_per_day: Option<f64>,
    /// Of a habit: window by window.
    pub habit: Option<HabitProgress>,
}

/// From when on facts count for a goal.
pub fn reads_from(goal: &Goal, now: Timestamp, zone: &TimeZone, first: Weekday) -> Timestamp {
    if target_is_tasks(goal) {
        return Timestamp::MIN;
    }
    let from = match (goal.kind, goal.window) {
        (GoalKind::Habit, Some(window)) => {
            let start = goal.start.unwrap_or(Date::MIN);
            Some(habits::oldest(
                window,
                day::local_date(now, zone),
                start,
                first,
            ))
        }
        _ => goal.start,
    };
    from.map_or(Timestamp::MIN, |from| day::start_of_day(from, zone))
}

/// Where the pace line begins.
fn first_day(goal: &Goal, zone: &TimeZone) -> Date {
    goal.start
        .unwrap_or_else(|| day::local_date(goal.created_at, zone))
}

/// Where a habit begins: without a start, on the day that it was made or first kept.
fn habit_begins(goal: &Goal, facts: &Facts<'_>) -> Date {
    let first_fact = match goal.aggregate {
        Aggregate::Count => facts.completions.first().copied(),
        _ => facts.points.first().map(|point| point.at),
    };
    let first_kept = first_fact.map(|at| day::local_date(at, facts.zone));
    let made = day::local_date(goal.created_at, facts.zone);
    goal.start
        .unwrap_or_else(|| first_kept.map_or(made, |kept| kept.min(made)))
}

impl Facts<'_> {
    /// What the facts of a stretch of time come to; `None` where there is no fact to tell.
    pub(super) fn value(
        &self,
        aggregate: Aggregate,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<f64> {
        let within = |at: &Timestamp| from <= *at && *at < to;
        let values = || {
            self.points
                .iter()
                .filter(|point| within(&point.at))
                .map(|point| point.value)
        };
        match aggregate {
            Aggregate::Sum => Some(values().sum()),
            Aggregate::Last => values().next_back(),
            Aggregate::Max => values().reduce(f64::max),
            Aggregate::Count => {
                let count = self.completions.iter().filter(|at| within(at)).count();
                Some(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
            }
        }
    }
}

/// Where `goal` stands at `now`.
pub fn progress(goal: &Goal, now: Timestamp, facts: &Facts<'_>) -> Progress {
    let mut progress = Progress {
        goal_id: goal.id,
        at: now,
        standing: Standing::Open,
        current: None,
        target: None,
        expected: None,
        buffer: None,
        buffer_days: None,
        needed_per_day: None,
        habit: None,
    };
    if goal.kind == GoalKind::Habit {
        keep_habit(goal, now, facts, &mut progress);
    } else {
        move_value(goal, now, facts, &mut progress);
    }
    match goal.status {
        GoalStatus::Achieved => progress.standing = Standing::Reached,
        GoalStatus::Paused | GoalStatus::Dropped => progress.standing = Standing::Paused,
        GoalStatus::Active => {}
    }
    progress
}

fn keep_habit(goal: &Goal, now: Timestamp, facts: &Facts<'_>, progress: &mut Progress) {
    use crate::document::Document as _;

    let start = habit_begins(goal, facts);
    let Some(habit) = habits::habit(&goal.fields(), start, now, facts) else {
        return;
    };
    progress.current = habit.windows.last().map(|window| window.done);
    progress.target = goal.target_rate;
    progress.standing = if habit.on_track() {
        Standing::OnTrack
    } else {
        Standing::OffTrack
    };
    progress.habit = Some(habit);
}

/// The value to reach, and whether it is made of the goal's tasks.
fn target(goal: &Goal, facts: &Facts<'_>) -> Option<(f64, Aggregate)> {
    match goal.target_value {
        Some(target) => Some((target, goal.aggregate)),
        None if target_is_tasks(goal) && facts.tasks > 0 => {
            Some((f64::from(facts.tasks), Aggregate::Count))
        }
        None => None,
    }
}

/// Whether the goal is reached by finishing its tasks. Tasks done before its start are as done as
/// the others.
fn target_is_tasks(goal: &Goal) -> bool {
    goal.kind == GoalKind::Outcome && goal.target_value.is_none()
}

fn move_value(goal: &Goal, now: Timestamp, facts: &Facts<'_>, progress: &mut Progress) {
    let start_value = goal.start_value.unwrap_or(0.0);
    let from = day::start_of_day(first_day(goal, facts.zone), facts.zone);
    let Some((target, aggregate)) = target(goal, facts) else {
        return;
    };
    // without a start of its own, and for tasks, what was before the goal counts as well
    let counted_from = match goal.start {
        Some(_) if !target_is_tasks(goal) => from,
        _ => Timestamp::MIN,
    };
    let measured = facts.value(aggregate, counted_from, Timestamp::MAX);
    let current = match aggregate {
        Aggregate::Count if target_is_tasks(goal) => measured.unwrap_or(0.0),
        Aggregate::Sum | Aggregate::Count => start_value + measured.unwrap_or(0.0),
        Aggregate::Last => measured.unwrap_or(start_value),
        Aggregate::Max => measured.map_or(start_value, |value| value.max(start_value)),
    };
    let direction = if target_is_tasks(goal) {
        Direction::More
    } else {
        goal.direction
    };
    progress.current = Some(current);
    progress.target = Some(target);
    let reached = ahead(direction, current, target) >= 0.0;
    if let Some(last_day) = goal.target_date {
        let line = Line {
            from,
            to: day::end_of_day(last_day, facts.zone),
            start: start_value,
            target,
        };
        let expected = line.at(now);
        let buffer = ahead(direction, current, expected);
        progress.expected = Some(expected);
        progress.buffer = Some(buffer);
        progress.buffer_days = line.buffer_days(buffer);
        if !reached {
            progress.needed_per_day = line.needed_per_day(now, current);
        }
        progress.standing = if buffer >= 0.0 {
            Standing::OnTrack
        } else {
            Standing::OffTrack
        };
    }
    if reached {
        progress.standing = Standing::Reached;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::document::Stamp;
    use crate::goals::{GoalFields, WindowState};

    static UTC: TimeZone = TimeZone::UTC;

    /// A goal that was made on Monday, 2 November 2026.
    fn goal(fields: Value) -> Goal {
        let mut whole = json!({ "title": "a goal", "kind": "metric" });
        let Value::Object(fields) = fields else {
            panic!("fields of a goal")
        };
        for (name, value) in fields {
            whole[name] = value;
        }
        let fields: GoalFields = serde_json::from_value(whole).unwrap();
        assert_eq!(fields.check(), Ok(()));
        Goal::assemble(
            fields,
            Stamp::fresh(at("2026-11-02T08:00:00Z")),
            uuid::Uuid::nil().into(),
            None,
        )
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day_point(day: u32, value: f64) -> Point {
        Point {
            at: at(&format!("2026-11-{day:02}T12:00:00Z")),
            value,
        }
    }

    fn facts<'f>(points: &'f [Point], completions: &'f [Timestamp], tasks: u32) -> Facts<'f> {
        Facts {
            points,
            completions,
            tasks,
            zone: &UTC,
            week_start: Weekday::Monday,
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0)
    }

    #[test]
    fn the_pace_line_says_who_is_on_track() {
        // 100 km in the ten days from the 2nd to the 11th
        let goal = goal(
            json!({ "start": "2026-11-02", "target_date": "2026-11-11", "target_value": 100 }),
        );
        let points = [day_point(2, 30.0), day_point(4, 10.0)];
        let now = at("2026-11-05T00:00:00Z");
        let ahead = progress(&goal, now, &facts(&points, &[], 0));
        assert_eq!(
            (ahead.standing, ahead.current, ahead.expected),
            (Standing::OnTrack, Some(40.0), Some(30.0))
        );
        assert!(
            close(ahead.buffer_days.unwrap(), 1.0)
                && close(ahead.needed_per_day.unwrap(), 60.0 / 7.0)
        );
        let behind = progress(&goal, at("2026-11-07T00:00:00Z"), &facts(&points, &[], 0));
        assert_eq!(
            (behind.standing, behind.buffer),
            (Standing::OffTrack, Some(-10.0))
        );
    }

    #[test]
    fn less_can_be_the_way_ahead() {
        let goal = goal(json!({
            "start": "2026-11-02", "target_date": "2026-11-11", "start_value": 80, "target_value": 70,
            "direction": "less", "aggregate": "last",
        }));
        let on = progress(
            &goal,
            at("2026-11-07T00:00:00Z"),
            &facts(&[day_point(3, 79.0), day_point(6, 74.0)], &[], 0),
        );
        assert_eq!(
            (on.standing, on.current, on.expected, on.buffer),
            (Standing::OnTrack, Some(74.0), Some(75.0), Some(1.0))
        );
        let done = progress(
            &goal,
            at("2026-11-07T00:00:00Z"),
            &facts(&[day_point(6, 69.5)], &[], 0),
        );
        assert_eq!(
            (done.standing, done.needed_per_day),
            (Standing::Reached, None)
        );
    }

    #[test]
    fn an_outcome_is_reached_by_finishing_its_tasks() {
        let goal = goal(json!({ "kind": "outcome" }));
        let early = at("2026-10-01T12:00:00Z");
        let now = at("2026-11-07T00:00:00Z");
        let half = progress(&goal, now, &facts(&[], &[early], 2));
        assert_eq!(
            (half.standing, half.current, half.target),
            (Standing::Open, Some(1.0), Some(2.0))
        );
        let whole = progress(&goal, now, &facts(&[], &[early, now], 2));
        assert_eq!(whole.standing, Standing::Reached);
        assert_eq!(progress(&goal, now, &facts(&[], &[], 0)).target, None);
    }

    #[test]
    fn without_a_start_everything_counts() {
        let now = at("2026-11-05T00:00:00Z");
        let early = Point {
            at: at("2019-05-05T12:00:00Z"),
            value: 30.0,
        };
        let points = [early, day_point(3, 10.0)];
        for (aggregate, current) in [("sum", 40.0), ("last", 10.0), ("max", 30.0)] {
            let goal = goal(json!({ "target_value": 100, "aggregate": aggregate }));
            assert_eq!(
                reads_from(&goal, now, &UTC, Weekday::Monday),
                Timestamp::MIN
            );
            let found = progress(&goal, now, &facts(&points, &[], 0));
            assert_eq!(found.current, Some(current), "{aggregate}");
        }
        let weekly = goal(json!({ "kind": "habit", "window": "week", "target_rate": 10 }));
        let kept = [Point {
            at: at("2026-10-21T12:00:00Z"),
            value: 10.0,
        }];
        let from = reads_from(&weekly, now, &UTC, Weekday::Monday);
        assert!(from <= kept[0].at);
        assert_eq!(
            states(&progress(&weekly, now, &facts(&kept, &[], 0))),
            [WindowState::Met, WindowState::Short, WindowState::Running]
        );
        // nobody is blamed for the weeks before a habit was made
        assert_eq!(
            states(&progress(&weekly, now, &facts(&[], &[], 0))),
            [WindowState::Running]
        );
    }

    #[test]
    fn completions_are_counted_from_the_start_on() {
        let goal = goal(json!({ "start": "2026-11-02", "target_value": 5, "aggregate": "count" }));
        let done = [
            at("2026-11-01T23:59:59Z"),
            at("2026-11-02T00:00:00Z"),
            at("2026-11-03T00:00:00Z"),
        ];
        let counted = progress(
            &goal,
            at("2026-11-04T00:00:00Z"),
            &facts(&[day_point(3, 40.0)], &done, 3),
        );
        assert_eq!(counted.current, Some(2.0));
    }

    fn habit(allowance: u32, pauses: &Value) -> Goal {
        goal(json!({
            "kind": "habit", "start": "2026-11-02", "window": "week", "target_rate": 2, "allowance": allowance, "pauses": pauses,
        }))
    }

    fn states(progress: &Progress) -> Vec<WindowState> {
        progress
            .habit
            .iter()
            .flat_map(|habit| &habit.windows)
            .map(|window| window.state)
            .collect()
    }

    #[test]
    fn a_bad_week_stays_a_bad_week() {
        use WindowState::{Met, Paused, Running, Short};
        // weeks from the 2nd, 9th, 16th and 23rd
        let points = [day_point(3, 2.0), day_point(10, 1.0), day_point(17, 3.0)];
        let now = at("2026-11-25T09:00:00Z");
        let strict = progress(&habit(0, &json!([])), now, &facts(&points, &[], 0));
        assert_eq!(states(&strict), [Met, Short, Met, Running]);
        assert_eq!(strict.standing, Standing::OffTrack);
        let kept = strict.habit.unwrap();
        assert!(close(kept.rate.unwrap(), 2.5 / 3.0) && close(kept.left, 2.0));
        let lenient = progress(&habit(1, &json!([])), now, &facts(&points, &[], 0));
        assert_eq!(lenient.standing, Standing::OnTrack);
        let rested = progress(
            &habit(0, &json!([{ "from": "2026-11-11", "until": "2026-11-12" }])),
            now,
            &facts(&points, &[], 0),
        );
        assert_eq!(
            (states(&rested), rested.standing),
            (vec![Met, Paused, Met, Running], Standing::OnTrack)
        );
    }

    #[test]
    fn a_habit_looks_back_a_dozen_windows_and_never_before_its_start() {
        let daily = goal(
            json!({ "kind": "habit", "start": "2026-10-01", "window": "day", "target_rate": 1 }),
        );
        let now = at("2026-11-25T09:00:00Z");
        let old = progress(&daily, now, &facts(&[], &[], 0)).habit.unwrap();
        assert_eq!(old.windows.len(), crate::limits::HABIT_WINDOWS);
        assert_eq!(
            reads_from(&daily, now, &TimeZone::UTC, Weekday::Monday),
            at("2026-11-14T00:00:00Z")
        );
        let fresh = progress(
            &habit(0, &json!([])),
            at("2026-11-03T09:00:00Z"),
            &facts(&[], &[], 0),
        );
        assert_eq!(
            (states(&fresh), fresh.standing),
            (vec![WindowState::Running], Standing::OnTrack)
        );
    }

    proptest! {
        #[test]
        fn doing_more_never_hurts(
            values in prop::collection::vec((2_u32..26, 0.0_f64..10.0), 0..30), more in (2_u32..26, 0.0_f64..10.0),
            now in 2_u32..28, kind in prop::sample::select(vec!["metric", "habit"]),
        ) {
            let goal = goal(json!({
                "kind": kind, "start": "2026-11-02", "target_date": "2026-11-20", "target_value": 50, "window": "day", "target_rate": 3,
            }));
            let now = at(&format!("2026-11-{now:02}T23:00:00Z"));
            let mut points: Vec<Point> = values.into_iter().map(|(day, value)| day_point(day, value)).collect();
            let before = progress(&goal, now, &facts(&points, &[], 0));
            points.push(day_point(more.0, more.1));
            let after = progress(&goal, now, &facts(&points, &[], 0));
            prop_assert!(after.current >= before.current || close(after.current.unwrap(), before.current.unwrap()));
            if let (Some(before), Some(after)) = (before.buffer, after.buffer) {
                prop_assert!(after >= before || close(after, before));
            }
            if let (Some(before), Some(after)) = (before.habit, after.habit) {
                prop_assert!(after.rate >= before.rate || close(after.rate.unwrap(), before.rate.unwrap()));
                prop_assert!(after.short <= before.short);
            }
        }

        #[test]
        fn one_missed_window_takes_its_own_share_and_no_other(
            values in prop::collection::vec(0.0_f64..5.0, 12), missed in 0_usize..11,
        ) {
            let goal = goal(json!({ "kind": "habit", "start": "2026-11-01", "window": "day", "target_rate": 3 }));
            let now = at("2026-11-25T09:00:00Z");
            let points = |skip: Option<usize>| -> Vec<Point> {
                let kept = values.iter().enumerate().filter(|(n, _)| Some(*n) != skip);
                kept.map(|(n, value)| day_point(14 + u32::try_from(n).unwrap(), *value)).collect()
            };
            let whole = progress(&goal, now, &facts(&points(None), &[], 0)).habit.unwrap();
            let holed = progress(&goal, now, &facts(&points(Some(missed)), &[], 0)).habit.unwrap();
            let lost = whole.rate.unwrap() - holed.rate.unwrap();
            prop_assert!(close(lost, (values[missed] / 3.0).min(1.0) / 11.0), "{lost}");
            prop_assert!(holed.short <= whole.short + 1);
        }

        #[test]
        fn the_figures_of_a_value_agree(
            start in -1e6_f64..1e6, way in 1.0_f64..1e6, less: bool, value in -2e6_f64..2e6, hour in 0_i32..600,
        ) {
            let target = if less { start - way } else { start + way };
            let goal = goal(json!({
                "start": "2026-11-02", "target_date": "2026-11-20", "start_value": start, "target_value": target,
                "direction": if less { "less" } else { "more" }, "aggregate": "last",
            }));
            let now = at("2026-11-02T00:00:00Z") + std::time::Duration::from_secs(3600 * u64::try_from(hour).unwrap());
            let points = [Point { at: at("2026-11-02T00:00:00Z"), value }];
            let found = progress(&goal, now, &facts(&points, &[], 0));
            let (expected, buffer) = (found.expected.unwrap(), found.buffer.unwrap());
            prop_assert!(expected >= start.min(target) && expected <= start.max(target));
            let distance = if less { expected - value } else { value - expected };
            prop_assert!(close(distance, buffer));
            // 19 days from the first to the last
            prop_assert!(close(found.buffer_days.unwrap(), buffer / (way / 19.0)));
            let reached = if less { value <= target } else { value >= target };
            prop_assert_eq!(found.standing == Standing::Reached, reached);
            if !reached {
                prop_assert_eq!(found.standing == Standing::OnTrack, buffer >= 0.0);
            }
            if let Some(needed) = found.needed_per_day {
                let left = at("2026-11-21T00:00:00Z").duration_since(now).as_secs_f64() / 86_400.0;
                prop_assert!(close(value + needed * left, target));
            }
        }
    }
}
