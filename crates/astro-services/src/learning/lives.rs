//! People as they are known now, kept between requests: a log is read as a whole once, and then only what is new in it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use astro_core::events::{Action, Event};
use astro_core::ids::{EventId, OwnerId};
use astro_core::preferences::FeatureGroup;
use astro_core::principal::{Permission, Scope};
use astro_data::{Cleaner, Example, Fact, Person, examples_since, moved};
use astro_models::Line;
use astro_models::completion::{CompletionModel, line_of};
use astro_store::owners;
use moka::future::Cache;
use tokio::sync::{Mutex, Semaphore};
use uuid::Uuid;

use super::facts::{Told, facts, templates};
use super::known::Known;
use super::records::{log_after, withheld};
use super::serving::Served;
use crate::{Call, Error, Result, Services};

/// So many people at most, and each so long after they were last asked for.
const MOST: u64 = 256;
const IDLE: Duration = Duration::from_hours(1);
/// Then a log is read as a whole again, whatever is new in it.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// Outcomes of so long ago still put chances right.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 60);
/// Logs that are read as a whole at once.
const READERS: usize = 2;

/// Lives by their owner.
#[derive(Debug)]
pub struct Lives {
    kept: Cache<OwnerId, Arc<Mutex<Option<Life>>>>,
    readers: Semaphore,
}

impl Default for Lives {
    fn default() -> Self {
        let kept = Cache::builder().max_capacity(MOST).time_to_idle(IDLE);
        Self {
            kept: kept.build(),
            readers: Semaphore::new(READERS),
        }
    }
}

impl Lives {
    /// Keeps nothing of somebody in this process.
    pub(crate) async fn forget(&self, owner: OwnerId) {
        self.kept.invalidate(&owner).await;
    }
}

/// What is known of somebody, as far as their log was read.
#[derive(Debug)]
struct Life {
    zone: TimeZone,
    read_at: Timestamp,
    change_seq: i64,
    purged_seq: i64,
    /// The last entry that was read.
    last: Option<EventId>,
    /// Where the last fact stands in the order of all.
    order: Option<(Timestamp, Timestamp, u8, Uuid)>,
    templates: HashSet<Uuid>,
    cleaner: Cleaner,
    person: Arc<Person>,
    /// Rows of late, and what became of them.
    recent: Arc<Vec<Example>>,
    /// By the version that they put right, and what learning may not look at.
    lines: HashMap<(String, Vec<FeatureGroup>), Line>,
}

/// What was read for a request.
struct Fetched {
    zone: TimeZone,
    withheld: Vec<FeatureGroup>,
    change_seq: i64,
    purged_seq: i64,
    new: Vec<Event>,
}

impl Services {
    /// The caller as they are known now: what [`Services::known_at`] says of this moment, and what puts the chances of a
    /// model right. Nothing where they let the product learn nothing.
    pub async fn known_now(
        &self,
        call: &Call,
        served: &Arc<Served<CompletionModel>>,
    ) -> Result<Option<Known>> {
        let scope = call.scope(Permission::TasksRead)?;
        let now = self.now();
        let new = async { Arc::default() };
        let entry = self.lives.kept.get_with(scope.owner(), new).await;
        let mut entry = entry.lock().await;
        let Some(withheld) = self.up_to_date(&scope, &mut entry, now).await? else {
            *entry = None;
            return Ok(None);
        };
        let Some(life) = entry.as_mut() else {
            return Ok(None);
        };
        Ok(Some(Known {
            at: now,
            line: life.line(served, &withheld, now).await?,
            person: Arc::clone(&life.person),
            withheld,
        }))
    }

    /// Reads what is new, or everything; answers what learning may not look at, nothing where it may look at nothing.
    async fn up_to_date(
        &self,
        scope: &Scope,
        entry: &mut Option<Life>,
        now: Timestamp,
    ) -> Result<Option<Vec<FeatureGroup>>> {
        if let Some(life) = entry.as_mut().filter(|life| now - FRESH < life.read_at) {
            let after = Some((life.last, life.change_seq));
            let Some(fetched) = self.fetch(scope, after).await? else {
                return Ok(None);
            };
            if life.go_on(&fetched)? {
                return Ok(Some(fetched.withheld));
            }
        }
        let _reader = self
            .lives
            .readers
            .acquire()
            .await
            .map_err(Error::internal)?;
        let Some(fetched) = self.fetch(scope, None).await? else {
            return Ok(None);
        };
        let (withheld, person) = (fetched.withheld.clone(), scope.owner().uuid());
        let read = move || Life::read(person, &fetched, now);
        let life = tokio::task::spawn_blocking(read).await;
        *entry = Some(life.map_err(Error::internal)??);
        Ok(Some(withheld))
    }

