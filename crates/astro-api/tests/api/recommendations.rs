//! Recommendations through the API.

use astro_core::principal::{Permission, Role};
use astro_testkit::{TestApp, on_both_engines};
use serde_json::{Value, json};

const ASK: &str = "/api/v1/recommendations";

async fn task(app: &TestApp, title: &str) -> Value {
    app.owner
        .post("/api/v1/tasks", json!({ "title": title }))
        .await
        .expect(201)
}

async fn proposed(app: &TestApp) -> Value {
    let decided = app
        .owner
        .post(ASK, json!({ "surface": "today" }))
        .await
        .expect(201);
    decided["proposals"][0]["recommendation"].clone()
}

fn at(recommendation: &Value, verb: &str) -> String {
    format!("{ASK}/{}/{verb}", recommendation["id"].as_str().unwrap())
}

on_both_engines! {
    async fn asked_shown_accepted_and_done(app: TestApp) {
        let task = task(app, "call the plumber").await;
        let answer = app.owner.post(ASK, json!({ "surface": "today" })).await;
        let place = answer.header("location").unwrap().to_owned();
        let decided = answer.expect(201);
        let told = &decided["proposals"][0]["recommendation"];
        assert_eq!((&decided["spoke"], &decided["proposals"][0]["task"]["id"]), (&json!(true), &task["id"]));
        app.owner.post(&at(told, "shown"), json!({})).await.expect(200);
        let accepted = app.owner.post(&at(told, "accept"), json!({ "start": true, "latency_ms": 900 })).await.expect(200);
        assert_eq!(accepted["state"], "accepted");
        let place_of_task = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
        assert_eq!(app.owner.get(&place_of_task).await.expect(200)["status"], "in_process");
        app.owner.post(&format!("{place_of_task}/complete"), Value::Null).await.expect(200);
        let said = app.owner.get(&at(told, "feedback")).await.expect(200);
        let events: Vec<&str> = said["items"].as_array().unwrap().iter().map(|row| row["event"].as_str().unwrap()).collect();
        assert_eq!(events, ["seen", "accepted", "started", "done"]);
        let record = app.owner.get(&place).await.expect(200);
        assert_eq!(record["checks"], json!({ "replay": "same", "row_mismatches": 0, "score_mismatches": 0, "probability_sum": 1.0 }));
        assert_eq!(record["exposure"]["candidates"][0]["task_id"], task["id"]);
    }

    async fn a_choice_of_the_person_moves_the_score(app: TestApp) {
        task(app, "an errand").await;
        let before = app.owner.post(ASK, json!({ "surface": "api" })).await.expect(201);
        let home = app.owner.post("/api/v1/labels", json!({ "title": "home" })).await.expect(201);
        app.owner.post("/api/v1/tasks", json!({ "title": "at home", "labels": [home["id"]] })).await.expect(201);
        let put = |key: &str, value: Value| {
            let path = format!("/api/v1/preferences/{key}");
            app.owner.request(http::Method::PUT, &path).json(&json!({ "value": value })).send()
        };
        put("rec.urgency.label.home", json!(7.5)).await.expect(200);
        put("rec.urgency.labels", json!(0)).await.expect(200);
        let after = app.owner.post(ASK, json!({ "surface": "api" })).await.expect(201);
        let best = &after["proposals"][0];
        assert_eq!((&best["task"]["title"], &best["recommendation"]["score"]), (&json!("at home"), &json!(7.5)));
        assert_eq!(before["proposals"][0]["recommendation"]["score"], 0.0);
        put("rec.autonomy.next_task", json!("off")).await.expect(200);
        let unasked = app.owner.post(ASK, json!({ "surface": "api", "trigger": "app_open" })).await.expect(201);
        assert_eq!(unasked["silence"][0]["code"], "turned_off");
    }

    async fn lists_are_filtered_and_newest_first(app: TestApp) {
        task(app, "a task").await;
        let (first, second) = (proposed(app).await, proposed(app).await);
        app.owner.post(&at(&first, "dismiss"), json!({ "reason": "not_now" })).await.expect(200);
        let ids = async |query: &str| {
            let list = app.owner.get(&format!("{ASK}?{query}")).await.expect(200);
            list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids("").await, [second["id"].clone(), first["id"].clone()]);
        assert_eq!(ids("state=dismissed").await, [first["id"].clone()]);
        assert_eq!(ids("limit=1").await, [second["id"].clone()]);
        assert_eq!(ids(&format!("decision_id={}", second["decision_id"].as_str().unwrap())).await, [second["id"].clone()]);
    }

    async fn foreign_and_forged_ids_answer_alike(app: TestApp) {
        task(app, "mine").await;
        let told = proposed(app).await;
        let stranger = app.stranger().await;
        let forged = json!({ "id": "0193a000-0000-7000-8000-000000000000" });
        for (verb, body) in [
            ("shown", json!({})),
            ("accept", json!({})),
            ("dismiss", json!({})),
            ("snooze", json!({ "until": "2026-11-25T12:00:00Z" })),
            ("feedback", json!({ "event": "done" })),
        ] {
            let foreign = stranger.post(&at(&told, verb), body.clone()).await;
            let absent = stranger.post(&at(&forged, verb), body).await;
            assert_eq!((foreign.status.as_u16(), absent.status.as_u16()), (404, 404), "{verb}");
            let told_of = |answer: &Value| (answer["type"].clone(), answer["title"].clone(), answer["detail"].clone());
            assert_eq!(told_of(&foreign.json()), told_of(&absent.json()));
        }
        let decision = format!("/api/v1/decisions/{}", told["decision_id"].as_str().unwrap());
        stranger.get(&decision).await.expect(404);
    }

    async fn asking_needs_the_right_to_write_and_starting_the_one_for_tasks(app: TestApp) {
        task(app, "a task").await;
        let told = proposed(app).await;
        app.as_role(Role::Viewer).post(ASK, json!({ "surface": "api" })).await.expect(403);
        let program = app.with_scopes(&[Permission::RecommendationsWrite]);
        program.post(&at(&told, "accept"), json!({ "start": true })).await.expect(403);
        program.post(&at(&told, "accept"), json!({})).await.expect(200);
    }

    async fn wrong_questions_are_refused_by_field(app: TestApp) {
        for (body, field) in [
            (json!({}), ""),
            (json!({ "surface": "moon" }), "surface"),
            (json!({ "surface": "api", "limit": 0 }), "limit"),
            (json!({ "surface": "api", "time_available_s": 0 }), "time_available_s"),
            (json!({ "surface": "api", "context": { "mood": 1 } }), "context.mood"),
            (json!({ "surface": "api", "kind": "drop" }), "kind"),
        ] {
            let problem = app.owner.post(ASK, body.clone()).await.expect(422);
            let named = problem["errors"][0]["field"].as_str().unwrap();
            assert!(field.is_empty() || named == field, "{body}: {problem}");
        }
    }
}
