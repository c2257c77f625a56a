//! Preferences through the API.

use astro_core::preferences::definitions;
use astro_core::principal::{Identity, Principal, Role};
use astro_core::tasks::TaskSource;
use astro_services::Call;
use astro_testkit::{Answer, TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

fn at(key: &str) -> String {
    format!("/api/v1/preferences/{key}")
}

async fn put(app: &TestApp, key: &str, value: Value) -> Answer {
    let body = json!({ "value": value });
    app.owner
        .request(Method::PUT, &at(key))
        .json(&body)
        .send()
        .await
}

async fn holds(app: &TestApp, key: &str) -> Value {
    app.owner.get(&at(key)).await.expect(200)
}

async fn titles_by_due(app: &TestApp) -> Vec<String> {
    let list = app.owner.get("/api/v1/tasks?sort=due").await.expect(200);
    let title = |task: &Value| task["title"].as_str().unwrap().to_owned();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(title)
        .collect()
}

/// The product itself at work for the owner.
fn call(app: &TestApp) -> Call {
    let identity = Identity {
        tenant: app.db.scope.tenant(),
        user: app.db.scope.owner().into(),
        role: Role::Member,
    };
    Call::new(Principal::Local { identity }, TaskSource::Rule)
}

on_both_engines! {
    async fn defaults_are_answered_without_rows(app: TestApp) {
        let list = app.owner.get("/api/v1/preferences").await.expect(200);
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), definitions().count());
        for (item, definition) in items.iter().zip(definitions()) {
            assert_eq!((&item["key"], &item["value"], &item["source"], &item["version"]), (&json!(definition.key), &definition.default, &json!("default"), &json!(0)));
            assert_eq!(&holds(app, &definition.key).await, item);
        }
    }

    async fn a_choice_holds_until_it_is_taken_back(app: TestApp) {
        let chosen = put(app, "rec.max_per_day", json!(3)).await;
        assert_eq!(chosen.header("etag"), Some("\"1\""));
        let chosen = chosen.expect(200);
        assert_eq!((&chosen["value"], &chosen["default"], &chosen["source"], &chosen["maximum"]), (&json!(3), &json!(8), &json!("user"), &json!(1000.0)));
        assert_eq!(holds(app, "rec.max_per_day").await, chosen);
        assert_eq!(put(app, "rec.max_per_day", json!(3)).await.expect(200), chosen, "the same again changes nothing");
        app.owner.delete(&at("rec.max_per_day")).await.expect(204);
        assert_eq!((&holds(app, "rec.max_per_day").await["value"], &holds(app, "rec.max_per_day").await["version"]), (&json!(8), &json!(0)));
        app.owner.delete(&at("rec.max_per_day")).await.expect(404);
        let again = put(app, "rec.max_per_day", json!(5)).await.expect(200);
        assert_eq!((&again["id"], &again["value"]), (&chosen["id"], &json!(5)), "a key has one row for good");
    }

    async fn values_are_kept_in_their_canonical_form(app: TestApp) {
        assert_eq!(put(app, "time.zone", json!("europe/madrid")).await.expect(200)["value"], "Europe/Madrid");
        assert_eq!(put(app, "remind.channels", json!(["email", "in_app"])).await.expect(200)["value"], json!(["in_app", "email"]));
        let hours = put(app, "quiet.hours", json!({ "friday": ["23:00-08:00"] })).await.expect(200);
        assert_eq!((&hours["value"]["friday"], &hours["value"]["monday"]), (&json!(["23:00-08:00"]), &json!([])));
    }

    async fn unknown_keys_and_wrong_values_are_refused_by_name(app: TestApp) {
        for (key, value, field, code) in [
            ("no.such.key", json!(1), "key", "unknown_key"),
            ("rec.autonomy.everything", json!("off"), "key", "unknown_key"),
            ("plan.slack_share", json!(1.5), "value", "out_of_range"),
            ("plan.slack_share", json!("half"), "value", "wrong_type"),
            ("time.zone", json!("Mars/Olympus"), "value", "unknown_value"),
            ("privacy.learn.texts", json!(1), "value", "wrong_type"),
        ] {
            let problem = put(app, key, value).await.expect(422);
            assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)), "{key}");
        }
        app.owner.get(&at("no.such.key")).await.expect(404);
        let stray = app.owner.request(Method::PUT, &at("locale.lang")).json(&json!({ "value": "de", "source": "inferred" })).send().await;
        assert_eq!(stray.expect(422)["errors"][0]["field"], "source");
    }

    async fn labels_and_projects_have_coefficients_of_their_own(app: TestApp) {
        put(app, "rec.urgency.label.at%20home%2Foffice", json!(2.5)).await.expect(200);
        let list = app.owner.get("/api/v1/preferences").await.expect(200);
        let own = list["items"].as_array().unwrap().iter().find(|item| item["key"] == "rec.urgency.label.at home/office").unwrap();
        assert_eq!((&own["value"], &own["default"]), (&json!(2.5), &json!(0.0)));
        let set = app.services.preference_set(&call(app)).await.unwrap();
        assert_eq!(set.urgency().of_label.get("at home/office"), Some(&2.5));
    }

    async fn an_outdated_tag_is_refused(app: TestApp) {
        let send = |tag: &'static str, value: i64| app.owner.request(Method::PUT, &at("plan.max_focus_min")).header("if-match", tag).json(&json!({ "value": value })).send();
        send("\"1\"", 60).await.expect(412);
        send("\"0\"", 60).await.expect(200);
        send("\"0\"", 90).await.expect(412);
        send("\"1\"", 90).await.expect(200);
    }

    async fn an_inferred_value_never_takes_the_place_of_a_choice(app: TestApp) {
        let infer = async |value: Value| app.services.infer_preference(&call(app), "rec.quiet_gap_min", value, 0.7).await.unwrap().is_some();
        assert!(infer(json!(45)).await && infer(json!(50)).await);
        let inferred = holds(app, "rec.quiet_gap_min").await;
        assert_eq!((&inferred["value"], &inferred["source"], &inferred["confidence"]), (&json!(50), &json!("inferred"), &json!(0.7)));
        let chosen = put(app, "rec.quiet_gap_min", json!(10)).await.expect(200);
        assert_eq!((&chosen["source"], &chosen["confidence"]), (&json!("user"), &Value::Null));
        assert!(!infer(json!(60)).await);
        assert_eq!(holds(app, "rec.quiet_gap_min").await, chosen);
        app.owner.delete(&at("rec.quiet_gap_min")).await.expect(204);
        assert!(infer(json!(60)).await, "what was taken back is open again");
    }

    async fn another_zone_moves_everything_that_is_dated_by_it(app: TestApp) {
        for (title, due) in [("by the end of the day", "2026-11-25"), ("by three", "2026-11-25T15:00:00Z"), ("at noon, wherever", "2026-11-25T12:00:00")] {
            app.owner.post("/api/v1/tasks", json!({ "title": title, "due": due })).await.expect(201);
        }
        let task = app.owner.get("/api/v1/tasks?q=noon").await.expect(200)["items"][0].clone();
        let reminder = json!({ "task_id": task["id"], "trigger": { "type": "offset", "from": "due", "by": "-PT1H" } });
        let reminder = app.owner.post("/api/v1/reminders", reminder).await.expect(201);
        assert_eq!(titles_by_due(app).await, ["at noon, wherever", "by three", "by the end of the day"]);
        assert_eq!(reminder["next_fire_at"], "2026-11-25T11:00:00Z");
        // Auckland is 13 hours ahead: there the day is over at 11:00 UTC
        put(app, "time.zone", json!("Pacific/Auckland")).await.expect(200);
        assert_eq!(titles_by_due(app).await, ["at noon, wherever", "by the end of the day", "by three"]);
        let fires = |path: String| async move { app.owner.get(&path).await.expect(200)["next_fire_at"].clone() };
        let place = format!("/api/v1/reminders/{}", reminder["id"].as_str().unwrap());
        assert_eq!(fires(place.clone()).await, "2026-11-24T22:00:00Z");
        assert_eq!(app.services.preference_set(&call(app)).await.unwrap().zone().as_str(), "Pacific/Auckland");
        assert_eq!(holds(app, "time.zone").await["default"], "UTC");
        // a new task is dated by the new zone, and taking the choice back moves everything back
        app.owner.post("/api/v1/tasks", json!({ "title": "there", "due": "2026-11-25T20:00:00" })).await.expect(201);
        assert_eq!(titles_by_due(app).await, ["at noon, wherever", "there", "by the end of the day", "by three"]);
        app.owner.delete(&at("time.zone")).await.expect(204);
        assert_eq!(titles_by_due(app).await, ["at noon, wherever", "by three", "there", "by the end of the day"]);
        assert_eq!(fires(place).await, "2026-11-25T11:00:00Z");
        assert_eq!(app.owner.get(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())).await.expect(200)["version"], task["version"]);
    }

    async fn anothers_choices_are_their_own(app: TestApp) {
        put(app, "locale.lang", json!("de")).await.expect(200);
        let stranger = app.stranger().await;
        assert_eq!(stranger.get(&at("locale.lang")).await.expect(200)["value"], "en");
        stranger.delete(&at("locale.lang")).await.expect(404);
        assert_eq!(holds(app, "locale.lang").await["value"], "de");
    }
}
