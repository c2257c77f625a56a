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

/// How many days a due date is moved at most. From so many days ahead that a due date does not
/// press yet it reaches to where it presses as much as it can.
const DAYS_TRIED: i64 = 30;
/// A task without due, or one that is due much later, is tried from so many days ahead.
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
/// The first is tried with what makes it less urgent, the others with what makes them more so; only
/// where none of that moves them the other way round. Small changes come first.
pub(super) fn find(
    ranked: &[Weighed],
    index: usize,
    task: &Task,
    view: &View,
) -> Option<Counterfactual> {
    let weighed = ranked.get(index)?;
    trials(&weighed.task, index == 0, task, view)
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

fn trials(open: &OpenTask, is_first: bool, task: &Task, view: &View) -> Vec<Trial> {
    let (mut more, mut less) = (more_urgent(open, task, view), less_urgent(open, task, view));
    if is_first {
        less.append(&mut more);
        less
    } else {
        more.append(&mut less);
        more
    }
}

/// Due sooner, of higher priority, due in the past, or begun.
fn more_urgent(open: &OpenTask, task: &Task, view: &View) -> Vec<Trial> {
    let today = local_date(view.now, &view.zone);
    let due = task.due.as_ref().map(|due| due.date_in(&view.zone));
    let far = today.checked_add((DAYS_AHEAD + 1).days()).ok();
    let from = due.into_iter().chain(far).min();
    let earlier =
        |from: Date| (1..=DAYS_TRIED).filter_map(move |n| from.checked_sub(n.days()).ok());
    let dates = from.into_iter().flat_map(earlier);
    let (ahead, past): (Vec<Date>, Vec<Date>) = dates.partition(|date| *date >= today);
    let mut trials = due_trials(open, ahead, task, view);
    trials.extend(priority_trials(open, true));
    trials.extend(due_trials(open, past, task, view));
    trials.extend(status_trial(open, TaskStatus::InProcess));
    trials
}

/// Due later, without due, of lower priority, not begun, or without one of its labels.
fn less_urgent(open: &OpenTask, task: &Task, view: &View) -> Vec<Trial> {
    let today = local_date(view.now, &view.zone);
    let mut trials = Vec::new();
    if let Some(due) = task.due.as_ref().map(|due| due.date_in(&view.zone)) {
        let later =
            |from: Date| (1..=DAYS_TRIED).filter_map(move |n| from.checked_add(n.days()).ok());
        // what is late becomes due ahead before it becomes less late
        let past = later(due).filter(|date| *date <= today);
        let dates = later(due.max(today)).chain(past).collect();
        trials = due_trials(open, dates, task, view);
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
    trials.extend(priority_trials(open, false));
    trials.extend(status_trial(open, TaskStatus::NeedsAction));
    trials.extend(label_trials(open, view));
    trials
}

/// Due on each of these dates that is not before its start.
fn due_trials(open: &OpenTask, dates: Vec<Date>, task: &Task, view: &View) -> Vec<Trial> {
    let start = task.start.as_ref().map(|start| start.date_in(&view.zone));
    dates
        .into_iter()
        .filter(|date| start.is_none_or(|start| start <= *date))
        .map(|date| due_trial(open, date, view))
        .collect()
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
fn priority_trials(open: &OpenTask, higher: bool) -> Vec<Trial> {
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
    let tried: Vec<_> = if higher {
        STEPS[..present].iter().rev().copied().collect()
    } else {
        STEPS[present + 1..].to_vec()
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

/// Begun or not begun, where it is the other.
fn status_trial(open: &OpenTask, status: TaskStatus) -> Option<Trial> {
    let (text_key, condition) = match status {
        TaskStatus::InProcess => ("begun", "you had begun it"),
        _ => ("not_begun", "you had not begun it"),
    };
    (open.status != status).then(|| Trial {
        changed: OpenTask {
            status,
            ..open.clone()
        },
        patch: json!({ "status": status }),
        text_key,
        args: Map::new(),
        condition: condition.to_owned(),
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
