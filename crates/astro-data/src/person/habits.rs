//! How a person gets things done: how many, how soon, at which hours, and how long against the estimate.

use std::collections::BTreeMap;

use astro_core::calendar::{Date, TimeZone, Timestamp, local_date};
use uuid::Uuid;

use crate::decay::Decay;
use crate::maths::{days, log1p, remaining, seconds, smoothed};
use crate::task::{Closing, Task};

const DAY_H: f64 = 24.0;
/// Half-lives, in hours.
pub(crate) const WEEK_H: f64 = 7.0 * DAY_H;
pub(crate) const MONTH_H: f64 = 28.0 * DAY_H;
const FORTNIGHT_H: f64 = 14.0 * DAY_H;
const QUARTER_H: f64 = 90.0 * DAY_H;
/// Hours of the day are told apart in so many bands of four.
pub(crate) const BANDS: usize = 6;

/// How long tasks take against their estimate before anything is known of a person (learning.md 2b).
const TYPICAL_BIAS: f64 = 1.4;
/// So many tasks' worth of belief in it.
const BIAS_WEIGHT: f64 = 5.0;

/// Counts that forget. All of them are taken back with a task that is opened again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Habits {
    pub(crate) created_week: Decay,
    pub(crate) created_month: Decay,
    pub(crate) done_week: Decay,
    pub(crate) done_month: Decay,
    pub(crate) dropped_month: Decay,
    /// Done tasks that were wanted by some time, and those of them that were done by then.
    with_due: Decay,
    on_time: Decay,
    pub(crate) deferred_week: Decay,
    pub(crate) started_month: Decay,
    by_band: [Decay; BANDS],
    by_weekday: [Decay; 7],
    /// ln(1 + days from creation to done), and how many.
    lead: Decay,
    lead_count: Decay,
    /// ln(worked / estimate), and how many.
    bias: Decay,
    bias_count: Decay,
    /// Of each project: done, and closed in any way.
    projects: BTreeMap<Uuid, (Decay, Decay)>,
    /// Days on which something was done here.
    active_days: Decay,
    active_on: Option<Date>,
    pub(crate) active_at: Option<Timestamp>,
    pub(crate) done_at: Option<Timestamp>,
}

impl Habits {
    pub(crate) fn created(&mut self, at: Timestamp, zone: &TimeZone, project: Option<Uuid>) {
        self.created_week.add(at, 1.0, WEEK_H);
        self.created_month.add(at, 1.0, MONTH_H);
        if let Some(project) = project {
            self.projects.entry(project).or_default();
        }
        self.active(at, zone);
    }

    pub(crate) fn active(&mut self, at: Timestamp, zone: &TimeZone) {
        let today = local_date(at, zone);
        if self.active_on != Some(today) {
            self.active_days.add(at, 1.0, FORTNIGHT_H);
            self.active_on = Some(today);
        }
        self.active_at = self.active_at.max(Some(at));
    }

    pub(crate) fn deferred(&mut self, at: Timestamp) {
        self.deferred_week.add(at, 1.0, WEEK_H);
    }

    pub(crate) fn started(&mut self, at: Timestamp) {
        self.started_month.add(at, 1.0, MONTH_H);
    }

    /// Counts a closing; with -1, takes it back.
    pub(crate) fn closed(
        &mut self,
        task: &Task,
        (at, how): (Timestamp, Closing),
        zone: &TimeZone,
        amount: f64,
    ) {
        if let Some(project) = task.project {
            let (done, all) = self.projects.entry(project).or_default();
            all.add(at, amount, QUARTER_H);
            if how == Closing::Done {
                done.add(at, amount, QUARTER_H);
            }
        }
        if how == Closing::Dropped {
            self.dropped_month.add(at, amount, MONTH_H);
            return;
        }
        self.done_week.add(at, amount, WEEK_H);
        self.done_month.add(at, amount, MONTH_H);
        let local = zone.to_datetime(at);
        self.by_band[band(local.hour())].add(at, amount, MONTH_H);
        self.by_weekday[weekday(local.weekday())].add(at, amount, 2.0 * MONTH_H);
        if let Some(wanted) = task.wanted_by() {
            self.with_due.add(at, amount, MONTH_H);
            if at <= wanted {
                self.on_time.add(at, amount, MONTH_H);
            }
        }
        self.lead
            .add(at, amount * log1p(days(task.created_at, at)), MONTH_H);
        self.lead_count.add(at, amount, MONTH_H);
        if let Some(ratio) = bias_of(task) {
            self.bias.add(at, amount * ratio, QUARTER_H);
            self.bias_count.add(at, amount, QUARTER_H);
        }
        if amount > 0.0 {
            self.done_at = self.done_at.max(Some(at));
        }
    }

