//! The moment: hour, weekday, calendar. Hour and weekday are those of the slot where one is suggested.

use core::f64::consts::TAU;

use super::{features, flag};
use crate::maths::log1p;
use crate::person::{MONTH_H, since};
use crate::registry::Window::{HalfLifeH, Now};
use crate::scene::View;

const MONTH: crate::registry::Window = HalfLifeH(MONTH_H);

features! { TIME, Time, Behaviour:
    "hour_sin" / 1 = 0.0, Now, Plain, "the hour is {} on its first circle"
        => |v| Some(libm::sin(TAU * day(v)));
    "hour_cos" / 1 = 0.0, Now, Plain, "the hour is {} across its first circle"
        => |v| Some(libm::cos(TAU * day(v)));
    "half_day_sin" / 1 = 0.0, Now, Plain, "the hour is {} on its second circle"
        => |v| Some(libm::sin(2.0 * TAU * day(v)));
    "half_day_cos" / 1 = 0.0, Now, Plain, "the hour is {} across its second circle"
        => |v| Some(libm::cos(2.0 * TAU * day(v)));
    "week_sin" / 1 = 0.0, Now, Plain, "the weekday is {} on its circle"
        => |v| Some(libm::sin(TAU * week(v)));
    "week_cos" / 1 = 0.0, Now, Plain, "the weekday is {} across its circle"
        => |v| Some(libm::cos(TAU * week(v)));
    "weekend" / 1 = 0.0, Now, Flag, "it is the weekend: {}"
        => |v| Some(flag(week(v) >= 5.0 / 7.0));
    "at_this_hour" / 1 = 1.0, MONTH, Factor, "at this hour {} as much is done as on average"
        => |v| {
            let person = v.scene.person;
            Some(person.habits().at_this_hour(v.when(), person.zone()))
        };
    "on_this_weekday" / 1 = 1.0, MONTH, Factor, "on this weekday {} as much is done as on average"
        => |v| {
            let person = v.scene.person;
            Some(person.habits().on_this_weekday(v.when(), person.zone()))
        };
    "since_done" / 1 = 5.0, Now, LogHours, "the last task was done {} ago"
        => |v| Some(log1p(since(v.scene.person.habits().done_at, v.now())? / 3_600.0));
    "since_active" / 1 = 5.0, Now, LogHours, "something last happened {} ago"
        => |v| Some(log1p(since(v.scene.person.habits().active_at, v.now())? / 3_600.0));
    "asked" / 1 = 0.0, Now, Flag, "somebody asked: {}"
        => |v| Some(flag(v.scene.moment.asked));
}

features! { CALENDAR, Calendar, Plans:
    "free" / 1 = 5.48, Now, LogMinutes, "the calendar is free for {}"
        => |v| Some(log1p(f64::from(v.scene.moment.free_s?) / 60.0));
    "busy" / 1 = 0.0, Now, Flag, "the calendar is busy: {}"
        => |v| v.scene.moment.busy.map(flag);
    "fits" / 1 = 0.5, Now, Share, "it fits into the time that is free: {}"
        => |v| Some(flag(v.scene.left_s(v.task?) <= f64::from(v.scene.moment.free_s?)));
}

/// How much of the local day is over, from 0 to 1. Days of 23 and 25 hours count their wall clock.
fn day(v: &View<'_>) -> f64 {
    let local = v.scene.person.zone().to_datetime(v.when());
    let minutes = f64::from(local.hour()) * 60.0 + f64::from(local.minute());
    minutes / 1_440.0
}

/// How much of the week is over, from Monday on.
fn week(v: &View<'_>) -> f64 {
    let local = v.scene.person.zone().to_datetime(v.when());
    (f64::from(local.weekday().to_monday_zero_offset()) + day(v)) / 7.0
}
