//! What would be best, by asking the world itself: the same moment is lived through many times with
//! fresh luck.

use uuid::Uuid;

use crate::guided::Guided;
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
    let mut life = life.relived(seed, 2 * number);
    knows.forget(&mut life);
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

/// The chance that an open task is done, or said to be, by a moment, in so many lives in which is said what its rule
/// says: the ceiling of any prediction. `None` where the task is not open.
pub fn done_by(
    guided: &Guided,
    task: Uuid,
    until: Minute,
    knows: Knows,
    lives: u32,
    seed: u64,
) -> Option<f64> {
    guided.life.open().find(|open| open.id == task)?;
    let done = (0..lives)
        .filter(|number| {
            let mut guided = guided.relived(seed, u64::from(*number));
            knows.forget(&mut guided.life);
            while guided.life.now() < until {
                guided.until(guided.life.now() + SLOT);
                let end = guided.life.tasks.iter().find(|other| other.id == task);
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
    Some(done / f64::from(lives.max(1)))
}

impl Knows {
    /// Takes from a life what this judge does not know.
    fn forget(self, life: &mut Life) {
        if self == Self::Traits {
            life.mind = life.mind.typical(&life.world, &life.person, life.now);
        }
    }
}
