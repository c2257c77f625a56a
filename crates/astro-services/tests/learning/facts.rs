//! The log as learning reads it, against what the product itself says of the same tasks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::{SignedDuration, When};
use astro_data::{About, Fact, Person};
use astro_services::learning::Known;
use astro_testkit::{Client, TestApp, lives, on_both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{DAYS, OWNER, admin_call, live, set_up, sign_in};

async fn facts(app: &TestApp) -> Vec<Fact> {
    let records = app.services.records(app.now(), |_, _| {}).await.unwrap();
    records
        .records
        .into_iter()
        .flat_map(|record| record.facts)
        .collect()
}

/// The person whom the facts make, and the zone where they live.
async fn person(app: &TestApp) -> Person {
    let records = app
        .services
        .records(app.now(), |_, _| {})
        .await
        .unwrap()
        .records;
    let mut person = Person::new(records[0].zone.clone());
    for fact in &records[0].facts {
        person.apply(fact);
    }
    person
}

/// A task as both sides tell it: priority, due, estimate. How often it was put off is no part of it: what was put
/// off and taken back counts for learning, as a change of mind.
type Told = (u64, Option<String>, Option<u64>);

/// All open tasks, as the product says.
async fn open(client: &Client) -> BTreeMap<Uuid, Told> {
    let list = client
        .get("/api/v1/tasks?status=needs_action,in_process&limit=100")
        .await
        .expect(200);
    let told = |task: &Value| {
        (
            task["priority"].as_u64().unwrap(),
            task["due"].as_str().map(str::to_owned),
            task["estimate_s"].as_u64(),
        )
    };
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|task| (task["id"].as_str().unwrap().parse().unwrap(), told(task)))
        .collect()
}

/// The same by the facts alone.
fn known(person: &Person) -> BTreeMap<Uuid, Told> {
    person
        .open()
        .map(|(id, task)| {
            let due = task.due.map(|due| {
                if task.due_is_date {
                    let day = due.to_zoned(person.zone().clone()) - SignedDuration::from_hours(12);
                    When::Date(day.date()).to_string()
                } else {
                    due.to_string()
                }
            });
            (
                id,
                (
                    u64::from(task.priority),
                    due,
                    task.estimate_s.map(u64::from),
                ),
            )
        })
        .collect()
}

/// The rows of what is open, by what is kept between requests.
async fn rows_now(app: &TestApp) -> Vec<(Uuid, [u8; 16])> {
    let call = admin_call(app).await;
    let served = app.services.completion_model().await.unwrap();
    let known = app.services.known_now(&call, &served).await;
    rows(&known.unwrap().unwrap())
}

/// The same, by the whole log.
async fn rows_of_log(app: &TestApp) -> Vec<(Uuid, [u8; 16])> {
    let call = admin_call(app).await;
    let known = app.services.known_at(&call, app.now()).await;
    rows(&known.unwrap().unwrap())
}

fn rows(known: &Known) -> Vec<(Uuid, [u8; 16])> {
    let open = known.person.open().map(|(id, _)| id);
    let row = |id| known.rows([About::Task(id).candidate()])[0].hash();
    open.map(|id| (id, row(id))).collect()
}

/// Doings by number, so that every order of them can be tried.
async fn act(app: &TestApp, client: &Client, id: &str, doing: u64) {
    let path = format!("/api/v1/tasks/{id}");
    let answer = match doing % 9 {
        0 => client.post(&format!("{path}/complete"), json!({})).await,
        1 => client.post(&format!("{path}/reopen"), json!({})).await,
        2 => client.delete(&path).await,
        3 => client.post(&format!("{path}/restore"), json!({})).await,
        4 => client.patch(&path, json!({ "priority": doing % 10 })).await,
        5 => client.patch(&path, json!({ "due": "2027-02-03" })).await,
        6 => {
            client
                .patch(
                    &path,
                    json!({ "due": "2027-01-03T10:00:00Z", "estimate_s": 600 + doing }),
                )
                .await
        }
        7 => client.post(&format!("{path}/start"), json!({})).await,
        _ => client.patch(&path, json!({ "status": "cancelled" })).await,
    };
    // every third write is taken back
    if let (true, Some(undo)) = (doing.is_multiple_of(3), answer.header("undo-token")) {
        app.db.clock.advance(Duration::from_secs(20));
        client
            .post(&format!("/api/v1/undo/{undo}"), json!({}))
            .await
            .expect(200);
    }
}

