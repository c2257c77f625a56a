//! What happened, and taking it back.

use std::time::Duration;

use astro_core::limits;
use astro_core::principal::Role;
use astro_testkit::{Answer, TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

async fn task(app: &TestApp, body: Value) -> (String, String) {
    let answer = app.owner.post("/api/v1/tasks", body).await;
    let token = token(&answer);
    (answer.expect(201)["id"].as_str().unwrap().to_owned(), token)
}

fn token(answer: &Answer) -> String {
    answer
        .header("undo-token")
        .expect("a write has a token")
        .to_owned()
}

async fn patch(app: &TestApp, id: &str, body: Value) -> String {
    let answer = app.owner.patch(&format!("/api/v1/tasks/{id}"), body).await;
    let token = token(&answer);
    answer.expect(200);
    token
}

async fn undo(app: &TestApp, token: &str) -> Answer {
    app.owner
        .request(Method::POST, &format!("/api/v1/undo/{token}"))
        .send()
        .await
}

async fn get(app: &TestApp, id: &str) -> Answer {
    app.owner.get(&format!("/api/v1/tasks/{id}")).await
}

on_both_engines! {
    async fn an_edit_goes_back_and_forth(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "phone", "priority": 2 })).await;
        let edit = patch(app, &id, json!({ "title": "ring", "status": "completed" })).await;
        let undone = undo(app, &edit).await;
        let redo = token(&undone);
        let changes = undone.expect(200)["changes"].clone();
        assert_eq!((&changes[0]["id"], &changes[0]["document"]["title"]), (&json!(id), &json!("phone")));
        let back = get(app, &id).await.expect(200);
        assert_eq!((&back["title"], &back["status"], &back["completed_at"], &back["version"]), (&json!("phone"), &json!("needs_action"), &Value::Null, &json!(3)));
        undo(app, &redo).await.expect(200);
        let again = get(app, &id).await.expect(200);
        assert_eq!((&again["title"], &again["status"]), (&json!("ring"), &json!("completed")));
    }

    async fn a_token_works_once(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "phone" })).await;
        let edit = patch(app, &id, json!({ "title": "ring" })).await;
        let send = || app.owner.request(Method::POST, &format!("/api/v1/undo/{edit}")).header("idempotency-key", "u1").send();
        let first = send().await.expect(200);
        assert_eq!(send().await.expect(200), first);
        assert_eq!(undo(app, &edit).await.expect(409)["type"], "/problems/moved-on");
        assert_eq!(get(app, &id).await.expect(200)["version"], 3);
    }

    async fn a_row_that_moved_on_is_left_alone(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "phone" })).await;
        let edit = patch(app, &id, json!({ "title": "ring" })).await;
        patch(app, &id, json!({ "priority": 1 })).await;
        assert_eq!(undo(app, &edit).await.expect(409)["type"], "/problems/moved-on");
        assert_eq!(get(app, &id).await.expect(200)["title"], "ring");
    }

    async fn what_was_made_goes_to_the_trash(app: TestApp) {
        let (id, made) = task(app, json!({ "title": "phone" })).await;
        assert_eq!(undo(app, &made).await.expect(200)["changes"][0]["deleted"], true);
        get(app, &id).await.expect(404);
        app.owner.request(Method::POST, &format!("/api/v1/tasks/{id}/restore")).send().await.expect(200);
    }

    async fn a_deleted_tree_comes_back_by_one_token(app: TestApp) {
        let (root, _) = task(app, json!({ "title": "root" })).await;
        let (part, _) = task(app, json!({ "title": "part", "parent_id": root })).await;
        let (leaf, _) = task(app, json!({ "title": "leaf", "parent_id": part })).await;
        let (gone, _) = task(app, json!({ "title": "gone before", "parent_id": part })).await;
        app.owner.delete(&format!("/api/v1/tasks/{gone}")).await.expect(204);
        let deleted = token(&app.owner.delete(&format!("/api/v1/tasks/{root}")).await);
        get(app, &leaf).await.expect(404);
        let undone = undo(app, &deleted).await;
        let redo = token(&undone);
        let changes = undone.expect(200)["changes"].clone();
        let ids: Vec<&Value> = changes.as_array().unwrap().iter().map(|change| &change["id"]).collect();
        assert_eq!(ids, [&root, &part, &leaf]);
        for id in [&root, &part, &leaf] {
            get(app, id).await.expect(200);
        }
        get(app, &gone).await.expect(404);
        undo(app, &redo).await.expect(200);
        for id in [&root, &part, &leaf] {
            get(app, id).await.expect(404);
        }
    }

    async fn a_part_that_moved_on_keeps_the_whole_write(app: TestApp) {
        let (root, _) = task(app, json!({ "title": "root" })).await;
        let (part, _) = task(app, json!({ "title": "part", "parent_id": root })).await;
        let deleted = token(&app.owner.delete(&format!("/api/v1/tasks/{root}")).await);
        app.owner.request(Method::POST, &format!("/api/v1/tasks/{part}/restore")).send().await.expect(200);
        undo(app, &deleted).await.expect(409);
        get(app, &root).await.expect(404);
    }

    async fn rules_of_other_rows_hold_for_undo_too(app: TestApp) {
        let (first, _) = task(app, json!({ "title": "first" })).await;
        let (second, _) = task(app, json!({ "title": "second", "depends_on": [first] })).await;
        let freed = patch(app, &second, json!({ "depends_on": [] })).await;
        patch(app, &first, json!({ "depends_on": [second] })).await;
        let problem = undo(app, &freed).await.expect(409);
        assert_eq!(problem["type"], "/problems/undo-refused");
        assert_eq!(get(app, &second).await.expect(200)["depends_on"], json!([]));
    }

    async fn a_title_that_was_taken_meanwhile_refuses_undo(app: TestApp) {
        let made = app.owner.post("/api/v1/labels", json!({ "title": "calls" })).await.expect(201);
        let deleted = token(&app.owner.delete(&format!("/api/v1/labels/{}", made["id"].as_str().unwrap())).await);
        app.owner.post("/api/v1/labels", json!({ "title": "calls" })).await.expect(201);
        assert_eq!(undo(app, &deleted).await.expect(409)["type"], "/problems/undo-refused");
    }

    async fn anothers_an_unknown_and_an_old_token_read_alike(app: TestApp) {
        let (_, made) = task(app, json!({ "title": "phone" })).await;
        let stranger = app.stranger().await;
        let strip = |mut problem: Value| {
            problem["request_id"] = Value::Null;
            problem
        };
        let foreign = strip(stranger.request(Method::POST, &format!("/api/v1/undo/{made}")).send().await.expect(404));
        let unknown = strip(undo(app, "0193a000-0000-7000-8000-000000000000").await.expect(404));
        app.as_role(Role::Viewer).request(Method::POST, &format!("/api/v1/undo/{made}")).send().await.expect(403);
        app.db.clock.advance(limits::UNDO_TTL + Duration::from_secs(1));
        let old = strip(undo(app, &made).await.expect(404));
        assert_eq!((&foreign, &old), (&unknown, &unknown));
    }

    async fn the_history_of_a_thing_says_what_happened_and_no_words(app: TestApp) {
        let (id, made) = task(app, json!({ "title": "secret" })).await;
        let edit = patch(app, &id, json!({ "title": "other secret", "priority": 1 })).await;
        undo(app, &edit).await.expect(200);
        let page = app.owner.get(&format!("/api/v1/history?entity=task&id={id}&limit=2")).await.expect(200);
        let actions: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
        assert_eq!(actions, ["undone", "edited"]);
        let next = page["next_cursor"].as_str().unwrap();
        let last = app.owner.get(&format!("/api/v1/history?entity=task&id={id}&limit=2&cursor={next}")).await.expect(200);
        assert_eq!((&last["items"][0]["action"], &last["items"][0]["id"], &last["next_cursor"]), (&json!("created"), &json!(made), &Value::Null));
        assert!(!page.to_string().contains("secret") && !last.to_string().contains("secret"));
        let stranger = app.stranger().await.get(&format!("/api/v1/history?entity=task&id={id}")).await.expect(200);
        assert_eq!(stranger, json!({ "items": [], "next_cursor": null }));
    }

    async fn what_a_write_brought_about_goes_back_with_it(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "paint" })).await;
        let started = app.owner.request(Method::POST, &format!("/api/v1/tasks/{id}/start")).send().await;
        let entry = started.expect(200)["id"].as_str().unwrap().to_owned();
        let running = async || app.owner.get(&format!("/api/v1/time-entries/{entry}")).await.expect(200)["ended_at"].is_null();
        let completed = app.owner.request(Method::POST, &format!("/api/v1/tasks/{id}/complete")).send().await;
        let complete = token(&completed);
        assert!(!running().await);
        undo(app, &complete).await.expect(200);
        assert_eq!((get(app, &id).await.expect(200)["status"].clone(), running().await), (json!("in_process"), true));
    }

    async fn the_clock_does_not_run_again_on_a_finished_task(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "paint" })).await;
        let post = async |verb: &str| app.owner.request(Method::POST, &format!("/api/v1/tasks/{id}/{verb}")).send().await;
        post("start").await.expect(200);
        let stop = token(&post("stop").await);
        post("complete").await.expect(200);
        assert_eq!(undo(app, &stop).await.expect(409)["type"], "/problems/undo-refused");
    }

    async fn a_reminder_comes_back_at_the_time_that_its_task_has_by_now(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "paint", "due": "2026-12-01T12:00:00Z" })).await;
        let made = app.owner.post("/api/v1/reminders", json!({ "task_id": id, "trigger": { "type": "offset", "from": "due", "by": "-PT1H" } })).await.expect(201);
        let at = format!("/api/v1/reminders/{}", made["id"].as_str().unwrap());
        assert_eq!(made["next_fire_at"], "2026-12-01T11:00:00Z");
        let deleted = token(&app.owner.delete(&at).await);
        let edited = patch(app, &id, json!({ "due": "2026-12-03T12:00:00Z" })).await;
        assert!(!edited.is_empty());
        undo(app, &deleted).await.expect(200);
        assert_eq!(app.owner.get(&at).await.expect(200)["next_fire_at"], "2026-12-03T11:00:00Z");
    }

    async fn a_recommendation_hears_that_its_task_is_not_done_after_all(app: TestApp) {
        let (id, _) = task(app, json!({ "title": "paint" })).await;
        let decided = app.owner.post("/api/v1/recommendations", json!({ "surface": "today" })).await.expect(201);
        let told = format!("/api/v1/recommendations/{}", decided["proposals"][0]["recommendation"]["id"].as_str().unwrap());
        app.owner.post(&format!("{told}/shown"), json!({})).await.expect(200);
        app.owner.post(&format!("{told}/accept"), json!({})).await.expect(200);
        let complete = token(&app.owner.request(Method::POST, &format!("/api/v1/tasks/{id}/complete")).send().await);
        assert_eq!(app.owner.get(&told).await.expect(200)["state"], "applied");
        undo(app, &complete).await.expect(200);
        assert_eq!(app.owner.get(&told).await.expect(200)["state"], "accepted");
        let said = app.owner.get(&format!("{told}/feedback")).await.expect(200);
        let events: Vec<&Value> = said["items"].as_array().unwrap().iter().map(|row| &row["event"]).collect();
        assert_eq!(events, ["seen", "accepted", "done", "undone"]);
    }
}
