//! A person as the product knew them at a moment: what every row of theirs is made of.

use std::sync::Arc;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::preferences::FeatureGroup;
use astro_core::principal::Permission;
use astro_data::{Candidate, Moment, Person, Row, Scene};
use astro_models::Line;

use super::facts::Told;
use crate::{Call, Result, Services};

/// What was known at a moment.
#[derive(Debug)]
pub struct Known {
    pub at: Timestamp,
    pub person: Arc<Person>,
    pub(super) withheld: Vec<FeatureGroup>,
    /// What puts the chances of the completion model right for this person now.
    pub(super) line: Line,
}

impl Known {
    pub fn zone(&self) -> &TimeZone {
        self.person.zone()
    }

    /// Rows of candidates, without what learning may not look at.
    pub fn rows(&self, candidates: impl IntoIterator<Item = Candidate>) -> Vec<Row> {
        let scene = Scene::new(&self.person, Moment::at(self.at));
        let row = |candidate| scene.row(candidate).without(&self.withheld);
        candidates.into_iter().map(row).collect()
    }
}

impl Services {
    /// The caller as they were known at a moment, now or in the past: the log holds when each thing was learnt of, so
    /// that the rows of [`Known::rows`] are made again later to the bit. Nothing where they let the product learn nothing.
    pub async fn known_at(&self, call: &Call, at: Timestamp) -> Result<Option<Known>> {
        let scope = call.scope(Permission::TasksRead)?;
        let record = self.record(scope, at, Told::WhenItCame).await?;
        Ok(record.map(|(record, _)| {
            let mut person = Person::new(record.zone);
            for fact in &record.facts {
                person.apply(fact);
            }
            Known {
                at,
                person: Arc::new(person),
                withheld: record.withheld,
                line: Line::default(),
            }
        }))
    }
}
