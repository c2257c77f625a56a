//! "If it were due on Friday it would be 4th": the smallest change that gives another rank, found by
//! weighing the changed task among all the others.

use astro_core::calendar::{Date, ToSpan as _, When, local_date};
use astro_core::recommendations::Counterfactual;
use astro_core::tasks::{Task, TaskStatus};
use astro_store::recommendations::OpenTask;
use serde_json::{Map, Value, json};

use super::candidates::{Weighed, fits};
use super::context::View;
use super::words;

/// How many days a due date is moved at most.
const DAYS_TRIED: i64 = 21;
/// A task without due is tried from so many days ahead.
const DAYS_AHEAD: i64 = 14;

/// A change to try.
struct Trial {
    changed: OpenTask,
    patch: Value,
    text_key: &'static str,
    args: Map<String, Value>,
    condition: String,
}

/// What would have given the task at `index` of the ranking another rank; `None` when nothing that
/// is tried does.
///
/// The first is tried with what makes it less urgent, the others with what makes them more so; small
/// changes come first.
pub(super) fn find(
    ranked: &[Weighed],
    index: usize,
    task: &Task,
    view: &View,
) -> Option<Counterfactual> {
    let weighed = ranked.get(index)?;
    trials(weighed, index == 0, task, view)
        .into_iter()
        .filter(|trial| fits(&trial.changed, view))
        .find_map(|trial| {
            let changed = Weighed::new(trial.changed.clone(), view);
            let place = place(ranked, index, &changed);
            (place != index).then(|| told(trial, place, changed.score))?
        })
}

/// Where the changed task would stand among the others, from 0.
fn place(ranked: &[Weighed], index: usize, changed: &Weighed) -> usize {
    let ahead = ranked.partition_point(|other| other.order(changed).is_lt());
    // the task itself, as it was, is not one of the others
    ahead - usize::from(index < ahead)
}

fn told(trial: Trial, place: usize, score: f64) -> Option<Counterfactual> {
    let rank = u32::try_from(place + 1).ok()?;
    let mut args = trial.args;
    args.insert("rank".to_owned(), json!(rank));
    Some(Counterfactual {
        patch: trial.patch,
        rank,
        score,
        text_key: format!("counterfactual.{}", trial.text_key),
        args,
        text: format!(
            "if {}, it would be {}",
            trial.condition,
            words::ordinal(rank)
        ),
    })
}

fn trials(weighed: &Weighed, is_first: bool, task: &Task, view: &View) -> Vec<Trial> {
    let mut trials = due_trials(&weighed.task, is_first, task, view);
    trials.extend(priority_trials(&weighed.task, is_first));
    if is_first {
        trials.extend(pause_trial(&weighed.task));
        trials.extend(label_trials(&weighed.task, view));
    }
    trials
}

fn due_trials(open: &OpenTask, is_first: bool, task: &Task, view: &View) -> Vec<Trial> {
    let today = local_date(view.now, &view.zone);
    let due = task.due.as_ref().map(|due| due.date_in(&view.zone));
    let dates: Vec<Date> = match (is_first, due) {
        (true, None) => Vec::new(),
        (true, Some(due)) => (1..=DAYS_TRIED)
            .filter_map(|n| due.max(today).checked_add(n.days()).ok())
            .collect(),
        (false, due) => {
            let far = due.or_else(|| today.checked_add((DAYS_AHEAD + 1).days()).ok());
            let earlier =
                |far: Date| (1..=DAYS_TRIED).filter_map(move |n| far.checked_sub(n.days()).ok());
            far.into_iter()
                .flat_map(earlier)
                .take_while(|date| *date >= today)
                .collect()
        }
    };
    let start = task.start.as_ref().map(|start| start.date_in(&view.zone));
    let mut trials: Vec<Trial> = dates
        .into_iter()
        .filter(|date| start.is_none_or(|start| start <= *date))
        .map(|date| due_trial(open, date, view))
        .collect();
    if is_first && due.is_some() {
        trials.push(Trial {
            changed: OpenTask {
                due_index: i64::MAX,
                ..open.clone()
            },
            patch: json!({ "due": null }),
            text_key: "no_due",
            args: Map::new(),
            condition: "it had no due date".to_owned(),
        });
    }
    trials
}

fn due_trial(open: &OpenTask, date: Date, view: &View) -> Trial {
    let due = When::Date(date);
    Trial {
        changed: OpenTask {
            due_index: due.due_index(&view.zone),
            ..open.clone()
        },
        patch: json!({ "due": due }),
        text_key: "due",
        args: Map::from_iter([("due".to_owned(), json!(due))]),
        condition: format!("it were due on {}", words::day(date)),
    }
}

/// From each step of priority to the next ones: high, medium, low, none.
fn priority_trials(open: &OpenTask, is_first: bool) -> Vec<Trial> {
    const STEPS: [(u8, &str); 4] = [
        (1, "its priority were high"),
        (5, "its priority were medium"),
        (9, "its priority were low"),
        (0, "it had no priority"),
    ];
    let present = match open.priority {
        1..=4 => 0,
        5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let tried: Vec<_> = if is_first {
        STEPS[present + 1..].to_vec()
    } else {
        STEPS[..present].iter().rev().copied().collect()
    };
    tried
        .into_iter()
        .map(|(priority, condition)| Trial {
            changed: OpenTask {
                priority,
                ..open.clone()
            },
            patch: json!({ "priority": priority }),
            text_key: "priority",
            args: Map::from_iter([("priority".to_owned(), json!(priority))]),
            condition: condition.to_owned(),
        })
        .collect()
}

fn pause_trial(open: &OpenTask) -> Option<Trial> {
    (open.status == TaskStatus::InProcess).then(|| Trial {
        changed: OpenTask {
            status: TaskStatus::NeedsAction,
            ..open.clone()
        },
        patch: json!({ "status": TaskStatus::NeedsAction }),
        text_key: "not_begun",
        args: Map::new(),
        condition: "you had not begun it".to_owned(),
    })
}

/// Without each of the labels that have a coefficient of their own.
fn label_trials(open: &OpenTask, view: &View) -> Vec<Trial> {
    let own = open
        .labels
        .iter()
        .filter_map(|label| Some((*label, *view.weighted_labels.get(label)?)));
    own.map(|(label, index)| {
        let labels: Vec<_> = open
            .labels
            .iter()
            .filter(|kept| **kept != label)
            .copied()
            .collect();
        let title = view.weights.label_title(index);
        Trial {
            patch: json!({ "labels": labels }),
            changed: OpenTask {
                labels,
                ..open.clone()
            },
            text_key: "without_label",
            args: Map::from_iter([("title".to_owned(), json!(title))]),
            condition: format!("it had no label \u{201c}{title}\u{201d}"),
        }
    })
    .collect()
}
