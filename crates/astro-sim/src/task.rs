//! Tasks as they really are, and how they come up.

use uuid::Uuid;

use crate::chance::Chance;
use crate::person::{CATEGORIES, Person};
use crate::time::{DAY, HOUR, Minute, SLOT, days, number, whole};
use crate::world::World;

/// How a task ended, in truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    /// Said to be done, and not done.
    OnlySaid,
    GivenUp,
}

/// A task, with what nobody sees of it.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: Uuid,
    pub category: usize,
    /// What it is worth, from 0 to 1.
    pub value: f64,
    /// What the person expects, minutes.
    pub expected_min: f64,
    /// Whether they said so.
    pub says_estimate: bool,
    /// What it takes, minutes.
    pub effort_min: f64,
    pub worked_min: f64,
    pub created: Minute,
    pub due: Option<Minute>,
    /// Due is a deadline.
    pub is_hard: bool,
    pub priority: u8,
    pub depends_on: Vec<Uuid>,
    /// How many days until it comes again.
    pub every_days: Option<i64>,
    pub postpones: u32,
    pub has_begun: bool,
    pub end: Option<(Minute, End)>,
}

impl Task {
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// The share of it that is done.
    pub fn progress(&self) -> f64 {
        (self.worked_min / self.effort_min).min(1.0)
    }
}

/// Whatever brings tasks: a steady stream that excites itself (Hawkes, 1971), bursts, and what comes
/// again and again.
#[derive(Clone, Debug)]
pub struct Source {
    /// What earlier arrivals still add to the rate, a day.
    excitement: f64,
    /// When each recurring task comes next, its category, its expected minutes, its days.
    recurring: Vec<(Minute, usize, f64, i64)>,
}

impl Source {
    pub fn new(world: &World, chance: &mut Chance) -> Self {
        let recurring = (0..world.tasks.recurring)
            .map(|_| {
                let every = [1, 7, 7, 14, 30][chance.pick(5)];
                let first = whole(chance.between(0.0, number(every * DAY))) / SLOT * SLOT;
                let expected = chance.log_normal(20.0, 0.5);
                (first, chance.pick(CATEGORIES), expected, every)
            })
            .collect();
        Self {
            excitement: 0.0,
            recurring,
        }
    }

    /// What comes up in the half hour from `now` on.
    pub fn arrivals(
        &mut self,
        world: &World,
        person: &Person,
        open: &[Uuid],
        now: Minute,
        chance: &mut Chance,
    ) -> Vec<Task> {
        let tasks = &world.tasks;
        let share_of_day = number(SLOT) / number(16 * HOUR);
        let half_life = number(SLOT) / 60.0 / tasks.excitation_half_life_h;
        self.excitement *= libm::exp2(-half_life);
        let base = tasks.arrivals_per_day * person.load * (1.0 - tasks.excitation_share);
        let count = chance.poisson((base + self.excitement) * share_of_day);
        // each arrival brings so many more on average, spread over its excitement
        let jump = tasks.excitation_share * 16.0 / tasks.excitation_half_life_h * 0.69;
        self.excitement += jump * f64::from(count);
        let mut arrived: Vec<Task> = Vec::new();
        for _ in 0..count {
            let category = chance.pick(CATEGORIES);
            let mut task = draw(world, person, category, None, now, chance);
            if let (true, false) = (chance.happens(tasks.depends_share), open.is_empty()) {
                task.depends_on = vec![open[chance.pick(open.len())]];
            }
            arrived.push(task);
        }
        if chance.happens(tasks.bursts_per_day * share_of_day) {
            arrived.extend(burst(world, person, now, chance));
        }
        for (next, category, expected, every) in &mut self.recurring {
            if *next <= now {
                let again = Some((*expected, *every));
                arrived.push(draw(world, person, *category, again, now, chance));
                *next += *every * DAY;
            }
        }
        arrived
    }
}

/// A project that falls from the sky: parts that wait for each other, with one deadline.
fn burst(world: &World, person: &Person, now: Minute, chance: &mut Chance) -> Vec<Task> {
    let category = chance.pick(CATEGORIES);
    let due = now + whole(number(DAY) * chance.between(5.0, 15.0));
    let mut parts: Vec<Task> = Vec::new();
    for _ in 0..4 + chance.pick(4) {
        let mut task = draw(world, person, category, None, now, chance);
        task.due = Some(due);
        task.is_hard = true;
        if let Some(before) = parts.last().filter(|_| chance.happens(0.7)) {
            task.depends_on = vec![before.id];
        }
        parts.push(task);
    }
    parts
}

fn draw(
    world: &World,
    person: &Person,
    category: usize,
    again: Option<(f64, i64)>,
    now: Minute,
    chance: &mut Chance,
) -> Task {
    let tasks = &world.tasks;
    let value = chance.between(0.15, 1.0);
    let expected_min = match again {
        Some((expected, _)) => expected,
        None => chance.log_normal(tasks.estimate_median_min, tasks.estimate_sigma),
    }
    .clamp(5.0, 600.0);
    let bias = person.planning_bias * chance.log_normal(1.0, tasks.effort_sigma);
    let has_due = again.is_some() || chance.happens(tasks.due_share);
    let ahead = match again {
        Some((_, every)) => days(every * DAY).min(2.0),
        None => chance.log_normal(tasks.due_median_days, 0.9),
    };
    // people write a due that is the end of a day
    let due = has_due.then(|| {
        let at = now + whole(number(DAY) * ahead);
        (at.div_euclid(DAY) + 1) * DAY
    });
    let step = chance.happens(0.6);
    Task {
        id: Uuid::from_u128(chance.bits()),
        category,
        value,
        expected_min,
        // what one does not like to do one does not like to think of
        says_estimate: chance.happens(
            tasks.estimate_given_share
                * (1.0 - world.dirt.missing_share * 2.0 * person.aversion[category]).max(0.0),
        ),
        effort_min: (expected_min * bias).max(3.0),
        worked_min: 0.0,
        created: now,
        due,
        is_hard: has_due && chance.happens(tasks.hard_share),
        priority: if step { priority(value, chance) } else { 0 },
        depends_on: Vec::new(),
        every_days: again.map(|(_, every)| every),
        postpones: 0,
        has_begun: false,
        end: None,
    }
}

/// What people say of what a thing is worth to them: roughly right.
fn priority(value: f64, chance: &mut Chance) -> u8 {
    match value + 0.25 * chance.normal() {
        said if said > 0.85 => 1,
        said if said > 0.6 => 3,
        said if said > 0.35 => 5,
        _ => 7,
    }
}
