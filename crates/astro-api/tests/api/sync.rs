//! Sync and operations, as a device uses them.

use astro_core::clock::Clock as _;
use astro_core::principal::{Permission, Role};
use astro_testkit::{TestApp, on_both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

fn fresh(app: &TestApp) -> Uuid {
    app.db.random.id(app.db.clock.now())
}

fn op(app: &TestApp, kind: &str, id: Option<Uuid>, patch: &Value) -> Value {
    json!({ "op_id": fresh(app), "kind": kind, "entity": "task", "id": id, "patch": patch })
}

async fn send(app: &TestApp, ops: &[Value]) -> Vec<Value> {
    let answer = app
        .owner
        .post("/api/v1/ops", json!({ "ops": ops }))
        .await
        .expect(200);
    answer["results"].as_array().unwrap().clone()
}

fn statuses(results: &[Value]) -> Vec<u64> {
    results
        .iter()
        .map(|result| result["status"].as_u64().unwrap())
        .collect()
}

async fn label(app: &TestApp, title: &str) -> Value {
    app.owner
        .post("/api/v1/labels", json!({ "title": title }))
        .await
        .expect(201)
}

async fn read(app: &TestApp, query: &str) -> Value {
    app.owner
        .get(&format!("/api/v1/sync{query}"))
        .await
        .expect(200)
}

async fn title(app: &TestApp, id: Uuid) -> Value {
    app.owner
        .get(&format!("/api/v1/tasks/{id}"))
        .await
        .expect(200)["title"]
        .clone()
}

on_both_engines! {
    async fn a_device_reads_everything_once_and_then_only_what_changed(app: TestApp) {
        let label = label(app, "calls").await;
        let task = app.owner.post("/api/v1/tasks", json!({ "title": "phone" })).await.expect(201);
        let first = read(app, "").await;
        let seen: Vec<(&str, &Value)> = first["changes"].as_array().unwrap().iter().map(|change| (change["entity"].as_str().unwrap(), &change["id"])).collect();
        assert_eq!(seen, [("label", &label["id"]), ("task", &task["id"])]);
        assert_eq!(first["changes"][0]["document"], label);
        assert_eq!(first["more"], false);
        let since = format!("?since={}", first["next"].as_str().unwrap());
        assert_eq!(read(app, &since).await["changes"], json!([]));
        app.owner.delete(&format!("/api/v1/labels/{}", label["id"].as_str().unwrap())).await.expect(204);
        let later = read(app, &since).await;
        assert_eq!((&later["changes"][0]["id"], &later["changes"][0]["deleted"]), (&label["id"], &json!(true)));
        assert_eq!(later["changes"][0].get("document"), None);
        assert_eq!(later["changes"].as_array().unwrap().len(), 1);
    }

    async fn what_was_removed_for_good_voids_older_tokens_and_no_first_reading(app: TestApp) {
        let doomed = label(app, "doomed").await;
        for n in 0..4 {
            label(app, &format!("label {n}")).await;
        }
        let early = read(app, "?limit=1").await["next"].as_str().unwrap().to_owned();
        app.owner.delete(&format!("/api/v1/labels/{}", doomed["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(app.owner.delete("/api/v1/trash").await.expect(200)["removed"], 1);
        let problem = app.owner.get(&format!("/api/v1/sync?since={early}")).await.expect(410);
        assert_eq!(problem["type"], "/problems/gone");
        // The pages of a reading that begins now go through.
        let mut next = "0".to_owned();
        let mut titles = Vec::new();
        loop {
            let page = read(app, &format!("?limit=1&since={next}")).await;
            titles.extend(page["changes"].as_array().unwrap().iter().map(|change| change["document"]["title"].clone()));
            page["next"].as_str().unwrap().clone_into(&mut next);
            if page["more"] == false {
                break;
            }
        }
        assert_eq!(titles, ["label 0", "label 1", "label 2", "label 3"]);
        assert_eq!(read(app, &format!("?since={next}")).await["changes"], json!([]));
    }

    async fn a_token_of_the_future_is_refused(app: TestApp) {
        label(app, "calls").await;
        app.owner.get("/api/v1/sync?since=99").await.expect(410);
        app.owner.get("/api/v1/sync?since=0.99").await.expect(410);
        for text in ["-1", "x", "1.2.3", "", "99999999999999999999"] {
            assert_eq!(app.owner.get(&format!("/api/v1/sync?since={text}")).await.expect(422)["errors"][0]["field"], "since");
        }
    }

    async fn another_owner_reads_nothing(app: TestApp) {
        label(app, "calls").await;
        assert_eq!(app.stranger().await.get("/api/v1/sync").await.expect(200)["changes"], json!([]));
        app.with_scopes(&[Permission::GoalsRead]).get("/api/v1/sync").await.expect(403);
    }

    async fn operations_are_applied_in_order_and_a_refused_one_stops_no_other(app: TestApp) {
        let (id, other) = (fresh(app), fresh(app));
        let results = send(app, &[
            op(app, "create", Some(id), &json!({ "title": "phone" })),
            op(app, "update", Some(other), &json!({ "title": "no such" })),
            op(app, "create", Some(other), &json!({ "titel": "misspelt" })),
            op(app, "complete", Some(id), &json!({})),
            op(app, "update", Some(id), &json!({ "priority": 3 })),
            op(app, "delete", Some(id), &json!({})),
            op(app, "restore", Some(id), &json!({})),
        ]).await;
        assert_eq!(statuses(&results), [201, 404, 422, 200, 200, 200, 200]);
        assert_eq!(results[2]["problem"]["errors"][0]["field"], "titel");
        assert_eq!(results[5]["deleted"], true);
        let task = app.owner.get(&format!("/api/v1/tasks/{id}")).await.expect(200);
        assert_eq!((&task["status"], &task["priority"], &task["version"]), (&json!("completed"), &json!(3), &json!(5)));
        assert_eq!((&task["version"], &task["change_seq"]), (&results[6]["version"], &results[6]["change_seq"]));
    }

    async fn an_operation_that_is_sent_again_does_nothing_again(app: TestApp) {
        let make = op(app, "create", None, &json!({ "title": "phone" }));
        let first = send(app, std::slice::from_ref(&make)).await;
        let id = first[0]["id"].as_str().unwrap().parse().unwrap();
        send(app, &[op(app, "update", Some(id), &json!({ "title": "ring" }))]).await;
        assert_eq!(send(app, &[make.clone(), make.clone()]).await, [first[0].clone(), first[0].clone()]);
        assert_eq!(title(app, id).await, "ring");
        let mut other = make;
        other["patch"]["title"] = json!("another");
        let refused = send(app, &[other]).await;
        assert_eq!((statuses(&refused), &refused[0]["problem"]["errors"][0]["field"]), (vec![422], &json!("op_id")));
        assert_eq!(app.owner.get("/api/v1/tasks").await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn a_chosen_id_is_taken_once_and_free_for_every_other_owner(app: TestApp) {
        let id = fresh(app);
        let first = op(app, "create", Some(id), &json!({ "title": "phone" }));
        let second = op(app, "create", Some(id), &json!({ "title": "other" }));
        let results = send(app, &[first, second.clone()]).await;
        assert_eq!((statuses(&results), &results[1]["problem"]["type"]), (vec![201, 409], &json!("/problems/id-taken")));
        assert_eq!(title(app, id).await, "phone");
        let stranger = app.stranger().await;
        let theirs = stranger.post("/api/v1/ops", json!({ "ops": [second] })).await.expect(200);
        assert_eq!((&theirs["results"][0]["status"], &theirs["results"][0]["id"]), (&json!(201), &json!(id)));
        assert_eq!(title(app, id).await, "phone");
    }

    async fn the_last_writer_of_a_field_wins_unless_the_operation_is_strict(app: TestApp) {
        let id = fresh(app);
        send(app, &[op(app, "create", Some(id), &json!({ "title": "phone" }))]).await;
        let based = |patch: Value, strict: bool| {
            let mut op = op(app, "update", Some(id), &patch);
            op["base_version"] = json!(1);
            op["strict"] = json!(strict);
            op
        };
        let results = send(app, &[based(json!({ "title": "ring" }), true), based(json!({ "priority": 2 }), true), based(json!({ "priority": 5 }), false)]).await;
        assert_eq!(statuses(&results), [200, 412, 200]);
        let task = app.owner.get(&format!("/api/v1/tasks/{id}")).await.expect(200);
        assert_eq!((&task["title"], &task["priority"]), (&json!("ring"), &json!(5)));
    }

    async fn what_no_device_should_send_is_named(app: TestApp) {
        let v4 = "7c4a8d09-ca37-4e2f-9b1c-2f6a3d1e0b5f";
        let base = op(app, "create", None, &json!({ "title": "x" }));
        let with = |field: &str, value: Value| {
            let mut op = base.clone();
            op[field] = value;
            op
        };
        let mut strict = op(app, "delete", Some(fresh(app)), &json!({}));
        strict["strict"] = json!(true);
        let results = send(app, &[
            with("op_id", json!(v4)),
            with("id", json!(v4)),
            with("kind", json!("delete")),
            op(app, "complete", Some(fresh(app)), &json!({ "title": "x" })),
            with("entity", json!("recommendation")),
            strict,
        ]).await;
        let fields: Vec<&Value> = results.iter().map(|result| &result["problem"]["errors"][0]["field"]).collect();
        assert_eq!(fields, ["op_id", "id", "id", "patch", "kind", "base_version"]);
        let batch = |ops: Value| app.owner.post("/api/v1/ops", json!({ "ops": ops }));
        assert_eq!(batch(json!(vec![base.clone(); 101])).await.expect(422)["errors"][0]["field"], "ops");
        assert_eq!(batch(json!([with("extra", json!(1))])).await.expect(422)["errors"][0]["field"], "ops[0].extra");
        assert_eq!(batch(json!([with("kind", json!("explode"))])).await.expect(422)["errors"][0]["field"], "ops[0].kind");
    }

    async fn a_viewer_sends_no_operations(app: TestApp) {
        let make = op(app, "create", None, &json!({ "title": "x" }));
        app.as_role(Role::Viewer).post("/api/v1/ops", json!({ "ops": [make] })).await.expect(403);
        app.as_role(Role::Viewer).get("/api/v1/sync").await.expect(200);
    }

    async fn every_noun_takes_operations(app: TestApp) {
        let [task, goal, entry, reminder] = std::array::from_fn(|_| fresh(app));
        let of = |entity: &str, kind: &str, id: Option<Uuid>, patch: Value| json!({ "op_id": fresh(app), "entity": entity, "kind": kind, "id": id, "patch": patch });
        let results = send(app, &[
            of("task", "create", Some(task), json!({ "title": "run" })),
            of("goal", "create", Some(goal), json!({ "title": "fit", "kind": "habit", "window": "week", "target_rate": 3.0 })),
            of("datapoint", "create", None, json!({ "goal_id": goal, "at": "2026-11-24T10:00:00Z" })),
            of("time_entry", "create", Some(entry), json!({ "task_id": task, "started_at": "2026-11-25T08:00:00Z" })),
            of("time_entry", "update", Some(entry), json!({ "ended_at": "2026-11-25T08:30:00Z" })),
            of("reminder", "create", Some(reminder), json!({ "task_id": task, "trigger": { "type": "absolute", "at": "2026-11-26T09:00:00Z" } })),
            of("reminder", "snooze", Some(reminder), json!({ "until": "2026-11-27T09:00:00Z" })),
            of("reminder", "acknowledge", Some(reminder), json!({})),
            of("reminder", "complete", Some(reminder), json!({})),
            of("preference", "create", None, json!({ "key": "time.zone", "value": "Europe/Madrid" })),
        ]).await;
        assert_eq!(statuses(&results), [201, 201, 201, 201, 200, 201, 200, 200, 422, 201], "{results:?}");
        let zone: Uuid = results[9]["id"].as_str().unwrap().parse().unwrap();
        let results = send(app, &[
            of("preference", "update", Some(zone), json!({ "value": "Asia/Tokyo" })),
            of("preference", "update", Some(zone), json!({ "key": "locale.lang" })),
            of("preference", "delete", Some(zone), json!({})),
            of("preference", "create", None, json!({ "key": "time.zone", "value": "Europe/Paris" })),
        ]).await;
        assert_eq!(statuses(&results), [200, 422, 200, 201], "{results:?}");
        assert_eq!(results[3]["id"], json!(zone), "a key has one row");
        let seen = read(app, "").await;
        let mut entities: Vec<&str> = seen["changes"].as_array().unwrap().iter().map(|change| change["entity"].as_str().unwrap()).collect();
        entities.sort_unstable();
        assert_eq!(entities, ["datapoint", "goal", "preference", "reminder", "reminder", "task", "time_entry"]);
    }

    async fn a_token_reads_and_writes_only_what_its_scopes_name(app: TestApp) {
        app.owner.post("/api/v1/goals", json!({ "title": "fit", "kind": "outcome" })).await.expect(201);
        label(app, "calls").await;
        let narrow = app.with_scopes(&[Permission::TasksRead, Permission::TasksWrite]);
        let wide = app.with_scopes(&[Permission::TasksRead, Permission::GoalsRead]);
        let count = async |client: &astro_testkit::Client| client.get("/api/v1/sync").await.expect(200)["changes"].as_array().unwrap().len();
        assert_eq!((count(&narrow).await, count(&wide).await), (1, 2));
        let make = json!({ "op_id": fresh(app), "kind": "create", "entity": "goal", "patch": { "title": "other", "kind": "outcome" } });
        assert_eq!(narrow.post("/api/v1/ops", json!({ "ops": [make] })).await.expect(200)["results"][0]["status"], 403);
    }

    async fn a_recommendation_is_answered_while_offline(app: TestApp) {
        app.owner.post("/api/v1/tasks", json!({ "title": "phone" })).await.expect(201);
        let decided = app.owner.post("/api/v1/recommendations", json!({ "surface": "today" })).await.expect(201);
        let id = decided["proposals"][0]["recommendation"]["id"].clone();
        let answer = |entity: &str, kind: &str, patch: Value| json!({ "op_id": fresh(app), "kind": kind, "entity": entity, "id": fresh(app), "patch": patch });
        let said = answer("feedback", "create", json!({ "recommendation_id": id, "event": "dismissed", "reason": "not_now" }));
        let results = send(app, &[
            said.clone(),
            said,
            answer("feedback", "create", json!({ "event": "dismissed" })),
            answer("feedback", "create", json!({ "recommendation_id": fresh(app), "event": "accepted" })),
            answer("feedback", "delete", json!({})),
            answer("recommendation", "update", json!({})),
        ]).await;
        assert_eq!(statuses(&results), [201, 201, 422, 404, 422, 422], "{results:?}");
        assert_eq!((&results[0], &results[0]["id"]), (&results[1], &id));
        let feedback = app.owner.get(&format!("/api/v1/recommendations/{}/feedback", id.as_str().unwrap())).await.expect(200);
        assert_eq!(feedback["items"].as_array().unwrap().len(), 1);
        let seen = read(app, "").await;
        let change = seen["changes"].as_array().unwrap().iter().find(|change| change["id"] == id).unwrap().clone();
        assert_eq!((&change["entity"], &change["document"]["state"]), (&json!("recommendation"), &json!("dismissed")));
    }
}
