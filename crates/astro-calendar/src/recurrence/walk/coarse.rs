//! Years, months and weeks.

use super::super::{
    budget::{Meter, OutOfWork},
    days::{
        DAY, DayFilter, FIRST_DAY, LAST_DAY, civil, day_of, month_len, week_of, week_one, week_year,
    },
    plan::Plan,
    rule::Frequency,
};
use super::Walk;

/// The year, the month since the year 0, or the first day of the week that is counted from.
pub(super) fn base(plan: &Plan) -> i64 {
    let day = plan.start.div_euclid(DAY);
    let civil = civil(day);
    match plan.frequency {
        Frequency::Yearly if plan.weeks.is_empty() => civil.year,
        Frequency::Yearly => first_week_year(plan, day, civil.year),
        Frequency::Monthly => month_index(day),
        _ => week_of(day, plan.week_start),
    }
}

/// With BYWEEKNO a year is made of weeks. It is counted from the one that DTSTART's week belongs to
/// if something of it is left on that day, otherwise from the year of DTSTART's date.
fn first_week_year(plan: &Plan, day: i64, year: i64) -> i64 {
    let of_weeks = week_year(day, plan.week_start);
    let mut days = Vec::new();
    days_of_weeks(plan, of_weeks, &mut days);
    if days.last().is_some_and(|last| *last >= day) {
        of_weeks
    } else {
        year
    }
}

fn month_index(day: i64) -> i64 {
    let civil = civil(day);
    civil.year * 12 + civil.month - 1
}

impl Walk {
    pub(super) fn next_coarse(&mut self, meter: &mut Meter) -> Result<Option<i64>, OutOfWork> {
        let mut period = self.loaded.unwrap_or_else(|| self.first_period());
        loop {
            if self.loaded != Some(period) && !self.load(period, meter)? {
                return Ok(None);
            }
            if let Some(wall) = self.set.first_from(self.cursor) {
                return Ok(Some(wall));
            }
            period += 1;
        }
    }

    fn first_period(&self) -> i64 {
        let day = self.cursor.div_euclid(DAY);
        let unit = match self.plan.frequency {
            Frequency::Yearly if self.plan.weeks.is_empty() => civil(day).year,
            Frequency::Yearly => week_year(day, self.plan.week_start),
            Frequency::Monthly => month_index(day),
            _ => {
                let weeks = (week_of(day, self.plan.week_start) - self.base).max(0) / 7;
                self.base + weeks
            }
        };
        self.period_from(unit)
    }

    /// Puts the set of a period in place; false after the last day.
    fn load(&mut self, period: i64, meter: &mut Meter) -> Result<bool, OutOfWork> {
        let plan = &self.plan;
        let days = &mut self.set.days;
        let unit = self.base + period * plan.interval * unit_len(plan.frequency);
        if first_day(plan, unit) > self.last_day {
            return Ok(false);
        }
        days.clear();
        let inspected = match plan.frequency {
            Frequency::Yearly if plan.weeks.is_empty() => (1..=12)
                .map(|month| days_of_month(&plan.days, unit, month, days))
                .sum(),
            Frequency::Yearly => days_of_weeks(plan, unit, days),
            Frequency::Monthly => {
                let (year, month) = (unit.div_euclid(12), unit.rem_euclid(12) + 1);
                days_of_month(&plan.days, year, month, days)
            }
            _ => {
                days.extend((unit..unit + 7).filter(|day| plan.days.allows(*day)));
                7
            }
        };
        meter.spend(inspected)?;
        days.retain(|day| (FIRST_DAY..=LAST_DAY).contains(day));
        self.set.clock = plan.clock;
        self.set.choose(&plan.positions);
        self.loaded = Some(period);
        Ok(true)
    }
}

/// Weeks are counted by their first days.
fn unit_len(frequency: Frequency) -> i64 {
    if frequency == Frequency::Weekly { 7 } else { 1 }
}

fn first_day(plan: &Plan, unit: i64) -> i64 {
    match plan.frequency {
        Frequency::Yearly if plan.weeks.is_empty() => day_of(unit, 1, 1),
        Frequency::Yearly => week_one(unit, plan.week_start),
        Frequency::Monthly => day_of(unit.div_euclid(12), unit.rem_euclid(12) + 1, 1),
        _ => unit,
    }
}

/// Adds the days of a month that the filter allows; says how many were looked at.
fn days_of_month(filter: &DayFilter, year: i64, month: i64, days: &mut Vec<i64>) -> u32 {
    if !filter.allows_month(month) {
        return 1;
    }
    let first = day_of(year, month, 1);
    let all = first..first + month_len(year, month);
    days.extend(all.filter(|day| filter.allows(*day)));
    31
}

fn days_of_weeks(plan: &Plan, year: i64, days: &mut Vec<i64>) -> u32 {
    let first = week_one(year, plan.week_start);
    let count = (week_one(year + 1, plan.week_start) - first) / 7;
    for week in &plan.weeks {
        let index = if *week > 0 { week - 1 } else { count + week };
        if (0..count).contains(&index) {
            let monday = first + 7 * index;
            days.extend((monday..monday + 7).filter(|day| plan.days.allows(*day)));
        }
    }
    days.sort_unstable();
    days.dedup();
    u32::try_from(plan.weeks.len() * 7).unwrap_or(u32::MAX)
}
