//! A person's life, half an hour at a time. It stops at each moment at which something may be
//! suggested, and goes on with what was said.

mod evening;
mod slot;

use std::sync::Arc;

use uuid::Uuid;

use crate::chance::Chance;
use crate::mind::Mind;
use crate::person::{Person, SLEEP_H, WAKE_H};
use crate::record::{Answer, Event, Kind, Says, says, soil};
use crate::response;
use crate::task::{End, Source, Task};
use crate::time::{DAY, HOUR, Minute, SLOT, hour, hour_of_week, number, timestamp, whole};
use crate::world::World;

/// A life. Everything in it is hidden from whoever decides what to say: they see [`Decision`] and the
/// lines of [`Life::take_events`].
#[derive(Clone, Debug)]
pub struct Life {
    pub(crate) world: Arc<World>,
    pub(crate) number: u64,
    pub(crate) person: Person,
    pub(crate) mind: Mind,
    pub(crate) tasks: Vec<Task>,
    pub(crate) now: Minute,
    source: Source,
    /// Draws of what happens, of what is answered, and of how it is written down: what is said must not
    /// change what would have happened by itself.
    pub(crate) chance: Chance,
    pub(crate) answers: Chance,
    paper: Chance,
    events: Vec<Event>,
    /// What was accepted last, how strongly, and until when it counts.
    intent: Option<(Uuid, f64, Minute)>,
    /// Worth of what was done since the beginning.
    pub(crate) worth: f64,
    /// Cost of answers since the beginning.
    pub(crate) cost: f64,
    /// The calendar: whether each half hour of the day is taken.
    taken: Vec<bool>,
    /// At which half hours of the day something may be said.
    moments: Vec<Minute>,
    asked_at: Option<Minute>,
}

/// A moment at which something may be said, as far as it can be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub id: Uuid,
    pub at: Minute,
    /// Minutes until the calendar is busy; the calendar is wrong now and then.
    pub free_min: Minute,
    /// Open tasks that could be begun.
    pub candidates: Vec<Uuid>,
}

/// What was said and what came of it at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reply {
    pub answer: Answer,
    /// Minutes until it was answered; the whole window where nobody did.
    pub after_min: Minute,
    /// The assistant was turned off over it.
    pub turned_off: bool,
}

impl Life {
    /// The life of the person of this number in a world with this seed.
    pub fn new(world: &World, seed: u64, number: u64) -> Self {
        let mut chance = Chance::of_person(seed, 4 * number);
        let person = Person::draw(world, &mut chance);
        let source = Source::new(world, &mut chance);
        let mut life = Self {
            mind: Mind::new(&person),
            person,
            world: Arc::new(world.clone()),
            number,
            tasks: Vec::new(),
            now: whole(WAKE_H * 60.0),
            source,
            chance,
            answers: Chance::of_person(seed, 4 * number + 1),
            paper: Chance::of_person(seed, 4 * number + 2),
            events: Vec::new(),
            intent: None,
            worth: 0.0,
            cost: 0.0,
            taken: Vec::new(),
            moments: moments(world.decisions_per_day),
            asked_at: None,
        };
        life.begin_day();
        life
    }

    pub fn person(&self) -> &Person {
        &self.person
    }

    pub fn now(&self) -> Minute {
        self.now
    }

    /// Lines that were written since the last call, in the order in which they happened.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Lives on until something may be said, at most until `end`; `None` there.
    pub fn until_decision(&mut self, end: Minute) -> Option<Decision> {
        while self.now < end {
            let is_moment = self.moments.contains(&self.now.rem_euclid(DAY));
            if is_moment && !self.mind.is_off && self.asked_at != Some(self.now) {
                self.asked_at = Some(self.now);
                return Some(self.decision());
            }
            self.half_hour();
        }
        None
    }

    /// Lives on until `end`, whatever might be said.
    pub fn until(&mut self, end: Minute) {
        while self.now < end {
            self.half_hour();
        }
    }

    /// Suggests a task; what comes of it at once. A task that is not there is ignored.
    pub fn suggest(&mut self, task: Uuid) -> Reply {
        let reply = response::answer(self, task);
        self.mind.is_off |= reply.turned_off;
        reply
    }

    /// The same moment with fresh luck: of what happens by the stream of this number, of what is answered by the next.
    pub(crate) fn relived(&self, seed: u64, number: u64) -> Self {
        Self {
            chance: Chance::of_person(seed, number),
            answers: Chance::of_person(seed, number + 1),
            ..self.clone()
        }
    }

