//! A person's tasks at a moment, with what is worked out once for all rows of that moment.

mod order;

use std::collections::HashMap;

use astro_core::calendar::Timestamp;
use astro_core::preferences::RecommendationKind;
use uuid::Uuid;

use crate::maths::count;
use crate::person::Person;
use crate::row::Row;
use crate::task::Task;
use order::Order;

/// The moment, as far as it is known without the person's tasks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub now: Timestamp,
    /// Seconds until the calendar is busy; `None` when no calendar is known.
    pub free_s: Option<u32>,
    /// Whether the calendar is busy now.
    pub busy: Option<bool>,
    /// Whether the person asked.
    pub asked: bool,
}

impl Moment {
    /// A moment of which only the time is known.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            free_s: None,
            busy: None,
            asked: false,
        }
    }
}

/// What a row is about. A task that is not open is like none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    pub task: Option<Uuid>,
    /// What would be suggested; `None` where only the task is judged.
    pub kind: Option<RecommendationKind>,
    /// For when; now without it.
    pub slot: Option<Timestamp>,
}

/// A person at a moment.
#[derive(Debug)]
pub struct Scene<'a> {
    pub(crate) person: &'a Person,
    pub(crate) moment: Moment,
    pub(crate) bias: f64,
    pub(crate) load: Load,
    order: Order,
    /// How many open tasks wait for each task.
    waiting_for: HashMap<Uuid, u32>,
    /// How many open parts each task has.
    parts: HashMap<Uuid, u32>,
}

/// What is open, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Load {
    pub open: f64,
    pub overdue: f64,
    /// Wanted within a day, within a week.
    pub soon: f64,
    pub week: f64,
    /// Hours of work left of what is wanted within a week.
    pub week_h: f64,
    pub in_progress: f64,
}

impl<'a> Scene<'a> {
    pub fn new(person: &'a Person, moment: Moment) -> Self {
        let bias = person.habits().bias(moment.now);
        let mut scene = Self {
            person,
            moment,
            bias,
            load: Load::default(),
            order: Order::default(),
            waiting_for: HashMap::new(),
            parts: HashMap::new(),
        };
        let mut ranked = Vec::new();
        for (id, task) in person.open() {
            for needed in &task.depends_on {
                *scene.waiting_for.entry(*needed).or_default() += 1;
            }
            if let Some(whole) = task.parent {
                *scene.parts.entry(whole).or_default() += 1;
            }
            let left_s = scene.left_s(task);
            scene.load.add(task, moment.now, left_s);
            ranked.push((id, task, left_s));
        }
        scene.order = Order::of(ranked);
        scene
    }

    /// The row of a candidate.
    pub fn row(&self, candidate: Candidate) -> Row {
        let task = candidate
            .task
            .and_then(|id| Some((id, self.person.task(id)?)))
            .filter(|(_, task)| task.is_open());
        Row::of(&View {
            scene: self,
            task: task.map(|(_, task)| task),
            id: task.map(|(id, _)| id),
            candidate,
        })
    }

    /// Whether a task could be begun now: it waits for nothing, for no day, and for no part of itself.
    pub(crate) fn can_begin(&self, id: Uuid, task: &Task) -> bool {
        let is_open = |id: &Uuid| self.person.task(*id).is_some_and(Task::is_open);
        !task.waiting
            && task.start.is_none_or(|start| start <= self.moment.now)
            && !task.depends_on.iter().any(is_open)
            && !self.parts.contains_key(&id)
    }

    /// Seconds of work that are left of a task, with what is known of its person's estimates.
    pub(crate) fn left_s(&self, task: &Task) -> f64 {
        let estimate = task.expected_s();
        // something is always left of what is not done
        (estimate * self.bias - task.worked_until(self.moment.now)).max(estimate * 0.1)
    }
}

impl Load {
    fn add(&mut self, task: &Task, now: Timestamp, left_s: f64) {
        self.open += 1.0;
        self.in_progress += f64::from(u8::from(task.running_since.is_some() || task.sessions > 0));
        let Some(wanted) = task.wanted_by() else {
            return;
        };
        let days = crate::maths::days(now, wanted);
        self.overdue += f64::from(u8::from(days < 0.0));
        self.soon += f64::from(u8::from((0.0..1.0).contains(&days)));
        if days < 7.0 {
            self.week += 1.0;
            self.week_h += left_s / 3_600.0;
        }
    }
}

/// What a feature sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub scene: &'a Scene<'a>,
    pub task: Option<&'a Task>,
    id: Option<Uuid>,
    pub candidate: Candidate,
}

impl View<'_> {
    pub fn now(&self) -> Timestamp {
        self.scene.moment.now
    }

    /// When it would happen: in the slot that is suggested, or now.
    pub fn when(&self) -> Timestamp {
        self.candidate.slot.unwrap_or_else(|| self.now())
    }

    /// How many open tasks wait for this one.
    pub fn waiting_for(&self) -> Option<f64> {
        self.id
            .map(|id| f64::from(self.scene.waiting_for.get(&id).copied().unwrap_or(0)))
    }

    /// How many open tasks this one waits for.
    pub fn waits_for(&self) -> Option<f64> {
        let person = self.scene.person;
        let is_open = |id: &&Uuid| person.task(**id).is_some_and(Task::is_open);
        self.task
            .map(|task| count(task.depends_on.iter().filter(is_open).count()))
    }

    /// How many open parts it has.
    pub fn parts(&self) -> Option<f64> {
        self.id
            .map(|id| f64::from(self.scene.parts.get(&id).copied().unwrap_or(0)))
    }

    /// Its place among all open tasks by when it is wanted: 0 is first, 1 last.
    pub fn due_rank(&self) -> Option<f64> {
        self.id.and_then(|id| self.scene.order.by_due(id))
    }

    /// As [`View::due_rank`], by how little is left of it.
    pub fn short_rank(&self) -> Option<f64> {
        self.id.and_then(|id| self.scene.order.by_left(id))
    }

    /// As [`View::due_rank`], by age: 0 is oldest.
    pub fn age_rank(&self) -> Option<f64> {
        self.id.and_then(|id| self.scene.order.by_age(id))
    }
}
