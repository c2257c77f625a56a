//! The trash of all nouns together.

use std::time::Duration;

use astro_core::clock::Clock as _;
use astro_core::limits;
use astro_testkit::{TestApp, on_both_engines};
use serde_json::{Value, json};

async fn make(app: &TestApp, noun: &str, body: Value) -> String {
    let made = app
        .owner
        .post(&format!("/api/v1/{noun}"), body)
        .await
        .expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn drop_one(app: &TestApp, noun: &str, id: &str) {
    app.owner
        .delete(&format!("/api/v1/{noun}/{id}"))
        .await
        .expect(204);
}

async fn titles(app: &TestApp, limit: u32) -> Vec<String> {
    let mut path = format!("/api/v1/trash?limit={limit}");
    let mut titles = Vec::new();
    loop {
        let page = app.owner.get(&path).await.expect(200);
        titles.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["title"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/api/v1/trash?limit={limit}&cursor={next}"),
            None => return titles,
        }
    }
}

on_both_engines! {
    async fn pages_of_the_trash_join_to_the_whole_latest_first(app: TestApp) {
        let task = make(app, "tasks", json!({ "title": "first gone" })).await;
        let project = make(app, "projects", json!({ "title": "second gone" })).await;
        make(app, "labels", json!({ "title": "stays" })).await;
        drop_one(app, "tasks", &task).await;
        app.db.clock.advance(Duration::from_secs(1));
        drop_one(app, "projects", &project).await;
        // Of one moment, and one of them with the id of another: ids are each noun's own.
        let label = app.db.random.id::<uuid::Uuid>(app.db.clock.now());
        let op = |entity: &str| json!({ "op_id": app.db.random.id::<uuid::Uuid>(app.db.clock.now()), "kind": "create", "entity": entity, "id": label, "patch": { "title": format!("twin {entity}") } });
        app.owner.post("/api/v1/ops", json!({ "ops": [op("label"), op("project"), op("task")] })).await.expect(200);
        app.db.clock.advance(Duration::from_secs(1));
        for noun in ["labels", "tasks", "projects"] {
            drop_one(app, noun, &label.to_string()).await;
        }
        let whole = titles(app, 100).await;
        assert_eq!(whole, ["twin task", "twin project", "twin label", "second gone", "first gone"]);
        for limit in 1..5 {
            assert_eq!(titles(app, limit).await, whole, "{limit}");
        }
        let stranger = app.stranger().await.get("/api/v1/trash").await.expect(200);
        assert_eq!(stranger["items"], json!([]));
    }

    async fn what_stays_lets_go_of_what_is_removed(app: TestApp) {
        let project = make(app, "projects", json!({ "title": "house" })).await;
        let below = make(app, "projects", json!({ "title": "kitchen", "parent_id": project })).await;
        let label = make(app, "labels", json!({ "title": "calls" })).await;
        let first = make(app, "tasks", json!({ "title": "first" })).await;
        let task = make(app, "tasks", json!({ "title": "paint", "project_id": project, "labels": [label], "depends_on": [first] })).await;
        let since = app.owner.get("/api/v1/sync").await.expect(200)["next"].as_str().unwrap().to_owned();
        for (noun, id) in [("projects", &project), ("labels", &label), ("tasks", &first)] {
            drop_one(app, noun, id).await;
        }
        let kept = app.owner.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
        assert_eq!((&kept["project_id"], &kept["labels"]), (&json!(project), &json!([label])));
        assert_eq!(app.owner.delete("/api/v1/trash").await.expect(200)["removed"], 3);
        assert!(titles(app, 10).await.is_empty());
        let kept = app.owner.get(&format!("/api/v1/tasks/{task}")).await.expect(200);
        assert_eq!((&kept["project_id"], &kept["labels"], &kept["depends_on"], &kept["version"]), (&Value::Null, &json!([]), &json!([]), &json!(2)));
        assert_eq!(app.owner.get(&format!("/api/v1/projects/{below}")).await.expect(200)["parent_id"], Value::Null);
        app.owner.get(&format!("/api/v1/sync?since={since}")).await.expect(410);
        assert_eq!(app.owner.delete("/api/v1/trash").await.expect(200)["removed"], 0);
    }

    async fn housekeeping_removes_what_was_deleted_long_ago_and_nothing_else(app: TestApp) {
        let old = make(app, "tasks", json!({ "title": "old" })).await;
        let part = make(app, "tasks", json!({ "title": "part of old", "parent_id": old })).await;
        drop_one(app, "tasks", &old).await;
        app.owner.request(http::Method::POST, &format!("/api/v1/tasks/{part}/restore")).send().await.expect(200);
        app.db.clock.advance(limits::TRASH_TTL);
        let young = make(app, "tasks", json!({ "title": "young" })).await;
        drop_one(app, "tasks", &young).await;
        let until = app.now().checked_sub(limits::TRASH_TTL).unwrap();
        assert_eq!(app.services.purge_owner(app.db.scope, until).await.unwrap(), 1);
        assert_eq!(titles(app, 10).await, ["young"]);
        assert_eq!(app.owner.get(&format!("/api/v1/tasks/{part}")).await.expect(200)["parent_id"], Value::Null);
    }

    async fn what_hangs_on_a_removed_thing_voids_every_token(app: TestApp) {
        let task = make(app, "tasks", json!({ "title": "paint" })).await;
        drop_one(app, "tasks", &task).await;
        app.owner.request(http::Method::POST, &format!("/api/v1/tasks/{task}/restore")).send().await.expect(200);
        make(app, "time-entries", json!({ "task_id": task, "started_at": "2026-11-24T10:00:00Z", "ended_at": "2026-11-24T11:00:00Z" })).await;
        drop_one(app, "tasks", &task).await;
        let since = app.owner.get("/api/v1/sync").await.expect(200)["next"].as_str().unwrap().to_owned();
        app.owner.delete("/api/v1/trash").await.expect(200);
        // The device has seen that the task went, but nobody can tell it of the entry.
        app.owner.get(&format!("/api/v1/sync?since={since}")).await.expect(410);
        assert_eq!(app.owner.get("/api/v1/sync").await.expect(200)["changes"], json!([]));
    }

    async fn goals_let_go_of_what_they_were_linked_to(app: TestApp) {
        let label = make(app, "labels", json!({ "title": "calls" })).await;
        let above = make(app, "goals", json!({ "title": "above", "kind": "outcome" })).await;
        let goal = make(app, "goals", json!({ "title": "goal", "kind": "outcome", "parent_id": above, "links": { "labels": [label] } })).await;
        let task = make(app, "tasks", json!({ "title": "task", "goal_ids": [above] })).await;
        drop_one(app, "labels", &label).await;
        drop_one(app, "goals", &above).await;
        app.owner.delete("/api/v1/trash").await.expect(200);
        let goal = app.owner.get(&format!("/api/v1/goals/{goal}")).await.expect(200);
        assert_eq!((&goal["parent_id"], &goal["links"]["labels"]), (&Value::Null, &json!([])));
        assert_eq!(app.owner.get(&format!("/api/v1/tasks/{task}")).await.expect(200)["goal_ids"], json!([]));
    }
}