    /// Worth of what was done so far, less what answers cost. Rewards are differences of it.
    pub fn balance(&self) -> f64 {
        self.worth - self.cost
    }

    pub(crate) fn intend(&mut self, task: Uuid, strength: f64) {
        self.intent = Some((task, strength, self.now + 4 * SLOT));
    }

    fn half_hour(&mut self) {
        let (world, now) = (self.world.clone(), self.now);
        self.mind.pass(&world, &self.person, now, &mut self.chance);
        let open: Vec<Uuid> = self.open().map(|task| task.id).collect();
        let arrived = self
            .source
            .arrivals(&world, &self.person, &open, now, &mut self.chance);
        for task in arrived {
            let said = says(&task, &mut self.paper);
            self.write(task.id, Kind::Created, now, said);
            self.tasks.push(task);
        }
        self.act();
        self.now += SLOT;
        if hour(self.now) >= SLEEP_H {
            self.evening();
            self.mind.sleep(&world, self.now, &mut self.chance);
            let night = number(DAY) - (SLEEP_H - WAKE_H) * 60.0;
            self.now += whole(night);
            self.begin_day();
        }
    }

    fn begin_day(&mut self) {
        let midnight = self.now.div_euclid(DAY) * DAY;
        let slots = DAY / SLOT;
        self.taken = (0..slots)
            .map(|slot| {
                let at = hour_of_week(midnight + slot * SLOT);
                let busy = self.person.busy.get(at).copied().unwrap_or(0.0);
                self.chance.happens(busy)
            })
            .collect();
        self.forget_old();
    }

    /// Whether the half hour is taken by something that is no task of theirs.
    pub(crate) fn is_busy(&self, at: Minute) -> bool {
        let slot = usize::try_from(at.rem_euclid(DAY) / SLOT).unwrap_or(0);
        self.taken.get(slot).copied().unwrap_or(false)
    }

    fn decision(&mut self) -> Decision {
        let mut free_min = 0;
        // what the calendar says of each half hour is wrong now and then
        for slot in 0..8 {
            let is_wrong = self.paper.happens(self.world.days_are.calendar_error_share);
            if self.is_busy(self.now + slot * SLOT) != is_wrong {
                break;
            }
            free_min += SLOT;
        }
        Decision {
            id: Uuid::from_u128(self.paper.bits()),
            at: self.now,
            free_min,
            candidates: self.ready().map(|task| task.id).collect(),
        }
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_open())
    }

    /// Open tasks that wait for no other.
    pub(crate) fn ready(&self) -> impl Iterator<Item = &Task> {
        self.open().filter(|task| {
            let mut needed = task.depends_on.iter();
            needed.all(|id| {
                !self
                    .tasks
                    .iter()
                    .any(|other| other.id == *id && other.is_open())
            })
        })
    }

    pub(crate) fn task_mut(&mut self, id: Uuid) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }

    /// Closed tasks of long ago are of no use to anybody.
    fn forget_old(&mut self) {
        let long_ago = self.now - 3 * DAY;
        self.tasks
            .retain(|task| task.end.is_none_or(|(at, _)| at > long_ago));
    }

    /// Writes a line, unless it gets lost.
    fn write(&mut self, task: Uuid, kind: Kind, at: Minute, says: Says) {
        let delay = if kind == Kind::Done {
            self.paper
                .log_normal(self.person.delay_min, self.world.traits.delay_sigma)
        } else {
            0.0
        };
        let event = Event {
            v: 1,
            id: Uuid::from_u128(self.paper.bits()),
            person: self.number,
            at: timestamp(at),
            recorded_at: timestamp(at + whole(delay).min(7 * DAY)),
            kind,
            task,
            says,
        };
        let soiled = soil(&self.world, event, &mut self.paper);
        self.events.extend(soiled);
    }

    /// What is worth something was done: all of it, or a share.
    fn earn(&mut self, worth: f64) {
        self.worth += worth;
    }

    fn close(&mut self, id: Uuid, at: Minute, end: End) {
        if let Some(task) = self.task_mut(id) {
            task.end = Some((at, end));
        }
    }
}

/// Evenly over the waking day.
fn moments(per_day: u32) -> Vec<Minute> {
    let awake = whole((SLEEP_H - WAKE_H) * 60.0) - 2 * HOUR;
    let first = whole(WAKE_H * 60.0) + HOUR;
    (0..i64::from(per_day))
        .map(|number| {
            let at = first + awake * number / i64::from(per_day.max(1));
            at / SLOT * SLOT
        })
        .collect()
}
