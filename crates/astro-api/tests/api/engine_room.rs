//! What leaves the server, against a real receiving end: once for each id, again when it was not taken,
//! and with a word where nobody knows.

use std::time::Duration;

use astro_testkit::{Received, Sink, TestApp, on_both_engines};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::accounts::{set_up, sign_in};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr";
const PATIENCE: Duration = Duration::from_secs(20);

async fn destination(app: &TestApp, sink: &Sink, events: &[&str]) {
    let body = json!({ "channel": "webhook", "title": "sink", "settings": { "url": sink.url() }, "secret": SECRET, "events": events });
    let made = app
        .owner
        .post("/api/v1/destinations", body)
        .await
        .expect(201);
    assert!(
        !made.to_string().contains("whsec_"),
        "a secret is never shown"
    );
}

/// So many reminders of one task, due a minute after the present.
async fn remind(app: &TestApp, count: usize, channel: &str) -> Vec<Value> {
    let task = app
        .owner
        .post("/api/v1/tasks", json!({ "title": "Water the plants" }))
        .await
        .expect(201);
    let at = app
        .now()
        .checked_add(Duration::from_mins(1))
        .unwrap()
        .to_string();
    let body = json!({ "task_id": task["id"], "trigger": { "type": "absolute", "at": at }, "channels": [channel] });
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(
            app.owner
                .post("/api/v1/reminders", body.clone())
                .await
                .expect(201),
        );
    }
    made
}

async fn items(app: &TestApp, path: &str) -> Vec<Value> {
    app.owner.get(path).await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn states(app: &TestApp) -> Vec<String> {
    let found = items(app, "/api/v1/deliveries?limit=100").await;
    found
        .iter()
        .map(|one| one["state"].as_str().unwrap().to_owned())
        .collect()
}

/// Asks again and again until it is so.
async fn until<F: AsyncFn() -> bool>(what: &str, is_so: F) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come"));
}

/// Takes one request whole, answers it so, and hangs up; gives the webhook's id.
async fn webhook(listener: &TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        assert!(
            stream.read_buf(&mut request).await.unwrap() > 0,
            "it ends with its body"
        );
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    let request = String::from_utf8(request).unwrap();
    let (_, id) = request.split_once("webhook-id: ").unwrap();
    id.lines().next().unwrap().to_owned()
}

fn ids(received: &[Received]) -> Vec<String> {
    received
        .iter()
        .map(|one| one.header("webhook-id").to_owned())
        .collect()
}

