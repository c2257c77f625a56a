//! What a stretch of time was worth: the value of what was done in it, whatever caused it, less what a
//! suggestion cost. So only what would not have happened anyway makes a suggestion worth more than silence.

use std::collections::HashMap;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use uuid::Uuid;

use crate::decision::Decision;
use crate::ends::SLIP;
use crate::fact::{Answer, Fact, Happened};
use crate::maths::{moved, seconds};
use crate::person::Person;
use crate::task::Task;

/// The version of this definition. Rewards of different versions are not compared.
pub const VERSION: u32 = 1;
/// After a suggestion of what to do next, so long is counted.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(2);
/// Shares of a task's worth for its completion, at all and in time besides.
const COMPLETED: f64 = 0.2;
const ON_TIME: f64 = 0.3;
/// What a dismissal costs.
const DISMISSAL: f64 = 0.1;

/// The reward of a window, by its parts; worths are shares of the most that a task can be worth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reward {
    /// Worth times the share of the expected effort that was worked.
    pub progress: f64,
    /// For what was completed, at all.
    pub completion: f64,
    /// For what was completed in time.
    pub on_time: f64,
    /// What dismissals cost; not negative.
    pub burden: f64,
}

impl Reward {
    pub fn total(&self) -> f64 {
        self.progress + self.completion + self.on_time - self.burden
    }
}

/// What somebody did that was worth something.
#[derive(Clone, Copy, Debug)]
struct Earned {
    task: Uuid,
    from: Timestamp,
    to: Timestamp,
    parts: Reward,
    /// Of the task's effort.
    share: f64,
}

/// Everything of a record that was worth something.
#[derive(Debug, Default)]
pub(crate) struct Earnings(Vec<Earned>);

impl Earnings {
    /// Of facts in their order. What a task is worth, and how much work it is, counts as it was known when the work
    /// was recorded.
    pub fn of(zone: &TimeZone, facts: &[&Fact]) -> Self {
        let mut person = Person::new(zone.clone());
        let mut earnings = Self::default();
        let mut shares: HashMap<Uuid, f64> = HashMap::new();
        for fact in facts {
            let task = fact.task.and_then(|id| Some((id, person.task(id)?)));
            if let Some((id, task)) = task {
                let needed = needed_s(task, &person, fact.recorded_at);
                let share = shares.entry(id).or_default();
                earnings.take(id, task, fact, needed, share);
            }
            person.apply(fact);
        }
        earnings.0.sort_by_key(|earned| (earned.from, earned.task));
        earnings
    }

    fn take(&mut self, id: Uuid, task: &Task, fact: &Fact, needed_s: f64, share: &mut f64) {
        if let Some(since) = task.running_since.filter(|_| ends_work(&fact.what)) {
            self.work(id, task, (since, fact.at), needed_s, share);
        }
        match &fact.what {
            Happened::Worked(worked) if *worked > 0 => {
                let from = moved(fact.at, -SignedDuration::from_secs(*worked));
                self.work(id, task, (from, fact.at), needed_s, share);
            }
            Happened::Done if task.is_open() => {
                let worth = task.worth();
                let in_time = task.wanted_by().is_none_or(|wanted| fact.at <= wanted);
                self.0.push(Earned {
                    task: id,
                    from: fact.at,
                    to: fact.at,
                    parts: Reward {
                        // what nobody measured was done by then all the same
                        progress: worth * (1.0 - *share),
                        completion: COMPLETED * worth,
                        on_time: if in_time { ON_TIME * worth } else { 0.0 },
                        burden: 0.0,
                    },
                    share: 1.0 - *share,
                });
                *share = 1.0;
            }
            Happened::Reopened => self.take_back(id, fact.at, share),
            _ => {}
        }
    }

    /// A completion that is taken back soon was a slip, and earned nothing.
    fn take_back(&mut self, id: Uuid, at: Timestamp, share: &mut f64) {
        self.0.retain(|earned| {
            let is_slip = earned.task == id && earned.is_end() && at < earned.to + SLIP;
            if is_slip {
                *share -= earned.share;
            }
            !is_slip
        });
        *share = share.max(0.0);
    }

    fn work(
        &mut self,
        id: Uuid,
        task: &Task,
        (from, to): (Timestamp, Timestamp),
        needed_s: f64,
        share: &mut f64,
    ) {
        let more = (seconds(from, to) / needed_s).clamp(0.0, 1.0 - *share);
        *share += more;
        self.0.push(Earned {
            task: id,
            from,
            to,
            parts: Reward {
                progress: task.worth() * more,
                ..Reward::default()
            },
            share: more,
        });
    }

    /// The reward of a decision's window; `None` while that was not over at `until`.
    pub fn of_decision(&self, decision: &Decision, until: Timestamp) -> Option<Reward> {
        let (from, to) = (decision.at, decision.at + WINDOW);
        if to > until {
            return None;
        }
        let mut reward = Reward::default();
        for earned in self.0.iter().take_while(|earned| earned.from < to) {
            let part = earned.share_within(from, to);
            reward.progress += part * earned.parts.progress;
            reward.completion += part * earned.parts.completion;
            reward.on_time += part * earned.parts.on_time;
        }
        let dismissed = decision.answered.filter(|(at, _)| *at <= to);
        if dismissed.is_some_and(|(_, answer)| answer == Answer::Dismissed) {
            reward.burden = DISMISSAL;
        }
        Some(reward)
    }
}

impl Earned {
    fn is_end(&self) -> bool {
        self.from == self.to
    }

    /// The share of it that falls into a window, which holds its beginning and not its end.
    fn share_within(&self, from: Timestamp, to: Timestamp) -> f64 {
        if self.is_end() {
            return f64::from(u8::from(from <= self.from && self.from < to));
        }
        let overlap = seconds(self.from.max(from), self.to.min(to)).max(0.0);
        overlap / seconds(self.from, self.to)
    }
}

/// Seconds of work that a task takes, as far as its person's estimates can be believed.
fn needed_s(task: &Task, person: &Person, now: Timestamp) -> f64 {
    (task.expected_s() * person.habits().bias(now)).max(60.0)
}

fn ends_work(what: &Happened) -> bool {
    matches!(
        what,
        Happened::Stopped | Happened::Done | Happened::Cancelled | Happened::Deleted
    )
}
