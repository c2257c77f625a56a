//! What a task is, and what was done to it.

use super::{features, flag};
use crate::maths::{days, log1p};
use crate::person::{self};
use crate::registry::Window::{Life, Now};
use astro_core::tasks::Energy;

features! { TASK, Tasks, Plans:
    "priority" / 1 = 0.0, Now, Share, "its priority is {} of the highest"
        => |v| v.task.map(|task| match task.priority {
            0 => 0.0,
            priority => (10.0 - f64::from(priority.min(9))) / 9.0,
        });
    "has_estimate" / 1 = 0.0, Now, Flag, "somebody said how long it takes: {}"
        => |v| v.task.map(|task| flag(task.estimate_s.is_some()));
    "estimate" / 1 = 3.434, Now, LogMinutes, "it is expected to take {}"
        => |v| v.task.and_then(|task| Some(log1p(f64::from(task.estimate_s?) / 60.0)));
    "left" / 1 = 3.738, Now, LogMinutes, "about {} of work are left"
        => |v| v.task.map(|task| log1p(v.scene.left_s(task) / 60.0));
    "worked" / 1 = 0.0, Life, LogMinutes, "{} were worked on it"
        => |v| v.task.map(|task| log1p(task.worked_until(v.now()) / 60.0));
    "sessions" / 1 = 0.0, Life, LogCount, "it was worked on {} times"
        => |v| v.task.map(|task| log1p(f64::from(task.sessions)));
    "running" / 1 = 0.0, Now, Flag, "it is being worked on: {}"
        => |v| v.task.map(|task| flag(task.running_since.is_some()));
    "since_worked" / 1 = 6.58, Life, LogHours, "it was last worked on {} ago"
        => |v| v.task.and_then(|task| Some(log1p(person::since(task.worked_at, v.now())? / 3_600.0)));
    "age" / 1 = 0.0, Life, LogDays, "it is {} old"
        => |v| v.task.map(|task| log1p(days(task.created_at, v.now())));
    "postpones" / 1 = 0.0, Life, LogCount, "it was put off {} times"
        => |v| v.task.map(|task| log1p(f64::from(task.postpones)));
    "recurs" / 1 = 0.0, Now, Flag, "it comes again: {}"
        => |v| v.task.map(|task| flag(task.recurs));
    "is_part" / 1 = 0.0, Now, Flag, "it is part of another task: {}"
        => |v| v.task.map(|task| flag(task.parent.is_some()));
    "open_parts" / 1 = 0.0, Now, LogCount, "{} of its parts are open"
        => |v| v.parts().map(log1p);
    "waited_for" / 1 = 0.0, Now, LogCount, "{} tasks wait for it"
        => |v| v.waiting_for().map(log1p);
    "waits_for" / 1 = 0.0, Now, LogCount, "it waits for {} tasks"
        => |v| v.waits_for().map(log1p);
    "labels" / 1 = 0.0, Now, LogCount, "it has {} labels"
        => |v| v.task.map(|task| log1p(f64::from(task.labels)));
    "has_project" / 1 = 0.0, Now, Flag, "it lies in a project: {}"
        => |v| v.task.map(|task| flag(task.project.is_some()));
    "energy" / 1 = 0.5, Now, Share, "it needs {} of one's energy"
        => |v| v.task.and_then(|task| Some(match task.energy? {
            Energy::Low => 0.0,
            Energy::Medium => 0.5,
            Energy::High => 1.0,
        }));
    "waiting" / 1 = 0.0, Now, Flag, "it waits for somebody or for some day: {}"
        => |v| v.task.map(|task| flag(task.waiting));
}
