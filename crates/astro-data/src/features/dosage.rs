//! How often the product spoke lately, and how that was taken.

use super::{features, flag};
use crate::fact::Answer;
use crate::maths::log1p;
use crate::person::{MONTH_H, WEEK_H, since};
use crate::registry::Window::{HalfLifeH, Now};
use crate::scene::View;
use crate::task::TASK_H;

const WEEK: crate::registry::Window = HalfLifeH(WEEK_H);
const MONTH: crate::registry::Window = HalfLifeH(MONTH_H);

features! { DOSAGE, Dosage, Behaviour:
    "shown_4h" / 1 = 0.0, HalfLifeH(4.0), LogCount, "about {} suggestions were seen in these hours"
        => |v| Some(log1p(dosage(v).shown_lately(v.now())[0]));
    "shown_day" / 1 = 0.0, HalfLifeH(24.0), LogCount, "about {} suggestions were seen today"
        => |v| Some(log1p(dosage(v).shown_lately(v.now())[1]));
    "shown_week" / 1 = 0.0, WEEK, LogCount, "about {} suggestions were seen this week"
        => |v| Some(log1p(dosage(v).shown_lately(v.now())[2]));
    "since_shown" / 1 = 6.58, Now, LogHours, "the last suggestion was seen {} ago"
        => |v| Some(log1p(since(dosage(v).shown_at, v.now())? / 3_600.0));
    "kind_shown_week" / 1 = 0.0, WEEK, LogCount, "about {} of this kind were seen this week"
        => |v| Some(log1p(dosage(v).shown_of(v.candidate.kind?, v.now())));
}

features! { RATES, Rates, Behaviour:
    "taken" / 1 = 0.3, MONTH, Share, "{} of suggestions are taken"
        => |v| Some(dosage(v).taken(v.now()));
    "dismissed" / 1 = 0.2, MONTH, Share, "{} of suggestions are dismissed"
        => |v| Some(dosage(v).dismissed(v.now()));
    "ignored" / 1 = 0.3, MONTH, Share, "{} of suggestions are ignored"
        => |v| Some(dosage(v).ignored(v.now()));
    "kind_taken" / 1 = 0.3, MONTH, Share, "{} of suggestions of this kind are taken"
        => |v| Some(dosage(v).taken_of(v.candidate.kind?, v.now()));
    "last_taken" / 1 = 0.0, Now, Flag, "the last suggestion was taken: {}"
        => |v| dosage(v).last.map(|last| flag(last == Answer::Accepted));
    "task_shown" / 1 = 0.0, HalfLifeH(TASK_H), LogCount, "it was suggested about {} times lately"
        => |v| Some(log1p(v.task?.shown.get(v.now(), TASK_H)));
    "task_dismissed" / 1 = 0.0, HalfLifeH(TASK_H), LogCount, "it was dismissed about {} times lately"
        => |v| Some(log1p(v.task?.dismissed.get(v.now(), TASK_H)));
    "task_snoozed" / 1 = 0.0, HalfLifeH(TASK_H), LogCount, "it was snoozed about {} times lately"
        => |v| Some(log1p(v.task?.snoozed.get(v.now(), TASK_H)));
}

features! { PROJECTS, State, Behaviour:
    "project_done_share" / 1 = 0.8, HalfLifeH(2_160.0), Share, "{} of what ends in its project is done"
        => |v| {
            let habits = v.scene.person.habits();
            Some(match v.task?.project {
                Some(project) => habits.done_share_of(project, v.now()),
                None => habits.done_share(v.now()),
            })
        };
}

fn dosage<'a>(v: &View<'a>) -> &'a crate::person::Dosage {
    v.scene.person.dosage()
}
