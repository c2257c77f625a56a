//! What somebody does with half an hour: work on one of their tasks, rest, drift, or nothing of note.
//! Thresholds and hyperbolas on purpose: no model here has this shape.

use uuid::Uuid;

use super::Life;
use crate::record::{Kind, Says};
use crate::task::{End, Task};
use crate::time::{Minute, SLOT, days, is_weekend, number, whole};

impl Life {
    /// Lives through the half hour from now on.
    pub(super) fn act(&mut self) {
        let now = self.now;
        let best = self.strongest();
        // all draws are made, whatever comes of them: lives stay comparable
        let (luck, kind) = (self.chance.uniform(), self.chance.uniform());
        let Some((id, pull)) = best else { return };
        if self.is_busy(now) {
            return;
        }
        let threshold = self.threshold(now);
        let work = if pull > threshold {
            1.1 + 2.2 * (pull - threshold)
        } else {
            0.06
        };
        let rest = 0.08 + 0.45 * (1.0 - self.mind.energy).max(0.0);
        let drift = 0.2 + 0.8 * self.person.impulsiveness;
        let all = work + rest + drift;
        let something_happens = luck < 1.0 - libm::exp(-all);
        if something_happens && kind * all < work {
            self.work(id, now);
        }
    }

    /// What it takes to begin anything: less with energy, more on a day off or in an illness.
    pub(crate) fn threshold(&self, now: Minute) -> f64 {
        let weekend = if is_weekend(now) {
            0.25 * (1.0 - self.world.days_are.weekend_factor)
        } else {
            0.0
        };
        let shock = if now < self.mind.shock_until {
            0.35
        } else {
            0.0
        };
        0.52 - 0.32 * self.mind.energy + weekend + shock
    }

    /// The task that pulls most, with its pull.
    fn strongest(&mut self) -> Option<(Uuid, f64)> {
        let now = self.now;
        let intent = self.intent.filter(|(_, _, until)| now < *until);
        let pulls: Vec<(Uuid, f64)> = self
            .ready()
            .map(|task| {
                let intended = intent.filter(|(id, _, _)| *id == task.id);
                let intended = intended.map_or(0.0, |(_, strength, _)| strength);
                (task.id, self.pull(task, now) + intended)
            })
            .collect();
        let mut best: Option<(Uuid, f64)> = None;
        for (id, pull) in pulls {
            let pull = pull + 0.08 * self.chance.normal();
            if best.is_none_or(|(_, known)| pull > known) {
                best = Some((id, pull));
            }
        }
        best
    }

    /// Expectancy times value over delay (temporal motivation; Steel and König, 2006), less what one
    /// dislikes of it when tired.
    pub(crate) fn pull(&self, task: &Task, now: Minute) -> f64 {
        let delay = task.due.map_or(9.0, |due| days(due - now).max(0.0));
        let efficacy = self.mind.efficacy[task.category];
        let motivation = 1.5 * efficacy * task.value / (1.0 + self.person.impulsiveness * delay);
        let dislike = self.person.aversion[task.category] * (1.2 - self.mind.energy).max(0.0);
        let momentum = if task.has_begun { 0.12 } else { 0.0 };
        motivation - 0.45 * dislike + momentum
    }

    fn work(&mut self, id: Uuid, now: Minute) {
        let pace = 0.75 + 0.5 * self.mind.energy;
        let creeps = self.chance.happens(self.world.tasks.creep_share);
        let writes_work = self.paper.happens(self.person.orderliness);
        let Some(task) = self.task_mut(id) else {
            return;
        };
        if !task.has_begun && creeps {
            task.effort_min *= 1.35;
        }
        task.has_begun = true;
        let before = task.progress();
        let left = task.effort_min - task.worked_min;
        let done = (number(SLOT) * pace).min(left);
        task.worked_min += done;
        let (gained, value, category) = (task.progress() - before, task.value, task.category);
        let is_finished = left <= number(SLOT) * pace;
        let on_time = task.due.is_none_or(|due| now <= due);
        let minutes = whole(done / pace).clamp(1, SLOT);
        self.earn(value * gained);
        if writes_work {
            self.write(id, Kind::Started, now, Says::default());
        }
        if is_finished {
            self.close(id, now + minutes, End::Done);
            self.earn(if on_time { 0.5 * value } else { 0.2 * value });
            self.write(id, Kind::Done, now + minutes, Says::default());
            let world = self.world.clone();
            self.mind.succeeds(&world, category);
        } else if writes_work {
            self.write(id, Kind::Stopped, now + minutes, Says::default());
        }
    }
}
