//! Fills a database through the store: one person's tasks of some years, most of them done, with
//! projects, labels, dates, descriptions and a log.

use astro_core::calendar::{TimeZone, Timestamp, When, local_date};
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::document::Stamp;
use astro_core::events::{Action, Entity, Event};
use astro_core::ids::{LabelId, ProjectId, TaskId};
use astro_core::labels::{Label, LabelFields};
use astro_core::principal::Scope;
use astro_core::projects::{Project, ProjectFields};
use astro_core::random::Random;
use astro_core::tasks::{Task, TaskFields, TaskSource, TaskStatus};
use astro_store::{Database, Store, StoreError, StoreOptions, documents, events};
use serde_json::json;

use anyhow::Result;

const DAY: i64 = 86_400_000_000;
/// How far back the tasks go, and how far forward they are due.
const PAST_DAYS: u64 = 3 * 365;
const DUE_DAYS: u64 = 90;
/// Rows that share a transaction.
const CHUNK: usize = 500;

const VERBS: &[&str] = &[
    "Call", "Write", "Check", "Order", "Repair", "Review", "Plan", "Book", "Answer", "Clean",
    "Prepare", "Return",
];
const THINGS: &[&str] = &[
    "the invoice",
    "the quarterly report",
    "a dentist's appointment",
    "the bicycle",
    "train tickets",
    "the kitchen shelf",
    "the tax return",
    "winter tyres",
    "the insurance letter",
    "library books",
    "the slides",
    "the backup disk",
    "a birthday present",
    "the heating",
    "the contract",
    "the garden hose",
];
const NOTE: &str = "Ask first whether the old one can be kept. The number is in the folder on the \
     second shelf; whoever answers needs the date and the amount.";

/// How much to fill in.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    pub tasks: usize,
    /// Of these.
    pub open: usize,
}

/// What was filled in.
#[derive(Debug)]
pub struct Seeded {
    /// The tasks' ids, oldest first.
    pub tasks: Vec<TaskId>,
    pub projects: Vec<ProjectId>,
    pub labels: Vec<LabelId>,
}

/// Opens the database, fills it and closes it.
pub async fn fill(database: Database, scope: Scope, amount: Amount) -> Result<Seeded> {
    let store = Store::open(&StoreOptions::new(database)).await?;
    let mut person = Person::new(scope);
    let projects = person.projects();
    let labels = person.labels();
    let seeded = Seeded {
        tasks: Vec::with_capacity(amount.tasks),
        projects: projects.iter().map(|project| project.id).collect(),
        labels: labels.iter().map(|label| label.id).collect(),
    };
    let written: Result<(), StoreError> = store
        .write(&scope, move |write| {
            Box::pin(async move {
                for mut project in projects {
                    documents::insert(write, &mut project).await?;
                }
                for mut label in labels {
                    documents::insert(write, &mut label).await?;
                }
                Ok(())
            })
        })
        .await;
    written?;
    let seeded = fill_tasks(&store, &mut person, amount, seeded).await?;
    store.close().await?;
    Ok(seeded)
}

async fn fill_tasks(
    store: &Store,
    person: &mut Person,
    amount: Amount,
    mut seeded: Seeded,
) -> Result<Seeded> {
    for start in (0..amount.tasks).step_by(CHUNK) {
        let end = (start + CHUNK).min(amount.tasks);
        let tasks: Vec<Task> = (start..end)
            .map(|n| person.task(n, amount, &seeded))
            .collect();
        seeded.tasks.extend(tasks.iter().map(|task| task.id));
        let ids: Vec<_> = tasks.iter().map(|_| person.random.id(person.now)).collect();
        let count = u32::try_from(tasks.len())?;
        let written: Result<(), StoreError> = store
            .write(&person.scope, move |write| {
                Box::pin(async move {
                    write.reserve_changes(count).await?;
                    for (mut task, id) in tasks.into_iter().zip(ids) {
                        documents::insert(write, &mut task).await?;
                        events::insert(write, &created(&task, id)).await?;
                    }
                    Ok(())
                })
            })
            .await;
        written?;
    }
    Ok(seeded)
}

fn created(task: &Task, id: astro_core::ids::EventId) -> Event {
    Event {
        id,
        at: task.created_at,
        recorded_at: task.created_at,
        entity: Entity::Task,
        entity_id: task.id.uuid(),
        action: Action::Created,
        cause: None,
        change_seq: task.change_seq,
        data: json!({ "priority": task.priority, "due": task.due }),
        before: None,
        version_after: task.version,
    }
}

