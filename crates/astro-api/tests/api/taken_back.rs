//! Taking back what was made of the nouns around tasks: time entries, reminders, goals, datapoints
//! and preferences.

use astro_core::clock::Clock as _;
use astro_testkit::{Answer, TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

fn fresh(app: &TestApp) -> Uuid {
    app.db.random.id(app.db.clock.now())
}

/// What it takes to make one of each: address and fields.
fn samples(task: &Value, goal: &Value) -> Vec<(&'static str, Value)> {
    vec![
        (
            "time-entries",
            json!({ "task_id": task["id"], "started_at": "2026-11-24T08:00:00Z", "ended_at": "2026-11-24T09:00:00Z" }),
        ),
        (
            "reminders",
            json!({ "task_id": task["id"], "trigger": { "type": "offset", "from": "due", "by": "-PT1H" } }),
        ),
        ("goals", json!({ "title": "read more", "kind": "outcome" })),
        (
            "datapoints",
            json!({ "goal_id": goal["id"], "at": "2026-11-24T08:00:00Z", "value": 2.5 }),
        ),
    ]
}

async fn parents(app: &TestApp) -> (Value, Value) {
    let task = json!({ "title": "write", "due": "2026-11-26T10:00:00Z" });
    let goal = json!({ "title": "run", "kind": "outcome" });
    (
        app.owner.post("/api/v1/tasks", task).await.expect(201),
        app.owner.post("/api/v1/goals", goal).await.expect(201),
    )
}

async fn operate(app: &TestApp, op: &Value) -> Value {
    let answer = app.owner.post("/api/v1/ops", json!({ "ops": [op] })).await;
    answer.expect(200)["results"][0].clone()
}

async fn press(app: &TestApp, path: &str) -> Answer {
    app.owner.request(Method::POST, path).send().await
}

fn token(answer: &Answer) -> String {
    let token = answer.header("undo-token");
    format!("/api/v1/undo/{}", token.expect("a write can be taken back"))
}

on_both_engines! {
    async fn what_was_made_can_be_taken_back_and_made_again(app: TestApp) {
        let (task, goal) = parents(app).await;
        for (place, fields) in samples(&task, &goal) {
            let made = app.owner.post(&format!("/api/v1/{place}"), fields).await;
            let undone = press(app, &token(&made)).await;
            let redo = token(&undone);
            assert_eq!(undone.expect(200)["changes"][0]["deleted"], true, "{place}");
            assert_eq!(press(app, &redo).await.expect(200)["changes"][0]["deleted"], false, "{place}");
        }
        let chosen = app.owner.request(Method::PUT, "/api/v1/preferences/plan.max_focus_min").json(&json!({ "value": 60 })).send().await;
        press(app, &token(&chosen)).await.expect(200);
        assert_eq!(app.owner.get("/api/v1/preferences/plan.max_focus_min").await.expect(200)["source"], "default");
    }

    async fn writes_are_taken_back_one_after_the_other(app: TestApp) {
        let (task, _) = parents(app).await;
        let place = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
        let mut tokens = Vec::new();
        for n in 1..=5 {
            tokens.push(token(&app.owner.patch(&place, json!({ "title": format!("draft {n}") })).await));
        }
        tokens.push(token(&press(app, &format!("{place}/complete")).await));
        let oldest = tokens[0].clone();
        press(app, &oldest).await.expect(409);
        for (n, back) in tokens.iter().enumerate().rev() {
            press(app, back).await.expect(200);
            assert_eq!(press(app, back).await.expect(409)["type"], "/problems/moved-on");
            let title = if n == 0 { "write".to_owned() } else { format!("draft {}", n.min(5)) };
            let now = app.owner.get(&place).await.expect(200);
            assert_eq!((&now["title"], &now["status"]), (&json!(title), &json!("needs_action")));
        }
        app.owner.patch(&place, json!({ "title": "another" })).await.expect(200);
        press(app, &oldest).await.expect(409);
    }

    async fn taking_a_start_back_takes_the_status_back_too(app: TestApp) {
        let (task, _) = parents(app).await;
        let place = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
        let started = press(app, &format!("{place}/start")).await;
        press(app, &token(&started)).await.expect(200);
        assert_eq!(app.owner.get(&place).await.expect(200)["status"], "needs_action");
        assert_eq!(app.owner.get("/api/v1/time-entries").await.expect(200)["items"], json!([]));
    }

    async fn taking_a_zone_back_moves_the_day_back(app: TestApp) {
        let (task, _) = parents(app).await;
        app.owner.patch(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap()), json!({ "due": "2026-11-25" })).await.expect(200);
        let due_by_noon = async || app.owner.get("/api/v1/tasks?due_to=2026-11-25T12:00:00Z").await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!(due_by_noon().await, 0);
        let chosen = app.owner.request(Method::PUT, "/api/v1/preferences/time.zone").json(&json!({ "value": "Pacific/Auckland" })).send().await;
        assert_eq!(due_by_noon().await, 1);
        press(app, &token(&chosen)).await.expect(200);
        assert_eq!(due_by_noon().await, 0);
        assert_eq!(app.owner.get("/api/v1/preferences/time.zone").await.expect(200)["value"], "UTC");
    }

    async fn two_devices_that_choose_at_once_end_with_one_row(app: TestApp) {
        let op = |value: i64| json!({ "op_id": fresh(app), "kind": "create", "entity": "preference", "id": fresh(app), "patch": { "key": "rec.max_per_day", "value": value } });
        let (first, second) = (operate(app, &op(3)).await, operate(app, &op(4)).await);
        assert_eq!((&first["status"], &second["id"], &second["version"]), (&json!(201), &first["id"], &json!(2)));
        let rename = json!({ "op_id": fresh(app), "kind": "update", "entity": "preference", "id": first["id"], "patch": { "key": "plan.max_focus_min" } });
        assert_eq!(operate(app, &rename).await["status"], 422);
    }

}
