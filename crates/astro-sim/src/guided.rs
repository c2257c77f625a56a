//! A life in which something is said or not, by a rule.

use uuid::Uuid;

use crate::chance::Chance;
use crate::life::{Decision, Life, Reply};
use crate::time::{Minute, number};
use crate::world::World;

/// Who decides what is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Behaviour {
    /// Nothing is ever said.
    Silent,
    /// Always the task that is due first.
    EarliestDue,
    /// Speaks with this chance, of anything that could be begun.
    Random { p_speak: f64 },
}

/// A life and what decides in it what is said.
#[derive(Clone, Debug)]
pub struct Guided {
    pub life: Life,
    behaviour: Behaviour,
    chance: Chance,
}

/// What was decided at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// What was suggested; `None` for silence.
    pub task: Option<Uuid>,
    pub p_speak: f64,
    /// Given that something was said.
    pub p_choice: f64,
}

impl Guided {
    /// The life of the person of this number in a world with this seed.
    pub fn new(world: &World, seed: u64, number: u64, behaviour: Behaviour) -> Self {
        Self {
            life: Life::new(world, seed, number),
            behaviour,
            chance: Chance::of_person(seed, 4 * number + 3),
        }
    }

    /// Says what the behaviour says.
    pub fn say(&mut self, decision: &Decision) -> (Choice, Option<Reply>) {
        let choice = self.choose(decision);
        (choice, choice.task.map(|task| self.life.suggest(task)))
    }

    /// Lives on until `end`; what may be said at `end` itself is left.
    pub fn until(&mut self, end: Minute) {
        while let Some(decision) = self.life.until_decision(end) {
            self.say(&decision);
        }
    }

    /// The same moment with fresh luck.
    pub(crate) fn relived(&self, seed: u64, number: u64) -> Self {
        Self {
            life: self.life.relived(seed, 3 * number),
            behaviour: self.behaviour,
            chance: Chance::of_person(seed, 3 * number + 2),
        }
    }

    fn choose(&mut self, decision: &Decision) -> Choice {
        let candidates = &decision.candidates;
        let (luck, which) = (self.chance.uniform(), self.chance.pick(candidates.len()));
        let silence = Choice {
            task: None,
            p_speak: 0.0,
            p_choice: 1.0,
        };
        if candidates.is_empty() {
            return silence;
        }
        match self.behaviour {
            Behaviour::Silent => silence,
            Behaviour::EarliestDue => {
                let due = |id: &&Uuid| {
                    let task = self.life.tasks.iter().find(|task| task.id == **id);
                    let due = task.and_then(|task| task.due);
                    (due.is_none(), due, **id)
                };
                Choice {
                    task: candidates.iter().min_by_key(due).copied(),
                    p_speak: 1.0,
                    p_choice: 1.0,
                }
            }
            Behaviour::Random { p_speak } => Choice {
                task: (luck < p_speak).then(|| candidates[which]),
                p_speak,
                p_choice: 1.0 / number(Minute::try_from(candidates.len()).unwrap_or(Minute::MAX)),
            },
        }
    }
}
