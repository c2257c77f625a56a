//! Reminders that call: when, how often, and what the ledger says of it.

use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::principal::Scope;
use astro_testkit::{TestApp, on_both_engines};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

async fn task(app: &TestApp) -> Value {
    let body = json!({ "title": "Call the plumber", "due": "2026-11-25T12:00:00Z" });
    app.owner.post("/api/v1/tasks", body).await.expect(201)
}

async fn remind(app: &TestApp, task: &Value, more: Value) -> Value {
    let mut body = json!({ "task_id": task["id"], "trigger": { "type": "offset", "from": "due", "by": "-PT30M" } });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.owner.post("/api/v1/reminders", body).await.expect(201)
}

async fn now(app: &TestApp, reminder: &Value) -> Value {
    let path = format!("/api/v1/reminders/{}", reminder["id"].as_str().unwrap());
    app.owner.get(&path).await.expect(200)
}

async fn deliveries(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app
        .owner
        .get(&format!("/api/v1/deliveries?limit=100{query}"))
        .await
        .expect(200);
    page["items"].as_array().unwrap().clone()
}

fn scope(app: &TestApp) -> Scope {
    Scope::service(app.db.scope.tenant(), app.db.scope.owner())
}

/// Gives the owner turns until nothing is due.
async fn fire(app: &TestApp) {
    while app.services.fire_due(scope(app)).await.unwrap() {}
}

