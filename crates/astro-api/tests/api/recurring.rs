//! Recurring tasks through the API: what is made when, and what stays.

use std::time::Duration;

use astro_core::clock::Clock as _;
use astro_testkit::{TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

/// The clock of a test stands at Wednesday, 25 November 2026, 09:00 UTC.
const DAY: Duration = Duration::from_hours(24);

pub(crate) async fn task(app: &TestApp, body: Value) -> Value {
    app.owner.post("/api/v1/tasks", body).await.expect(201)
}

pub(crate) fn at(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())
}

pub(crate) async fn act(app: &TestApp, task: &Value, verb: &str) -> Value {
    let path = format!("{}/{verb}", at(task));
    let answer = app.owner.request(Method::POST, &path).send().await;
    answer.expect(200)
}

pub(crate) async fn list(app: &TestApp, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/tasks?{query}");
    let page = app.owner.get(&path).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// The open occurrences of a series, soonest first.
pub(crate) async fn open(app: &TestApp, series: &Value) -> Vec<Value> {
    let id = series["id"].as_str().unwrap();
    list(
        app,
        &format!("series_id={id}&status=needs_action,in_process&sort=due"),
    )
    .await
}

pub(crate) fn dues(tasks: &[Value]) -> Vec<&str> {
    tasks
        .iter()
        .map(|task| task["due"].as_str().unwrap())
        .collect()
}

async fn today(app: &TestApp, list: &str) -> Vec<String> {
    let today = app.owner.get("/api/v1/today").await.expect(200);
    let titles = today[list].as_array().unwrap().iter();
    titles
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn live_in(app: &TestApp, zone: &str) {
    let body = json!({ "value": zone });
    let put = app
        .owner
        .request(Method::PUT, "/api/v1/preferences/time.zone");
    put.json(&body).send().await.expect(200);
}

on_both_engines! {
    async fn m04_a_rule_and_its_zone_stay_as_they_were_written(app: TestApp) {
        for rule in [
            "FREQ=MONTHLY;BYDAY=1FR", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "freq=weekly;until=20270101T000000Z;byday=tu,th;wkst=su", "FREQ=DAILY;COUNT=10", "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,15",
        ] {
            let made = task(app, json!({ "title": "x", "due": "2026-11-25T09:00:00[Europe/Madrid]", "rrule": rule })).await;
            let read = app.owner.get(&at(&made)).await.expect(200);
            assert_eq!((&read["rrule"], &read["due"], &read["template"]), (&json!(rule), &json!("2026-11-25T09:00:00[Europe/Madrid]"), &json!(true)));
        }
        // the last working day of the month
        let wages = task(app, json!({ "title": "Wages", "due": "2026-11-30", "rrule": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1" })).await;
        let path = format!("{}/occurrences?limit=4", at(&wages));
        let ahead = app.owner.get(&path).await.expect(200);
        assert_eq!(dues(ahead["items"].as_array().unwrap()), ["2026-11-30", "2026-12-31", "2027-01-29", "2027-02-26"]);
        for (rule, code) in [("FREQ=SECONDLY", "refused_rule"), ("FREQ=MINUTELY;INTERVAL=5", "refused_rule"), ("FREQ=NEVER", "bad_rule"), ("FREQ=DAILY;UNTIL=20200101", "never_occurs")] {
            let problem = app.owner.post("/api/v1/tasks", json!({ "title": "x", "due": "2026-11-25", "rrule": rule })).await.expect(422);
            assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!("rrule"), &json!(code)), "{rule}");
        }
    }

    async fn m05_counting_from_completion_is_a_field_of_its_own(app: TestApp) {
        let plants = task(app, json!({ "title": "Water plants", "due": "2026-11-20", "rrule": "FREQ=DAILY;INTERVAL=3", "repeat_from": "completion" })).await;
        let first = &open(app, &plants).await[0];
        assert_eq!((&first["due"], &first["title"]), (&json!("2026-11-20"), &json!("Water plants")));
        act(app, first, "complete").await;
        assert_eq!(dues(&open(app, &plants).await), ["2026-11-28"], "three days after it was done, not after it was due");
        // through our own file and back
        let file = app.owner.get("/api/v1/export?format=json").await;
        assert!(String::from_utf8_lossy(&file.bytes).contains("\"repeat_from\":\"completion\""));
        let file = app.owner.get("/api/v1/export?format=ics").await;
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(text.contains("RRULE:FREQ=DAILY;INTERVAL=3") && text.contains("X-ASTRO-REPEAT-FROM:COMPLETION"), "{text}");
    }

    async fn m06_nine_in_the_morning_stays_nine(app: TestApp) {
        for (zone, start, rule, instants) in [
            ("Europe/Madrid", "2026-03-28T09:00:00", "FREQ=DAILY", ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"]),
            ("Europe/Madrid", "2026-10-24T09:00:00", "FREQ=DAILY", ["2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z"]),
            ("Pacific/Auckland", "2026-04-04T09:00:00", "FREQ=DAILY", ["2026-04-03T20:00:00Z", "2026-04-04T21:00:00Z", "2026-04-05T21:00:00Z"]),
            ("America/Sao_Paulo", "2018-11-03T00:30:00", "FREQ=DAILY", ["2018-11-03T03:30:00Z", "2018-11-04T03:30:00Z", "2018-11-05T02:30:00Z"]),
            // 02:30 is not there on the 29th, and there twice on the 25th
            ("Europe/Madrid", "2026-03-28T02:30:00", "FREQ=DAILY", ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]),
            ("Europe/Madrid", "2026-10-24T02:30:00", "FREQ=DAILY", ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        ] {
            let due = format!("{start}[{zone}]");
            let series = task(app, json!({ "title": "x", "due": due, "rrule": rule, "missed_policy": "keep" })).await;
            let path = format!("{}/occurrences?from={}&limit=3", at(&series), instants[0]);
            let ahead = app.owner.get(&path).await.expect(200);
            for (occurrence, instant) in ahead["items"].as_array().unwrap().iter().zip(instants) {
                let due: astro_core::calendar::When = occurrence["due"].as_str().unwrap().parse().unwrap();
                assert!(due.to_string().ends_with(&format!("{}[{zone}]", &start[10..])), "{due}");
                assert_eq!(due.instant(&astro_core::calendar::TimeZone::UTC).to_string(), instant);
            }
        }
    }

    async fn m07_what_was_missed_is_skipped_or_kept(app: TestApp) {
        let daily = |title: &str, policy: &str| json!({ "title": title, "due": "2026-11-25", "rrule": "FREQ=DAILY", "missed_policy": policy });
        let skips = task(app, daily("skips", "skip")).await;
        let keeps = task(app, daily("keeps", "keep")).await;
        // the 25th, 26th and 27th go by
        app.db.clock.advance(3 * DAY);
        assert_eq!(today(app, "overdue").await, ["skips", "keeps", "keeps", "keeps"]);
        assert_eq!(today(app, "due").await, ["keeps"]);
        let missed = open(app, &skips).await;
        act(app, &missed[0], "complete").await;
        assert_eq!(dues(&open(app, &skips).await), ["2026-11-29"], "the next that is still to come");
        let missed = open(app, &keeps).await;
        assert_eq!(dues(&missed), ["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28"]);
        for each in &missed {
            act(app, each, "complete").await;
        }
        assert_eq!(dues(&open(app, &keeps).await), ["2026-11-29"]);
        assert_eq!(today(app, "done").await.len(), 5);
    }

    async fn m08_tuesday_is_followed_by_thursday(app: TestApp) {
        let gym = task(app, json!({ "title": "Gym", "due": "2026-12-01", "rrule": "FREQ=WEEKLY;BYDAY=TU,TH" })).await;
        let mut seen = Vec::new();
        for day in ["2026-12-01", "2026-12-03", "2026-12-08", "2026-12-10"] {
            app.db.clock.set(format!("{day}T18:00:00Z").parse().unwrap());
            let current = open(app, &gym).await;
            seen.extend(dues(&current).into_iter().map(str::to_owned));
            act(app, &current[0], "complete").await;
        }
        assert_eq!(seen, ["2026-12-01", "2026-12-03", "2026-12-08", "2026-12-10"]);
        // before its day, too
        act(app, &open(app, &gym).await[0], "complete").await;
        assert_eq!(dues(&open(app, &gym).await), ["2026-12-17"]);
    }

    async fn m09_two_devices_that_make_the_same_occurrence_have_made_one(app: TestApp) {
        let series = task(app, json!({ "title": "Standup", "due": "2026-11-25T10:00:00", "rrule": "FREQ=DAILY" })).await;
        let id: uuid::Uuid = series["id"].as_str().unwrap().parse().unwrap();
        let named = |at: &str| uuid::Uuid::new_v5(&id, at.as_bytes());
        let op = |kind: &str, id: uuid::Uuid, patch: Value| {
            let op_id: uuid::Uuid = app.db.random.id(app.db.clock.now());
            json!({ "op_id": op_id, "kind": kind, "entity": "task", "id": id, "patch": patch })
        };
        // each, offline: does today's, sees tomorrow's and does that as well
        let device = |minutes: &str| json!({ "ops": [
            op("complete", named("2026-11-25T10:00:00"), json!({})),
            op("materialise", id, json!({ "recurrence_id": "2026-11-26T10:00:00" })),
            op("update", named("2026-11-26T10:00:00"), json!({ "description": minutes })),
            op("complete", named("2026-11-26T10:00:00"), json!({})),
            op("materialise", id, json!({ "recurrence_id": "2026-11-27T10:00:00" })),
        ] });
        for minutes in ["on the train", "at the desk"] {
            let answer = app.owner.post("/api/v1/ops", device(minutes)).await.expect(200);
            for result in answer["results"].as_array().unwrap() {
                assert_eq!(result["problem"], Value::Null, "{result}");
            }
        }
        let all = list(app, &format!("series_id={id}&sort=due")).await;
        let shown: Vec<_> = all.iter().map(|task| (task["recurrence_id"].as_str().unwrap(), task["status"].as_str().unwrap())).collect();
        assert_eq!(shown, [("2026-11-25T10:00:00", "completed"), ("2026-11-26T10:00:00", "completed"), ("2026-11-27T10:00:00", "needs_action")]);
        assert_eq!(all[2]["id"], named("2026-11-27T10:00:00").to_string());
        let refused = app.owner.post("/api/v1/ops", json!({ "ops": [op("materialise", id, json!({ "recurrence_id": "2026-11-27T11:00:00" }))] })).await.expect(200);
        assert_eq!(refused["results"][0]["problem"]["errors"][0]["code"], "no_such_occurrence");
    }

    async fn m10_done_stays_done_and_the_next_waits_for_its_day(app: TestApp) {
        let rent = task(app, json!({ "title": "Rent", "start": "2026-11-23", "due": "2026-11-25", "rrule": "FREQ=MONTHLY" })).await;
        let bins = task(app, json!({ "title": "Bins", "due": "2026-11-25", "rrule": "FREQ=WEEKLY" })).await;
        for series in [&rent, &bins] {
            let done = act(app, series, "complete").await;
            assert_eq!((&done["status"], &done["series_id"]), (&json!("completed"), &series["id"]), "of a series, what is open is done");
        }
        assert_eq!(today(app, "done").await, ["Bins", "Rent"]);
        let startable = async || {
            let tasks = list(app, &format!("status=needs_action&sort=due&start_to={}", app.now())).await;
            tasks.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(startable().await.is_empty(), "neither came back");
        app.db.clock.set("2026-12-01T23:59:00Z".parse().unwrap());
        assert!(startable().await.is_empty());
        app.db.clock.set("2026-12-02T00:00:00Z".parse().unwrap());
        assert_eq!(startable().await, ["Bins"], "what is only due begins on that day");
        app.db.clock.set("2026-12-23T00:00:00Z".parse().unwrap());
        assert_eq!(startable().await, ["Bins", "Rent"], "and the other when it starts");
        let logbook = list(app, "status=completed&sort=completed").await;
        assert_eq!(logbook.len(), 2);
    }

    async fn m11_a_checklist_begins_anew_and_the_old_one_is_kept(app: TestApp) {
        let trip = task(app, json!({ "title": "Pack", "due": "2026-11-25", "rrule": "FREQ=WEEKLY" })).await;
        for title in ["passport", "charger"] {
            task(app, json!({ "title": title, "parent_id": trip["id"] })).await;
        }
        let parts = async |of: &Value| {
            let parts = list(app, &format!("parent_id={}&sort=position", of["id"].as_str().unwrap())).await;
            parts.iter().map(|part| (part["title"].as_str().unwrap().to_owned(), part["status"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
        };
        let both = |first: &str, second: &str| vec![("passport".to_owned(), first.to_owned()), ("charger".to_owned(), second.to_owned())];
        let first = open(app, &trip).await.remove(0);
        assert_eq!(parts(&first).await, both("needs_action", "needs_action"));
        let passport = &list(app, &format!("parent_id={}&sort=position", first["id"].as_str().unwrap())).await[0];
        act(app, passport, "complete").await;
        act(app, &first, "complete").await;
        act(app, &first, "reopen").await;
        assert_eq!(parts(&first).await, both("completed", "needs_action"));
        act(app, &first, "complete").await;
        let second = open(app, &trip).await.remove(0);
        assert_eq!(parts(&second).await, both("needs_action", "needs_action"));
        assert_eq!(parts(&first).await, both("completed", "cancelled"), "history stays, and what was left is not to be done any more");
        // what is only this time's does not come again
        task(app, json!({ "title": "swimsuit", "parent_id": second["id"] })).await;
        act(app, &second, "complete").await;
        let third = open(app, &trip).await.remove(0);
        assert_eq!(parts(&third).await, both("needs_action", "needs_action"));
        // nothing of a series is shown among what is to be done
        assert!(list(app, "").await.iter().all(|task| task["template"] == json!(false)));
        let series = list(app, "templates=true&sort=position").await;
        assert_eq!(series.len(), 3);
    }

    async fn m12_a_day_is_over_when_it_is_over_where_the_person_is(app: TestApp) {
        live_in(app, "Europe/Madrid").await;
        let series = task(app, json!({ "title": "Journal", "due": "2026-11-25", "rrule": "FREQ=DAILY" })).await;
        let is_overdue = async |at: &str| {
            app.db.clock.set(at.parse().unwrap());
            !today(app, "overdue").await.is_empty()
        };
        assert!(!is_overdue("2026-11-25T22:59:59Z").await);
        assert!(is_overdue("2026-11-25T23:00:00Z").await);
        // flown to Honolulu, where it is still the 25th, the date stays the date
        live_in(app, "Pacific/Honolulu").await;
        assert!(!is_overdue("2026-11-26T09:59:59Z").await);
        assert_eq!(dues(&open(app, &series).await), ["2026-11-25"]);
        assert_eq!(today(app, "due").await, ["Journal"]);
        act(app, &series, "complete").await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-26"]);
        live_in(app, "Pacific/Auckland").await;
        assert!(is_overdue("2026-11-26T11:00:00Z").await, "there the 27th has begun");
        assert!(!is_overdue("2026-11-26T10:59:59Z").await);
    }

    async fn m13_start_due_and_deadline_are_three_things(app: TestApp) {
        let tax = json!({ "title": "Tax", "start": "2026-12-01", "due": "2026-12-10", "deadline": "2026-12-31", "rrule": "FREQ=YEARLY" });
        let series = task(app, tax).await;
        let says = |task: &Value| ["start", "due", "deadline"].map(|field| task[field].as_str().unwrap().to_owned());
        assert_eq!(says(&open(app, &series).await[0]), ["2026-12-01", "2026-12-10", "2026-12-31"]);
        assert!(list(app, "start_to=2026-11-30").await.is_empty(), "hidden before its start");
        assert_eq!(list(app, "start_to=2026-12-01").await.len(), 1);
        app.db.clock.set("2026-12-20T09:00:00Z".parse().unwrap());
        assert_eq!(today(app, "overdue").await, ["Tax"], "late by its due, whatever the deadline");
        act(app, &series, "complete").await;
        assert_eq!(says(&open(app, &series).await[0]), ["2027-12-01", "2027-12-10", "2027-12-31"]);
    }
}