on_both_engines! {
    async fn a_reminder_leaves_once_and_the_ledger_says_so(app: TestApp) {
        let sink = Sink::start().await;
        destination(app, &sink, &[]).await;
        remind(app, 1, "webhook").await;
        app.db.clock.advance(Duration::from_mins(1));
        app.working(until("the delivery", async || states(app).await == ["sent"])).await;
        let (received, told) = (sink.received(), items(app, "/api/v1/deliveries").await);
        assert_eq!(ids(&received), [told[0]["id"].as_str().unwrap()]);
        let data = &received[0].body["data"];
        assert_eq!((&data["reminders"][0]["title"], &data["may_be_repeated"]), (&json!("Water the plants"), &json!(false)));
        assert!(received[0].header("webhook-signature").starts_with("v1,"));
        assert_eq!(items(app, "/api/v1/jobs").await, Vec::<Value>::new());
    }

    async fn what_was_not_taken_is_tried_again_under_the_same_id(app: TestApp) {
        let sink = Sink::start().await;
        sink.answer(&[500, 429]);
        destination(app, &sink, &[]).await;
        remind(app, 1, "webhook").await;
        app.db.clock.advance(Duration::from_mins(1));
        app.working(async {
            for tries in 1..=2 {
                until("a try", async || sink.received().len() == tries).await;
                until("its note", async || items(app, "/api/v1/jobs").await[0]["error"].is_string()
                    && items(app, "/api/v1/jobs").await[0]["state"] == "queued").await;
                app.db.clock.advance(Duration::from_mins(1));
            }
            until("the delivery", async || states(app).await == ["sent"]).await;
        })
        .await;
        let ids = ids(&sink.received());
        assert_eq!((ids.len(), &ids[0], &ids[1]), (3, &ids[1], &ids[2]));
    }

    async fn what_is_refused_is_shown_and_can_be_tried_again(app: TestApp) {
        let sink = Sink::start().await;
        sink.answer(&[400]);
        destination(app, &sink, &[]).await;
        let reminder = remind(app, 1, "webhook").await.remove(0);
        let path = format!("/api/v1/reminders/{}", reminder["id"].as_str().unwrap());
        app.db.clock.advance(Duration::from_mins(1));
        app.working(async {
            until("the refusal", async || states(app).await == ["failed"]).await;
            let told = items(app, "/api/v1/deliveries").await;
            assert!(told[0]["error"].as_str().unwrap().contains("400"));
            assert_eq!(app.owner.get(&path).await.expect(200)["state"], "failed");
            until("the job", async || items(app, "/api/v1/jobs?state=failed").await.len() == 1).await;
            let job = items(app, "/api/v1/jobs?state=failed").await.remove(0);
            let retry = format!("/api/v1/jobs/{}/retry", job["id"].as_str().unwrap());
            app.owner.post(&retry, Value::Null).await.expect(200);
            until("the delivery", async || states(app).await == ["sent"]).await;
            assert_eq!(app.owner.get(&path).await.expect(200)["state"], "sent");
            app.owner.post(&retry, Value::Null).await.expect(404);
        })
        .await;
    }

    async fn many_late_ones_are_one_message_and_each_has_its_line(app: TestApp) {
        let sink = Sink::start().await;
        destination(app, &sink, &[]).await;
        remind(app, 8, "webhook").await;
        app.db.clock.advance(Duration::from_hours(3));
        app.working(until("the deliveries", async || states(app).await == ["sent"; 8])).await;
        let received = sink.received();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].body["data"]["reminders"].as_array().unwrap().len(), 8);
        assert!(items(app, "/api/v1/deliveries").await.iter().all(|one| one["late"] == true));
    }

    async fn a_try_that_died_is_followed_by_one_under_another_id(app: TestApp) {
        let sink = Sink::start().await;
        destination(app, &sink, &[]).await;
        remind(app, 1, "webhook").await;
        app.db.clock.advance(Duration::from_mins(1));
        let scope = astro_core::principal::Scope::service(app.db.scope.tenant(), app.db.scope.owner());
        app.services.fire_due(scope).await.unwrap();
        // another process claims it and is never heard of again
        app.db.lose_jobs(Duration::from_secs(30)).await;
        app.working(async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(sink.received().len(), 0, "it is leased");
            app.db.clock.advance(Duration::from_secs(31));
            until("the delivery", async || states(app).await == ["sent"]).await;
        })
        .await;
        let received = sink.received();
        let id = items(app, "/api/v1/deliveries").await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(ids(&received), [format!("{id}.1")]);
        assert_eq!(received[0].body["data"]["may_be_repeated"], true);
    }

    async fn a_try_that_was_not_answered_is_followed_by_one_under_another_id(app: TestApp) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let settings = json!({ "channel": "webhook", "title": "rude", "settings": { "url": url }, "secret": SECRET });
        app.owner.post("/api/v1/destinations", settings).await.expect(201);
        remind(app, 1, "webhook").await;
        app.db.clock.advance(Duration::from_mins(1));
        let told = app.working(async {
            let first = webhook(&listener, "").await;
            until("its note", async || items(app, "/api/v1/jobs").await[0]["state"] == "queued").await;
            app.db.clock.advance(Duration::from_mins(1));
            let second = webhook(&listener, "HTTP/1.1 204 No Content\r\n\r\n").await;
            until("the delivery", async || states(app).await == ["sent"]).await;
            [first, second]
        })
        .await;
        let id = items(app, "/api/v1/deliveries").await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(told, [id.clone(), format!("{id}.1")]);
    }

    async fn what_is_not_wanted_any_more_is_taken_back_on_its_way(app: TestApp) {
        let sink = Sink::start().await;
        destination(app, &sink, &[]).await;
        for (tries, way) in ["answered", "moved", "deleted"].into_iter().enumerate() {
            sink.answer(&[500]);
            let reminder = remind(app, 1, "webhook").await.remove(0);
            let path = format!("/api/v1/reminders/{}", reminder["id"].as_str().unwrap());
            app.db.clock.advance(Duration::from_mins(1));
            app.working(async {
                until("the first try", async || sink.received().len() == tries + 1).await;
                match way {
                    "answered" => app.owner.post(&format!("{path}/acknowledge"), Value::Null).await.expect(200),
                    "moved" => {
                        let next_year = json!({ "trigger": { "type": "absolute", "at": "2028-01-01T09:00:00Z" } });
                        app.owner.patch(&path, next_year).await.expect(200)
                    }
                    _ => app.owner.delete(&path).await.expect(204),
                };
                until("the end of the job", async || {
                    app.db.clock.advance(Duration::from_mins(1));
                    items(app, "/api/v1/jobs").await.is_empty()
                })
                .await;
            })
            .await;
            assert_eq!(states(app).await, vec!["cancelled"; tries + 1], "{way}");
            assert_eq!(sink.received().len(), tries + 1, "{way}");
        }
    }

    async fn a_link_in_a_message_answers_its_reminder_and_nothing_else_does(app: TestApp) {
        let sink = Sink::start().await;
        set_up(app).await;
        let owner = sign_in(app, "owner@example.org").await;
        let body = json!({ "channel": "ntfy", "title": "phone", "settings": { "server": sink.url(), "topic": "mine" } });
        owner.post("/api/v1/destinations", body).await.expect(201);
        let task = owner.post("/api/v1/tasks", json!({ "title": "Water the plants" })).await.expect(201);
        let at = app.now().checked_add(Duration::from_mins(1)).unwrap().to_string();
        let body = json!({ "task_id": task["id"], "trigger": { "type": "absolute", "at": at }, "channels": ["ntfy"] });
        owner.post("/api/v1/reminders", body).await.expect(201);
        app.db.clock.advance(Duration::from_mins(1));
        app.working(until("the message", async || sink.received().len() == 1)).await;
        let click = sink.received()[0].body["click"].as_str().unwrap().to_owned();
        let token = click.strip_prefix("https://tasks.example.org/answer#").unwrap().to_owned();
        let anybody = app.anonymous();
        let open = async |token: &str| anybody.post("/api/v1/answers/open", json!({ "token": token })).await;
        let about = open(&token).await.expect(200);
        assert_eq!((&about["title"], &about["is_done"]), (&json!("Water the plants"), &json!(false)));
        for place in [3, 30, 60] {
            let mut forged = token.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(std::str::from_utf8(&forged).unwrap()).await.status.as_u16(), 404, "{place}");
        }
        let done = json!({ "token": token, "answer": { "type": "complete" } });
        anybody.post("/api/v1/answers", done).await.expect(204);
        let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
        let owner = sign_in(app, "owner@example.org").await;
        assert_eq!(owner.get(&path).await.expect(200)["status"], "completed");
        app.db.clock.advance(Duration::from_hours(8 * 24));
        assert_eq!(open(&token).await.status.as_u16(), 404, "it was good for a week");
    }

    async fn a_webhook_is_told_of_events_once_and_from_then_on(app: TestApp) {
        let sink = Sink::start().await;
        app.owner.post("/api/v1/tasks", json!({ "title": "before" })).await.expect(201);
        destination(app, &sink, &["astro.tasks.*.v1"]).await;
        app.working(async {
            let task = app.owner.post("/api/v1/tasks", json!({ "title": "a secret plan" })).await.expect(201);
            app.owner.post("/api/v1/labels", json!({ "title": "no task" })).await.expect(201);
            app.owner.post(&format!("/api/v1/tasks/{}/complete", task["id"].as_str().unwrap()), Value::Null).await.expect(200);
            until("both events", async || sink.received().len() >= 2).await;
            tokio::time::sleep(Duration::from_millis(2_500)).await;
        })
        .await;
        let received = sink.received();
        let mut types: Vec<&str> = received.iter().map(|one| one.body["type"].as_str().unwrap()).collect();
        types.sort_unstable();
        assert_eq!(types, ["astro.tasks.completed.v1", "astro.tasks.created.v1"]);
        assert!(received.iter().all(|one| !one.body.to_string().contains("secret")));
    }

    async fn a_channel_can_be_tried(app: TestApp) {
        let sink = Sink::start().await;
        let test = json!({ "channel": "webhook" });
        app.owner.post("/api/v1/reminders/test", test.clone()).await.expect(409);
        destination(app, &sink, &[]).await;
        app.db.clock.advance(Duration::from_secs(3));
        let told = app.owner.post("/api/v1/reminders/test", test.clone()).await.expect(200);
        assert_eq!((&told["items"][0]["sent"], sink.received().len()), (&json!(true), 1));
        app.owner.post("/api/v1/reminders/test", test).await.expect(429);
        let inside = json!({ "channel": "webhook", "title": "inside", "settings": { "url": "http://169.254.169.254/" }, "secret": SECRET });
        let refused = app.owner.post("/api/v1/destinations", inside).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "not_allowed");
    }
}
