//! The nouns around tasks: every field comes back, and what the schema itself promises.

use astro_core::clock::Clock as _;
use astro_core::datapoints::{Datapoint, DatapointFields};
use astro_core::document::Stamp;
use astro_core::goals::{Forecast, Goal, GoalFields};
use astro_core::preferences::{Preference, PreferenceFields, PreferenceSource};
use astro_core::principal::Scope;
use astro_core::reminders::{Reminder, ReminderFields, ReminderState};
use astro_core::tasks::{Task, TaskFields, TaskSource};
use astro_core::time_entries::{TimeEntry, TimeEntryFields};
use astro_store::documents::{self, Record};
use astro_store::{StoreError, preferences, time_entries};
use astro_testkit::{TestStore, on_both_engines};
use serde_json::{Value, json};

fn fresh(db: &TestStore) -> Stamp {
    Stamp::fresh(db.clock.now())
}

fn id<I: From<uuid::Uuid>>(db: &TestStore) -> I {
    db.random.id(db.clock.now())
}

async fn keep<R: Record>(db: &TestStore, mut row: R) -> Result<R, StoreError> {
    db.store
        .write(&db.scope, move |write| {
            Box::pin(async move {
                documents::insert(write, &mut row).await?;
                Ok(row)
            })
        })
        .await
}

async fn find<R: Record>(db: &TestStore, scope: &Scope, id: uuid::Uuid) -> Option<R> {
    db.store
        .read(scope, move |read| {
            Box::pin(async move { documents::get(read, id).await })
        })
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"))
}

/// Kept, read back equal, and nobody else's.
async fn comes_back<R: Record + PartialEq + std::fmt::Debug>(db: &TestStore, row: R) -> R {
    let kept = keep(db, row).await.unwrap();
    assert_eq!(
        find::<R>(db, &db.scope, kept.id()).await.as_ref(),
        Some(&kept)
    );
    let stranger = db.stranger().await;
    assert_eq!(find::<R>(db, &stranger, kept.id()).await, None);
    kept
}

fn task(db: &TestStore) -> Task {
    let id: astro_core::ids::TaskId = id(db);
    Task::new(TaskFields::titled("write"), id, fresh(db), TaskSource::Api)
}

fn entry(db: &TestStore, task: &Task, ended_at: Option<&str>) -> TimeEntry {
    let fields = TimeEntryFields {
        task_id: task.id,
        started_at: "2026-11-24T08:00:00.000001Z".parse().unwrap(),
        ended_at: ended_at.map(|at| at.parse().unwrap()),
        note: "a 'draft'".to_owned(),
    };
    TimeEntry::assemble(fields, fresh(db), id(db), TaskSource::Import, None).settled()
}

fn goal(db: &TestStore, fields: Value) -> Goal {
    let fields: GoalFields = serde_json::from_value(fields).unwrap();
    let forecast = Forecast {
        p_on_time: 0.1 + 0.2,
        at: db.clock.now(),
    };
    Goal::assemble(fields, fresh(db), id(db), Some(forecast))
}

fn preference(db: &TestStore, key: &str) -> Preference {
    let fields = PreferenceFields {
        key: key.to_owned(),
        value: json!({ "monday": ["09:00-17:00"] }),
        locked: true,
    };
    let source = PreferenceSource::Inferred;
    Preference::assemble(fields, fresh(db), id(db), source, Some(1.0 / 3.0))
}

/// A reminder of a task of its own, which both are kept.
pub(crate) async fn some_reminder(db: &TestStore) -> Reminder {
    let task = keep(db, task(db)).await.unwrap();
    let fields: ReminderFields = serde_json::from_value(json!({
        "task_id": task.id, "trigger": { "type": "absolute", "at": "2026-11-26T08:00:00Z" },
    }))
    .unwrap();
    let uid = id::<uuid::Uuid>(db).to_string();
    let state = ReminderState::Scheduled;
    let reminder = Reminder::assemble(
        fields,
        fresh(db),
        id(db),
        uid,
        state,
        None,
        None,
        None,
        0,
        None,
    );
    keep(db, reminder).await.unwrap()
}

