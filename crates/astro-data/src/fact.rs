//! What happened, as learning knows it: to which task, when, and when the server learnt of it.

use astro_core::calendar::Timestamp;
use astro_core::preferences::RecommendationKind;
use astro_core::tasks::Energy;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text::BUCKETS;

/// One thing that happened in one person's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Two facts of one id are one.
    pub id: Uuid,
    /// The task that it happened to; `None` for what concerns no task.
    pub task: Option<Uuid>,
    /// When it happened, as whoever reported it says.
    pub at: Timestamp,
    /// When the server learnt of it. Before this moment nobody can have known.
    pub recorded_at: Timestamp,
    pub what: Happened,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Happened {
    Created(Box<Says>),
    Edited(Box<Says>),
    /// Work begins.
    Started,
    /// Work pauses.
    Stopped,
    Done,
    Reopened,
    /// Its start or due was moved later.
    Deferred(Box<Says>),
    /// It was given up.
    Cancelled,
    Deleted,
    Restored,
    /// A suggestion was seen.
    Shown(RecommendationKind),
    /// A suggestion was answered.
    Answered(RecommendationKind, Answer),
    /// So many seconds of work were written down afterwards; fewer than none where less was done than stood
    /// there.
    Worked(i64),
}

/// What came of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Accepted,
    Dismissed,
    Snoozed,
    Ignored,
}

/// What is said of a task; what is `None` was not said. An inner `None` takes a value away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Says {
    /// 0 none, 1 highest, 9 lowest.
    pub priority: Option<u8>,
    /// Not before.
    pub start: Option<Option<Timestamp>>,
    /// Wanted by; the end of the day where only a day is given.
    pub due: Option<Option<Timestamp>>,
    /// Whether `due` names a day and no hour.
    pub due_is_date: Option<bool>,
    /// Immovable.
    pub deadline: Option<Option<Timestamp>>,
    /// Expected effort in seconds.
    pub estimate_s: Option<Option<u32>>,
    pub energy: Option<Option<Energy>>,
    /// Waits for somebody, or for some day.
    pub waiting: Option<bool>,
    pub recurs: Option<bool>,
    /// The project, as a hash or an id.
    pub project: Option<Option<Uuid>>,
    pub labels: Option<u8>,
    /// The task that it is a part of.
    pub parent: Option<Option<Uuid>>,
    /// Tasks that must be done first.
    pub depends_on: Option<Vec<Uuid>>,
    /// Words, counted by hash.
    pub words: Option<[u8; BUCKETS]>,
}

impl Fact {
    /// The order in which a server learns of facts: the one order that every reader uses. What shares
    /// its moments goes as a life does, from its beginning on.
    pub fn order(&self) -> (Timestamp, Timestamp, u8, Uuid) {
        let at = self.at.min(self.recorded_at);
        (self.recorded_at, at, self.what.rank(), self.id)
    }
}

/// What was recorded by a moment, in the order in which a server learnt of it.
pub(crate) fn known_at(facts: &[Fact], until: Timestamp) -> Vec<&Fact> {
    let known = facts.iter().filter(|fact| fact.recorded_at <= until);
    let mut known: Vec<&Fact> = known.collect();
    known.sort_by_key(|fact| fact.order());
    known
}

impl Happened {
    /// What it says of its task.
    pub fn says(&self) -> Option<&Says> {
        match self {
            Self::Created(says) | Self::Edited(says) | Self::Deferred(says) => Some(says),
            _ => None,
        }
    }

    /// A number for each kind of thing that can happen, in the order of a life.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Created(_) => 0,
            Self::Edited(_) => 1,
            Self::Started => 2,
            Self::Stopped => 3,
            Self::Done => 4,
            Self::Reopened => 5,
            Self::Deferred(_) => 6,
            Self::Cancelled => 7,
            Self::Deleted => 8,
            Self::Restored => 9,
            Self::Shown(_) => 10,
            Self::Answered(..) => 11,
            Self::Worked(_) => 12,
        }
    }
}
