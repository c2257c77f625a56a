//! Which tasks are looked at when something is to be suggested. Ranking cannot mend what is missing here: with
//! the order of one rule alone, such as what is due first, people who are overloaded are never shown what they could do
//! in time.

use std::cmp::Ordering;
use std::collections::HashSet;

use astro_core::calendar::Timestamp;
use uuid::Uuid;

use crate::features::dates::IMPULSIVENESS;
use crate::maths::{days, seconds};
use crate::scene::Scene;
use crate::task::Task;

/// A task, with the seconds of work that are left of it.
type Ranked<'a> = (Uuid, &'a Task, f64);
/// Which of two comes first.
type Rule<'a> = &'a dyn Fn(&Ranked<'_>, &Ranked<'_>) -> Ordering;

/// Tasks that could be begun now, at most so many: the first of several simple rules in turn, so that none of
/// them decides alone. What is being worked on comes first.
pub fn candidates(scene: &Scene<'_>, most: usize) -> Vec<Uuid> {
    let ready: Vec<Ranked<'_>> = scene
        .person
        .open()
        .filter(|(id, task)| scene.can_begin(*id, task))
        .map(|(id, task)| (id, task, scene.left_s(task)))
        .collect();
    let rules: [Rule<'_>; 5] = [
        // begun and not finished, the latest first
        &|a, b| b.1.worked_at.cmp(&a.1.worked_at),
        // pull: worth over delay
        &|a, b| pull(scene, b.1).total_cmp(&pull(scene, a.1)),
        // worth for the time that it takes
        &|a, b| (b.1.worth() / b.2).total_cmp(&(a.1.worth() / a.2)),
        // still in time, and wanted first
        &|a, b| due(scene, a).cmp(&due(scene, b)),
        // worth
        &|a, b| b.1.worth().total_cmp(&a.1.worth()),
    ];
    let mut orders: Vec<_> = rules
        .iter()
        .map(|rule| {
            let mut order = ready.clone();
            // ties go by id: the same tasks have the same places on every machine
            order.sort_by(|a, b| rule(a, b).then(a.0.cmp(&b.0)));
            order.into_iter().map(|(id, _, _)| id)
        })
        .collect();
    let mut seen = HashSet::new();
    let mut chosen = Vec::new();
    let wanted = most.min(ready.len());
    while chosen.len() < wanted {
        for order in &mut orders {
            let next = order.find(|id| !seen.contains(id));
            if let Some(id) = next.filter(|_| chosen.len() < wanted) {
                seen.insert(id);
                chosen.push(id);
            }
        }
    }
    chosen
}

/// Worth over delay, as temporal motivation has it (Steel and König, 2006), without what is known of chances.
fn pull(scene: &Scene<'_>, task: &Task) -> f64 {
    let delay = task
        .wanted_by()
        .map_or(9.0, |wanted| days(scene.moment.now, wanted).max(0.0));
    task.worth() / (1.0 + IMPULSIVENESS * delay)
}

/// What can still be done in time comes before what is late, and that before what nobody wants by a time.
fn due(scene: &Scene<'_>, (_, task, left_s): &Ranked<'_>) -> (u8, Option<Timestamp>) {
    let wanted = task.wanted_by();
    let class = match wanted {
        Some(wanted) if seconds(scene.moment.now, wanted) >= *left_s => 0,
        Some(_) => 1,
        None => 2,
    };
    (class, wanted)
}
