//! How the person stands: what is open, and how they get things done.

use super::features;
use crate::maths::log1p;
use crate::person::{MONTH_H, WEEK_H};
use crate::registry::Window::{HalfLifeH, Now};
use crate::scene::View;

const WEEK: crate::registry::Window = HalfLifeH(WEEK_H);
const MONTH: crate::registry::Window = HalfLifeH(MONTH_H);
/// What a steady one a day comes to in a counter with a half-life of a week: 1 / (1 - 2^(-1/7)).
const DAILY_IN_WEEK: f64 = 10.6;

features! { STATE, State, Behaviour:
    "open" / 1 = 0.0, Now, LogCount, "{} tasks are open"
        => |v| Some(log1p(v.scene.load.open));
    "overdue_share" / 1 = 0.0, Now, Share, "{} of the open tasks are overdue"
        => |v| (v.scene.load.open > 0.0).then(|| v.scene.load.overdue / v.scene.load.open);
    "due_soon" / 1 = 0.0, Now, LogCount, "{} tasks are wanted within a day"
        => |v| Some(log1p(v.scene.load.soon));
    "due_week" / 1 = 0.0, Now, LogCount, "{} tasks are wanted within a week"
        => |v| Some(log1p(v.scene.load.week));
    "week_load" / 1 = 0.0, Now, LogHours, "the coming week holds {} of work"
        => |v| Some(log1p(v.scene.load.week_h));
    "created_week" / 1 = 0.0, WEEK, LogCount, "about {} tasks came lately"
        => |v| Some(log1p(habits(v).created_week.get(v.now(), WEEK_H)));
    "done_week" / 1 = 0.0, WEEK, LogCount, "about {} tasks were done lately"
        => |v| Some(log1p(habits(v).done_week.get(v.now(), WEEK_H)));
    "done_month" / 1 = 0.0, MONTH, LogCount, "about {} tasks were done in these weeks"
        => |v| Some(log1p(habits(v).done_month.get(v.now(), MONTH_H)));
    "dropped_month" / 1 = 0.0, MONTH, LogCount, "about {} tasks were given up in these weeks"
        => |v| Some(log1p(habits(v).dropped_month.get(v.now(), MONTH_H)));
    "deferred_week" / 1 = 0.0, WEEK, LogCount, "about {} tasks were put off lately"
        => |v| Some(log1p(habits(v).deferred_week.get(v.now(), WEEK_H)));
    "done_share" / 1 = 0.8, MONTH, Share, "{} of what ends is done"
        => |v| Some(habits(v).done_share(v.now()));
    "on_time_share" / 1 = 0.6, MONTH, Share, "{} of what is done is done in time"
        => |v| Some(habits(v).on_time(v.now()));
    "lead" / 1 = 1.79, MONTH, LogDays, "tasks are done after about {}"
        => |v| habits(v).lead(v.now());
    "bias" / 1 = 1.4, HalfLifeH(2_160.0), Factor, "tasks take {} as long as expected"
        => |v| Some(v.scene.bias);
    "bias_tasks" / 1 = 0.0, HalfLifeH(2_160.0), LogCount, "{} tasks speak for that"
        => |v| Some(log1p(habits(v).bias_tasks(v.now())));
    "consistency" / 1 = 0.0, HalfLifeH(336.0), Share, "something happened on {} of the days"
        => |v| Some(habits(v).consistency(v.now()));
    "load_ratio" / 1 = 0.0, WEEK, Plain, "the coming week against the usual pace is {}"
        => |v| {
            let a_week = habits(v).done_week.get(v.now(), WEEK_H) / DAILY_IN_WEEK * 7.0;
            Some(log1p(v.scene.load.week / (a_week + 1.0)))
        };
}

fn habits<'a>(v: &View<'a>) -> &'a crate::person::Habits {
    v.scene.person.habits()
}
