//! Quick add through the API. It is 2026-11-25 (a Wednesday), 09:00 in UTC.

use astro_core::principal::Permission;
use astro_testkit::{TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

const LINE: &str = "Pay rent every 1st at 9am #home p1 for 30m @bills";

async fn read(app: &TestApp, text: &str) -> Value {
    let body = json!({ "text": text, "dry": true });
    app.owner.post("/api/v1/quick-add", body).await.expect(200)
}

async fn add(app: &TestApp, body: Value) -> Value {
    app.owner.post("/api/v1/quick-add", body).await.expect(201)
}

async fn make(app: &TestApp, collection: &str, title: &str) -> Value {
    let body = json!({ "title": title });
    let place = format!("/api/v1/{collection}");
    app.owner.post(&place, body).await.expect(201)["id"].clone()
}

async fn list(app: &TestApp, place: &str) -> Vec<Value> {
    let list = app.owner.get(place).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

fn kinds(answer: &Value) -> Vec<&str> {
    let chips = answer["chips"].as_array().unwrap();
    chips
        .iter()
        .map(|chip| chip["kind"].as_str().unwrap())
        .collect()
}

fn words(answer: &Value) -> Vec<&str> {
    let chips = answer["chips"].as_array().unwrap();
    chips
        .iter()
        .map(|chip| chip["text"].as_str().unwrap())
        .collect()
}

on_both_engines! {
    async fn a_line_becomes_a_task_with_all_that_it_names(app: TestApp) {
        let home = make(app, "projects", "Home").await;
        let bills = make(app, "labels", "bills").await;
        let answer = add(app, json!({ "text": LINE })).await;
        let task = &answer["task"];
        assert_eq!(task["title"], "Pay rent");
        assert_eq!(task["due"], "2026-12-01T09:00:00[UTC]");
        assert_eq!(task["rrule"], "FREQ=MONTHLY;BYMONTHDAY=1");
        assert_eq!((&task["priority"], &task["estimate_s"]), (&json!(1), &json!(1800)));
        assert_eq!((&task["project_id"], &task["labels"]), (&home, &json!([bills])), "whatever the case");
        assert_eq!(kinds(&answer), ["recurrence", "time", "project", "priority", "duration", "label"]);
        assert_eq!(answer["fields"]["title"], task["title"]);
        let kept = app.owner.get(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&kept["title"], &kept["due"], &kept["source"]), (&task["title"], &task["due"], &json!("api")));
    }

    async fn reading_keeps_nothing(app: TestApp) {
        let answer = read(app, "Call Ana tomorrow @phone remind me 30m before").await;
        assert_eq!((&answer["task"], &answer["fields"]["due"]), (&Value::Null, &json!("2026-11-26")));
        let answer = read(app, "Call Ana tomorrow at 3pm @phone remind me 30m before").await;
        assert_eq!(answer["fields"]["due"], "2026-11-26T15:00:00[UTC]");
        assert_eq!(answer["reminders"], json!([{ "type": "offset", "from": "due", "by": "-PT30M" }]));
        assert_eq!(answer["chips"][2], json!({ "kind": "label", "title": "phone", "id": null, "is_new": true, "text": "@phone", "spans": [{ "start": 25, "end": 31 }] }));
        assert!(list(app, "/api/v1/tasks").await.is_empty());
        assert!(list(app, "/api/v1/labels").await.is_empty());
    }

    async fn a_label_that_is_not_there_is_made_and_a_project_only_when_asked(app: TestApp) {
        let answer = add(app, json!({ "text": "Paint shed @garden #house @Garden" })).await;
        assert_eq!((&answer["task"]["title"], &answer["unknown_projects"]), (&json!("Paint shed #house"), &json!(["house"])));
        assert_eq!(answer["task"]["project_id"], Value::Null);
        let labels = list(app, "/api/v1/labels").await;
        assert_eq!((labels.len(), &answer["task"]["labels"]), (1, &json!([labels[0]["id"]])));
        let answer = add(app, json!({ "text": "Paint shed #house", "create_missing": true })).await;
        let projects = list(app, "/api/v1/projects").await;
        assert_eq!((projects.len(), &projects[0]["title"]), (1, &json!("house")));
        assert_eq!((&answer["task"]["title"], &answer["task"]["project_id"]), (&json!("Paint shed"), &projects[0]["id"]));
        assert_eq!((&answer["chips"][0]["id"], &answer["chips"][0]["is_new"]), (&projects[0]["id"], &json!(true)));
    }

    async fn a_rejected_chip_returns_to_the_title(app: TestApp) {
        let text = "Übe mañana 🎉 every day at 9am p2";
        let answer = read(app, text).await;
        assert_eq!(words(&answer), ["every day", "at 9am", "p2"]);
        let body = json!({ "text": text, "rejected": answer["chips"][0]["spans"] });
        let answer = add(app, body).await;
        assert_eq!(answer["task"]["title"], "Übe mañana 🎉 every day");
        assert_eq!((&answer["task"]["rrule"], &answer["task"]["due"]), (&Value::Null, &json!("2026-11-26T09:00:00[UTC]")));
    }

    async fn reminders_are_made_with_their_task_and_undone_with_it(app: TestApp) {
        let sent = app.owner.post("/api/v1/quick-add", json!({ "text": "Dentist friday 3pm remind me 1 day before !30m @health" })).await;
        let token = sent.header("undo-token").unwrap().to_owned();
        let task = sent.expect(201)["task"].clone();
        let reminders = list(app, "/api/v1/reminders").await;
        let mut fire: Vec<&str> = reminders.iter().map(|reminder| reminder["next_fire_at"].as_str().unwrap()).collect();
        fire.sort_unstable();
        assert_eq!(fire, ["2026-11-26T15:00:00Z", "2026-11-27T14:30:00Z"]);
        assert!(reminders.iter().all(|reminder| reminder["task_id"] == task["id"]));
        app.owner.request(Method::POST, &format!("/api/v1/undo/{token}")).send().await.expect(200);
        for place in ["tasks", "labels", "reminders"] {
            assert!(list(app, &format!("/api/v1/{place}")).await.is_empty(), "{place}");
        }
    }

    async fn a_reminder_can_be_the_moment_itself(app: TestApp) {
        let answer = add(app, json!({ "text": "Remind me to call mum at 5pm" })).await;
        assert_eq!(answer["task"]["title"], "call mum");
        assert_eq!(list(app, "/api/v1/reminders").await[0]["next_fire_at"], "2026-11-25T17:00:00Z");
    }

    async fn a_repeated_key_adds_once(app: TestApp) {
        let send = |text: &'static str| app.owner.request(Method::POST, "/api/v1/quick-add").header("idempotency-key", "k").json(&json!({ "text": text })).send();
        let first = send("Buy milk tomorrow @shop").await.expect(201);
        assert_eq!(send("Buy milk tomorrow @shop").await.expect(201), first);
        assert_eq!(send("Buy bread").await.expect(422)["errors"][0]["field"], "Idempotency-Key");
        assert_eq!(list(app, "/api/v1/tasks").await.len(), 1);
    }

    async fn reading_needs_less_than_adding(app: TestApp) {
        let reader = app.with_scopes(&[Permission::TasksRead]);
        reader.post("/api/v1/quick-add", json!({ "text": LINE, "dry": true })).await.expect(200);
        reader.post("/api/v1/quick-add", json!({ "text": LINE })).await.expect(403);
        assert!(list(app, "/api/v1/tasks").await.is_empty());
    }

    async fn the_language_is_the_persons_or_the_lines(app: TestApp) {
        let german = json!({ "text": "Kino am Freitag um 20 Uhr", "language": "de", "dry": true });
        let answer = app.owner.post("/api/v1/quick-add", german).await.expect(200);
        assert_eq!((&answer["language"], &answer["fields"]["title"]), (&json!("de"), &json!("Kino")));
        for (tag, language, due) in [("fr", "fr", "2026-05-12"), ("en-GB", "en", "2026-05-12"), ("en-US", "en", "2026-12-05"), ("sv", "en", "2026-05-12")] {
            app.owner.request(Method::PUT, "/api/v1/preferences/locale.lang").json(&json!({ "value": tag })).send().await;
            let answer = read(app, "Taxi 12/05/2026").await;
            assert_eq!((&answer["language"], &answer["fields"]["due"]), (&json!(language), &json!(due)), "{tag}");
        }
        let order = json!({ "text": "Taxi 12/05/2026", "date_order": "day_month", "dry": true });
        assert_eq!(app.owner.post("/api/v1/quick-add", order).await.expect(200)["fields"]["due"], "2026-05-12");
    }

    async fn fields_win_over_the_line(app: TestApp) {
        let answer = add(app, json!({ "text": "Call Ana tomorrow p1", "fields": { "due": "2026-12-24", "description": "about cake" } })).await;
        let task = &answer["task"];
        assert_eq!((&task["title"], &task["due"]), (&json!("Call Ana"), &json!("2026-12-24")));
        assert_eq!((&task["priority"], &task["description"]), (&json!(1), &json!("about cake")));
    }

    async fn what_is_wrong_is_named(app: TestApp) {
        for (body, field, code) in [
            (json!({ "text": "" }), "text", "blank"),
            (json!({ "text": "x".repeat(1_001) }), "text", "too_long"),
            (json!({ "text": "tomorrow 9am p1" }), "text", "no_title"),
            (json!({ "text": "x".repeat(600) }), "text", "too_long"),
            (json!({ "text": "x", "language": "tlh" }), "language", "unknown_language"),
            (json!({ "text": "x", "fields": { "due": "someday" } }), "fields.due", "wrong_value"),
            (json!({ "text": "x", "fields": { "colour": "red" } }), "fields.colour", "unknown_field"),
            (json!({ "text": "x", "fields": { "priority": 12 } }), "fields.priority", "out_of_range"),
            (json!({ "text": "x", "dryy": true }), "dryy", "unknown_field"),
        ] {
            let problem = app.owner.post("/api/v1/quick-add", body.clone()).await.expect(422);
            assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)), "{body}");
        }
        assert!(list(app, "/api/v1/tasks").await.is_empty());
        assert!(list(app, "/api/v1/labels").await.is_empty());
    }

    async fn another_persons_names_are_nobodys(app: TestApp) {
        make(app, "projects", "secret").await;
        let stranger = app.stranger().await;
        let answer = stranger.post("/api/v1/quick-add", json!({ "text": "Peek #secret" })).await.expect(201);
        assert_eq!((&answer["task"]["title"], &answer["unknown_projects"]), (&json!("Peek #secret"), &json!(["secret"])));
    }
}
