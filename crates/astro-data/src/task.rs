//! A task as it stood at a moment.

use astro_core::calendar::Timestamp;
use astro_core::tasks::Energy;
use uuid::Uuid;

use crate::decay::Decay;
use crate::fact::Says;
use crate::maths::seconds;
use crate::text::BUCKETS;

/// Half-life of what is remembered of suggestions of one task.
pub(crate) const TASK_H: f64 = 7.0 * 24.0;

/// How a task's life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    Done,
    /// Given up, or deleted while it was open.
    Dropped,
}

/// What is known of a task.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub created_at: Timestamp,
    pub edited_at: Timestamp,
    pub priority: u8,
    pub start: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub due_is_date: bool,
    pub first_due: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub estimate_s: Option<u32>,
    pub energy: Option<Energy>,
    pub waiting: bool,
    pub recurs: bool,
    pub project: Option<Uuid>,
    pub labels: u8,
    pub parent: Option<Uuid>,
    pub depends_on: Vec<Uuid>,
    pub words: [u8; BUCKETS],
    pub postpones: u32,
    /// Seconds of finished stretches of work.
    pub worked_s: f64,
    pub sessions: u32,
    pub running_since: Option<Timestamp>,
    /// When somebody last worked on it.
    pub worked_at: Option<Timestamp>,
    pub closed: Option<(Timestamp, Closing)>,
    pub deleted: bool,
    /// Its deletion was what closed it.
    pub(crate) dropped_by_deletion: bool,
    pub shown: Decay,
    pub dismissed: Decay,
    pub snoozed: Decay,
}

impl Task {
    pub(crate) fn new(created_at: Timestamp) -> Self {
        Self {
            created_at,
            edited_at: created_at,
            priority: 0,
            start: None,
            due: None,
            due_is_date: false,
            first_due: None,
            deadline: None,
            estimate_s: None,
            energy: None,
            waiting: false,
            recurs: false,
            project: None,
            labels: 0,
            parent: None,
            depends_on: Vec::new(),
            words: [0; BUCKETS],
            postpones: 0,
            worked_s: 0.0,
            sessions: 0,
            running_since: None,
            worked_at: None,
            closed: None,
            deleted: false,
            dropped_by_deletion: false,
            shown: Decay::default(),
            dismissed: Decay::default(),
            snoozed: Decay::default(),
        }
    }

    /// Neither closed nor in the trash.
    pub fn is_open(&self) -> bool {
        self.closed.is_none() && !self.deleted
    }

    /// The earlier of due and deadline.
    pub fn wanted_by(&self) -> Option<Timestamp> {
        match (self.due, self.deadline) {
            (Some(due), Some(deadline)) => Some(due.min(deadline)),
            (due, deadline) => due.or(deadline),
        }
    }

    /// Expected effort, seconds; half an hour where nobody said.
    pub(crate) fn expected_s(&self) -> f64 {
        self.estimate_s.map_or(1_800.0, f64::from)
    }

    /// What it is worth to its person, from 0 to 1, by its priority; somewhere below the middle where nobody said.
    pub fn worth(&self) -> f64 {
        match self.priority {
            0 => 0.4,
            priority => (10.0 - f64::from(priority.min(9))) / 9.0,
        }
    }

    /// Seconds that were worked on it until `now`, the present stretch included.
    pub fn worked_until(&self, now: Timestamp) -> f64 {
        let running = self.running_since.map_or(0.0, |since| seconds(since, now));
        self.worked_s + running.max(0.0)
    }

    pub(crate) fn say(&mut self, says: &Says, at: Timestamp) {
        fn set<T: Clone>(field: &mut T, said: Option<&T>) {
            if let Some(value) = said {
                field.clone_from(value);
            }
        }
        set(&mut self.priority, says.priority.as_ref());
        set(&mut self.start, says.start.as_ref());
        set(&mut self.due, says.due.as_ref());
        set(&mut self.due_is_date, says.due_is_date.as_ref());
        set(&mut self.deadline, says.deadline.as_ref());
        set(&mut self.estimate_s, says.estimate_s.as_ref());
        set(&mut self.energy, says.energy.as_ref());
        set(&mut self.waiting, says.waiting.as_ref());
        set(&mut self.recurs, says.recurs.as_ref());
        set(&mut self.project, says.project.as_ref());
        set(&mut self.labels, says.labels.as_ref());
        set(&mut self.parent, says.parent.as_ref());
        set(&mut self.depends_on, says.depends_on.as_ref());
        set(&mut self.words, says.words.as_ref());
        if self.first_due.is_none() {
            self.first_due = self.due;
        }
        self.edited_at = self.edited_at.max(at);
    }

    pub(crate) fn start_work(&mut self, at: Timestamp) {
        self.running_since.get_or_insert(at);
        self.worked_at = Some(at);
    }

    #[expect(clippy::cast_precision_loss, reason = "a year of seconds at most")]
    pub(crate) fn work(&mut self, at: Timestamp, seconds: i64) {
        self.worked_s = (self.worked_s + seconds as f64).max(0.0);
        if seconds > 0 {
            self.sessions = self.sessions.saturating_add(1);
            self.worked_at = self.worked_at.max(Some(at));
        }
    }

    pub(crate) fn stop_work(&mut self, at: Timestamp) {
        if let Some(since) = self.running_since.take() {
            self.worked_s += seconds(since, at).max(0.0);
            self.sessions = self.sessions.saturating_add(1);
            self.worked_at = Some(at);
        }
    }
}
