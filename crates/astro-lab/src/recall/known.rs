//! A life as a server would know it: what was written down, when it came.

use std::collections::BTreeMap;

use anyhow::Result;
use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::preferences::RecommendationKind;
use astro_data::{Answer, Cleaner, Fact, Happened, Person, read_line};
use astro_sim::time::timestamp;
use astro_sim::{Decision, Life, Reply};
use uuid::Uuid;

pub struct Known {
    pub person: Person,
    cleaner: Cleaner,
    /// What is on its way, by when it comes.
    coming: BTreeMap<(Timestamp, Uuid), Fact>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            person: Person::new(TimeZone::UTC),
            cleaner: Cleaner::default(),
            coming: BTreeMap::new(),
        }
    }
}

impl Known {
    /// Takes what was written down since.
    pub fn hear(&mut self, life: &mut Life) -> Result<()> {
        for event in life.take_events() {
            let fact = read_line(&serde_json::to_string(&event)?, &TimeZone::UTC)?;
            self.coming.insert((fact.recorded_at, fact.id), fact);
        }
        Ok(())
    }

    pub fn say(&mut self, decision: &Decision, task: Uuid, reply: Reply) {
        let kind = RecommendationKind::NextTask;
        let answer = match reply.answer {
            astro_sim::Answer::Accepted => Answer::Accepted,
            astro_sim::Answer::Dismissed => Answer::Dismissed,
            astro_sim::Answer::Snoozed => Answer::Snoozed,
            astro_sim::Answer::Ignored => Answer::Ignored,
        };
        let at = timestamp(decision.at);
        let answered = timestamp(decision.at + reply.after_min);
        let facts = [
            (at, Happened::Shown(kind)),
            (answered, Happened::Answered(kind, answer)),
        ];
        for (at, what) in facts {
            let id = Uuid::new_v5(&decision.id, format!("{what:?}").as_bytes());
            let fact = Fact {
                id,
                task: Some(task),
                at,
                recorded_at: at,
                what,
            };
            self.coming.insert((at, id), fact);
        }
    }

    /// Until a moment.
    pub fn now(&mut self, at: Timestamp) {
        let later = self.coming.split_off(&(at, Uuid::nil()));
        let mut come: Vec<Fact> = std::mem::replace(&mut self.coming, later)
            .into_values()
            .collect();
        come.sort_by_key(Fact::order);
        for fact in come {
            for fact in self.cleaner.take(fact) {
                self.person.apply(&fact);
            }
        }
    }
}
