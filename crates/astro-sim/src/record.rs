//! What gets written down: lines of docs/events-format.md, lines of what was suggested, and, apart from
//! both, the truth.

use astro_core::calendar::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::chance::Chance;
use crate::person::CATEGORIES;
use crate::task::Task;
use crate::time::{HOUR, Minute, number, timestamp, whole};
use crate::world::World;

/// A line of a task's life.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    pub v: u8,
    pub id: Uuid,
    /// Whose life; other members than the format's own are kept by it.
    pub person: u64,
    pub at: Timestamp,
    pub recorded_at: Timestamp,
    pub kind: Kind,
    pub task: Uuid,
    #[serde(flatten)]
    pub says: Says,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Created,
    Started,
    Stopped,
    Done,
    Reopened,
    Deferred,
    Cancelled,
}

/// What a line says of its task.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Says {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_s: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rrule: Option<String>,
}

/// A line of what was suggested and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exposure {
    pub v: u8,
    pub person: u64,
    pub decision: Uuid,
    pub at: Timestamp,
    #[serde(flatten)]
    pub what: Said,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Said {
    /// A moment at which something could be said.
    Decision {
        /// Minutes until the calendar is busy, as far as the calendar knows.
        free_min: i64,
        candidates: Vec<Uuid>,
        /// What was suggested; `null` for silence.
        chosen: Option<Uuid>,
        p_speak: f64,
        /// Given that something was said.
        p_choice: f64,
    },
    Answered {
        answer: Answer,
    },
    /// Worth of what was done in the two hours after it, whatever caused it, less what it cost.
    Reward {
        value: f64,
    },
    /// The assistant was turned off; nothing can be said from here on.
    TurnedOff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Accepted,
    Dismissed,
    Snoozed,
    /// It was not noticed, or nobody answered.
    Ignored,
}

/// Words of each category: texts tell a little of what a task is.
const WORDS: [[&str; 4]; CATEGORIES] = [
    ["call", "answer", "write", "ask"],
    ["invoice", "taxes", "form", "insurance"],
    ["report", "slides", "review", "draft"],
    ["garden", "kitchen", "repair", "clean"],
    ["buy", "order", "return", "pick"],
];

/// What is said of a task when it is made.
pub fn says(task: &Task, chance: &mut Chance) -> Says {
    let words = WORDS.get(task.category).unwrap_or(&WORDS[0]);
    let title = format!("{} {}", words[chance.pick(4)], words[chance.pick(4)]);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "minutes of a day's work"
    )]
    let estimate = (libm::round(task.expected_min / 5.0).max(1.0) * 300.0) as u32;
    Says {
        title: Some(title),
        priority: (task.priority > 0).then_some(task.priority),
        due: task.due.map(timestamp),
        estimate_s: task.says_estimate.then_some(estimate),
        depends_on: task.depends_on.clone(),
        project: Some(format!("area {}", task.category)),
        rrule: None,
    }
}

/// What happens to a line on its way to the server: nothing in a clean world.
pub fn soil(world: &World, mut event: Event, chance: &mut Chance) -> Vec<Event> {
    let dirt = &world.dirt;
    // every draw is made in every world, so that worlds differ in dirt alone
    let draws = [
        chance.uniform(),
        chance.uniform(),
        chance.uniform(),
        chance.uniform(),
    ];
    let late_min = chance.log_normal(dirt.late_days * 24.0 * 60.0, 0.7);
    let skew_min = number(HOUR) * dirt.skew_h * chance.between(0.3, 1.0);
    let again = Uuid::from_u128(chance.bits());
    let is_work = matches!(event.kind, Kind::Started | Kind::Stopped);
    if is_work && draws[0] < dirt.missing_share {
        return Vec::new();
    }
    if draws[1] < dirt.late_share {
        event.recorded_at = later(event.recorded_at, whole(late_min));
    }
    if draws[2] < dirt.skew_share {
        event.at = later(event.at, whole(skew_min));
    }
    if draws[3] < dirt.duplicate_share {
        let twice = Event {
            id: again,
            ..event.clone()
        };
        return vec![event, twice];
    }
    vec![event]
}

fn later(at: Timestamp, by: Minute) -> Timestamp {
    at + astro_core::calendar::SignedDuration::from_mins(by)
}
