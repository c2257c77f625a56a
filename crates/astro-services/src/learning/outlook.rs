//! What is likely to become of a task, said by the model that serves.

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::ids::TaskId;
use astro_core::models::{GoodTime, Outlook};
use astro_core::tasks::Task;
use astro_data::exposures::slots;
use astro_data::{About, Person};
use astro_models::completion::Prediction;
use astro_models::recommendation::Head;

use crate::{Call, Error, Result, Services};

/// Hours that are named.
const TIMES: usize = 3;

impl Services {
    /// What is likely to become of an open task.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is not open, or its owner lets the product learn nothing.
    pub async fn task_outlook(&self, call: &Call, id: TaskId) -> Result<Outlook> {
        let task: Task = self.get_task(call, id).await?.task;
        let served = self.completion_model().await?;
        let known = self.known_now(call, &served).await?.ok_or_else(|| {
            let detail = "privacy.learn.* is off for everything: nothing is known of this task";
            Error::conflict("learning_off", detail)
        })?;
        let now = known.at;
        let open = known.person.task(id.uuid()).filter(|open| open.is_open());
        let Some(open) = open.filter(|_| task.is_open()) else {
            let detail = format!("the task is {}, or stands for a whole series", task.status);
            return Err(Error::conflict("not_open", detail));
        };
        let said = served
            .model
            .predict(&known.rows([About::Task(id.uuid()).candidate()]));
        let said = said
            .into_iter()
            .next()
            .ok_or_else(|| Error::internal("a row without a prediction"))?
            .put_right(known.line);
        let slots = slots(known.zone(), now);
        let in_slot = |slot: &Timestamp| About::Slot(id.uuid(), *slot).candidate();
        let times = self.recommendation_model().await?;
        let chances = times.model.predict(&known.rows(slots.iter().map(in_slot)));
        let mut outlook = told(&served.version, &said, open.wanted_by(), &known.person, now);
        outlook.good_times = best(&slots, &chances);
        outlook.times_model.clone_from(&times.version);
        Ok(outlook)
    }
}

/// The hours with the best chances.
fn best(slots: &[Timestamp], said: &[astro_models::recommendation::Prediction]) -> Vec<GoodTime> {
    let chances = said.iter().map(|said| said.chance(Head::Slot));
    let mut times: Vec<GoodTime> = slots
        .iter()
        .zip(chances)
        .map(|(from, chance)| GoodTime {
            from: *from,
            chance,
        })
        .collect();
    times.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    times.truncate(TIMES);
    times
}

/// As people are told.
fn told(
    version: &str,
    said: &Prediction,
    wanted_by: Option<Timestamp>,
    person: &Person,
    now: Timestamp,
) -> Outlook {
    let start_by = wanted_by.map(|wanted| {
        let wanted_h = wanted.duration_since(now).as_secs_f64() / 3_600.0;
        later(now, said.start_by_h(wanted_h))
    });
    Outlook {
        model: version.to_owned(),
        wanted_by,
        done_in_time: said.asked,
        done_within_1d: said.days[0],
        done_within_3d: said.days[1],
        done_within_7d: said.days[2],
        dropped_within_7d: said.curve.at(7.0 * 24.0).dropped,
        likely_done_at: said.median_h().map(|hours| later(now, hours)),
        start_by,
        minutes_low: said.minutes[0],
        minutes_typical: said.minutes[1],
        minutes_high: said.minutes[2],
        planning_factor: person.habits().bias(now),
        planning_tasks: person.habits().bias_tasks(now),
        good_times: Vec::new(),
        times_model: String::new(),
    }
}

/// So many hours later, to the second; negative hours are earlier.
fn later(now: Timestamp, hours: f64) -> Timestamp {
    let seconds = SignedDuration::try_from_secs_f64((hours * 3_600.0).round()).unwrap_or_default();
    now.saturating_add(seconds).unwrap_or(now)
}
