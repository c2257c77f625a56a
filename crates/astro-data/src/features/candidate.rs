//! What would be suggested.

use astro_core::preferences::RecommendationKind as Kind;

use super::{features, flag};
use crate::maths::{hours, signed_log};
use crate::registry::Window::Now;
use crate::scene::View;

features! { CANDIDATE, Tasks, None:
    "is_next_task" / 1 = 0.0, Now, Flag, "the suggestion is to do it next: {}"
        => |v| is(v, Kind::NextTask);
    "is_plan_block" / 1 = 0.0, Now, Flag, "the suggestion is a time for it: {}"
        => |v| is(v, Kind::PlanBlock);
    "is_split" / 1 = 0.0, Now, Flag, "the suggestion is to break it down: {}"
        => |v| is(v, Kind::Split);
    "is_reschedule" / 1 = 0.0, Now, Flag, "the suggestion is another day: {}"
        => |v| is(v, Kind::Reschedule);
    "is_drop" / 1 = 0.0, Now, Flag, "the suggestion is to drop it: {}"
        => |v| is(v, Kind::Drop);
    "is_reminder_time" / 1 = 0.0, Now, Flag, "the suggestion is when to be reminded: {}"
        => |v| is(v, Kind::ReminderTime);
    "is_goal_risk" / 1 = 0.0, Now, Flag, "the suggestion is about a goal: {}"
        => |v| is(v, Kind::GoalRisk);
    "slot_in" / 1 = 0.0, Now, SignedLogHours, "the suggestion is for {} from now"
        => |v| Some(signed_log(hours(v.now(), v.candidate.slot?)));
}

fn is(v: &View<'_>, kind: Kind) -> Option<f64> {
    v.candidate.kind.map(|known| flag(known == kind))
}
