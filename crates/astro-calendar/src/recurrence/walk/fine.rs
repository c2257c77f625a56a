//! Days, hours, minutes and seconds.

use super::super::{
    budget::{Meter, OutOfWork},
    clock::{Clock, all_below, bits, next_bit},
    days::{DAY, DayFilter, civil, day_of, month_len},
    rule::Frequency,
};
use super::{Walk, set::indexes};

/// Seconds of a period with INTERVAL=1.
pub(super) fn unit(frequency: Frequency) -> i64 {
    match frequency {
        Frequency::Secondly => 1,
        Frequency::Minutely => 60,
        Frequency::Hourly => 3600,
        _ => DAY,
    }
}

impl Walk {
    pub(super) fn next_fine(&mut self, meter: &mut Meter) -> Result<Option<i64>, OutOfWork> {
        let unit = unit(self.plan.frequency);
        let gate = self.gate();
        let mut from = self.cursor;
        loop {
            meter.spend(1)?;
            let period = self.period_from(from.div_euclid(unit));
            from = from.max((self.base + period * self.plan.interval) * unit);
            let day = from.div_euclid(DAY);
            let Some(allowed) = self.allowed_from(day, meter)? else {
                return Ok(None);
            };
            if allowed != day {
                from = allowed * DAY;
                continue;
            }
            let second = from.rem_euclid(DAY);
            // the rest of the day has nothing, or nothing before a later period
            let Some(open) = gate.first_from(second) else {
                from = (day + 1) * DAY;
                continue;
            };
            if open != second {
                from = day * DAY + open;
                // it may lie in this very period: then it is looked at in the next round
                continue;
            }
            if let Some(found) = self.first_in_unit(second) {
                return Ok(Some(day * DAY + found));
            }
            from = (from.div_euclid(unit) + 1) * unit;
        }
    }

    /// The first allowed day that is not before `day`.
    fn allowed_from(&mut self, day: i64, meter: &mut Meter) -> Result<Option<i64>, OutOfWork> {
        if day > self.last_day {
            return Ok(None);
        }
        if self.allowed_day != Some(day) {
            self.allowed_day = next_allowed(&self.plan.days, day, self.last_day, meter)?;
        }
        Ok(self.allowed_day)
    }

    /// The times of day that lie in periods which are not forbidden altogether.
    fn gate(&self) -> Clock {
        let clock = self.plan.clock;
        let frequency = self.plan.frequency;
        let limit = |is_limited: bool, set: u64, count: i64| {
            if is_limited { set } else { all_below(count) }
        };
        Clock {
            hours: limit(frequency <= Frequency::Hourly, clock.hours, 24),
            minutes: limit(frequency <= Frequency::Minutely, clock.minutes, 60),
            seconds: limit(frequency == Frequency::Secondly, clock.seconds, 60),
        }
    }

    /// The first time of day, not before `second`, in the set of the period that holds it.
    fn first_in_unit(&self, second: i64) -> Option<i64> {
        let clock = self.plan.clock;
        let frequency = self.plan.frequency;
        let only = |is_fixed: bool, value: i64, set: u64| {
            if is_fixed { bits([value]) } else { set }
        };
        let of_unit = Clock {
            hours: only(frequency <= Frequency::Hourly, second / 3600, clock.hours),
            minutes: only(
                frequency <= Frequency::Minutely,
                second / 60 % 60,
                clock.minutes,
            ),
            seconds: only(frequency == Frequency::Secondly, second % 60, clock.seconds),
        };
        if self.plan.positions.is_empty() {
            return of_unit.first_from(second);
        }
        indexes(&self.plan.positions, of_unit.len())
            .map(|index| of_unit.nth(index))
            .filter(|found| *found >= second)
            .min()
    }
}

/// The first day from `day` to `last` that the filter allows; whole months are jumped over.
fn next_allowed(
    filter: &DayFilter,
    mut day: i64,
    last: i64,
    meter: &mut Meter,
) -> Result<Option<i64>, OutOfWork> {
    while day <= last {
        if filter.allows(day) {
            return Ok(Some(day));
        }
        meter.spend(1)?;
        let date = civil(day);
        day = if filter.allows_month(date.month) {
            day + 1
        } else {
            match next_bit(filter.months, date.month + 1) {
                Some(month) => day_of(date.year, month, 1),
                None => day_of(date.year, 12, month_len(date.year, 12)) + 1,
            }
        };
    }
    Ok(None)
}
