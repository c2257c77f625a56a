//! The occurrences of a series, one after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::{FusedIterator, Peekable},
    vec,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    budget::{Meter, OutOfWork},
    frame::{Frame, Key, Placed},
    series::Series,
    source::Source,
};
use crate::When;

/// One occurrence of a series.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Occurrence {
    /// Where the series puts it: its name within the series (RFC 5545 3.8.4.4).
    pub recurrence_id: When,
    /// Where it begins: the same, unless it was moved.
    pub start: When,
}

/// Which occurrences are wanted, by where they begin.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    None,
    After(Timestamp),
    From(Timestamp),
}

impl Bound {
    fn instant(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::After(instant) | Self::From(instant) => Some(instant),
        }
    }

    fn allows(self, instant: Timestamp) -> bool {
        match self {
            Self::None => true,
            Self::After(bound) => instant > bound,
            Self::From(bound) => instant >= bound,
        }
    }
}

/// The iterator over occurrences; ends after the first error.
#[derive(Debug, Clone)]
pub struct Occurrences<'a> {
    series: &'a Series,
    frame: Frame,
    bound: Bound,
    meter: Meter,
    rules: Vec<Head>,
    /// DTSTART where there is no rule, and RDATEs.
    listed: Peekable<vec::IntoIter<(Key, When)>>,
    exceptions: Exceptions,
    /// The recurrence ids that have another beginning.
    gone: BTreeSet<Key>,
    /// The moved occurrences that are wanted, by their beginning.
    moved: Peekable<vec::IntoIter<(Timestamp, Occurrence)>>,
    failed: Option<OutOfWork>,
    has_ended: bool,
}

/// A rule and the next occurrence that it gives.
#[derive(Debug, Clone)]
struct Head {
    source: Source,
    next: Option<Placed>,
    has_ended: bool,
}

#[derive(Debug, Clone)]
struct Exceptions {
    keys: BTreeSet<Key>,
    days: BTreeSet<i64>,
}

impl Exceptions {
    fn new(series: &Series, frame: &Frame) -> Self {
        let (days, times): (Vec<_>, Vec<_>) = series
            .exdates
            .iter()
            .partition(|when| matches!(when, When::Date(_)) || frame.of_days());
        Self {
            keys: times
                .into_iter()
                .map(|when| frame.key(&frame.convert(when)))
                .collect(),
            days: days.into_iter().map(|when| frame.day(when)).collect(),
        }
    }

    fn leave_out(&self, key: Key, day: impl FnOnce() -> i64) -> bool {
        self.keys.contains(&key) || (!self.days.is_empty() && self.days.contains(&day()))
    }
}

impl<'a> Occurrences<'a> {
    pub(super) fn new(series: &'a Series, zone: &TimeZone, bound: Bound) -> Self {
        let frame = Frame::new(&series.start, zone);
        let mut all = Self {
            series,
            bound,
            meter: Meter::new(series.budget),
            rules: heads(series, &frame, bound.instant()),
            listed: listed(series, &frame).into_iter().peekable(),
            exceptions: Exceptions::new(series, &frame),
            gone: BTreeSet::new(),
            moved: Vec::new().into_iter().peekable(),
            failed: None,
            has_ended: false,
            frame,
        };
        if !series.moved.is_empty() {
            match all.resolve_moved(zone) {
                Ok(moved) => all.moved = moved.into_iter().peekable(),
                Err(error) => all.failed = Some(error),
            }
        }
        all
    }

    /// Notes which ids are gone from their place, and gives what is wanted of them at the new one.
    fn resolve_moved(
        &mut self,
        zone: &TimeZone,
    ) -> Result<Vec<(Timestamp, Occurrence)>, OutOfWork> {
        let ids: BTreeMap<Key, (When, &When)> = self
            .series
            .moved
            .iter()
            .map(|(id, start)| {
                let id = self.frame.convert(id);
                (self.frame.key(&id), (id, start))
            })
            .collect();
        let mut moved = Vec::new();
        for (key, (recurrence_id, start)) in ids {
            self.gone.insert(key);
            let begins = start.instant(zone);
            if self.bound.allows(begins) && self.holds(key, &recurrence_id)? {
                let start = start.clone();
                let occurrence = Occurrence {
                    recurrence_id,
                    start,
                };
                moved.push((begins, occurrence));
            }
        }
        moved.sort_by_key(|(begins, _)| *begins);
        Ok(moved)
    }

