//! What holds for every operation, shown on labels: patches, tags, keys, pages, problems.

use astro_core::principal::{Permission, Role};
use astro_testkit::{TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

async fn label(app: &TestApp, title: &str) -> Value {
    app.owner
        .post("/api/v1/labels", json!({ "title": title }))
        .await
        .expect(201)
}

fn at(label: &Value) -> String {
    format!("/api/v1/labels/{}", label["id"].as_str().unwrap())
}

on_both_engines! {
    async fn an_array_is_no_object(app: TestApp) {
        for (path, body) in [("labels", json!(["errands"])), ("recommendations", json!(["today"])), ("auth/login", json!(["owner@example.org", "x"]))] {
            let problem = app.owner.post(&format!("/api/v1/{path}"), body).await.expect(422);
            assert_eq!(problem["detail"], "invalid type: sequence, expected an object", "{path}");
        }
    }

    async fn a_query_names_what_it_lacks(app: TestApp) {
        let problem = app.owner.get("/api/v1/history").await.expect(422);
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!("entity"), &json!("missing_field")));
    }

    async fn an_empty_patch_changes_nothing(app: TestApp) {
        let made = label(app, "calls").await;
        let patched = app.owner.patch(&at(&made), json!({})).await.expect(200);
        assert_eq!(patched, made);
    }

    async fn an_outdated_tag_is_refused(app: TestApp) {
        let made = label(app, "calls").await;
        let send = |tag: &'static str, title: &'static str| app.owner.request(Method::PATCH, &at(&made)).header("if-match", tag).json(&json!({ "title": title })).send();
        let first = send("\"1\"", "phone").await;
        assert_eq!(first.header("etag"), Some("\"2\""));
        first.expect(200);
        let problem = send("\"1\"", "ring").await.expect(412);
        assert_eq!(problem["type"], "/problems/stale");
        assert_eq!(app.owner.get(&at(&made)).await.expect(200)["title"], "phone");
        send("*", "ring").await.expect(200);
        send("\"99\", \"98\"", "no").await.expect(412);
        send("\"99\", \"3\"", "any of them").await.expect(200);
        let absent = app.owner.request(Method::PATCH, "/api/v1/labels/0193a000-0000-7000-8000-000000000000");
        absent.header("if-match", "*").json(&json!({ "title": "x" })).send().await.expect(404);
    }

    async fn what_the_client_has_is_not_sent_again(app: TestApp) {
        let made = label(app, "calls").await;
        let again = app.owner.request(Method::GET, &at(&made)).header("if-none-match", "W/\"9\", \"1\"").send().await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    }

    async fn a_repeated_key_answers_as_before_and_makes_nothing(app: TestApp) {
        let send = |title: &'static str| app.owner.request(Method::POST, "/api/v1/labels").header("idempotency-key", "k1").json(&json!({ "title": title })).send();
        let first = send("calls").await.expect(201);
        assert_eq!(send("calls").await.expect(201), first);
        assert_eq!(send("other").await.expect(422)["errors"][0]["field"], "Idempotency-Key");
        assert_eq!(app.owner.get("/api/v1/labels").await.expect(200)["items"].as_array().unwrap().len(), 1);
        // The key is the owner's: another may use the same.
        let stranger = app.stranger().await;
        stranger.request(Method::POST, "/api/v1/labels").header("idempotency-key", "k1").json(&json!({ "title": "x" })).send().await.expect(201);
    }

    async fn pages_join_to_the_whole(app: TestApp) {
        for n in 0..5 {
            label(app, &format!("label {n}")).await;
        }
        let mut path = "/api/v1/labels?limit=2".to_owned();
        let mut titles = Vec::new();
        loop {
            let answer = app.owner.get(&path).await;
            let link = answer.header("link").map(str::to_owned);
            let page = answer.expect(200);
            titles.extend(page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
            match link {
                Some(link) => link.trim_start_matches('<').split('>').next().unwrap().clone_into(&mut path),
                None => break,
            }
        }
        assert_eq!(titles, ["label 0", "label 1", "label 2", "label 3", "label 4"]);
    }

    async fn what_was_deleted_can_be_restored(app: TestApp) {
        let made = label(app, "calls").await;
        app.owner.delete(&at(&made)).await.expect(204);
        app.owner.get(&at(&made)).await.expect(404);
        let back = app.owner.request(Method::POST, &format!("{}/restore", at(&made))).send().await.expect(200);
        assert_eq!((back["title"].as_str(), back["deleted_at"].is_null()), (Some("calls"), true));
    }

    async fn anothers_is_answered_like_what_is_not_there(app: TestApp) {
        let made = label(app, "calls").await;
        let stranger = app.stranger().await;
        let absent = "/api/v1/labels/0193a000-0000-7000-8000-000000000000";
        for method in [Method::GET, Method::DELETE] {
            let foreign = stranger.request(method.clone(), &at(&made)).header("x-request-id", "r").send().await;
            let missing = stranger.request(method, absent).header("x-request-id", "r").send().await;
            assert_eq!((foreign.status, &foreign.bytes), (missing.status, &missing.bytes));
            assert_eq!(foreign.status.as_u16(), 404);
        }
    }

    async fn bad_input_names_the_field(app: TestApp) {
        let send = |body: &str| app.owner.request(Method::POST, "/api/v1/labels").header("content-type", "application/json").bytes(body.to_owned()).send();
        for (body, status, field) in [
            (r#"{"titel": "x"}"#, 422, "titel"),
            (r#"{"title": 7}"#, 422, "title"),
            (r#"{"title": "  "}"#, 422, "title"),
            ("{\"title\": \"a\\u0000b\"}", 422, "title"),
            ("{}", 422, "title"),
        ] {
            let problem = send(body).await.expect(status);
            assert_eq!(problem["errors"][0]["field"], field, "{body}");
        }
        for body in [r#"{"title": "\ud800"}"#, "{", "", "\"x\" y", &format!("{}{}", "[".repeat(200), "]".repeat(200))] {
            let answer = send(body).await;
            assert!(matches!(answer.status.as_u16(), 400 | 422), "{body}: {}", answer.status);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
        let long = json!({ "title": "x".repeat(501) });
        assert_eq!(app.owner.post("/api/v1/labels", long).await.expect(422)["errors"][0]["code"], "too_long");
        let other = app.owner.request(Method::POST, "/api/v1/labels").header("content-type", "text/plain").bytes("{}").send().await;
        other.expect(415);
        app.owner.get("/api/v1/labels?limit=0").await.expect(422);
        app.owner.get("/api/v1/labels?nonsense=1").await.expect(422);
        app.owner.get("/api/v1/labels?cursor=nonsense").await.expect(422);
        app.owner.get("/api/v1/labels/not-an-id").await.expect(404);
    }

    async fn the_guard_stands_before_everything(app: TestApp) {
        let body = json!({ "title": "x" });
        app.anonymous().post("/api/v1/labels", body.clone()).await.expect(401);
        app.as_role(Role::Viewer).get("/api/v1/labels").await.expect(200);
        app.as_role(Role::Viewer).post("/api/v1/labels", body.clone()).await.expect(403);
        app.with_scopes(&[Permission::TasksRead]).post("/api/v1/labels", body.clone()).await.expect(403);
        app.with_scopes(&[Permission::GoalsWrite]).get("/api/v1/labels").await.expect(403);
        app.with_scopes(&[Permission::TasksWrite]).post("/api/v1/labels", body).await.expect(201);
        let malformed = app.anonymous().request(Method::GET, "/api/v1/labels").header("authorization", "Basic eA==").send().await;
        malformed.expect(401);
    }
}
