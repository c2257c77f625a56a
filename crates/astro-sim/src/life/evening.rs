//! The end of a day: what is overdue is put off, what is stale is given up, and now and then something
//! is ticked that was not done.

use uuid::Uuid;

use super::Life;
use crate::record::{Kind, Says};
use crate::task::{End, Task};
use crate::time::{DAY, Minute, days, number, timestamp, whole};

/// What becomes of an open task tonight.
enum Fate {
    Stays,
    PutOff(Minute),
    GivenUp,
    /// Said to be done.
    OnlySaid,
}

impl Life {
    pub(super) fn evening(&mut self) {
        let now = self.now;
        let open: Vec<Task> = self.open().cloned().collect();
        for task in open {
            match self.fate(&task, now) {
                Fate::Stays => {}
                Fate::PutOff(due) => self.put_off(task.id, due, now),
                Fate::GivenUp => {
                    self.close(task.id, now, End::GivenUp);
                    self.write(task.id, Kind::Cancelled, now, Says::default());
                }
                Fate::OnlySaid => {
                    self.close(task.id, now, End::OnlySaid);
                    self.write(task.id, Kind::Done, now, Says::default());
                }
            }
        }
    }

    fn fate(&mut self, task: &Task, now: Minute) -> Fate {
        let tasks = &self.world.tasks;
        let overdue = task.due.map_or(0.0, |due| days(now - due).max(0.0));
        let stale = (1.0 + 0.6 * overdue) * (1.3 - task.value);
        // every draw is made for every task: what was said must not shift them
        let draws = [
            self.chance.uniform(),
            self.chance.uniform(),
            self.chance.uniform(),
        ];
        let ahead = self.chance.log_normal(2.5, 0.6);
        let is_tired = (1.0 - self.person.honesty) * 0.3 + self.world.dirt.false_done_share;
        // what comes again soon is not caught up with
        let is_missed = task
            .every_days
            .is_some_and(|every| overdue >= number(every.min(3)));
        if is_missed {
            return Fate::GivenUp;
        }
        if overdue > 0.0 && draws[0] < is_tired * 0.5 {
            return Fate::OnlySaid;
        }
        if draws[1] < tasks.abandon_per_day * stale {
            return Fate::GivenUp;
        }
        let is_movable = !task.is_hard && task.every_days.is_none();
        if overdue > 0.0 && is_movable && draws[2] < tasks.postpone_per_day {
            let new = now + whole(ahead * 24.0 * 60.0);
            return Fate::PutOff((new.div_euclid(DAY) + 1) * DAY);
        }
        Fate::Stays
    }

    fn put_off(&mut self, id: Uuid, due: Minute, now: Minute) {
        if let Some(task) = self.task_mut(id) {
            task.due = Some(due);
            task.postpones += 1;
        }
        let says = Says {
            due: Some(timestamp(due)),
            ..Says::default()
        };
        self.write(id, Kind::Deferred, now, says);
    }
}
