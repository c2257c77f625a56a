//! Tasks through the API.

use astro_core::clock::Clock as _;
use astro_testkit::{TestApp, on_both_engines};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

async fn task(app: &TestApp, body: Value) -> Value {
    app.owner.post("/api/v1/tasks", body).await.expect(201)
}

fn at(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())
}

async fn titles(app: &TestApp, query: &str) -> Vec<String> {
    let list = app
        .owner
        .get(&format!("/api/v1/tasks?{query}"))
        .await
        .expect(200);
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

on_both_engines! {
    async fn a_task_that_waits_is_blocked_until_the_other_is_done(app: TestApp) {
        let first = task(app, json!({ "title": "first" })).await;
        let second = task(app, json!({ "title": "second", "depends_on": [first["id"]] })).await;
        assert_eq!(second["blocked"], true);
        let before = app.owner.get(&at(&second)).await;
        app.owner.request(Method::POST, &format!("{}/complete", at(&first))).send().await.expect(200);
        let after = app.owner.get(&at(&second)).await;
        assert_ne!(before.header("etag"), after.header("etag"), "the answer differs, so must its tag");
        assert_eq!(after.expect(200)["blocked"], false);
    }

    async fn cycles_are_refused(app: TestApp) {
        let first = task(app, json!({ "title": "first" })).await;
        let second = task(app, json!({ "title": "second", "depends_on": [first["id"]] })).await;
        let third = task(app, json!({ "title": "third", "depends_on": [second["id"]] })).await;
        let part = task(app, json!({ "title": "part", "parent_id": first["id"] })).await;
        let problem = app.owner.patch(&at(&first), json!({ "depends_on": [third["id"]] })).await.expect(422);
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!("depends_on[0]"), &json!("cycle")));
        let problem = app.owner.patch(&at(&first), json!({ "parent_id": part["id"] })).await.expect(422);
        assert_eq!(problem["errors"][0]["code"], "cycle");
    }

    async fn nothing_waits_for_what_it_is_a_part_of(app: TestApp) {
        let refused = |problem: Value, field: &str| {
            assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!("cycle")), "{problem}");
        };
        let whole = task(app, json!({ "title": "whole" })).await;
        let part = task(app, json!({ "title": "part", "parent_id": whole["id"] })).await;
        let leaf = task(app, json!({ "title": "leaf", "parent_id": part["id"] })).await;
        let other = task(app, json!({ "title": "other" })).await;
        let post = |body: Value| app.owner.post("/api/v1/tasks", body);
        for above in [&part, &whole] {
            refused(post(json!({ "title": "x", "parent_id": part["id"], "depends_on": [above["id"]] })).await.expect(422), "depends_on[0]");
            refused(app.owner.patch(&at(&leaf), json!({ "depends_on": [other["id"], above["id"]] })).await.expect(422), "depends_on[1]");
        }
        // by an operation too
        let op_id: uuid::Uuid = app.db.random.id(app.db.clock.now());
        let op = json!({ "op_id": op_id, "kind": "update", "entity": "task", "id": leaf["id"], "patch": { "depends_on": [whole["id"]] } });
        let answer = app.owner.post("/api/v1/ops", json!({ "ops": [op] })).await.expect(200);
        refused(answer["results"][0]["problem"].clone(), "depends_on[0]");
        // moved under what it waits for, directly, through another task, or by what lies below it
        let waiting = task(app, json!({ "title": "waiting", "depends_on": [whole["id"]] })).await;
        let behind = task(app, json!({ "title": "behind", "depends_on": [waiting["id"]] })).await;
        let around = task(app, json!({ "title": "around" })).await;
        task(app, json!({ "title": "below", "parent_id": around["id"], "depends_on": [whole["id"]] })).await;
        for moved in [&waiting, &behind, &around] {
            refused(app.owner.patch(&at(moved), json!({ "parent_id": leaf["id"] })).await.expect(422), "parent_id");
        }
        // what is let go in the same write is no obstacle
        app.owner.patch(&at(&leaf), json!({ "parent_id": null, "depends_on": [part["id"]] })).await.expect(200);
        app.owner.patch(&at(&waiting), json!({ "parent_id": part["id"], "depends_on": [other["id"]] })).await.expect(200);
    }

    async fn addresses_and_colours_can_do_no_harm(app: TestApp) {
        for (field, good, bad) in [
            ("url", json!("https://example.org/a"), json!(" JavaScript:alert(1)")),
            ("url", json!("obsidian://open"), json!("data:text/html,x")),
            ("color", json!("#A0b"), json!("<script>")),
            ("attachments", json!([{ "uri": "mailto:owner@example.org" }]), json!([{ "uri": "file:///etc/passwd" }])),
        ] {
            let made = task(app, json!({ "title": "x", field: good })).await;
            let problem = app.owner.patch(&at(&made), json!({ field: bad })).await.expect(422);
            assert!(problem["errors"][0]["field"].as_str().unwrap().starts_with(field), "{problem}");
        }
        for noun in ["labels", "projects"] {
            let path = format!("/api/v1/{noun}");
            let post = |color: &str| app.owner.post(&path, json!({ "title": "x", "color": color }));
            post("turquoise").await.expect(422);
            post("#40e0d0").await.expect(201);
        }
    }

    async fn lists_tell_what_is_blocked_from_what_is_not(app: TestApp) {
        let first = task(app, json!({ "title": "first" })).await;
        let done = task(app, json!({ "title": "done", "status": "completed" })).await;
        task(app, json!({ "title": "waits", "depends_on": [done["id"], first["id"]] })).await;
        task(app, json!({ "title": "waited", "depends_on": [done["id"]] })).await;
        assert_eq!(titles(app, "blocked=true").await, ["waits"]);
        assert_eq!(titles(app, "blocked=false").await, ["first", "done", "waited"]);
        app.owner.delete(&at(&first)).await.expect(204);
        assert_eq!(titles(app, "blocked=true").await, Vec::<String>::new());
    }

    async fn anothers_ids_in_a_body_read_like_absent_ones(app: TestApp) {
        let made = task(app, json!({ "title": "mine" })).await;
        let label = app.owner.post("/api/v1/labels", json!({ "title": "mine" })).await.expect(201);
        let project = app.owner.post("/api/v1/projects", json!({ "title": "mine" })).await.expect(201);
        let stranger = app.stranger().await;
        let absent = "0193a000-0000-7000-8000-000000000000";
        for (field, foreign) in [("project_id", &project["id"]), ("parent_id", &made["id"])] {
            let answer = |id: Value| stranger.post("/api/v1/tasks", json!({ "title": "x", field: id }));
            let (foreign, missing) = (answer(foreign.clone()).await.expect(422), answer(json!(absent)).await.expect(422));
            assert_eq!(foreign["errors"], missing["errors"]);
        }
        for (field, foreign) in [("labels", &label["id"]), ("depends_on", &made["id"])] {
            let answer = |id: Value| stranger.post("/api/v1/tasks", json!({ "title": "x", field: [id] }));
            let (foreign, missing) = (answer(foreign.clone()).await.expect(422), answer(json!(absent)).await.expect(422));
            assert_eq!(foreign["errors"], missing["errors"]);
        }
    }

    async fn a_deleted_tree_comes_back_as_it_went(app: TestApp) {
        let root = task(app, json!({ "title": "root" })).await;
        let part = task(app, json!({ "title": "part", "parent_id": root["id"] })).await;
        let gone = task(app, json!({ "title": "gone before", "parent_id": root["id"] })).await;
        task(app, json!({ "title": "leaf", "parent_id": part["id"] })).await;
        app.owner.delete(&at(&gone)).await.expect(204);
        app.db.clock.advance(std::time::Duration::from_secs(1));
        app.owner.delete(&at(&root)).await.expect(204);
        assert_eq!(titles(app, "").await, Vec::<String>::new());
        app.owner.request(Method::POST, &format!("{}/restore", at(&root))).send().await.expect(200);
        assert_eq!(titles(app, "").await, ["root", "part", "leaf"]);
        assert_eq!(titles(app, "trash=true").await, ["gone before"]);
    }

    async fn lists_filter_by_day_status_and_words(app: TestApp) {
        for (title, due) in [("yesterday", "2026-11-24"), ("today", "2026-11-25"), ("later today", "2026-11-25T18:00:00"), ("tomorrow", "2026-11-26")] {
            task(app, json!({ "title": title, "due": due })).await;
        }
        task(app, json!({ "title": "sometime" })).await;
        assert_eq!(titles(app, "due_to=2026-11-25&sort=due").await, ["yesterday", "later today", "today"]);
        assert_eq!(titles(app, "due_from=2026-11-25&due_to=2026-11-25&sort=due").await, ["later today", "today"]);
        assert_eq!(titles(app, "q=tod").await, ["today", "later today"]);
        assert_eq!(titles(app, "status=completed").await, Vec::<String>::new());
        app.owner.get("/api/v1/tasks?status=done").await.expect(422);
        let today = app.owner.get("/api/v1/today").await.expect(200);
        let names = |list: &str| today[list].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!((names("overdue"), names("due")), (vec!["yesterday".to_owned()], vec!["later today".to_owned(), "today".to_owned()]));
    }

    async fn of_a_hundred_writers_with_a_tag_each_success_is_a_version(app: TestApp) {
        let made = task(app, json!({ "title": "contended" })).await;
        let writers = (0..100).map(|n| {
            let (client, path) = (app.owner.clone(), at(&made));
            async move {
                let known = client.get(&path).await.header("etag").unwrap().to_owned();
                let answer = client.request(Method::PATCH, &path).header("if-match", &known).json(&json!({ "title": format!("writer {n}") })).send().await;
                assert!(matches!(answer.status.as_u16(), 200 | 412), "{answer:?}");
                i64::from(answer.status == 200)
            }
        });
        let accepted: i64 = join_all(writers).await.into_iter().sum();
        assert_eq!(app.owner.get(&at(&made)).await.expect(200)["version"], 1 + accepted);
    }

    async fn completing_twice_changes_nothing(app: TestApp) {
        let made = task(app, json!({ "title": "once" })).await;
        let complete = || app.owner.request(Method::POST, &format!("{}/complete", at(&made))).send();
        let first = complete().await.expect(200);
        app.db.clock.advance(std::time::Duration::from_mins(1));
        assert_eq!(complete().await.expect(200), first);
        assert_eq!((&first["status"], &first["completed_at"]), (&json!("completed"), &json!("2026-11-25T09:00:00Z")));
    }
}
