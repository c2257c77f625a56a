//! Which examples are learnt from, which say when to stop, and which are kept to judge.

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use astro_core::preferences::FeatureGroup;
use astro_data::{Example, Fact, Part, Split, examples};
use uuid::Uuid;

/// With so many people some can be kept unseen; with fewer, time alone tells apart.
const MANY: usize = 10;
/// The last part of the time is kept to judge, and where people are few the part before it to stop.
const JUDGED_FROM: f64 = 0.8;
const CHECKED_FROM: f64 = 0.65;
/// Tasks of somebody new.
const FIRST: u32 = 20;

/// One person's record: cleaned facts, and where they live.
#[derive(Clone, Debug)]
pub struct Record {
    pub person: Uuid,
    pub zone: TimeZone,
    pub facts: Vec<Fact>,
    /// What learning may not look at.
    pub withheld: Vec<FeatureGroup>,
}

impl Record {
    /// Their examples, as they were known at a moment, without what learning may not look at.
    fn examples(&self, until: Timestamp) -> Vec<Example> {
        let mut all = examples(self.person, &self.zone, &self.facts, until);
        for example in &mut all {
            example.row = example.row.clone().without(&self.withheld);
        }
        all
    }
}

/// Examples by what they are for.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    pub learn: Vec<Example>,
    pub check: Vec<Example>,
    /// Fates of both were known then; nothing later was looked at.
    pub learnt_until: Timestamp,
    /// Rows of later than all that, of people who were learnt from.
    pub later: Vec<Example>,
    /// Rows of people of whom nothing was learnt.
    pub unseen: Vec<Example>,
    pub until: Timestamp,
}

impl Lesson {
    /// Divides records, as they were known at `until`.
    pub fn of(records: &[Record], until: Timestamp, seed: u64) -> Self {
        let recorded = records
            .iter()
            .flat_map(|record| &record.facts)
            .map(|fact| fact.recorded_at);
        let from = recorded.filter(|at| *at <= until).min().unwrap_or(until);
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
            learnt_until: judge_cut,
            until,
            ..Self::default()
        };
        for record in records {
            let known_at = |until| record.examples(until);
            let part = split.part(record.person, from, from);
            if part == Part::Unseen {
                lesson.unseen.extend(known_at(until));
                continue;
            }
            let later = known_at(until)
                .into_iter()
                .filter(|example| example.at >= judge_cut);
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
                        .extend(checked.filter(|example| example.at >= check_cut));
                }
            }
        }
        lesson
    }

    /// What a model is judged on, by name.
    pub fn slices(&self) -> Vec<(String, Vec<&Example>)> {
        let first = self.unseen.iter().filter(|example| example.nth <= FIRST);
        vec![
            ("later".to_owned(), self.later.iter().collect()),
            ("unseen people".to_owned(), self.unseen.iter().collect()),
            ("first 20 tasks".to_owned(), first.collect()),
        ]
    }

    /// Keeps about so many examples to learn from, and a fifth of that to check, chosen by the hash of their rows.
    pub fn thin(&mut self, learn: usize) {
        for (examples, most) in [(&mut self.learn, learn), (&mut self.check, learn / 5)] {
            if examples.len() > most {
                let mut keys: Vec<_> = examples
                    .iter()
                    .map(|example| (example.row.hash(), example.task))
                    .collect();
                keys.sort_unstable();
                let last = keys[most.max(1) - 1];
                examples.retain(|example| (example.row.hash(), example.task) <= last);
            }
        }
    }
}
