//! Is what would be best among the candidates? Lives of people whom nobody has learnt from, stopped at moments; a judge
//! who knows their traits says what every task that could be begun would be worth, and the candidates are made of the
//! record alone.

mod known;
mod tally;

use anyhow::Result;
use astro_models::recommendation::RecommendationModel;
use astro_sim::oracle::{Judged, Knows, judge};
use astro_sim::time::{DAY, timestamp};
use astro_sim::{Life, World};
use uuid::Uuid;

use known::Known;
use tally::Tally;

/// Of so many moments one is looked at; at a third of the others something is said.
const EVERY: usize = 9;
const SPOKEN: usize = 3;
/// The first days say little.
const FROM_DAY: i64 = 10;

/// How much is looked at.
pub struct Wanted {
    pub moments: usize,
    /// Lives by which the judge judges the many; the best of them by more.
    pub lives: u32,
    pub seed: u64,
}

pub fn run(world: &World, model: &RecommendationModel, wanted: &Wanted) -> Result<()> {
    let mut tally = Tally::default();
    let each = wanted.moments.div_ceil(world.people as usize).max(1);
    for number in 0..u64::from(world.people) {
        if tally.moments + 0.5 > crate::number(wanted.moments) {
            break;
        }
        live(world, model, wanted, number, each, &mut tally)?;
    }
    tally.print();
    Ok(())
}

/// Lives one life, and looks at some of its moments.
fn live(
    world: &World,
    model: &RecommendationModel,
    wanted: &Wanted,
    number: u64,
    each: usize,
    tally: &mut Tally,
) -> Result<()> {
    let mut life = Life::new(world, wanted.seed, number);
    let mut known = Known::default();
    let end = i64::from(world.days) * DAY;
    // each person's moments lie elsewhere in their days
    let mut turn = usize::try_from(number)? % EVERY;
    let mut looked = 0;
    while let Some(decision) = life.until_decision(end).filter(|_| looked < each) {
        known.hear(&mut life)?;
        known.now(timestamp(decision.at));
        turn += 1;
        let (_, luck) = decision.id.as_u64_pair();
        if decision.candidates.is_empty() {
            continue;
        }
        if turn.is_multiple_of(EVERY) {
            if decision.at >= FROM_DAY * DAY {
                let judged = race(
                    &life,
                    &decision.candidates,
                    wanted.lives,
                    wanted.seed ^ luck,
                );
                tally.add(&known, model, &decision, &judged);
                looked += 1;
            }
        } else if turn.is_multiple_of(SPOKEN) {
            let place = usize::try_from(luck % decision.candidates.len() as u64)?;
            let task = decision.candidates[place];
            let reply = life.suggest(task);
            known.say(&decision, task, reply);
        }
    }
    Ok(())
}

/// Judges the many by few lives and the best of them by many: with few alone the best would be whoever was luckiest.
fn race(life: &Life, tasks: &[Uuid], lives: u32, seed: u64) -> Judged {
    let mut all = judge(life, tasks, Knows::Traits, lives, seed);
    for (round, left) in [(1, 12), (2, 4)] {
        all.candidates.sort_by(|a, b| b.1.total_cmp(&a.1));
        let best: Vec<Uuid> = all
            .candidates
            .iter()
            .take(left)
            .map(|(id, _)| *id)
            .collect();
        // other luck than before, which chose them
        let again = judge(
            life,
            &best,
            Knows::Traits,
            lives * 5_u32.pow(round),
            seed + u64::from(round),
        );
        all.silence = again.silence;
        for (id, worth) in again.candidates {
            if let Some(known) = all.candidates.iter_mut().find(|(known, _)| *known == id) {
                known.1 = worth;
            }
        }
        // whoever fell out is not as good as who stayed, whatever its luck was
        let least = all
            .candidates
            .iter()
            .filter(|(id, _)| best.contains(id))
            .map(|(_, worth)| *worth);
        let least = least.fold(f64::MAX, f64::min);
        for (id, worth) in &mut all.candidates {
            if !best.contains(id) {
                *worth = worth.min(least);
            }
        }
    }
    all
}
