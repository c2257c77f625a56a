//! What would be best, by asking the world itself: the same moment is lived through many times with
//! fresh luck.

use uuid::Uuid;

use crate::chance::Chance;
use crate::life::Life;
use crate::task::End;
use crate::time::{Minute, SLOT};

/// How long after a suggestion its worth is counted: two hours.
pub const WINDOW: Minute = 4 * SLOT;

/// What a judge knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knows {
    /// The moment too: energy, illness, a short night.
    Everything,
    /// Traits and what was said lately, not the luck of the day. The most that learning can come to.
    Traits,
}

/// The expected reward of silence and of each candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub silence: f64,
    pub candidates: Vec<(Uuid, f64)>,
}

impl Judged {
    /// The best that can be done: a candidate, or `None` for silence; with its worth.
    pub fn best(&self) -> (Option<Uuid>, f64) {
        let mut best = (None, self.silence);
        for (id, worth) in &self.candidates {
            if *worth > best.1 {
                best = (Some(*id), *worth);
            }
        }
        best
    }
}

/// Judges a moment by so many lives each. All actions meet the same luck, so that few suffice.
pub fn judge(life: &Life, candidates: &[Uuid], knows: Knows, lives: u32, seed: u64) -> Judged {
    let worth = |task: Option<Uuid>| {
        let sum: f64 = (0..lives)
            .map(|number| one(life, task, knows, seed, u64::from(number)))
            .sum();
        sum / f64::from(lives.max(1))
    };
    Judged {
        silence: worth(None),
        candidates: candidates
            .iter()
            .map(|id| (*id, worth(Some(*id))))
            .collect(),
    }
}

fn one(life: &Life, task: Option<Uuid>, knows: Knows, seed: u64, number: u64) -> f64 {
    let mut life = relive(life, seed, number);
    if knows == Knows::Traits {
        life.mind = life.mind.typical(&life.world, &life.person, life.now);
    }
    let before = life.balance();
    let burden = life.mind.burden;
    if let Some(task) = task {
        life.suggest(task);
    }
    // what annoys now costs later, after the window
    let later = 0.05 * (life.mind.burden - burden);
    life.until(life.now() + WINDOW);
    life.balance() - before - later
}

/// The chance that a task is done by a moment when nothing is suggested: the ceiling of any prediction.
pub fn done_by(life: &Life, task: Uuid, until: Minute, lives: u32, seed: u64) -> f64 {
    let done = (0..lives)
        .filter(|number| {
            let mut life = relive(life, seed, u64::from(*number));
            while life.now() < until {
                life.until(life.now() + SLOT);
                let end = life.tasks.iter().find(|other| other.id == task);
                match end.map(|task| task.end) {
                    Some(None) => {}
                    Some(Some((at, End::Done | End::OnlySaid))) => return at <= until,
                    Some(Some((_, End::GivenUp))) | None => return false,
                }
            }
            false
        })
        .count();
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let done = done as f64;
    done / f64::from(lives.max(1))
}

/// The same moment with fresh luck.
fn relive(life: &Life, seed: u64, number: u64) -> Life {
    let mut life = life.clone();
    life.chance = Chance::of_person(seed, 2 * number);
    life.answers = Chance::of_person(seed, 2 * number + 1);
    life
}
