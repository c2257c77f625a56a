//! When a task is wanted, and how much room there is until then.

use super::{features, flag};
use crate::maths::{days, hours, signed_log};
use crate::registry::Window::{Life, Now};
use crate::scene::View;

/// How fast a reward pales with each day until it: Γ of temporal motivation theory (Steel and König,
/// 2006), as a person in the middle has it.
pub(crate) const IMPULSIVENESS: f64 = 0.1;
/// Taskwarrior's ramp: from 14 days before due to 7 days after (src/Task.cpp).
const RAMP_BEFORE: f64 = 14.0;
const RAMP_AFTER: f64 = 7.0;
const RAMP_FLOOR: f64 = 0.2;

features! { DATES, Tasks, Plans:
    "has_due" / 1 = 0.0, Now, Flag, "it is wanted by some time: {}"
        => |v| v.task.map(|task| flag(task.due.is_some()));
    "due_is_date" / 1 = 0.0, Now, Flag, "it is wanted by a day, at no hour: {}"
        => |v| v.task.map(|task| flag(task.due.is_some() && task.due_is_date));
    "due_in" / 1 = 6.58, Now, SignedLogHours, "it is due in {}"
        => |v| v.task.and_then(|task| Some(signed_log(hours(v.now(), task.due?))));
    "overdue" / 1 = 0.0, Now, Flag, "it is overdue: {}"
        => |v| v.task.map(|task| flag(task.wanted_by().is_some_and(|wanted| wanted < v.now())));
    "has_deadline" / 1 = 0.0, Now, Flag, "it has a deadline: {}"
        => |v| v.task.map(|task| flag(task.deadline.is_some()));
    "deadline_in" / 1 = 6.58, Now, SignedLogHours, "its deadline is in {}"
        => |v| v.task.and_then(|task| Some(signed_log(hours(v.now(), task.deadline?))));
    "has_start" / 1 = 0.0, Now, Flag, "it has a start: {}"
        => |v| v.task.map(|task| flag(task.start.is_some()));
    "start_in" / 1 = 0.0, Now, SignedLogHours, "it can begin in {}"
        => |v| v.task.and_then(|task| Some(signed_log(hours(v.now(), task.start?))));
    "due_moved" / 1 = 0.0, Life, SignedLogHours, "its due was moved by {}"
        => |v| v.task.and_then(|task| Some(signed_log(hours(task.first_due?, task.due?))));
    "slack" / 1 = 6.58, Now, SignedLogHours, "{} of room are left"
        => |v| slack_h(v).map(signed_log);
    "slack_gone" / 1 = 0.0, Now, Flag, "the time that is left is too short: {}"
        => |v| slack_h(v).map(|slack| flag(slack < 0.0));
    "slack_ratio" / 1 = 2.4, Now, Plain, "the room is {} on a scale of its work"
        => |v| {
            let left = v.scene.left_s(v.task?) / 3_600.0;
            Some(signed_log((slack_h(v)? / left).clamp(-5.0, 100.0)))
        };
    "motivation" / 1 = 0.1, Now, Plain, "its pull is {} (worth, chance and delay)"
        => motivation;
    "due_ramp" / 1 = 0.0, Now, Share, "its due presses with {}"
        => due_ramp;
    "due_rank" / 1 = 0.5, Now, Share, "{} of the open tasks are wanted before it"
        => |v| v.due_rank();
    "short_rank" / 1 = 0.5, Now, Share, "{} of the open tasks are shorter"
        => |v| v.short_rank();
    "age_rank" / 1 = 0.5, Now, Share, "{} of the open tasks are older"
        => |v| v.age_rank();
}

/// Hours between when it could be finished and when it is wanted.
fn slack_h(v: &View<'_>) -> Option<f64> {
    let task = v.task?;
    Some(hours(v.now(), task.wanted_by()?) - v.scene.left_s(task) / 3_600.0)
}

/// Expectancy times value over delay (Steel and König, 2006).
fn motivation(v: &View<'_>) -> Option<f64> {
    let task = v.task?;
    let expectancy = v.scene.person.habits().done_share(v.now());
    let delay = days(v.now(), task.wanted_by()?).max(0.0);
    Some(expectancy * task.worth() / (1.0 + IMPULSIVENESS * delay))
}

fn due_ramp(v: &View<'_>) -> Option<f64> {
    let late = days(v.task?.wanted_by()?, v.now());
    let along = ((late + RAMP_BEFORE) / (RAMP_BEFORE + RAMP_AFTER)).clamp(0.0, 1.0);
    Some(RAMP_FLOOR + (1.0 - RAMP_FLOOR) * along)
}
