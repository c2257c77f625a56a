//! The occurrences of one rule, in the order of their instants, each once.

use std::{cmp::Reverse, collections::BinaryHeap};

use jiff::{Timestamp, tz::TimeZone};

use super::{
    budget::{Meter, OutOfWork},
    days::{DAY, of_date},
    frame::{Frame, Placed},
    plan::Plan,
    rule::{End, Rule, Until},
    walk::Walk,
};
use crate::When;

#[derive(Debug, Clone)]
pub(super) struct Source {
    walk: Walk,
    /// DTSTART: a wall time after it may still begin before it, if DTSTART does not exist.
    start: Option<Placed>,
    last: Last,
    /// How many may still come.
    left: Option<u32>,
    /// Wall times that do not exist come later than others after them: they wait here.
    held: BinaryHeap<Reverse<Placed>>,
    /// Nothing that begins before this can still come out of the walk.
    reached: Option<Placed>,
    given: Option<Placed>,
    /// How the walk ended.
    ended: Option<Result<(), OutOfWork>>,
}

/// UNTIL.
#[derive(Debug, Clone)]
enum Last {
    Never,
    Wall(i64),
    Instant(Timestamp),
}

impl Source {
    /// The occurrences of a rule that begin at `from` or later, or all of them. Those of a rule with
    /// COUNT come from the beginning: they have to be counted.
    pub fn new(rule: &Rule, start: &When, frame: &Frame, from: Option<Timestamp>) -> Self {
        let begins = frame.wall(start);
        let last = Last::new(&rule.parts.end, start, frame);
        let plan = Plan::new(&rule.parts, begins, frame.of_days());
        let mut walk = Walk::new(plan, last.wall(frame));
        if let (Some(from), None) = (from, rule.count()) {
            walk.seek(frame.floor(from));
        }
        Self {
            walk,
            start: frame.place(begins),
            last,
            left: rule.count(),
            held: BinaryHeap::new(),
            reached: None,
            given: None,
            ended: None,
        }
    }

    pub fn next(&mut self, frame: &Frame, meter: &mut Meter) -> Result<Option<Placed>, OutOfWork> {
        while self.left != Some(0) {
            let Some(placed) = self.next_in_order(frame, meter)? else {
                return Ok(None);
            };
            if self.last.is_before(&placed) {
                return Ok(None);
            }
            let is_again = self.given.is_some_and(|given| given.is_same(&placed));
            let is_early = self.start.is_some_and(|start| placed.key < start.key);
            if is_again || is_early {
                continue;
            }
            self.given = Some(placed);
            self.left = self.left.map(|left| left - 1);
            return Ok(Some(placed));
        }
        Ok(None)
    }

    fn next_in_order(
        &mut self,
        frame: &Frame,
        meter: &mut Meter,
    ) -> Result<Option<Placed>, OutOfWork> {
        loop {
            if let Some(Reverse(first)) = self.held.peek()
                && (self.ended.is_some() || self.reached.is_some_and(|end| first.key <= end.key))
            {
                return Ok(self.held.pop().map(|Reverse(placed)| placed));
            }
            match &self.ended {
                Some(Ok(())) => return Ok(None),
                Some(Err(error)) => return Err(*error),
                None => {}
            }
            match self.walk.next(meter) {
                Err(error) => self.ended = Some(Err(error)),
                Ok(wall) => match self.place(wall, frame) {
                    None => self.ended = Some(Ok(())),
                    Some(placed) if placed.in_gap => self.held.push(Reverse(placed)),
                    Some(placed) if self.held.is_empty() => return Ok(Some(placed)),
                    Some(placed) => {
                        self.reached = Some(placed);
                        self.held.push(Reverse(placed));
                    }
                },
            }
        }
    }
}

impl Source {
    /// Nothing after the last wall time and at the ends of time.
    fn place(&self, wall: Option<i64>, frame: &Frame) -> Option<Placed> {
        let allowed = wall.filter(|wall| match self.last {
            Last::Wall(last) => *wall <= last,
            Last::Never | Last::Instant(_) => true,
        });
        frame.place(allowed?)
    }
}

impl Last {
    fn new(end: &End, start: &When, frame: &Frame) -> Self {
        let End::Until(until) = end else {
            return Self::Never;
        };
        let has_own_zone = matches!(start, When::Zoned { .. } | When::Utc(_));
        match until {
            // the whole of that day
            Until::Date(date) => Self::Wall(of_date(*date) * DAY + DAY - 1),
            Until::Utc(instant) if has_own_zone => Self::Instant(*instant),
            // DTSTART has no zone that could tell where the instant lies: its digits are compared
            Until::Utc(instant) => {
                let local = TimeZone::UTC.to_datetime(*instant);
                Self::Wall(frame.wall(&When::Floating(local)))
            }
            Until::Local(local) if has_own_zone => {
                Self::Instant(When::Floating(*local).instant(frame.zone()))
            }
            Until::Local(local) => Self::Wall(frame.wall(&When::Floating(*local))),
        }
    }

    /// A wall time after which nothing can come.
    fn wall(&self, frame: &Frame) -> i64 {
        match self {
            Self::Never => i64::MAX,
            Self::Wall(wall) => *wall,
            // a wall time that an instant has, and more than clocks ever changed by
            Self::Instant(instant) => frame.wall(&When::Utc(*instant)) + 2 * DAY,
        }
    }

    fn is_before(&self, placed: &Placed) -> bool {
        matches!(self, Self::Instant(last) if *last < placed.key.instant)
    }
}
