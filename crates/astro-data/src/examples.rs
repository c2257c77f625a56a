//! What completion is learnt from: open tasks as they stood at moments, and what became of them.
//!
//! A task is looked at when it is made, and once on each day on which it is open, at an hour drawn from
//! its person and day, so that every hour at which somebody may ask is learnt from. What had not ended
//! when the record ends is censored there (Cox, 1972), never dropped.

use std::collections::HashMap;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ends::Ends;
use crate::fact::{Fact, Happened, known_at};
use crate::maths::{hours, moved, single};
use crate::person::Person;
use crate::row::Row;
use crate::scene::{Candidate, Moment, Scene};
use crate::task::Closing;

/// What was longer ago says little of today.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 730);
/// Who did nothing for so long is not there: what is open then tells nothing.
const AWAY: SignedDuration = SignedDuration::from_hours(24 * 14);
/// Open tasks of one day that are looked at.
const MOST_OPEN: usize = 200;

/// An open task at a moment, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub person: Uuid,
    pub task: Uuid,
    /// Its place among the tasks of its person, from 1.
    pub nth: u32,
    pub at: Timestamp,
    pub row: Row,
    pub fate: Fate,
    /// When the fate was known: the end was recorded, or the record ended.
    pub known_at: Timestamp,
    /// Active minutes from the moment to its completion, where work was measured.
    pub minutes: Option<f32>,
}

/// How it ended, and after how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fate {
    /// Hours from the moment to the end, or to the end of what is known; not negative.
    pub after_h: f32,
    /// `None` while it had not ended.
    pub ending: Option<Closing>,
}

/// The examples of one person's cleaned record, as it was known at `until`, in the order of their
/// moments and then of their tasks' ids. Facts that were recorded later change nothing.
pub fn examples(person: Uuid, zone: &TimeZone, facts: &[Fact], until: Timestamp) -> Vec<Example> {
    examples_since(person, zone, facts, Timestamp::MIN, until)
}

/// Those [`examples`] whose moments lie at `since` or later.
pub fn examples_since(
    person: Uuid,
    zone: &TimeZone,
    facts: &[Fact],
    since: Timestamp,
    until: Timestamp,
) -> Vec<Example> {
    let facts = known_at(facts, until);
    let ends = Ends::of(zone, &facts);
    let mut state = Person::new(zone.clone());
    let mut places: HashMap<Uuid, u32> = HashMap::new();
    let mut made = Vec::new();
    let mut looks = looks(person, zone, &facts, until);
    looks.retain(|look| *look >= since);
    looks.reverse();
    for fact in facts {
        while let Some(look) = looks.pop_if(|look| *look < fact.recorded_at) {
            let open = some_open(&state, look);
            made.extend(look_at(&state, person, &open, look, until, &places, &ends));
        }
        state.apply(fact);
        if let (Happened::Created(_), Some(task)) = (&fact.what, fact.task) {
            let next = u32::try_from(places.len()).map_or(u32::MAX, |count| count + 1);
            places.entry(task).or_insert(next);
            let now = fact.recorded_at;
            if now >= since {
                made.extend(look_at(&state, person, &[task], now, until, &places, &ends));
            }
        }
    }
    for look in looks.into_iter().rev() {
        let open = some_open(&state, look);
        made.extend(look_at(&state, person, &open, look, until, &places, &ends));
    }
    made.sort_by_key(|example| (example.at, example.task));
    made
}

/// Open tasks that are looked at: all, or where they are very many some of them, others on each day.
fn some_open(state: &Person, look: Timestamp) -> Vec<Uuid> {
    let mut open: Vec<Uuid> = state.open().map(|(id, _)| id).collect();
    if open.len() > MOST_OPEN {
        open.sort_by_cached_key(|id| Uuid::new_v5(id, &look.as_second().to_le_bytes()));
        open.truncate(MOST_OPEN);
    }
    open
}

/// One moment of each day of a record in the order of [`known_at`], at an hour from 6 to 22: of the last two years, and
/// of those in which somebody was there.
pub(crate) fn looks(
    person: Uuid,
    zone: &TimeZone,
    facts: &[&Fact],
    until: Timestamp,
) -> Vec<Timestamp> {
    let (Some(first), Some(last)) = (facts.first(), facts.last()) else {
        return Vec::new();
    };
    let from = first.recorded_at.max(moved(until, -LONGEST));
    let until = until.min(moved(last.recorded_at, AWAY));
    let mut day = from.to_zoned(zone.clone()).date();
    let mut looks = Vec::new();
    while let Ok(start) = day.to_zoned(zone.clone()) {
        if start.timestamp() > until {
            break;
        }
        let mut hash = Sha256::new();
        hash.update(person.as_bytes());
        hash.update(day.to_string());
        let hash = hash.finalize();
        let minute = u16::from_le_bytes([hash[0], hash[1]]) % (16 * 60);
        let look = start.timestamp() + SignedDuration::from_mins(6 * 60 + i64::from(minute));
        if look >= from && look <= until {
            looks.push(look);
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    looks
}

fn look_at(
    state: &Person,
    person: Uuid,
    tasks: &[Uuid],
    now: Timestamp,
    until: Timestamp,
    places: &HashMap<Uuid, u32>,
    ends: &Ends,
) -> Vec<Example> {
    let scene = Scene::new(state, Moment::at(now));
    let example = |id: &Uuid| {
        let task = state.task(*id).filter(|task| task.is_open())?;
        let end = ends.after(*id, now);
        let minutes = end.and_then(|end| end.minutes_from(task, now));
        Some(Example {
            person,
            task: *id,
            nth: places.get(id).copied().unwrap_or(u32::MAX),
            at: now,
            row: scene.row(Candidate {
                task: Some(*id),
                ..Candidate::default()
            }),
            fate: Fate {
                after_h: single(hours(now, end.map_or(until, |end| end.at)).max(0.0)),
                ending: end.map(|end| end.closing),
            },
            known_at: end.map_or(until, |end| end.recorded_at),
            minutes: minutes.map(single),
        })
    };
    tasks.iter().filter_map(example).collect()
}
