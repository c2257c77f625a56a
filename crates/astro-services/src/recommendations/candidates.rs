//! What could be worked on now. Apart from scoring: another policy would be given the same.
//!
//! All open tasks are looked at, so that the best cannot be missed; only the logged and explained
//! set is cut.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use astro_core::calendar::{Timestamp, When};
use astro_core::ids::TaskId;
use astro_core::limits;
use astro_core::recommendations::{FeatureRow, LeftOut};
use astro_core::tasks::{TaskState, TaskStatus};
use astro_store::recommendations::OpenTask;

use super::context::View;

/// Due times are kept as an index; a task without due has the greatest.
const NEVER: i64 = i64::MAX;
const SECOND_US: i64 = 1_000_000;
const DAY_US: i64 = 86_400 * SECOND_US;
/// With less slack than this a task is proposed even when it takes longer than there is time.
const CRITICAL_SLACK_US: i64 = DAY_US / 2;

/// A candidate with its score.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    pub task: OpenTask,
    pub row: FeatureRow,
    pub score: f64,
    /// Due or deadline, whichever is first.
    pub due_us: i64,
}

impl Weighed {
    pub fn new(task: OpenTask, view: &View) -> Self {
        let due_us = due_us(&task, view);
        let row = features(&task, due_us, view);
        let score = view.weights.score(&row);
        Self {
            task,
            row,
            score,
            due_us,
        }
    }

    /// Best first: by score, then what is due first, then what is oldest. Total, so that the same
    /// tasks always come in the same order.
    pub fn order(&self, other: &Self) -> Ordering {
        other
            .score
            .total_cmp(&self.score)
            .then(self.due_us.cmp(&other.due_us))
            .then(self.task.created_at.cmp(&other.task.created_at))
            .then(self.task.id.cmp(&other.task.id))
    }
}

/// Everything that can be worked on, in no order, and how many open tasks cannot.
pub(super) fn gather(tasks: Vec<OpenTask>, view: &View) -> (Vec<Weighed>, LeftOut) {
    let mut left_out = LeftOut::default();
    let mut verdicts = Vec::with_capacity(tasks.len());
    {
        let open = Open::of(&tasks);
        for task in &tasks {
            verdicts.push(open.obstacle(task, view));
        }
    }
    let mut weighed = Vec::new();
    for (task, obstacle) in tasks.into_iter().zip(verdicts) {
        match obstacle {
            Some(obstacle) => *obstacle(&mut left_out) += 1,
            None => weighed.push(Weighed::new(task, view)),
        }
    }
    (weighed, left_out)
}

/// Names the count that an obstacle belongs to.
type Obstacle = fn(&mut LeftOut) -> &mut u32;

struct Open<'t> {
    by_id: HashMap<TaskId, &'t OpenTask>,
    with_parts: HashSet<TaskId>,
}

impl<'t> Open<'t> {
    fn of(tasks: &'t [OpenTask]) -> Self {
        Self {
            by_id: tasks.iter().map(|task| (task.id, task)).collect(),
            with_parts: tasks.iter().filter_map(|task| task.parent_id).collect(),
        }
    }

    fn obstacle(&self, task: &OpenTask, view: &View) -> Option<Obstacle> {
        if task
            .project_id
            .is_some_and(|project| view.archived.contains(&project))
        {
            return Some(|left| &mut left.archived);
        }
        if let Some(obstacle) = self.inherited(task, view) {
            return Some(obstacle);
        }
        if self.with_parts.contains(&task.id) {
            return Some(|left| &mut left.has_parts);
        }
        if view.set_aside.contains_key(&task.id) {
            return Some(|left| &mut left.set_aside);
        }
        if !fits(task, view) {
            return Some(|left| &mut left.too_long);
        }
        None
    }

    /// What holds for a whole holds for its parts.
    fn inherited(&self, task: &OpenTask, view: &View) -> Option<Obstacle> {
        let mut here = Some(task);
        for _ in 0..=limits::TREE_DEPTH {
            let current = here?;
            if current.state != TaskState::None {
                return Some(|left| &mut left.waiting);
            }
            if current.start_index > micros(view.now) {
                return Some(|left| &mut left.not_started);
            }
            if current.blocked {
                return Some(|left| &mut left.blocked);
            }
            here = current
                .parent_id
                .and_then(|parent| self.by_id.get(&parent).copied());
        }
        None
    }
}

fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// Whether it can be done, or begun, in the time available. What has no estimate always fits, and
/// so does what would otherwise be late.
pub(super) fn fits(task: &OpenTask, view: &View) -> bool {
    let Some(available) = view.time_available_s else {
        return true;
    };
    let needed = match (task.estimate_s, task.min_block_s) {
        (Some(estimate), Some(block)) => estimate.min(block),
        (Some(estimate), None) => estimate,
        (None, Some(block)) => block,
        (None, None) => return true,
    };
    let effort_us = i64::from(task.estimate_s.unwrap_or(0)) * SECOND_US;
    let slack_us = due_us(task, view)
        .saturating_sub(micros(view.now))
        .saturating_sub(effort_us);
    needed <= available || slack_us < CRITICAL_SLACK_US
}

/// Due or deadline, whichever is first; a deadline is over when its day is.
pub(super) fn due_us(task: &OpenTask, view: &View) -> i64 {
    let deadline = task
        .deadline
        .map_or(NEVER, |date| When::Date(date).due_index(&view.zone));
    task.due_index.min(deadline)
}

/// The row of a task. Depends on nothing but its arguments.
pub(super) fn features(task: &OpenTask, due_us: i64, view: &View) -> FeatureRow {
    let now = micros(view.now);
    let age_days = now.saturating_sub(micros(task.created_at)) / DAY_US;
    let mut weighted_labels: Vec<u16> = task
        .labels
        .iter()
        .filter_map(|label| view.weighted_labels.get(label).copied())
        .collect();
    weighted_labels.sort_unstable();
    weighted_labels.dedup();
    FeatureRow {
        due_in_us: (due_us != NEVER).then(|| due_us.saturating_sub(now)),
        priority: task.priority,
        scheduled: task.start_index != i64::MIN && task.start_index <= now,
        active: task.is_running || task.status == TaskStatus::InProcess,
        blocking: task.blocking,
        blocked: task.blocked,
        waiting: task.state != TaskState::None,
        project: task.project_id.is_some(),
        age_days: u32::try_from(age_days).unwrap_or(0),
        notes: few(task.lines),
        labels: few(i64::try_from(task.labels.len()).unwrap_or(i64::MAX)),
        weighted_labels,
        weighted_projects: task
            .project_id
            .and_then(|project| view.weighted_projects.get(&project).cloned())
            .unwrap_or_default(),
    }
}

/// Three and more are the same.
fn few(count: i64) -> u8 {
    u8::try_from(count.clamp(0, 3)).unwrap_or(3)
}
