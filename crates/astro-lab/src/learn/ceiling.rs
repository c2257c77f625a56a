//! The most that could be said: the world itself is asked of a row by living on from its moment many times with
//! other luck.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use astro_core::calendar::Timestamp;
use astro_data::Example;
use astro_models::completion::{Prediction, bins, judge};
use astro_models::evaluation::{Slice, at_places};
use astro_models::lesson::Lesson;
use astro_sim::oracle::{Knows, done_by};
use astro_sim::time::{Minute, SLOT, minute, whole};
use astro_sim::{Guided, World};
use uuid::Uuid;

use crate::record::{BEHAVIOUR, number_of};

/// Lives by which a row is judged.
const LIVES: u32 = 200;
/// What is asked, by name.
const JUDGES: [(&str, Knows); 2] = [
    ("world, by traits", Knows::Traits),
    ("world, by everything", Knows::Everything),
];

/// The chances that the world says of some rows.
pub struct Ceiling {
    said: HashMap<(Uuid, Timestamp), [f64; JUDGES.len()]>,
    /// Of each slice at most so many.
    rows: usize,
}

impl Ceiling {
    /// Asks of rows of each slice.
    pub fn ask(world: &World, lesson: &Lesson<Example>, rows: usize, seed: u64) -> Self {
        #[expect(clippy::disallowed_methods, reason = "how long asking takes")]
        let begun = Instant::now();
        let mut ceiling = Self {
            said: HashMap::new(),
            rows,
        };
        let mut wanted: BTreeMap<u64, BTreeMap<(Timestamp, Uuid), &Example>> = BTreeMap::new();
        for (_, examples) in lesson.slices() {
            for place in ceiling.some(&examples) {
                let example = examples[place];
                let of_person = wanted.entry(number_of(example.person)).or_default();
                of_person.insert((example.at, example.task), example);
            }
        }
        for (number, examples) in wanted {
            let guided = Guided::new(world, seed, number, BEHAVIOUR);
            ceiling.live(guided, examples.into_values(), seed);
        }
        println!(
            "The world was asked of {} rows whose task was really open, {LIVES} lives each, {:.0} s.",
            ceiling.said.len(),
            begun.elapsed().as_secs_f64(),
        );
        ceiling
    }

    /// Lives one life, and asks of its rows, which come in the order of their moments.
    fn live<'a>(
        &mut self,
        mut guided: Guided,
        examples: impl Iterator<Item = &'a Example>,
        seed: u64,
    ) {
        for example in examples {
            let at = minute(example.at);
            while guided.life.now() + SLOT <= at {
                guided.until(guided.life.now() + SLOT);
                // what is written is read elsewhere
                drop(guided.life.take_events());
            }
            let until = at + whole(60.0 * bins::asked_h(&example.row));
            if let Some(said) = ask(&guided, example, until, seed) {
                self.said.insert((example.task, example.at), said);
            }
        }
    }

    /// The world beside models, on the rows that it was asked of.
    pub fn judge(
        &self,
        name: &str,
        examples: &[&Example],
        said: &[Prediction],
        models: &[(String, Vec<f64>)],
        until: Timestamp,
        seed: u64,
    ) -> Option<Slice> {
        let (places, asked): (Vec<usize>, Vec<[f64; JUDGES.len()]>) = self
            .some(examples)
            .into_iter()
            .filter_map(|place| {
                let key = (examples[place].task, examples[place].at);
                Some((place, *self.said.get(&key)?))
            })
            .unzip();
        let mut models = at_places(models, &places);
        models.extend(JUDGES.iter().enumerate().map(|(judge, (who, _))| {
            let chances = asked.iter().map(|chances| chances[judge]);
            ((*who).to_owned(), chances.collect())
        }));
        let examples: Vec<&Example> = places.iter().map(|place| examples[*place]).collect();
        let said: Vec<Prediction> = places.iter().map(|place| said[*place].clone()).collect();
        let name = format!("{name}, where the world was asked");
        judge(&name, &examples, &said, &models, until, seed)
    }

    /// Places of rows that are asked of, chosen by the hash of their rows.
    fn some(&self, examples: &[&Example]) -> Vec<usize> {
        let mut places: Vec<usize> = (0..examples.len()).collect();
        places.sort_by_cached_key(|place| (examples[*place].row.hash(), examples[*place].task));
        places.truncate(self.rows);
        places
    }
}

/// What each judge says of a row from the half hour in which its moment lies; `None` where its task was not open.
fn ask(
    guided: &Guided,
    example: &Example,
    until: Minute,
    seed: u64,
) -> Option<[f64; JUDGES.len()]> {
    let (_, luck) = example.task.as_u64_pair();
    let seed = seed ^ luck ^ example.at.as_second().unsigned_abs();
    let mut said = [0.0; JUDGES.len()];
    for (chance, (_, knows)) in said.iter_mut().zip(JUDGES) {
        let done = done_by(guided, example.task, until, knows, LIVES, seed)?;
        // so many lives tell neither 0 nor 1
        let lives = f64::from(LIVES);
        *chance = (done * lives + 0.5) / (lives + 1.0);
    }
    Some(said)
}