/// The same rows at every run, but for the day that they are counted from.
struct Person {
    scope: Scope,
    now: Timestamp,
    random: Random,
}

impl Person {
    fn new(scope: Scope) -> Self {
        Self {
            scope,
            now: SystemClock.now(),
            random: Random::seeded(50),
        }
    }

    /// A number below `end`.
    fn below(&self, end: u64) -> u64 {
        u64::from_le_bytes(self.random.bytes()) % end.max(1)
    }

    fn one_of<'a, T>(&self, choices: &'a [T]) -> &'a T {
        let index = self.below(choices.len() as u64);
        &choices[usize::try_from(index).unwrap_or(0)]
    }

    /// `days` days from now and up to a day more.
    fn moment(&self, days: i64) -> Timestamp {
        let within = i64::try_from(self.below(DAY.unsigned_abs())).unwrap_or(0);
        let micros = self.now.as_microsecond() + days * DAY + within;
        Timestamp::from_microsecond(micros).unwrap_or(self.now)
    }

    fn projects(&self) -> Vec<Project> {
        (0..20)
            .map(|n| {
                let fields = ProjectFields {
                    title: format!("Project {n}"),
                    description: String::new(),
                    color: None,
                    parent_id: None,
                    position: format!("{n:02}"),
                    archived: false,
                };
                Project::assemble(fields, Stamp::fresh(self.now), self.random.id(self.now))
            })
            .collect()
    }

    fn labels(&self) -> Vec<Label> {
        (0..12)
            .map(|n| {
                let fields = LabelFields {
                    title: format!("label-{n}"),
                    color: None,
                };
                Label::assemble(fields, Stamp::fresh(self.now), self.random.id(self.now))
            })
            .collect()
    }

    /// The `n`th task: they are made in order of time, and the last ones are open.
    fn task(&mut self, n: usize, amount: Amount, seeded: &Seeded) -> Task {
        let is_open = n + amount.open >= amount.tasks;
        let age = PAST_DAYS - PAST_DAYS * n as u64 / amount.tasks.max(1) as u64;
        let age = i64::try_from(age).unwrap_or(0);
        let made = self.moment(-age - 1).min(self.now);
        let title = format!("{} {} {n}", self.one_of(VERBS), self.one_of(THINGS));
        let mut fields = TaskFields {
            priority: u8::try_from(self.below(10)).unwrap_or(0),
            ..TaskFields::titled(title)
        };
        if self.below(3) == 0 {
            NOTE.clone_into(&mut fields.description);
        }
        if self.below(2) == 0 {
            fields.project_id = Some(*self.one_of(&seeded.projects));
        }
        if self.below(4) == 0 {
            fields.labels.push(*self.one_of(&seeded.labels));
        }
        if self.below(2) == 0 {
            fields.due = Some(self.due(is_open, age));
        }
        if self.below(3) == 0 {
            fields.estimate_s = Some(900 * u32::try_from(1 + self.below(12)).unwrap_or(1));
        }
        if is_open && self.below(20) == 0 && !seeded.tasks.is_empty() {
            let recent = seeded.tasks.len().saturating_sub(CHUNK);
            fields
                .depends_on
                .push(*self.one_of(&seeded.tasks[recent..]));
        }
        let done = (!is_open).then(|| {
            let later = i64::try_from(self.below(30)).unwrap_or(0);
            self.moment(later - age - 1).clamp(made, self.now)
        });
        self.keep(fields, made, done)
    }

    fn due(&self, is_open: bool, age: i64) -> When {
        let days = i64::try_from(self.below(DUE_DAYS)).unwrap_or(0);
        // a tenth of what is open is overdue
        let from_now = if is_open { days - 9 } else { days - age };
        let moment = self.moment(from_now);
        let date = local_date(moment, &TimeZone::UTC);
        match self.below(2) {
            0 => When::Date(date),
            _ => When::Utc(moment),
        }
    }

    fn keep(&self, mut fields: TaskFields, made: Timestamp, done: Option<Timestamp>) -> Task {
        let id: TaskId = self.random.id(made);
        fields.position = id.uuid().simple().to_string();
        if done.is_some() {
            fields.status = TaskStatus::Completed;
            fields.percent = 100;
        }
        let stamp = Stamp {
            updated_at: done.unwrap_or(made),
            ..Stamp::fresh(made)
        };
        Task {
            completed_at: done,
            ..Task::new(fields, id, stamp, TaskSource::Api)
        }
    }
}
