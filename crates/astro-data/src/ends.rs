//! How tasks were closed, and how much work that had taken.

use std::collections::HashMap;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use uuid::Uuid;

use crate::fact::Fact;
use crate::person::Person;
use crate::task::{Closing, Task};

/// A closing that is taken back sooner was a slip, and no end.
pub(crate) const SLIP: SignedDuration = SignedDuration::from_hours(24);
/// What was worked on for less tells nothing of how long it takes.
const SHORTEST_WORK_S: f64 = 60.0;

/// One closing of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub at: Timestamp,
    pub recorded_at: Timestamp,
    pub closing: Closing,
    /// Seconds of work that had gone into it.
    worked_s: f64,
    taken_back_at: Option<Timestamp>,
}

impl End {
    /// Active minutes from a moment at which a task was open to its completion, where work was measured; at
    /// least one.
    pub fn minutes_from(&self, task: &Task, now: Timestamp) -> Option<f64> {
        let is_measured = self.closing == Closing::Done && self.worked_s > SHORTEST_WORK_S;
        is_measured.then(|| ((self.worked_s - task.worked_until(now)) / 60.0).max(1.0))
    }
}

/// The closings of each task of a record.
#[derive(Debug, Default)]
pub(crate) struct Ends(HashMap<Uuid, Vec<End>>);

impl Ends {
    /// Of facts in their order.
    pub fn of(zone: &TimeZone, facts: &[&Fact]) -> Self {
        let mut state = Person::new(zone.clone());
        let mut ends: HashMap<Uuid, Vec<End>> = HashMap::new();
        for fact in facts {
            let Some(id) = fact.task else { continue };
            let was_open = state.task(id).is_some_and(Task::is_open);
            state.apply(fact);
            let Some(task) = state.task(id) else { continue };
            match (was_open, task.is_open(), task.closed) {
                (true, false, Some((at, closing))) => ends.entry(id).or_default().push(End {
                    at,
                    recorded_at: fact.recorded_at,
                    closing,
                    worked_s: task.worked_s,
                    taken_back_at: None,
                }),
                (false, true, _) => {
                    if let Some(end) = ends.get_mut(&id).and_then(|ends| ends.last_mut()) {
                        end.taken_back_at.get_or_insert(fact.recorded_at);
                    }
                }
                _ => {}
            }
        }
        Self(ends)
    }

    /// The end of a task that was still to be recorded at a moment; slips are none.
    pub fn after(&self, task: Uuid, now: Timestamp) -> Option<&End> {
        let is_end = |end: &&End| {
            let slip = end.taken_back_at.is_some_and(|back| back < end.at + SLIP);
            end.recorded_at >= now && !slip
        };
        self.0.get(&task)?.iter().find(is_end)
    }
}
