//! Everybody's record, cleaned, as it is known now.

use astro_core::calendar::Timestamp;
use astro_core::events::Event;
use astro_core::ids::EventId;
use astro_core::preferences::FeatureGroup;
use astro_core::principal::Scope;
use astro_data::{Cleaner, Report};
use astro_models::lesson::Record;
use astro_store::{Read, events, owners, preferences};

use super::facts::{Told, facts, templates};
use crate::{Error, Result, Services};

/// Entries that are read at once.
const PAGE: u32 = 1_000;

/// What is learnt from.
#[derive(Debug, Default)]
pub struct Records {
    pub records: Vec<Record>,
    /// What cleaning touched, of all people together.
    pub report: Report,
    /// People who do not let the product learn from them.
    pub declined: u64,
}

impl Records {
    /// The moment up to which is learnt, of what was known at `until`: the last entry of all. Nothing is known of what
    /// came after it, and the same log gives the same bytes whenever it is learnt from.
    pub(super) fn until(&self, until: Timestamp) -> Timestamp {
        let facts = self.records.iter().flat_map(|record| &record.facts);
        let last = facts.map(|fact| fact.recorded_at).max();
        last.map_or(until, |last| last.min(until))
    }
}

impl Services {
    /// The records of everybody who lets the product learn, as they were known at `until`. `after_person` is told
    /// how many of how many were read.
    ///
    /// # Errors
    /// When there is no database, or an entry of a log cannot be read.
    pub async fn records(
        &self,
        until: Timestamp,
        mut after_person: impl FnMut(u64, u64),
    ) -> Result<Records> {
        let owners = self.store.all_owners().await?;
        let all = owners.len() as u64;
        let mut records = Records::default();
        for (done, scope) in (1..).zip(owners) {
            match self.record(scope, until, Told::WhenItHappened).await? {
                Some((record, report)) => {
                    records.records.push(record);
                    records.report.add(&report);
                }
                None => records.declined += 1,
            }
            after_person(done, all);
        }
        // the order of people decides the bytes of what is trained
        records.records.sort_by_key(|record| record.person);
        Ok(records)
    }

    /// One person's record; nothing where they let the product learn nothing.
    pub(super) async fn record(
        &self,
        scope: Scope,
        until: Timestamp,
        told: Told,
    ) -> Result<Option<(Record, Report)>> {
        self.store
            .read(&scope, move |read| {
                Box::pin(async move {
                    let Some(withheld) = withheld(read).await? else {
                        return Ok(None);
                    };
                    let zone = owners::get(read).await?.zone.load();
                    let log = log_after(read, None).await?;
                    let mut facts = facts(&log, &templates(&log), &zone, told)?;
                    facts.retain(|fact| fact.recorded_at <= until);
                    let (facts, report) = Cleaner::clean(facts);
                    let record = Record {
                        person: scope.owner().uuid(),
                        zone: zone.clone(),
                        facts,
                        // the decision log is learnt from with whatever decides by what was learnt
                        decisions: Vec::new(),
                        withheld,
                    };
                    Ok::<_, Error>(Some((record, report)))
                })
            })
            .await
    }
}

/// What learning may not look at; nothing where it may look at nothing.
pub(super) async fn withheld(read: &mut Read) -> Result<Option<Vec<FeatureGroup>>> {
    let chosen = preferences::set(read).await?;
    let groups = FeatureGroup::ALL.iter().copied();
    let withheld: Vec<_> = groups.filter(|group| !chosen.may_learn(*group)).collect();
    Ok((withheld.len() < FeatureGroup::ALL.len()).then_some(withheld))
}

/// The log after an entry, or all of it.
pub(super) async fn log_after(read: &mut Read, after: Option<EventId>) -> Result<Vec<Event>> {
    let mut log: Vec<Event> = Vec::new();
    let mut after = after.unwrap_or(EventId::from(uuid::Uuid::nil()));
    loop {
        let page = events::all(read, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        log.extend(page);
    }
    Ok(log)
}
