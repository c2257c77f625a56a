//! What is likely to become of a task, said by the model that serves.

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::ids::TaskId;
use astro_core::models::Outlook;
use astro_core::principal::Permission;
use astro_core::tasks::Task;
use astro_data::{Candidate, Moment, Person, Scene};
use astro_models::completion::Prediction;

use super::facts::Told;
use crate::{Call, Error, Result, Services};

impl Services {
    /// What is likely to become of an open task.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is not open, or its owner lets the product learn nothing.
    pub async fn task_outlook(&self, call: &Call, id: TaskId) -> Result<Outlook> {
        let scope = call.scope(Permission::TasksRead)?;
        let task: Task = self.get_task(call, id).await?.task;
        let now = self.now();
        let record = self
            .record(scope, now, Told::WhenItCame)
            .await?
            .map(|(record, _)| record);
        let record = record.ok_or_else(|| {
            let detail = "privacy.learn.* is off for everything: nothing is known of this task";
            Error::conflict("learning_off", detail)
        })?;
        let mut person = Person::new(record.zone.clone());
        for fact in &record.facts {
            person.apply(fact);
        }
        let known = person.task(id.uuid()).filter(|known| known.is_open());
        let Some(known) = known.filter(|_| task.is_open()) else {
            let detail = format!("the task is {}, or stands for a whole series", task.status);
            return Err(Error::conflict("not_open", detail));
        };
        let scene = Scene::new(&person, Moment::at(now));
        let candidate = Candidate {
            task: Some(id.uuid()),
            ..Candidate::default()
        };
        let row = scene.row(candidate).without(&record.withheld);
        let served = self.completion_model().await?;
        let said = served.model.predict(std::slice::from_ref(&row));
        let said = said
            .first()
            .ok_or_else(|| Error::internal("a row without a prediction"))?;
        Ok(told(&served.version, said, known.wanted_by(), &person, now))
    }
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
    }
}

/// So many hours later, to the second; negative hours are earlier.
fn later(now: Timestamp, hours: f64) -> Timestamp {
    let seconds = SignedDuration::try_from_secs_f64((hours * 3_600.0).round()).unwrap_or_default();
    now.saturating_add(seconds).unwrap_or(now)
}