on_both_engines! {
    async fn facts_tell_what_the_product_tells(app: TestApp) {
        let mut admin = set_up(app).await;
        let mut ids = Vec::new();
        for number in 0..6 {
            let body = json!({ "title": format!("Task {number}"), "priority": number, "due": "2026-12-01" });
            let task = admin.post("/api/v1/tasks", body).await.expect(201);
            ids.push(task["id"].as_str().unwrap().to_owned());
        }
        // a fixed walk through all doings on all tasks
        let (mut step, mut were_open) = (7_u64, 0);
        for _ in 0..100 {
            step = step.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let which = usize::try_from((step >> 33) % 6).unwrap();
            act(app, &admin, &ids[which], step >> 40).await;
            app.db.clock.advance(Duration::from_mins(7));
            // what lets somebody in is good for some minutes
            admin = sign_in(app, OWNER).await;
            let (product, facts) = (open(&admin).await, known(&person(app).await));
            assert_eq!(facts, product);
            assert_eq!(rows_now(app).await, rows_of_log(app).await);
            were_open += product.len();
        }
        assert!(were_open > 120, "{were_open} open tasks in all steps");
    }

    async fn a_log_is_read_as_a_whole_once(app: TestApp) {
        let admin = set_up(app).await;
        let call = admin_call(app).await;
        let make = async |title: &str| {
            app.db.clock.advance(Duration::from_secs(20));
            admin.post("/api/v1/tasks", json!({ "title": title })).await
        };
        let served = app.services.completion_model().await.unwrap();
        let kept = async || {
            let known = app.services.known_now(&call, &served).await.unwrap().unwrap();
            (Arc::as_ptr(&known.person), known.person.open().count())
        };
        make("Dig").await.expect(201);
        let (first, open) = kept().await;
        assert_eq!(open, 1);
        let undo = make("Sow").await;
        assert_eq!(kept().await, (first, 2), "what is new is taken alone");
        let undo = format!("/api/v1/undo/{}", undo.header("undo-token").unwrap());
        admin.post(&undo, json!({})).await.expect(200);
        let (second, open) = kept().await;
        assert!(second != first && open == 1, "what is undone stands further back");
        app.db.clock.advance(Duration::from_hours(25));
        assert_ne!(kept().await, (second, 1), "once a day all of it is read again");
    }

    async fn work_counts_however_it_was_written_down(app: TestApp) {
        let admin = set_up(app).await;
        let task = admin.post("/api/v1/tasks", json!({ "title": "Dig", "estimate_s": 3600 })).await.expect(201);
        let id = task["id"].as_str().unwrap().to_owned();
        admin.post(&format!("/api/v1/tasks/{id}/start"), json!({})).await.expect(200);
        app.db.clock.advance(Duration::from_mins(50));
        let admin = sign_in(app, OWNER).await;
        admin.post(&format!("/api/v1/tasks/{id}/stop"), json!({})).await.expect(200);
        let entry = json!({ "task_id": id, "started_at": "2026-11-24T08:00:00Z", "ended_at": "2026-11-24T08:30:00Z" });
        let entry = admin.post("/api/v1/time-entries", entry).await.expect(201);
        let path = format!("/api/v1/time-entries/{}", entry["id"].as_str().unwrap());
        admin.patch(&path, json!({ "ended_at": "2026-11-24T08:20:00Z" })).await.expect(200);
        let person = person(app).await;
        let worked = person.task(id.parse().unwrap()).unwrap().worked_s;
        assert!((worked - 70.0 * 60.0).abs() < 1.0, "{worked} s");
    }

    async fn a_life_that_was_lived_elsewhere_counts_at_its_own_times(app: TestApp) {
        let admin = set_up(app).await;
        let file = &lives::files(1, DAYS, 5)[0];
        live(&admin, file).await;
        let told = facts(app).await;
        let begun = told.iter().map(|fact| fact.recorded_at).min().unwrap();
        assert!(begun < lives::day(2), "the life begins when it began");
        let done_in_file = file.lines().filter(|line| line.contains(r#""kind":"done""#)).count();
        let done = told.iter().filter(|fact| matches!(fact.what, astro_data::Happened::Done)).count();
        assert!(done_in_file > 20 && done == done_in_file, "{done} of {done_in_file}");
        assert_eq!(known(&person(app).await), open(&admin).await);
    }

    async fn a_series_is_nobodys_work_and_its_occurrences_are(app: TestApp) {
        let admin = set_up(app).await;
        let body = json!({ "title": "Water the plants", "rrule": "FREQ=DAILY", "due": "2026-11-26" });
        let series = admin.post("/api/v1/tasks", body).await.expect(201);
        let person = person(app).await;
        let series_id: Uuid = series["id"].as_str().unwrap().parse().unwrap();
        let open: Vec<Uuid> = person.open().map(|(id, _)| id).collect();
        assert!(!open.is_empty(), "no occurrence is known");
        assert!(series["template"] != true || !open.contains(&series_id), "{series}");
        assert!(person.open().all(|(_, task)| task.recurs));
    }
}
