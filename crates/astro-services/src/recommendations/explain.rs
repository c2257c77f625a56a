//! Reasons in words. Every sentence has a key and arguments, so that other languages can say it.

use astro_core::calendar::{Timestamp, local_date};
use astro_core::recommendations::{Reason, Silence, SilenceReason};
use serde_json::{Map, Value, json};

use super::candidates::Weighed;
use super::context::{Context, View};
use super::score::Feature;
use super::words;

/// Every term of the score, the weightiest first. They add up to it.
pub(super) fn reasons(weighed: &Weighed, view: &View) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = view
        .weights
        .terms(&weighed.row)
        .into_iter()
        .map(|(feature, value, contribution)| {
            let (word, key, args, text) = said(feature, weighed, view);
            Reason {
                feature: word.to_owned(),
                value,
                contribution,
                text_key: format!("reason.{key}"),
                args,
                text,
            }
        })
        .collect();
    reasons.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    reasons
}

type Said = (&'static str, &'static str, Map<String, Value>, String);

fn said(feature: Feature, weighed: &Weighed, view: &View) -> Said {
    let plain = |word, text: &str| (word, word, Map::new(), text.to_owned());
    match feature {
        Feature::Project => plain("project", "it is part of a project"),
        Feature::Active => plain("active", "you are working on it"),
        Feature::Scheduled => plain("scheduled", "its start has come"),
        Feature::Waiting => plain("waiting", "it is waiting"),
        Feature::Blocked => plain("blocked", "another task must be done first"),
        Feature::Description => plain("description", "it has a description"),
        Feature::Labels => plain("labels", "it has labels"),
        Feature::Blocking => plain("blocking", "another task waits for it"),
        Feature::Due => due(weighed.due_us, view),
        Feature::Age => {
            let days = i64::from(weighed.row.age_days);
            let text = format!("it is {} old", words::days(days));
            ("age", "age", args(&json!({ "days": days })), text)
        }
        Feature::Priority => {
            let (key, word) = match weighed.task.priority {
                1..=4 => ("priority.high", "high"),
                5 => ("priority.medium", "medium"),
                _ => ("priority.low", "low"),
            };
            let args = args(&json!({ "priority": weighed.task.priority }));
            ("priority", key, args, format!("its priority is {word}"))
        }
        Feature::Label(index) => {
            let title = view.weights.label_title(index);
            let text = format!("it has the label \u{201c}{title}\u{201d}");
            ("label", "label", args(&json!({ "title": title })), text)
        }
        Feature::InProject(index) => {
            let title = view.weights.project_title(index);
            let text = format!("it lies in the project \u{201c}{title}\u{201d}");
            (
                "in_project",
                "in_project",
                args(&json!({ "title": title })),
                text,
            )
        }
    }
}

fn args(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// In local days: what ends with a day is due on that day.
fn due(due_us: i64, view: &View) -> Said {
    let last = Timestamp::from_microsecond(due_us.saturating_sub(1)).unwrap_or(Timestamp::MAX);
    let today = local_date(view.now, &view.zone);
    let ahead = local_date(last, &view.zone)
        .since(today)
        .map_or(i64::from(i32::MAX), |span| i64::from(span.get_days()));
    let is_late = due_us <= view.now.as_microsecond();
    let (key, text) = match (is_late, ahead) {
        (true, 0) => ("due.late_today", "it was due earlier today".to_owned()),
        (true, _) => (
            "due.late",
            format!("it was due {} ago", words::days(-ahead)),
        ),
        (false, 0) => ("due.today", "it is due today".to_owned()),
        (false, 1) => ("due.tomorrow", "it is due tomorrow".to_owned()),
        (false, _) => ("due.ahead", format!("it is due in {}", words::days(ahead))),
    };
    ("due", key, args(&json!({ "days": ahead })), text)
}

/// A reason for silence in words.
pub(super) fn silence(code: Silence, context: &Context, ranked: &[Weighed]) -> SilenceReason {
    let view = &context.view;
    let quiet = &context.quiet;
    let (args_value, text) = match code {
        Silence::DoNotDisturb => (json!({}), "your device is set to do not disturb".to_owned()),
        Silence::QuietHours => {
            let until = quiet.hours.ends_at(view.now, &view.zone);
            (
                json!({ "until": until }),
                "these are your quiet hours".to_owned(),
            )
        }
        Silence::CalendarBusy => (json!({}), "your calendar is busy".to_owned()),
        Silence::TooManyToday => (
            json!({ "max_per_day": quiet.max_per_day }),
            format!("there were {} suggestions today already", quiet.max_per_day),
        ),
        Silence::TurnedOff => (
            json!({}),
            "you turned suggestions of this kind off".to_owned(),
        ),
        Silence::JustNudged => (
            json!({ "gap_min": quiet.gap.as_secs() / 60 }),
            "the last suggestion was a moment ago".to_owned(),
        ),
        Silence::NothingWorthIt => (
            json!({ "best": ranked.first().map(|best| best.score), "threshold": quiet.threshold }),
            "nothing is urgent enough to speak up for".to_owned(),
        ),
        Silence::NothingFits => (
            json!({ "too_long": context.left_out.too_long, "time_available_s": view.time_available_s }),
            "nothing fits into the time that you have".to_owned(),
        ),
        Silence::NothingOpen => (
            json!({ "left_out": context.left_out }),
            nothing_open(context.left_out.total()),
        ),
    };
    SilenceReason {
        code,
        text_key: format!("silence.{code}"),
        args: args(&args_value),
        text,
    }
}

fn nothing_open(left_out: u32) -> String {
    match left_out {
        0 => "there is no open task".to_owned(),
        1 => "the one open task cannot be worked on now".to_owned(),
        n => format!("none of the {n} open tasks can be worked on now"),
    }
}