async fn loud(app: &TestApp) {
    let none = json!({ "value": {} });
    app.owner
        .request(http::Method::PUT, "/api/v1/preferences/quiet.hours")
        .json(&none)
        .send()
        .await
        .expect(200);
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

on_both_engines! {
    async fn a_reminder_calls_at_its_time_and_once(app: TestApp) {
        let task = task(app).await;
        let reminder = remind(app, &task, json!({})).await;
        app.db.clock.set(at("2026-11-25T11:29:59Z"));
        fire(app).await;
        assert_eq!(deliveries(app, "").await, Vec::<Value>::new());
        app.db.clock.set(at("2026-11-25T11:30:00Z"));
        fire(app).await;
        fire(app).await;
        let told = deliveries(app, "").await;
        assert_eq!(told.len(), 1);
        let expected = (&json!("in_app"), &json!("sent"), &json!("2026-11-25T11:30:00Z"), &json!(false));
        assert_eq!((&told[0]["channel"], &told[0]["state"], &told[0]["due_at"], &told[0]["late"]), expected);
        let sent = now(app, &reminder).await;
        assert_eq!((&sent["state"], &sent["calls"], &sent["next_fire_at"]), (&json!("sent"), &json!(1), &Value::Null));
    }

    async fn what_comes_late_calls_once_and_says_so(app: TestApp) {
        loud(app).await;
        let task = task(app).await;
        remind(app, &task, json!({ "nag": { "every_s": 600, "max": 3 } })).await;
        app.db.clock.advance(3 * 24 * HOUR);
        fire(app).await;
        let told = deliveries(app, "").await;
        assert_eq!(told.len(), 1, "nags that were missed are not made up for");
        assert_eq!((&told[0]["late"], &told[0]["call"]), (&json!(true), &json!(0)));
        app.db.clock.advance(10 * MINUTE);
        fire(app).await;
        assert_eq!(deliveries(app, "").await.len(), 2);
    }

    async fn nagging_goes_on_until_somebody_reacts_or_it_is_done(app: TestApp) {
        loud(app).await;
        let task = task(app).await;
        let nag = json!({ "nag": { "every_s": 600, "max": 100 } });
        let answered = remind(app, &task, nag.clone()).await;
        let other = remind(app, &task, nag).await;
        app.db.clock.set(at("2026-11-25T11:30:00Z"));
        for _ in 0..3 {
            fire(app).await;
            app.db.clock.advance(10 * MINUTE);
        }
        assert_eq!(now(app, &other).await["calls"], 3);
        let path = format!("/api/v1/reminders/{}/acknowledge", answered["id"].as_str().unwrap());
        app.owner.post(&path, Value::Null).await;
        fire(app).await;
        assert_eq!((&now(app, &answered).await["calls"], &now(app, &other).await["calls"]), (&json!(3), &json!(4)));
        let path = format!("/api/v1/tasks/{}/complete", task["id"].as_str().unwrap());
        app.owner.post(&path, Value::Null).await.expect(200);
        app.db.clock.advance(HOUR);
        fire(app).await;
        assert_eq!(now(app, &other).await["calls"], 4);
    }

    async fn a_nag_ends_after_its_last_call(app: TestApp) {
        loud(app).await;
        let task = task(app).await;
        let reminder = remind(app, &task, json!({ "nag": { "every_s": 60, "max": 2 } })).await;
        app.db.clock.set(at("2026-11-25T11:30:00Z"));
        for _ in 0..10 {
            fire(app).await;
            app.db.clock.advance(MINUTE);
        }
        assert_eq!(now(app, &reminder).await["calls"], 3);
        let calls: Vec<i64> = deliveries(app, "").await.iter().map(|one| one["call"].as_i64().unwrap()).collect();
        assert_eq!(calls, [2, 1, 0]);
    }

    async fn quiet_hours_hold_back_what_is_not_urgent(app: TestApp) {
        let body = json!({ "title": "Night watch", "due": "2026-11-25T23:00:00Z" });
        let task = app.owner.post("/api/v1/tasks", body).await.expect(201);
        let calm = remind(app, &task, json!({})).await;
        let urgent = remind(app, &task, json!({ "urgent": true })).await;
        app.db.clock.set(at("2026-11-25T22:30:00Z"));
        fire(app).await;
        assert_eq!(now(app, &urgent).await["state"], "sent");
        let held = now(app, &calm).await;
        assert_eq!((&held["state"], &held["next_fire_at"]), (&json!("scheduled"), &json!("2026-11-26T07:00:00Z")));
        app.db.clock.set(at("2026-11-26T06:59:59Z"));
        fire(app).await;
        assert_eq!(now(app, &calm).await["state"], "scheduled");
        app.db.clock.set(at("2026-11-26T07:00:00Z"));
        fire(app).await;
        assert_eq!(now(app, &calm).await["state"], "sent");
        assert_eq!(deliveries(app, "").await.len(), 2);
    }

    async fn a_time_that_had_gone_by_when_it_was_set_does_not_call(app: TestApp) {
        let task = task(app).await;
        let past = remind(app, &task, json!({ "trigger": { "type": "absolute", "at": "2026-11-25T08:00:00Z" } })).await;
        assert_eq!((&past["state"], &past["next_fire_at"]), (&json!("expired"), &Value::Null));
        let moved = remind(app, &task, json!({})).await;
        let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
        app.owner.patch(&path, json!({ "due": "2026-11-24T12:00:00Z" })).await.expect(200);
        assert_eq!(now(app, &moved).await["state"], "expired");
        app.owner.patch(&path, json!({ "due": "2026-11-26T12:00:00Z" })).await.expect(200);
        let armed = now(app, &moved).await;
        assert_eq!((&armed["state"], &armed["next_fire_at"]), (&json!("scheduled"), &json!("2026-11-26T11:30:00Z")));
        fire(app).await;
        assert_eq!(deliveries(app, "").await.len(), 0);
    }

    async fn a_channel_that_leads_nowhere_is_said_and_the_reminder_is_shown_all_the_same(app: TestApp) {
        let task = task(app).await;
        let reminder = remind(app, &task, json!({ "channels": ["ntfy", "email"] })).await;
        app.db.clock.set(at("2026-11-25T11:30:00Z"));
        fire(app).await;
        let told = deliveries(app, &format!("&reminder_id={}", reminder["id"].as_str().unwrap())).await;
        let mut said: Vec<(&str, &str)> = told.iter().map(|one| (one["channel"].as_str().unwrap(), one["state"].as_str().unwrap())).collect();
        said.sort_unstable();
        assert_eq!(said, [("email", "failed"), ("in_app", "sent"), ("ntfy", "failed")]);
        assert!(told.iter().all(|one| one["error"].is_string() == (one["state"] == "failed")));
    }

    async fn a_clock_that_jumps_loses_none_and_doubles_none(app: TestApp) {
        loud(app).await;
        let task = task(app).await;
        for hour in 10..20 {
            let at = format!("2026-11-25T{hour}:00:00Z");
            remind(app, &task, json!({ "trigger": { "type": "absolute", "at": at }, "nag": { "every_s": 3600, "max": 1 } })).await;
        }
        let start = at("2026-11-25T09:59:00Z");
        for jump in ["2026-11-25T09:59:00Z", "2026-11-25T13:30:00Z", "2026-11-25T12:30:00Z", "2027-12-30T09:00:00Z", "2026-11-25T13:31:00Z"] {
            app.db.clock.set(at(jump));
            fire(app).await;
            app.services.sweep_owner(scope(app)).await.unwrap();
        }
        app.db.clock.set(start);
        for _ in 0..(12 * 60) {
            app.db.clock.advance(MINUTE);
            fire(app).await;
        }
        let page = app.owner.get("/api/v1/reminders?limit=100").await.expect(200);
        let calls: Vec<i64> = page["items"].as_array().unwrap().iter().map(|one| one["calls"].as_i64().unwrap()).collect();
        assert_eq!(calls, [2; 10], "each called and nagged once");
        // what lay 90 days back by the wrong clock is forgotten, what is there is there once
        let told = deliveries(app, "").await;
        let keys: std::collections::BTreeSet<String> = told.iter().map(|one| format!("{} {}", one["reminder_id"], one["call"])).collect();
        assert_eq!((keys.len(), told.len() >= 10), (told.len(), true));
    }
}
