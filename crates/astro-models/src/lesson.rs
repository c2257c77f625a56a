//! Which rows are learnt from, which say when to stop, and which are kept to judge.

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use astro_core::preferences::FeatureGroup;
use astro_data::examples::LONGEST;
use astro_data::{Decision, Example, Exposure, Fact, Part, Row, Split, examples, exposures, moved};
use uuid::Uuid;

/// With so many people some can be kept unseen; with fewer, time alone tells apart.
const MANY: usize = 10;
/// The last part of the time is kept to judge, and where people are few the part before it to stop.
const JUDGED_FROM: f64 = 0.8;
const CHECKED_FROM: f64 = 0.5;
/// What rows are for, by name.
pub const PARTS: [&str; 4] = ["learn", "check", "later", "unseen"];

/// One person's record: cleaned facts, and where they live.
#[derive(Clone, Debug)]
pub struct Record {
    pub person: Uuid,
    pub zone: TimeZone,
    pub facts: Vec<Fact>,
    /// When something could have been said to them, and what was.
    pub decisions: Vec<Decision>,
    /// What learning may not look at.
    pub withheld: Vec<FeatureGroup>,
}

/// What can be learnt from: a row of somebody at a moment.
pub trait Taught: Clone {
    /// All of a record, as it was known at a moment.
    fn of(record: &Record, until: Timestamp) -> Vec<Self>;
    fn row_mut(&mut self) -> &mut Row;
    fn key(&self) -> Key<'_>;
}

/// By what something that is learnt from is told apart.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    pub person: Uuid,
    pub at: Timestamp,
    pub row: &'a Row,
    /// Tells apart what has the same row.
    pub id: Uuid,
}

impl Taught for Example {
    fn of(record: &Record, until: Timestamp) -> Vec<Self> {
        examples(record.person, &record.zone, &record.facts, until)
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }

    fn key(&self) -> Key<'_> {
        Key {
            person: self.person,
            at: self.at,
            row: &self.row,
            id: self.task,
        }
    }
}

impl Taught for Exposure {
    fn of(record: &Record, until: Timestamp) -> Vec<Self> {
        let Record {
            person,
            zone,
            facts,
            decisions,
            ..
        } = record;
        exposures(*person, zone, facts, decisions, until)
    }

    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }

    fn key(&self) -> Key<'_> {
        Key {
            person: self.person,
            at: self.at,
            row: &self.row,
            id: self.decision,
        }
    }
}

/// When the lives of records begin, as they were known at a moment. What lies long before nearly all of the rest is left out:
/// a single line of long ago must not move where everybody's time is divided.
fn begin(records: &[Record], until: Timestamp) -> Timestamp {
    let longest = moved(until, -LONGEST);
    let mut recorded: Vec<Timestamp> = records
        .iter()
        .flat_map(|record| &record.facts)
        .map(|fact| fact.recorded_at)
        .filter(|at| (longest..=until).contains(at))
        .collect();
    recorded.sort_unstable();
    let Some(early) = recorded.get(recorded.len() / 20) else {
        return until;
    };
    let far = until - until.duration_since(*early) * 3 / 2;
    let near = recorded.iter().find(|at| **at >= far);
    near.copied().unwrap_or(*early)
}

/// What is learnt from a record as it was known at a moment, without what learning may not look at.
fn taught<T: Taught>(record: &Record, until: Timestamp) -> Vec<T> {
    let mut all = T::of(record, until);
    if !record.withheld.is_empty() {
        for row in all.iter_mut().map(T::row_mut) {
            *row = row.clone().without(&record.withheld);
        }
    }
    all
}

/// What is learnt from and judged on, by what it is for.
#[derive(Clone, Debug)]
pub struct Lesson<T> {
    pub learn: Vec<T>,
    pub check: Vec<T>,
    /// Fates of both were known then; nothing later was looked at.
    pub learnt_until: Timestamp,
    /// Rows of later than all that, of people who were learnt from.
    pub later: Vec<T>,
    /// Rows of people of whom nothing was learnt.
    pub unseen: Vec<T>,
    pub until: Timestamp,
}

impl<T: Taught> Lesson<T> {
    /// Divides records, as they were known at `until`.
    pub fn of(records: &[Record], until: Timestamp, seed: u64) -> Self {
        let from = begin(records, until);
        let along = |part: f64| {
            let all = until.duration_since(from).as_secs_f64();
            from + SignedDuration::from_secs_f64(all * part)
        };
        let (check_cut, judge_cut) = (along(CHECKED_FROM), along(JUDGED_FROM));
        let are_many = records.len() >= MANY;
        let split = Split {
            train_until: judge_cut,
            test_from: judge_cut,
            unseen_one_in: if are_many { 5 } else { 0 },
            validate_one_in: if are_many { 5 } else { 0 },
            seed,
        };
        let mut lesson = Self {
            learn: Vec::new(),
            check: Vec::new(),
            learnt_until: judge_cut,
            later: Vec::new(),
            unseen: Vec::new(),
            until,
        };
        for record in records {
            let known_at = |until| taught::<T>(record, until);
            let part = split.part(record.person, from, from);
            if part == Part::Unseen {
                lesson.unseen.extend(known_at(until));
                continue;
            }
            let later = known_at(until)
                .into_iter()
                .filter(|example| example.key().at >= judge_cut);
            lesson.later.extend(later);
            match part {
                Part::Validate => lesson.check.extend(known_at(judge_cut)),
                _ if are_many => lesson.learn.extend(known_at(judge_cut)),
                _ => {
                    // a fate that the check asks for must not have been learnt
                    lesson.learn.extend(known_at(check_cut));
                    let checked = known_at(judge_cut).into_iter();
                    lesson
                        .check
                        .extend(checked.filter(|example| example.key().at >= check_cut));
                }
            }
        }
        lesson
    }

    /// The parts by their names, each with the moment at which its fates were known.
    pub fn parts(&self) -> [(&'static str, &[T], Timestamp); 4] {
        let [learn, check, later, unseen] = PARTS;
        [
            (learn, &self.learn, self.learnt_until),
            (check, &self.check, self.learnt_until),
            (later, &self.later, self.until),
            (unseen, &self.unseen, self.until),
        ]
    }

    /// Keeps about so many examples to learn from, and a fifth of that to check, chosen by the hash of their rows.
    pub fn thin(&mut self, learn: usize) {
        let order = |taught: &T| {
            let key = taught.key();
            (key.row.hash(), key.id)
        };
        for (examples, most) in [(&mut self.learn, learn), (&mut self.check, learn / 5)] {
            if examples.len() > most {
                let mut keys: Vec<_> = examples.iter().map(order).collect();
                keys.sort_unstable();
                let last = keys[most.max(1) - 1];
                examples.retain(|example| order(example) <= last);
            }
        }
    }
}