    /// Share of done tasks that were done by the time that they were wanted by.
    pub(crate) fn on_time(&self, now: Timestamp) -> f64 {
        let (hits, all) = (
            self.on_time.get(now, MONTH_H),
            self.with_due.get(now, MONTH_H),
        );
        smoothed(hits, all, 0.6, 4.0)
    }

    /// Share of closed tasks that were done.
    pub(crate) fn done_share(&self, now: Timestamp) -> f64 {
        let done = self.done_month.get(now, MONTH_H);
        let dropped = self.dropped_month.get(now, MONTH_H);
        smoothed(done, done + dropped, 0.8, 4.0)
    }

    /// As [`Habits::done_share`] of one project, drawn towards that of all.
    pub(crate) fn done_share_of(&self, project: Uuid, now: Timestamp) -> f64 {
        let general = self.done_share(now);
        self.projects.get(&project).map_or(general, |(done, all)| {
            let (done, all) = (done.get(now, QUARTER_H), all.get(now, QUARTER_H));
            smoothed(done, all, general, 4.0)
        })
    }

    /// How much of what is done is done at this hour, against an even day: 1 is even.
    pub(crate) fn at_this_hour(&self, now: Timestamp, zone: &TimeZone) -> f64 {
        let here = band(zone.to_datetime(now).hour());
        share(&self.by_band, here, now, MONTH_H)
    }

    /// As [`Habits::at_this_hour`], of weekdays.
    pub(crate) fn on_this_weekday(&self, now: Timestamp, zone: &TimeZone) -> f64 {
        let here = weekday(zone.to_datetime(now).weekday());
        share(&self.by_weekday, here, now, 2.0 * MONTH_H)
    }

    /// ln(1 + days) from creation to done, on average; `None` while nothing was done.
    pub(crate) fn lead(&self, now: Timestamp) -> Option<f64> {
        let count = self.lead_count.get(now, MONTH_H);
        (count > 1e-6).then(|| self.lead.get(now, MONTH_H) / count)
    }

    /// How long tasks take against their estimate: the planning-fallacy factor of Kahneman and Tversky
    /// (1979), drawn towards what is typical while little is known.
    pub fn bias(&self, now: Timestamp) -> f64 {
        let (sum, count) = (self.bias.get(now, QUARTER_H), self.bias_tasks(now));
        let prior = libm::log(TYPICAL_BIAS);
        libm::exp((sum + prior * BIAS_WEIGHT) / (count.max(0.0) + BIAS_WEIGHT))
    }

    /// How many tasks speak for [`Habits::bias`].
    pub fn bias_tasks(&self, now: Timestamp) -> f64 {
        self.bias_count.get(now, QUARTER_H)
    }

    /// Share of the last days on which something happened; 1 is every day.
    pub(crate) fn consistency(&self, now: Timestamp) -> f64 {
        // what somebody has who was active every day for ever
        let most = 1.0 / (1.0 - remaining(DAY_H, FORTNIGHT_H));
        (self.active_days.get(now, FORTNIGHT_H) / most).min(1.0)
    }
}

/// ln(worked / estimate) where both are known; beyond a factor of about 20 it is a mistake.
fn bias_of(task: &Task) -> Option<f64> {
    let estimate = f64::from(task.estimate_s.filter(|seconds| *seconds > 0)?);
    let worked = (task.worked_s > 60.0).then_some(task.worked_s)?;
    Some(libm::log(worked / estimate).clamp(-3.0, 3.0))
}

fn share(counters: &[Decay], here: usize, now: Timestamp, half_life_h: f64) -> f64 {
    let all: f64 = counters.iter().map(|one| one.get(now, half_life_h)).sum();
    let here = counters
        .get(here)
        .map_or(0.0, |one| one.get(now, half_life_h));
    let even = 1.0 / crate::maths::count(counters.len());
    smoothed(here, all, even, 6.0) / even
}

pub(crate) fn band(hour: i8) -> usize {
    usize::try_from(hour / 4).unwrap_or(0).min(BANDS - 1)
}

fn weekday(day: astro_core::calendar::Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset())
        .unwrap_or(0)
        .min(6)
}

/// Seconds since something; `None` when it never was.
pub(crate) fn since(at: Option<Timestamp>, now: Timestamp) -> Option<f64> {
    at.map(|at| seconds(at, now).max(0.0))
}
