//! Finding the wall times of a rule, one after the other or from any wall time on.
//!
//! FREQ and INTERVAL make periods, counted from the one that holds DTSTART; the BY parts make a set
//! of wall times in each, BYSETPOS chooses from the set. Years, months and weeks are looked at one by
//! one (`coarse`); days, hours, minutes and seconds are reached by jumping over days and times that
//! the BY parts do not allow (`fine`).

mod coarse;
mod fine;
mod set;

use super::{
    budget::{Meter, OutOfWork},
    days::{DAY, LAST_DAY},
    plan::Plan,
    rule::Frequency,
};
use set::Set;

/// Where a rule is being read.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    plan: Plan,
    /// The year, month, week or smaller unit in which the periods begin.
    base: i64,
    /// Nothing before this wall time is of interest.
    cursor: i64,
    /// Nothing that begins after this day is of interest either.
    last_day: i64,
    /// Years, months and weeks: the period whose set is at hand.
    loaded: Option<i64>,
    set: Set,
    /// Days and smaller: the last day that was found to be allowed.
    allowed_day: Option<i64>,
}

impl Walk {
    /// From the DTSTART of the plan on, and not after the day of `last`, a wall time.
    pub fn new(plan: Plan, last: i64) -> Self {
        let base = match plan.frequency {
            Frequency::Yearly | Frequency::Monthly | Frequency::Weekly => coarse::base(&plan),
            finer => plan.start.div_euclid(fine::unit(finer)),
        };
        Self {
            base,
            cursor: plan.start,
            last_day: last.div_euclid(DAY).min(LAST_DAY),
            loaded: None,
            set: Set::default(),
            allowed_day: None,
            plan,
        }
    }

    /// What comes before is left out. Only forwards.
    pub fn seek(&mut self, wall: i64) {
        self.cursor = self.cursor.max(wall);
        self.loaded = None;
    }

    /// The next wall time; nothing after the last day.
    pub fn next(&mut self, meter: &mut Meter) -> Result<Option<i64>, OutOfWork> {
        meter.spend(1)?;
        let found = if self.plan.frequency >= Frequency::Weekly {
            self.next_coarse(meter)?
        } else {
            self.next_fine(meter)?
        };
        if let Some(wall) = found {
            self.cursor = if self.plan.of_days {
                (wall.div_euclid(DAY) + 1) * DAY
            } else {
                wall + 1
            };
        }
        Ok(found)
    }

    /// The number of the first period, from 0, that is not before a year, month, ..
    fn period_from(&self, unit: i64) -> i64 {
        let interval = self.plan.interval;
        ((unit - self.base).max(0) + interval - 1).div_euclid(interval)
    }
}