    /// What there is after an entry and a change, or the whole log; nothing where learning is off.
    async fn fetch(
        &self,
        scope: &Scope,
        after: Option<(Option<EventId>, i64)>,
    ) -> Result<Option<Fetched>> {
        let read = self.store.read(scope, move |read| {
            Box::pin(async move {
                let Some(withheld) = withheld(read).await? else {
                    return Ok(None);
                };
                let owner = owners::get(read).await?;
                let new = match after {
                    Some((_, change_seq)) if change_seq == owner.change_seq => Vec::new(),
                    after => log_after(read, after.and_then(|(last, _)| last)).await?,
                };
                Ok::<_, Error>(Some(Fetched {
                    zone: owner.zone.load(),
                    withheld,
                    change_seq: owner.change_seq,
                    purged_seq: owner.purged_seq,
                    new,
                }))
            })
        });
        read.await
    }
}

impl Life {
    /// Reads a whole log.
    fn read(person: Uuid, fetched: &Fetched, now: Timestamp) -> Result<Self> {
        let templates = templates(&fetched.new);
        let mut all = facts(&fetched.new, &templates, &fetched.zone, Told::WhenItCame)?;
        all.sort_by_key(Fact::order);
        let mut life = Self {
            zone: fetched.zone.clone(),
            read_at: now,
            change_seq: fetched.change_seq,
            purged_seq: fetched.purged_seq,
            last: fetched.new.last().map(|last| last.id),
            order: None,
            templates,
            cleaner: Cleaner::default(),
            person: Arc::new(Person::new(fetched.zone.clone())),
            recent: Arc::default(),
            lines: HashMap::new(),
        };
        let kept = life.take(all);
        let since = moved(now, -RECENT);
        life.recent = Arc::new(examples_since(person, &life.zone, &kept, since, now));
        Ok(life)
    }

    /// Takes what is new, if it can be taken alone: what reaches back into the log needs all of it.
    fn go_on(&mut self, fetched: &Fetched) -> Result<bool> {
        let is_other = fetched.zone != self.zone || fetched.purged_seq != self.purged_seq;
        let reaches_back = |event: &Event| {
            matches!(event.action, Action::Undone | Action::Imported)
                || event.version_after == 0
                || event.change_seq <= self.change_seq
        };
        let are_all_here = (self.change_seq + 1..=fetched.change_seq)
            .all(|seq| fetched.new.iter().any(|event| event.change_seq == seq));
        if is_other
            || !are_all_here
            || !templates(&fetched.new).is_empty()
            || fetched.new.iter().any(reaches_back)
        {
            return Ok(false);
        }
        let mut new = facts(&fetched.new, &self.templates, &self.zone, Told::WhenItCame)?;
        new.sort_by_key(Fact::order);
        if new
            .first()
            .is_some_and(|first| Some(first.order()) < self.order)
        {
            return Ok(false);
        }
        self.take(new);
        self.change_seq = fetched.change_seq;
        self.last = fetched.new.last().map(|last| last.id).or(self.last);
        Ok(true)
    }

    /// Takes facts in their order; those that are kept.
    fn take(&mut self, facts: Vec<Fact>) -> Vec<Fact> {
        let person = Arc::make_mut(&mut self.person);
        let mut kept = Vec::with_capacity(facts.len());
        for fact in facts {
            self.order = Some(fact.order());
            for fact in self.cleaner.take(fact) {
                person.apply(&fact);
                kept.push(fact);
            }
        }
        kept
    }

    /// The line that followed what became of rows that the model had not learnt from.
    async fn line(
        &mut self,
        served: &Arc<Served<CompletionModel>>,
        withheld: &[FeatureGroup],
        now: Timestamp,
    ) -> Result<Line> {
        let key = (served.version.clone(), withheld.to_vec());
        if let Some(line) = self.lines.get(&key) {
            return Ok(*line);
        }
        let (recent, served, withheld) = (
            Arc::clone(&self.recent),
            Arc::clone(served),
            withheld.to_vec(),
        );
        let follow = move || {
            let is_new = |example: &&Example| {
                served
                    .learnt_until
                    .is_none_or(|learnt| example.at >= learnt)
            };
            let recent: Vec<&Example> = recent.iter().filter(is_new).collect();
            let rows: Vec<_> = recent
                .iter()
                .map(|example| example.row.clone().without(&withheld))
                .collect();
            let said: Vec<f64> = served
                .model
                .predict(&rows)
                .iter()
                .map(|said| said.asked)
                .collect();
            line_of(&recent, &said, now)
        };
        let line = tokio::task::spawn_blocking(follow)
            .await
            .map_err(Error::internal)?;
        // versions come and go
        if self.lines.len() >= 4 {
            self.lines.clear();
        }
        self.lines.insert(key, line);
        Ok(line)
    }
}
