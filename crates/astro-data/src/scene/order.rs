//! The open tasks in the orders of simple rules.

use std::cmp::Ordering;
use std::collections::HashMap;

use uuid::Uuid;

use crate::maths::count;
use crate::task::Task;

/// The places of each open task, from 0 to 1: earliest due, least left (shortest processing time),
/// oldest.
#[derive(Debug, Default)]
pub(super) struct Order {
    places: HashMap<Uuid, [f64; 3]>,
}

type Ranked<'a> = (Uuid, &'a Task, f64);

impl Order {
    pub fn of(mut tasks: Vec<Ranked<'_>>) -> Self {
        let mut order = Self::default();
        let rules: [fn(&Ranked<'_>, &Ranked<'_>) -> Ordering; 3] = [
            |a, b| due(a.1).cmp(&due(b.1)),
            |a, b| a.2.total_cmp(&b.2),
            |a, b| a.1.created_at.cmp(&b.1.created_at),
        ];
        for (rule, compare) in rules.into_iter().enumerate() {
            // ties go by id: the same tasks have the same places on every machine
            tasks.sort_by(|a, b| compare(a, b).then(a.0.cmp(&b.0)));
            let last = count(tasks.len().saturating_sub(1)).max(1.0);
            for (place, (id, _, _)) in tasks.iter().enumerate() {
                order.places.entry(*id).or_default()[rule] = count(place) / last;
            }
        }
        order
    }

    pub fn by_due(&self, id: Uuid) -> Option<f64> {
        self.places.get(&id).map(|places| places[0])
    }

    pub fn by_left(&self, id: Uuid) -> Option<f64> {
        self.places.get(&id).map(|places| places[1])
    }

    pub fn by_age(&self, id: Uuid) -> Option<f64> {
        self.places.get(&id).map(|places| places[2])
    }
}

/// Those that nobody wants by a time come last.
fn due(task: &Task) -> (bool, Option<astro_core::calendar::Timestamp>) {
    let wanted = task.wanted_by();
    (wanted.is_none(), wanted)
}