    /// Whether the series has an occurrence there.
    fn holds(&self, key: Key, id: &When) -> Result<bool, OutOfWork> {
        if self.exceptions.leave_out(key, || self.frame.day(id)) {
            return Ok(false);
        }
        if listed(self.series, &self.frame)
            .iter()
            .any(|(listed, _)| *listed == key)
        {
            return Ok(true);
        }
        for mut head in heads(self.series, &self.frame, Some(key.instant)) {
            let mut meter = Meter::new(self.series.budget);
            while let Some(placed) = head.source.next(&self.frame, &mut meter)? {
                if placed.key >= key {
                    if placed.key == key {
                        return Ok(true);
                    }
                    break;
                }
            }
        }
        Ok(false)
    }

    fn next_occurrence(&mut self) -> Result<Option<Occurrence>, OutOfWork> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        loop {
            for head in &mut self.rules {
                head.fill(&self.frame, &mut self.meter)?;
            }
            let of_rules = self.rules.iter().filter_map(|head| Some(head.next?.key));
            let of_list = self.listed.peek().map(|(key, _)| *key);
            let first = of_rules.chain(of_list).min();
            let moved = self
                .moved
                .next_if(|(begins, _)| first.is_none_or(|first| *begins <= first.instant));
            if let Some((_, occurrence)) = moved {
                return Ok(Some(occurrence));
            }
            let Some(key) = first else {
                return Ok(None);
            };
            let Some(value) = self.take(key) else {
                return Ok(None);
            };
            let is_out = self.exceptions.leave_out(key, || self.frame.day(&value));
            if !is_out && !self.gone.contains(&key) && self.bound.allows(key.instant) {
                return Ok(Some(Occurrence {
                    recurrence_id: value.clone(),
                    start: value,
                }));
            }
        }
    }

    /// Takes what begins there out of every source.
    fn take(&mut self, key: Key) -> Option<When> {
        let mut value = None;
        while let Some((_, listed)) = self.listed.next_if(|(listed, _)| *listed == key) {
            value = Some(listed);
        }
        for head in &mut self.rules {
            if let Some(placed) = head.next.take_if(|placed| placed.key == key) {
                value = value.or_else(|| self.frame.at(placed.wall));
            }
        }
        value
    }
}

impl Head {
    fn fill(&mut self, frame: &Frame, meter: &mut Meter) -> Result<(), OutOfWork> {
        if self.next.is_none() && !self.has_ended {
            self.next = self.source.next(frame, meter)?;
            self.has_ended = self.next.is_none();
        }
        Ok(())
    }
}

fn heads(series: &Series, frame: &Frame, from: Option<Timestamp>) -> Vec<Head> {
    let head = |rule| Head {
        source: Source::new(rule, &series.start, frame, from),
        next: None,
        has_ended: false,
    };
    series.rules.iter().map(head).collect()
}

fn listed(series: &Series, frame: &Frame) -> Vec<(Key, When)> {
    let start = series.rules.is_empty().then_some(&series.start);
    let mut listed: Vec<_> = start
        .into_iter()
        .chain(&series.rdates)
        .map(|when| {
            let when = frame.convert(when);
            (frame.key(&when), when)
        })
        .collect();
    listed.sort_by_key(|(key, _)| *key);
    listed
}

impl Iterator for Occurrences<'_> {
    type Item = Result<Occurrence, OutOfWork>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let next = self.next_occurrence().transpose();
        self.has_ended = !matches!(next, Some(Ok(_)));
        self.meter.refill();
        next
    }
}

impl FusedIterator for Occurrences<'_> {}
