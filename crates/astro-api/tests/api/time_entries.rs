//! Time entries through the API.

use std::time::Duration;

use astro_testkit::{Answer, Client, TestApp, on_both_engines};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

const ABSENT: &str = "0193a000-0000-7000-8000-000000000000";

async fn task(client: &Client, title: &str) -> Value {
    let body = json!({ "title": title });
    client.post("/api/v1/tasks", body).await.expect(201)
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

async fn press(app: &TestApp, task: &Value, button: &str) -> Answer {
    let path = format!("/api/v1/tasks/{}/{button}", id(task));
    app.owner.request(Method::POST, &path).send().await
}

async fn entries(app: &TestApp, query: &str) -> Vec<Value> {
    let list = app
        .owner
        .get(&format!("/api/v1/time-entries?{query}"))
        .await
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

on_both_engines! {
    async fn starting_puts_a_task_in_process_and_starting_twice_changes_nothing(app: TestApp) {
        let made = task(&app.owner, "write").await;
        let running = press(app, &made, "start").await.expect(200);
        assert_eq!((&running["started_at"], &running["ended_at"], &running["duration_s"]), (&json!("2026-11-25T09:00:00Z"), &Value::Null, &Value::Null));
        let task = app.owner.get(&format!("/api/v1/tasks/{}", id(&made))).await.expect(200);
        assert_eq!(task["status"], "in_process");
        app.db.clock.advance(Duration::from_mins(1));
        assert_eq!(press(app, &made, "start").await.expect(200), running);
        assert_eq!(entries(app, "running=true").await, [running]);
    }

    async fn stopping_measures_and_stopping_twice_is_refused(app: TestApp) {
        let made = task(&app.owner, "write").await;
        assert_eq!(press(app, &made, "stop").await.expect(409)["type"], "/problems/not-running");
        press(app, &made, "start").await.expect(200);
        app.db.clock.advance(Duration::from_secs(90));
        let stopped = press(app, &made, "stop").await.expect(200);
        assert_eq!((&stopped["ended_at"], &stopped["duration_s"]), (&json!("2026-11-25T09:01:30Z"), &json!(90)));
        press(app, &made, "stop").await.expect(409);
        assert_eq!(entries(app, "running=true").await, Vec::<Value>::new());
    }

    async fn a_clock_that_is_stopped_at_once_still_ends_after_it_starts(app: TestApp) {
        let made = task(&app.owner, "write").await;
        press(app, &made, "start").await.expect(200);
        assert_eq!(press(app, &made, "stop").await.expect(200)["ended_at"], "2026-11-25T09:00:00.000001Z");
    }

    async fn a_task_has_one_running_entry_however_many_start_it(app: TestApp) {
        let made = task(&app.owner, "write").await;
        let started = join_all((0..10).map(|_| press(app, &made, "start"))).await;
        let ids: Vec<Value> = started.into_iter().map(|answer| answer.expect(200)["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        let second = json!({ "task_id": made["id"], "started_at": "2026-11-25T08:00:00Z" });
        assert_eq!(app.owner.post("/api/v1/time-entries", second).await.expect(409)["type"], "/problems/already-running");
        // another task is another clock
        press(app, &task(&app.owner, "read").await, "start").await.expect(200);
    }

    async fn a_closed_task_cannot_be_started_and_closing_stops_the_clock(app: TestApp) {
        let made = task(&app.owner, "write").await;
        press(app, &made, "start").await.expect(200);
        app.db.clock.advance(Duration::from_secs(30));
        press(app, &made, "complete").await.expect(200);
        let stopped = entries(app, "").await;
        assert_eq!((stopped.len(), &stopped[0]["duration_s"]), (1, &json!(30)));
        assert_eq!(press(app, &made, "start").await.expect(409)["type"], "/problems/not-open");
        let other = task(&app.owner, "read").await;
        press(app, &other, "start").await.expect(200);
        app.owner.delete(&format!("/api/v1/tasks/{}", id(&other))).await.expect(204);
        assert_eq!(entries(app, "running=true").await, Vec::<Value>::new());
    }

    async fn past_work_is_added_edited_deleted_and_restored(app: TestApp) {
        let made = task(&app.owner, "write").await;
        let body = json!({ "task_id": made["id"], "started_at": "2026-11-24T08:00:00Z", "ended_at": "2026-11-24T09:30:00Z", "note": "draft" });
        let entry = app.owner.post("/api/v1/time-entries", body).await.expect(201);
        assert_eq!((&entry["duration_s"], &entry["source"]), (&json!(5400), &json!("api")));
        let at = format!("/api/v1/time-entries/{}", id(&entry));
        let edited = app.owner.patch(&at, json!({ "ended_at": "2026-11-24T08:10:00Z" })).await.expect(200);
        assert_eq!((&edited["duration_s"], &edited["note"], &edited["version"]), (&json!(600), &json!("draft"), &json!(2)));
        assert_eq!(app.owner.patch(&at, json!({})).await.expect(200), edited);
        let problem = app.owner.patch(&at, json!({ "ended_at": "2026-11-24T08:00:00Z" })).await.expect(422);
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!("ended_at"), &json!("out_of_order")));
        app.owner.delete(&at).await.expect(204);
        app.owner.get(&at).await.expect(404);
        let back = app.owner.request(Method::POST, &format!("{at}/restore")).send().await.expect(200);
        assert_eq!(back["duration_s"], 600);
        // the past does not put a task in process
        assert_eq!(app.owner.get(&format!("/api/v1/tasks/{}", id(&made))).await.expect(200)["status"], "needs_action");
    }

    async fn a_running_entry_is_not_restored_beside_another(app: TestApp) {
        let made = task(&app.owner, "write").await;
        let first = press(app, &made, "start").await.expect(200);
        let at = format!("/api/v1/time-entries/{}", id(&first));
        app.owner.delete(&at).await.expect(204);
        press(app, &made, "start").await.expect(200);
        let refused = app.owner.request(Method::POST, &format!("{at}/restore")).send().await.expect(409);
        assert_eq!(refused["type"], "/problems/already-running");
    }

    async fn lists_filter_by_task_and_time_and_their_pages_join(app: TestApp) {
        let (one, two) = (task(&app.owner, "one").await, task(&app.owner, "two").await);
        for (task, hour) in [(&one, 3), (&two, 1), (&one, 5), (&one, 4), (&two, 2)] {
            let body = json!({ "task_id": task["id"], "started_at": format!("2026-11-24T{hour:02}:00:00Z"), "ended_at": "2026-11-24T23:00:00Z" });
            app.owner.post("/api/v1/time-entries", body).await.expect(201);
        }
        let hours = |entries: &[Value]| -> Vec<String> { entries.iter().map(|entry| entry["started_at"].as_str().unwrap()[11..13].to_owned()).collect() };
        let (mut all, mut query) = (Vec::new(), "limit=2".to_owned());
        loop {
            let page = app.owner.get(&format!("/api/v1/time-entries?{query}")).await.expect(200);
            all.extend(hours(page["items"].as_array().unwrap()));
            match page["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit=2&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(all, ["05", "04", "03", "02", "01"]);
        assert_eq!(hours(&entries(app, &format!("task_id={}", id(&one))).await), ["05", "04", "03"]);
        assert_eq!(hours(&entries(app, "from=2026-11-24T02:00:00Z&to=2026-11-24T05:00:00Z").await), ["04", "03", "02"]);
        assert_eq!(entries(app, &format!("task_id={ABSENT}")).await, Vec::<Value>::new());
    }

    async fn anothers_task_and_entry_read_like_absent_ones(app: TestApp) {
        let made = task(&app.owner, "mine").await;
        let entry = press(app, &made, "start").await.expect(200);
        let stranger = app.stranger().await;
        let body = |task: &str| json!({ "task_id": task, "started_at": "2026-11-24T08:00:00Z", "ended_at": "2026-11-24T09:00:00Z" });
        let foreign = stranger.post("/api/v1/time-entries", body(id(&made))).await.expect(422);
        let absent = stranger.post("/api/v1/time-entries", body(ABSENT)).await.expect(422);
        assert_eq!((&foreign["errors"], &foreign["errors"][0]["code"]), (&absent["errors"], &json!("not_found")));
        stranger.get(&format!("/api/v1/time-entries/{}", id(&entry))).await.expect(404);
        stranger.request(Method::POST, &format!("/api/v1/tasks/{}/start", id(&made))).send().await.expect(404);
        assert_eq!(stranger.get("/api/v1/time-entries").await.expect(200)["items"], json!([]));
    }
}
