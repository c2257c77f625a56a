//! Reminders through the API.

use astro_testkit::{TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

const ABSENT: &str = "0193a000-0000-7000-8000-000000000000";

async fn task(app: &TestApp, body: Value) -> Value {
    app.owner.post("/api/v1/tasks", body).await.expect(201)
}

async fn remind(app: &TestApp, task: &Value, trigger: Value) -> Value {
    let body = json!({ "task_id": task["id"], "trigger": trigger });
    app.owner.post("/api/v1/reminders", body).await.expect(201)
}

fn half_an_hour_before() -> Value {
    json!({ "type": "offset", "from": "due", "by": "-PT30M" })
}

fn at(reminder: &Value) -> String {
    format!("/api/v1/reminders/{}", reminder["id"].as_str().unwrap())
}

async fn now(app: &TestApp, reminder: &Value) -> Value {
    app.owner.get(&at(reminder)).await.expect(200)
}

async fn change_task(app: &TestApp, task: &Value, patch: Value) {
    let place = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    app.owner.patch(&place, patch).await.expect(200);
}

on_both_engines! {
    async fn a_reminder_follows_its_task(app: TestApp) {
        let task = task(app, json!({ "title": "call", "due": "2026-11-26T10:00:00Z" })).await;
        let made = remind(app, &task, half_an_hour_before()).await;
        assert_eq!((&made["state"], &made["next_fire_at"]), (&json!("scheduled"), &json!("2026-11-26T09:30:00Z")));
        for (patch, fires) in [
            (json!({ "due": "2026-11-27T10:00:00Z" }), json!("2026-11-27T09:30:00Z")),
            (json!({ "title": "ring" }), json!("2026-11-27T09:30:00Z")),
            (json!({ "status": "completed" }), Value::Null),
            (json!({ "status": "needs_action" }), json!("2026-11-27T09:30:00Z")),
            (json!({ "due": null }), Value::Null),
            (json!({ "due": "2026-11-28" }), json!("2026-11-27T23:30:00Z")),
        ] {
            change_task(app, &task, patch.clone()).await;
            assert_eq!(now(app, &made).await["next_fire_at"], fires, "{patch}");
        }
        let moved = now(app, &made).await;
        assert!(moved["change_seq"].as_i64() > made["change_seq"].as_i64(), "replicas must hear of it");
        app.owner.delete(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(now(app, &made).await["next_fire_at"], Value::Null);
    }

    async fn a_task_has_several_reminders_and_lists_filter_them(app: TestApp) {
        let (one, two) = (task(app, json!({ "title": "one" })).await, task(app, json!({ "title": "two" })).await);
        let absolute = json!({ "type": "absolute", "at": "2026-11-26T08:00:00[Europe/Madrid]" });
        let place = json!({ "type": "place", "location": "office", "on": "arrive" });
        let first = remind(app, &one, absolute.clone()).await;
        let second = remind(app, &one, place).await;
        remind(app, &two, absolute).await;
        assert_eq!((&first["next_fire_at"], &second["next_fire_at"]), (&json!("2026-11-26T07:00:00Z"), &Value::Null));
        let list = async |query: String| app.owner.get(&format!("/api/v1/reminders?{query}")).await.expect(200)["items"].clone();
        let of_one = format!("task_id={}", one["id"].as_str().unwrap());
        assert_eq!(list(of_one.clone()).await, json!([first, second]));
        app.owner.request(Method::POST, &format!("{}/acknowledge", at(&first))).send().await.expect(200);
        assert_eq!(list(format!("{of_one}&state=scheduled")).await, json!([second]));
        assert_eq!(list("state=acknowledged".to_owned()).await[0]["id"], first["id"]);
    }

    async fn a_snooze_calls_later_and_one_answer_is_for_all(app: TestApp) {
        let task = task(app, json!({ "title": "call", "due": "2026-11-26T10:00:00Z" })).await;
        let made = remind(app, &task, half_an_hour_before()).await;
        let snooze = async |of: &Value, until: &str| app.owner.post(&format!("{}/snooze", at(of)), json!({ "until": until })).await;
        assert_eq!(snooze(&made, "2026-11-25T09:00:00Z").await.expect(422)["errors"][0]["code"], "in_the_past");
        let later = snooze(&made, "2026-11-26T11:00:00Z").await.expect(200);
        assert_eq!((&later["snooze_of"], &later["next_fire_at"], &later["state"]), (&made["id"], &json!("2026-11-26T11:00:00Z"), &json!("scheduled")));
        assert_eq!((&now(app, &made).await["state"], &now(app, &made).await["next_fire_at"]), (&json!("snoozed"), &Value::Null));
        // putting it off again, from either end, moves the one snooze
        for (of, until) in [(&later, "2026-11-26T12:00:00Z"), (&made, "2026-11-26T13:00:00Z")] {
            let again = snooze(of, until).await.expect(200);
            assert_eq!((&again["id"], &again["next_fire_at"]), (&later["id"], &json!(until)));
        }
        let answered = app.owner.request(Method::POST, &format!("{}/acknowledge", at(&later))).send().await.expect(200);
        assert_eq!((&answered["state"], &answered["acknowledged_at"]), (&json!("acknowledged"), &json!("2026-11-25T09:00:00Z")));
        assert_eq!(now(app, &made).await["state"], "acknowledged");
    }

    async fn another_trigger_arms_a_reminder_anew(app: TestApp) {
        let task = task(app, json!({ "title": "call", "due": "2026-11-26T10:00:00Z" })).await;
        let made = remind(app, &task, half_an_hour_before()).await;
        app.owner.request(Method::POST, &format!("{}/acknowledge", at(&made))).send().await.expect(200);
        let other = app.owner.patch(&at(&made), json!({ "channels": ["email"] })).await.expect(200);
        assert_eq!((&other["state"], &other["next_fire_at"]), (&json!("acknowledged"), &Value::Null));
        let armed = app.owner.patch(&at(&made), json!({ "trigger": { "by": "-PT1H" } })).await.expect(200);
        assert_eq!((&armed["state"], &armed["next_fire_at"], &armed["acknowledged_at"]), (&json!("scheduled"), &json!("2026-11-26T09:00:00Z"), &Value::Null));
    }

    async fn what_lies_in_the_trash_does_not_fire(app: TestApp) {
        let task = task(app, json!({ "title": "call", "due": "2026-11-26T10:00:00Z" })).await;
        let made = remind(app, &task, half_an_hour_before()).await;
        app.owner.delete(&at(&made)).await.expect(204);
        app.owner.get(&at(&made)).await.expect(404);
        change_task(app, &task, json!({ "due": "2026-11-27T10:00:00Z" })).await;
        let back = app.owner.request(Method::POST, &format!("{}/restore", at(&made))).send().await.expect(200);
        assert_eq!(back["next_fire_at"], "2026-11-27T09:30:00Z");
    }

    async fn bad_fields_are_named(app: TestApp) {
        let task = task(app, json!({ "title": "call" })).await;
        let good = json!({ "task_id": task["id"], "trigger": half_an_hour_before() });
        for (name, value, field) in [
            ("trigger", json!({ "type": "offset", "from": "due", "by": "PT1Y" }), "trigger"),
            ("trigger", json!({ "type": "absolute", "at": "2026-02-30" }), "trigger"),
            ("trigger", json!({ "type": "absolute", "at": "2026-02-20", "by": "PT1H" }), "trigger"),
            ("trigger", json!({ "type": "place", "location": " ", "on": "arrive" }), "trigger.location"),
            ("channels", json!(["email", "email"]), "channels[1]"),
            ("channels", json!(["pigeon"]), "channels[0]"),
            ("nag", json!({ "every_s": 5, "max": 3 }), "nag.every_s"),
            ("nag", json!({ "every_s": 300, "max": 0 }), "nag.max"),
            ("task_id", json!(ABSENT), "task_id"),
        ] {
            let mut body = good.clone();
            body[name] = value;
            let problem = app.owner.post("/api/v1/reminders", body.clone()).await.expect(422);
            let named = problem["errors"][0]["field"].as_str().unwrap();
            assert!(named.starts_with(field), "{body}: {problem}");
        }
        let stranger = app.stranger().await;
        let foreign = stranger.post("/api/v1/reminders", good.clone()).await.expect(422);
        let mut absent = good;
        absent["task_id"] = json!(ABSENT);
        assert_eq!(foreign["errors"], stranger.post("/api/v1/reminders", absent).await.expect(422)["errors"]);
    }
}
