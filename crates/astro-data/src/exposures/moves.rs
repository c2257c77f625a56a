//! What people did with each task, and when they may do something at all.

use std::collections::HashMap;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use uuid::Uuid;

use super::NextMove;
use crate::fact::{Fact, Happened};
use crate::maths::moved;

/// What somebody does with a task by themselves is watched for so long.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);
const SOON: SignedDuration = SignedDuration::from_hours(2);
/// Local hours in which something may be planned, the last one included.
const WAKING: [i8; 2] = [6, 22];

/// What happened to a task by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Worked,
    Deferred,
    Split,
    Dropped,
}

/// What happened to each task, in the order of its moments; what is later than `until` is not known.
#[derive(Debug)]
pub(super) struct Moves {
    of: HashMap<Uuid, Vec<(Timestamp, Move)>>,
    until: Timestamp,
}

/// When it began: what was written down afterwards is told by its end.
fn begun(fact: &Fact) -> Timestamp {
    match fact.what {
        Happened::Worked(seconds) => moved(fact.at, -SignedDuration::from_secs(seconds)),
        _ => fact.at,
    }
}

impl Moves {
    pub fn of(facts: &[&Fact], until: Timestamp) -> Self {
        let mut moves: HashMap<Uuid, Vec<(Timestamp, Move)>> = HashMap::new();
        for fact in facts {
            let (task, what) = match &fact.what {
                Happened::Started | Happened::Done => (fact.task, Move::Worked),
                Happened::Worked(more) if *more > 0 => (fact.task, Move::Worked),
                Happened::Deferred(_) => (fact.task, Move::Deferred),
                Happened::Cancelled | Happened::Deleted => (fact.task, Move::Dropped),
                Happened::Created(says) => (says.parent.flatten(), Move::Split),
                _ => continue,
            };
            if let Some(task) = task {
                moves.entry(task).or_default().push((begun(fact), what));
            }
        }
        for moves in moves.values_mut() {
            moves.sort_by_key(|(at, _)| *at);
        }
        Self { of: moves, until }
    }

    /// What happened to a task after a moment.
    fn after(&self, task: Uuid, now: Timestamp) -> impl Iterator<Item = (Timestamp, Move)> {
        let moves = self.of.get(&task).map_or(&[][..], Vec::as_slice);
        moves.iter().copied().filter(move |(at, _)| *at >= now)
    }

    pub fn began(&self, task: Uuid, now: Timestamp, within: SignedDuration) -> Option<bool> {
        let end = now + within;
        let is_work = |(at, what): (Timestamp, Move)| at <= end && what == Move::Worked;
        (end <= self.until).then(|| self.after(task, now).any(is_work))
    }

    pub fn next(&self, task: Uuid, now: Timestamp) -> Option<NextMove> {
        if now + DAY > self.until {
            return None;
        }
        let first = self.after(task, now).find(|(at, _)| *at <= now + DAY);
        Some(match first {
            Some((at, Move::Worked)) if at <= now + SOON => NextMove::Now,
            Some((_, Move::Worked)) => NextMove::Later,
            Some((_, Move::Deferred)) => NextMove::Deferred,
            Some((_, Move::Split)) => NextMove::Split,
            Some((_, Move::Dropped)) => NextMove::Dropped,
            None => NextMove::Nothing,
        })
    }

    /// The waking hours of the next day, and in which of them a task was worked on first; nothing where it was
    /// in none.
    pub fn slots(
        &self,
        task: Uuid,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Option<Vec<(Uuid, Timestamp, bool)>> {
        if now + DAY > self.until {
            return None;
        }
        let worked = self
            .after(task, now)
            .find(|(_, what)| *what == Move::Worked);
        let slots = slots(zone, now);
        let hour = SignedDuration::from_hours(1);
        let (first, _) = worked?;
        // the hour that runs already goes on until the next one begins
        let is_in = |place: usize, slot: Timestamp| {
            let end = slots.get(place + 1).filter(|next| **next <= slot + hour);
            slot <= first && first < end.copied().unwrap_or(slot + hour)
        };
        let rows: Vec<_> = slots
            .iter()
            .enumerate()
            .map(|(place, slot)| (task, *slot, is_in(place, *slot)))
            .collect();
        rows.iter().any(|(_, _, is_in)| *is_in).then_some(rows)
    }
}

/// Hours of the next day in which something may be planned, from the one that runs on.
pub fn slots(zone: &TimeZone, now: Timestamp) -> Vec<Timestamp> {
    let past = zone.to_datetime(now);
    let past_s = i64::from(past.minute()) * 60 + i64::from(past.second());
    let begin = now - SignedDuration::from_secs(past_s);
    (0..24)
        .map(|hours| (begin + SignedDuration::from_hours(hours)).max(now))
        .filter(|slot| {
            let hour = zone.to_datetime(*slot).hour();
            (WAKING[0]..=WAKING[1]).contains(&hour)
        })
        .collect()
}
