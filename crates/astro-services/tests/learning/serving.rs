//! From what people did to a model that serves, and back.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::models::ModelKind;
use astro_data::Example;
use astro_services::Error;
use astro_services::learning::{Tell, TrainingOptions};
use astro_testkit::{Client, TestApp, lives, on_both_engines};
use serde_json::{Value, json};

use crate::{DAYS, OWNER, PASSWORD, admin_call, lived, set_up, train, train_kind};

async fn task(client: &Client) -> String {
    let body = json!({ "title": "Mend the roof", "due": "2026-11-30", "estimate_s": 5400 });
    let task = client.post("/api/v1/tasks", body).await.expect(201);
    task["id"].as_str().unwrap().to_owned()
}

async fn outlook(client: &Client, task: &str) -> Value {
    client
        .get(&format!("/api/v1/tasks/{task}/outlook"))
        .await
        .expect(200)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// The same person at another process of the same database.
async fn elsewhere(app: &TestApp) -> Client {
    let body = json!({ "email": OWNER, "password": PASSWORD });
    let tokens = app
        .anonymous()
        .post("/api/v1/auth/login", body)
        .await
        .expect(200);
    app.bearer_elsewhere(tokens["access_token"].as_str().unwrap())
}

on_both_engines! {
    async fn what_people_did_is_learnt_and_serves(app: TestApp) {
        let admin = lived(app, 4).await;
        let task = task(&admin).await;
        assert_eq!(outlook(&admin, &task).await["model"], "prior");
        let first = train(app, 3).await.unwrap();
        assert!(first.serves && first.manifest.data.people == 4 && first.declined == 0);
        assert!(first.manifest.data.learnt > 300, "{}", first.manifest.data.learnt);
        assert_eq!(first.manifest.parent.as_deref(), Some("prior"));
        let said = outlook(&admin, &task).await;
        assert_eq!(said["model"], first.version.as_str());
        let chances = ["done_within_1d", "done_within_3d", "done_within_7d"].map(|name| number(&said[name]));
        assert!(chances.is_sorted() && chances[0] > 0.0 && chances[2] < 1.0, "{said}");
        assert_eq!(said["wanted_by"], "2026-12-01T00:00:00Z");
        assert!(number(&said["minutes_low"]) <= number(&said["minutes_typical"]));
        assert!(number(&said["planning_factor"]) > 0.3);
        // the same log, moment and seed: the same version, under its old name
        let again = train(app, 3).await.unwrap();
        assert_eq!((again.version.as_str(), again.serves), (first.version.as_str(), true));
        let list = admin.get("/api/v1/models/completion").await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["aliases"], json!(["champion"]));
        let found = admin.get("/api/v1/models/completion/champion").await.expect(200);
        assert_eq!(found["manifest"]["data"]["learnt"], first.manifest.data.learnt);
        let page = admin.get("/api/v1/models/completion/champion/report").await;
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(String::from_utf8_lossy(&page.bytes).contains("<svg"));
    }

    async fn good_times_are_learnt_and_serve(app: TestApp) {
        let admin = lived(app, 4).await;
        let task = task(&admin).await;
        let said = outlook(&admin, &task).await;
        assert_eq!(said["times_model"], "prior");
        let trained = train_kind(app, ModelKind::Recommender, 3).await.unwrap();
        // nothing was suggested here: what people do by themselves was learnt from all the same
        assert!(trained.serves && trained.manifest.data.learnt > 200, "{:?}", trained.manifest.data);
        let said = outlook(&admin, &task).await;
        assert_eq!((&said["model"], &said["times_model"]), (&json!("prior"), &json!(trained.version.as_str())));
        let times = said["good_times"].as_array().unwrap();
        let chances: Vec<f64> = times.iter().map(|time| number(&time["chance"])).collect();
        assert!(times.len() == 3 && chances.is_sorted_by(|a, b| a >= b), "{said}");
        assert!(chances.iter().all(|chance| (0.001..0.9).contains(chance)), "{said}");
        let now = app.services.now();
        for time in times {
            let from: Timestamp = time["from"].as_str().unwrap().parse().unwrap();
            assert!(from >= now && from < now + SignedDuration::from_hours(24), "{said}");
        }
        let again = train_kind(app, ModelKind::Recommender, 3).await.unwrap();
        assert_eq!(again.version, trained.version);
        let page = admin.get("/api/v1/models/recommender/champion/report").await;
        let page = String::from_utf8_lossy(&page.bytes).into_owned();
        assert!(page.contains("what is done with a task"), "{page}");
    }

    async fn a_version_serves_everywhere_as_soon_as_it_is_promoted(app: TestApp) {
        let admin = lived(app, 3).await;
        let task = task(&admin).await;
        let first = train(app, 1).await.unwrap();
        let second = train(app, 2).await.unwrap();
        assert!(first.serves && !second.serves && first.version != second.version);
        let other = elsewhere(app).await;
        let serves = async |version: &str| {
            assert_eq!(outlook(&admin, &task).await["model"], version);
            assert_eq!(outlook(&other, &task).await["model"], version);
        };
        serves(first.version.as_str()).await;
        let path = "/api/v1/models/completion";
        admin.post(&format!("{path}/challenger/promote"), json!({})).await.expect(200);
        serves(second.version.as_str()).await;
        let back = admin.post(&format!("{path}/rollback"), json!({})).await.expect(200);
        assert_eq!(back["version"], first.version.as_str());
        serves(first.version.as_str()).await;
        let list = admin.get(path).await.expect(200);
        let aliases = |version: &str| {
            let found = list["items"].as_array().unwrap().iter().find(|item| item["version"] == version);
            found.unwrap()["aliases"].clone()
        };
        assert_eq!(aliases(first.version.as_str()), json!(["champion"]));
        assert_eq!(aliases(second.version.as_str()), json!(["previous"]));
        admin.post(&format!("{path}/0123456789abcdef/promote"), json!({})).await.expect(404);
        admin.get("/api/v1/models/weather").await.expect(404);
        // people see what concerns their tasks, and nothing of the registry
        let member = crate::sign_in(app, "person1@example.org").await;
        member.get(path).await.expect(403);
        member.get(&format!("/api/v1/tasks/{task}/outlook")).await.expect(404);
    }

    async fn damaged_files_do_not_serve_and_nothing_stops(app: TestApp) {
        let admin = lived(app, 3).await;
        let task = task(&admin).await;
        let trained = train(app, 1).await.unwrap();
        assert_eq!(outlook(&admin, &task).await["model"], trained.version.as_str());
        let weights = app.db.directory().join("models/completion").join(trained.version.as_str()).join("weights.safetensors");
        let mut bytes = fs::read(&weights).unwrap();
        bytes[2_000] ^= 1;
        fs::write(&weights, &bytes).unwrap();
        // who has it goes on; who must read it falls back to what ships with the product
        assert_eq!(outlook(&admin, &task).await["model"], trained.version.as_str());
        let other = elsewhere(app).await;
        assert_eq!(outlook(&other, &task).await["model"], "prior");
        let found = admin.get("/api/v1/models/completion/champion").await.expect(200);
        assert!(found["damage"].as_str().unwrap().contains("not those that the manifest names")
            || found["damage"].as_str().unwrap().contains("named for other content"), "{}", found["damage"]);
        let answer = admin.post("/api/v1/models/completion/champion/promote", json!({})).await;
        assert_eq!(answer.expect(409)["type"], "/problems/model-damaged");
    }

    async fn a_server_trains_when_it_is_asked(app: TestApp) {
        let admin = lived(app, 3).await;
        let path = "/api/v1/models/completion";
        let asked = async |until: &str| {
            let body = json!({ "seed": 3, "until": until });
            let job = admin.post(&format!("{path}/train"), body).await.expect(202);
            assert_eq!((&job["name"], &job["state"]), (&json!("train-model"), &json!("queued")));
            app.working(async {
                loop {
                    let jobs = admin.get("/api/v1/jobs").await.expect(200);
                    let found = jobs["items"].as_array().unwrap().iter().find(|other| other["id"] == job["id"]).cloned();
                    match found {
                        Some(found) if found["state"] != "failed" => tokio::time::sleep(Duration::from_millis(20)).await,
                        ended => break ended,
                    }
                }
            }).await
        };
        assert_eq!(asked(&lives::day(DAYS).to_string()).await, None, "it is gone when it is done");
        let trained = train(app, 3).await.unwrap();
        let champion = admin.get(&format!("{path}/champion")).await.expect(200);
        assert_eq!(champion["version"], trained.version.as_str());
        // of nothing nothing is learnt, and whoever asked is told
        let failed = asked("2026-01-01T00:00:00Z").await.unwrap();
        assert!(failed["error"].as_str().unwrap().contains("0 rows"), "{failed}");
    }

    async fn what_is_still_to_come_is_not_learnt_from(app: TestApp) {
        let admin = set_up(app).await;
        let until = app.services.now() + SignedDuration::from_secs(1);
        for kind in ModelKind::ALL {
            let body = json!({ "until": until });
            let refused = admin.post(&format!("/api/v1/models/{kind}/train"), body).await.expect(422);
            assert_eq!(refused["errors"][0]["field"], "until", "{refused}");
        }
        let call = admin_call(app).await;
        let options = TrainingOptions { kind: ModelKind::Completion, seed: 1, until: Some(until) };
        let tell: Tell = Arc::new(|_| {});
        let refused = app.services.train(&call, options, Arc::clone(&tell)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let refused = app.services.lesson::<Example>(&call, 1, Some(until), &tell).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        let now = Some(app.services.now());
        app.services.lesson::<Example>(&call, 1, now, &tell).await.unwrap();
    }

    async fn what_cannot_be_said_is_refused_by_name(app: TestApp) {
        let admin = set_up(app).await;
        assert!(matches!(train(app, 1).await, Err(Error::Conflict { code: "too_little_to_learn", .. })));
        let task = task(&admin).await;
        admin.post(&format!("/api/v1/tasks/{task}/complete"), json!({})).await;
        let closed = admin.get(&format!("/api/v1/tasks/{task}/outlook")).await.expect(409);
        assert!(closed["detail"].as_str().unwrap().contains("completed"), "{closed}");
        admin.post("/api/v1/models/completion/rollback", json!({})).await.expect(409);
        admin.get("/api/v1/models/completion/champion").await.expect(404);
    }
}