/// So many reminders of one task of somebody, which are due now.
pub(crate) async fn due_reminders(db: &TestStore, scope: Scope, count: usize) {
    let first = some_reminder(db).await;
    let (mut task, now) = (task(db), db.clock.now());
    let due: Vec<Reminder> = (0..count)
        .map(|_| {
            let id: astro_core::ids::ReminderId = id(db);
            Reminder {
                id,
                uid: id.to_string(),
                task_id: task.id,
                next_fire_at: Some(now),
                ..first.clone()
            }
        })
        .collect();
    let kept = db.store.write(&scope, move |write| {
        Box::pin(async move {
            documents::insert(write, &mut task).await?;
            for mut reminder in due {
                documents::insert(write, &mut reminder).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    kept.await.unwrap();
}

on_both_engines! {
    async fn every_field_of_time_entries_and_reminders_comes_back(db: TestStore) {
        let task = keep(db, task(db)).await.unwrap();
        let kept = comes_back(db, entry(db, &task, Some("2026-11-24T09:30:00.5Z"))).await;
        assert_eq!(kept.duration_s, Some(5400));
        for trigger in [
            json!({ "type": "absolute", "at": "2026-11-26T08:00:00[Europe/Madrid]" }),
            json!({ "type": "offset", "from": "start", "by": "-P1DT2H" }),
            json!({ "type": "place", "location": "büro", "on": "depart" }),
        ] {
            let fields: ReminderFields = serde_json::from_value(json!({
                "task_id": task.id, "occurrence": "2026-11-26", "trigger": trigger, "channels": ["ntfy", "email"],
                "nag": { "every_s": 300, "max": 3 }, "chosen_by": "model", "urgent": true,
            })).unwrap();
            let (instant, uid) = (Some(db.clock.now()), id::<uuid::Uuid>(db).to_string());
            comes_back(db, Reminder::assemble(fields, fresh(db), id(db), uid, ReminderState::Sent, Some(id(db)), instant, instant, 2, instant)).await;
        }
    }

    async fn every_field_of_goals_datapoints_and_preferences_comes_back(db: TestStore) {
        let kept = comes_back(db, goal(db, json!({
            "title": "läufe", "why": "health", "kind": "habit", "horizon": "quarter", "start": "2026-11-02", "target_date": "2027-01-31",
            "unit": "km", "start_value": -0.1, "target_value": 1e15, "direction": "more", "aggregate": "max", "window": "month",
            "target_rate": 0.3, "allowance": 2, "pauses": [{ "from": "2026-12-24", "until": null }], "status": "paused",
            "parent_id": id::<uuid::Uuid>(db), "links": { "tasks": [id::<uuid::Uuid>(db)], "labels": [id::<uuid::Uuid>(db)] },
        }))).await;
        let fields = DatapointFields { goal_id: kept.id, at: db.clock.now(), value: 0.1 + 0.2, note: "?".to_owned() };
        comes_back(db, Datapoint::assemble(fields, fresh(db), id(db), TaskSource::Mcp)).await;
        comes_back(db, preference(db, "work.hours")).await;
    }

    async fn a_task_has_one_running_entry(db: TestStore) {
        let task = keep(db, task(db)).await.unwrap();
        let first = keep(db, entry(db, &task, None)).await.unwrap();
        keep(db, entry(db, &task, Some("2026-11-24T09:00:00Z"))).await.unwrap();
        assert!(matches!(keep(db, entry(db, &task, None)).await, Err(StoreError::Conflict { .. })));
        let id = task.id;
        let running = db.store.read(&db.scope, move |read| Box::pin(async move { time_entries::running(read, id).await })).await;
        assert_eq!(running.unwrap_or_else(|error: StoreError| panic!("{error}")), Some(first));
    }

    async fn a_key_has_one_row_for_each_owner(db: TestStore) {
        keep(db, preference(db, "work.hours")).await.unwrap();
        assert!(matches!(keep(db, preference(db, "work.hours")).await, Err(StoreError::Conflict { .. })));
        keep(db, preference(db, "quiet.hours")).await.unwrap();
        let keys = async |scope: Scope| -> Vec<String> {
            let rows = db.store.read(&scope, |read| Box::pin(async move { preferences::chosen(read).await })).await;
            rows.unwrap_or_else(|error: StoreError| panic!("{error}")).into_iter().map(|row| row.key).collect()
        };
        assert_eq!(keys(db.scope).await, ["quiet.hours", "work.hours"]);
        assert_eq!(keys(db.stranger().await).await, Vec::<String>::new());
    }

    async fn an_entry_needs_a_task_of_its_owner(db: TestStore) {
        let absent = task(db);
        assert!(matches!(keep(db, entry(db, &absent, None)).await, Err(StoreError::Conflict { .. })));
        let fields = DatapointFields { goal_id: id(db), at: db.clock.now(), value: 1.0, note: String::new() };
        let stray = Datapoint::assemble(fields, fresh(db), id(db), TaskSource::Api);
        assert!(matches!(keep(db, stray).await, Err(StoreError::Conflict { .. })));
    }
}
