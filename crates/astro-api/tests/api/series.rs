//! What can be done with a series: this one, this and what follows, all; skipping, ending, going
//! into the trash; and what lies ahead.

use astro_testkit::{TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

use super::recurring::{act, at, dues, list, open, task};

async fn undo(app: &TestApp, token: &str) -> Value {
    let path = format!("/api/v1/undo/{token}");
    app.owner
        .request(Method::POST, &path)
        .send()
        .await
        .expect(200)
}

async fn upcoming(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app
        .owner
        .get(&format!("/api/v1/upcoming?{query}"))
        .await
        .expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn status(app: &TestApp, task: &Value) -> String {
    app.owner.get(&at(task)).await.expect(200)["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn daily(app: &TestApp) -> Value {
    task(
        app,
        json!({ "title": "Stretch", "due": "2026-11-25T18:00:00", "rrule": "FREQ=DAILY" }),
    )
    .await
}

/// Asks for an occurrence ahead of its time.
async fn ask_for(app: &TestApp, series: &Value, recurrence_id: &str) -> Value {
    let body = json!({ "recurrence_id": recurrence_id });
    app.owner
        .post(&format!("{}/occurrences", at(series)), body)
        .await
        .expect(200)
}

on_both_engines! {
    async fn this_one_is_changed_alone(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        app.owner.patch(&at(&first), json!({ "title": "Swim", "due": "2026-11-25T20:00:00" })).await.expect(200);
        assert_eq!(app.owner.get(&at(&series)).await.expect(200)["title"], "Stretch");
        act(app, &first, "complete").await;
        let next = open(app, &series).await.remove(0);
        assert_eq!((&next["title"], &next["due"]), (&json!("Stretch"), &json!("2026-11-26T18:00:00")));
        let refused = app.owner.patch(&at(&next), json!({ "rrule": "FREQ=WEEKLY" })).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "is_occurrence");
    }

    async fn all_are_changed_but_for_what_is_done_and_what_was_changed_alone(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        act(app, &first, "complete").await;
        let second = open(app, &series).await.remove(0);
        let ahead = ask_for(app, &series, "2026-11-29T18:00:00").await;
        app.owner.patch(&at(&ahead), json!({ "description": "with a friend" })).await.expect(200);
        let changed = app.owner.patch(&format!("{}?apply_to=all", at(&second)), json!({ "title": "Yoga", "description": "mat", "priority": 3 })).await.expect(200);
        assert_eq!((&changed["id"], &changed["title"]), (&second["id"], &json!("Yoga")));
        let ahead = app.owner.get(&at(&ahead)).await.expect(200);
        assert_eq!((&ahead["title"], &ahead["description"], &ahead["priority"]), (&json!("Yoga"), &json!("with a friend"), &json!(3)));
        assert_eq!(app.owner.get(&at(&first)).await.expect(200)["title"], "Stretch", "what is done stays as it was");
        act(app, &second, "complete").await;
        assert_eq!(open(app, &series).await[0]["title"], "Yoga");
    }

    async fn a_new_time_for_all_moves_the_open_one(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        act(app, &first, "complete").await;
        let second = open(app, &series).await.remove(0);
        let moved = app.owner.patch(&format!("{}?apply_to=all", at(&second)), json!({ "due": "2026-11-26T07:30:00" })).await.expect(200);
        assert_eq!(moved["due"], "2026-11-26T07:30:00");
        assert_eq!(app.owner.get(&at(&series)).await.expect(200)["due"], "2026-11-25T07:30:00");
        assert_eq!(dues(&open(app, &series).await), ["2026-11-26T07:30:00"]);
        let weekly = app.owner.patch(&at(&series), json!({ "rrule": "FREQ=WEEKLY;BYDAY=MO" })).await.expect(200);
        assert_eq!(weekly["id"], series["id"]);
        assert_eq!(dues(&open(app, &series).await), ["2026-11-30T07:30:00"], "what does not occur any more is taken back");
        // one that a person moved is kept
        let current = open(app, &series).await.remove(0);
        app.owner.patch(&at(&current), json!({ "due": "2026-12-01T10:00:00" })).await.expect(200);
        app.owner.patch(&at(&series), json!({ "rrule": "FREQ=WEEKLY;BYDAY=FR" })).await.expect(200);
        assert_eq!(dues(&open(app, &series).await), ["2026-12-01T10:00:00"]);
    }

    async fn this_and_what_follows_become_a_series_of_their_own(app: TestApp) {
        let series = task(app, json!({ "title": "Class", "due": "2026-11-25T18:00:00", "rrule": "FREQ=DAILY;COUNT=10" })).await;
        let part = task(app, json!({ "title": "mat", "parent_id": series["id"] })).await;
        let reminder = json!({ "task_id": series["id"], "trigger": { "type": "offset", "from": "due", "by": "-PT30M" } });
        app.owner.post("/api/v1/reminders", reminder).await.expect(201);
        for _ in 0..2 {
            act(app, &series, "complete").await;
        }
        let third = open(app, &series).await.remove(0);
        assert_eq!(third["due"], "2026-11-27T18:00:00");
        let answer = app.owner.patch(&format!("{}?apply_to=following", at(&third)), json!({ "title": "Course", "due": "2026-11-27T19:00:00" })).await;
        let token = answer.header("undo-token").unwrap().to_owned();
        let fourth = answer.expect(200);
        assert_eq!((&fourth["title"], &fourth["due"]), (&json!("Course"), &json!("2026-11-27T19:00:00")));
        let new = app.owner.get(&format!("/api/v1/tasks/{}", fourth["series_id"].as_str().unwrap())).await.expect(200);
        assert_ne!(new["id"], series["id"]);
        assert_eq!(new["rrule"], "FREQ=DAILY;COUNT=8", "ten in all");
        let old = app.owner.get(&at(&series)).await.expect(200);
        assert_eq!((old["title"].as_str(), open(app, &series).await.len()), (Some("Class"), 0));
        assert!(old["rrule"].as_str().unwrap().starts_with("FREQ=DAILY;UNTIL=2026112"), "{old}");
        let parts = list(app, &format!("parent_id={}", fourth["id"].as_str().unwrap())).await;
        assert_eq!((parts.len(), &parts[0]["title"]), (1, &part["title"]));
        let reminders = app.owner.get(&format!("/api/v1/reminders?task_id={}", fourth["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(reminders["items"][0]["next_fire_at"], "2026-11-27T18:30:00Z");
        assert_eq!(list(app, "status=completed").await.len(), 2);
        undo(app, &token).await;
        assert_eq!(app.owner.get(&at(&series)).await.expect(200)["rrule"], "FREQ=DAILY;COUNT=10");
        assert_eq!(dues(&open(app, &series).await), ["2026-11-27T18:00:00"], "as if nothing had been");
        assert_eq!(open(app, &new).await.len(), 0);
    }

    async fn one_can_be_skipped(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        let skipped = act(app, &first, "skip").await;
        assert_eq!((&skipped["id"], &skipped["status"]), (&first["id"], &json!("cancelled")));
        assert_eq!(dues(&open(app, &series).await), ["2026-11-26T18:00:00"]);
        act(app, &series, "skip").await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-27T18:00:00"]);
        // one that is far ahead, before it is a task
        let later = ask_for(app, &series, "2026-11-30T18:00:00").await;
        act(app, &later, "skip").await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-27T18:00:00"]);
        let plain = task(app, json!({ "title": "plain" })).await;
        let refused = app.owner.request(Method::POST, &format!("{}/skip", at(&plain))).send().await.expect(409);
        assert_eq!(refused["type"], "/problems/no-series");
        let days = upcoming(app, "days=7").await;
        let shown: Vec<_> = days.iter().map(|task| (task["due"].as_str().unwrap(), task["status"].as_str())).collect();
        assert_eq!(shown, [("2026-11-27T18:00:00", Some("needs_action")), ("2026-11-28T18:00:00", None), ("2026-11-29T18:00:00", None), ("2026-12-01T18:00:00", None)]);
    }

    async fn undoing_takes_the_next_one_back(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        let answer = app.owner.request(Method::POST, &format!("{}/complete", at(&first))).send().await;
        let token = answer.header("undo-token").unwrap().to_owned();
        assert_eq!(dues(&open(app, &series).await), ["2026-11-26T18:00:00"]);
        undo(app, &token).await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-25T18:00:00"]);
        // and so does opening it again much later
        act(app, &first, "complete").await;
        act(app, &first, "reopen").await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-25T18:00:00"]);
        act(app, &first, "complete").await;
        let next = open(app, &series).await.remove(0);
        assert_eq!(next["due"], "2026-11-26T18:00:00");
        // one that somebody has begun is nobody's to take back
        app.owner.patch(&at(&next), json!({ "description": "half done" })).await.expect(200);
        act(app, &first, "reopen").await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-25T18:00:00", "2026-11-26T18:00:00"]);
    }

    async fn a_deleted_occurrence_does_not_come_back_by_itself(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        app.owner.delete(&at(&first)).await.expect(204);
        assert_eq!(dues(&open(app, &series).await), ["2026-11-26T18:00:00"]);
        assert_eq!(app.owner.get(&at(&series)).await.expect(200)["exdate"], json!(["2026-11-25T18:00:00"]));
        act(app, &first, "restore").await;
        assert_eq!(app.owner.get(&at(&series)).await.expect(200)["exdate"], json!([]));
        assert_eq!(open(app, &series).await.len(), 2);
        // all of them, and back again
        app.owner.delete(&format!("{}?apply_to=all", at(&first))).await.expect(204);
        assert!(open(app, &series).await.is_empty());
        assert!(upcoming(app, "days=30").await.is_empty());
        act(app, &series, "restore").await;
        assert_eq!(open(app, &series).await.len(), 2);
        // this and what follows
        let second = open(app, &series).await.remove(1);
        app.owner.delete(&format!("{}?apply_to=following", at(&second))).await.expect(204);
        assert_eq!(dues(&open(app, &series).await), ["2026-11-25T18:00:00"]);
        act(app, &first, "complete").await;
        assert!(open(app, &series).await.is_empty(), "the series has ended");
        let ended = app.owner.request(Method::POST, &format!("{}/complete", at(&series))).send().await.expect(409);
        assert_eq!(ended["type"], "/problems/series-ended");
    }

    async fn a_task_becomes_a_series_and_a_task_again(app: TestApp) {
        let call = task(app, json!({ "title": "Call mum", "due": "2026-11-25" })).await;
        task(app, json!({ "title": "ask about the cat", "parent_id": call["id"] })).await;
        let series = app.owner.patch(&at(&call), json!({ "rrule": "FREQ=WEEKLY" })).await.expect(200);
        assert_eq!(series["template"], true);
        act(app, &series, "complete").await;
        let second = open(app, &series).await.remove(0);
        let parts = list(app, &format!("parent_id={}", second["id"].as_str().unwrap())).await;
        assert_eq!(parts.len(), 1);
        let plain = app.owner.patch(&at(&series), json!({ "rrule": null })).await.expect(200);
        assert_eq!((&plain["template"], &plain["due"], &plain["start"]), (&json!(false), &json!("2026-12-02"), &Value::Null));
        assert!(open(app, &series).await.is_empty());
        let shown = list(app, "status=needs_action&sort=position").await;
        assert_eq!(shown.iter().map(|task| task["title"].as_str().unwrap()).collect::<Vec<_>>(), ["Call mum", "ask about the cat"]);
        act(app, &plain, "complete").await;
        assert_eq!(status(app, &plain).await, "completed");
        let refused = app.owner.patch(&at(&plain), json!({ "rrule": "FREQ=DAILY" })).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "closed");
    }

    async fn a_series_ends_when_it_is_cancelled(app: TestApp) {
        let series = daily(app).await;
        let first = open(app, &series).await.remove(0);
        for status in ["completed", "in_process", "failed"] {
            let refused = app.owner.patch(&at(&series), json!({ "status": status })).await.expect(422);
            assert_eq!(refused["errors"][0]["code"], "is_series");
        }
        app.owner.patch(&at(&series), json!({ "status": "cancelled" })).await.expect(200);
        assert_eq!(status(app, &first).await, "cancelled");
        assert!(upcoming(app, "days=30").await.is_empty());
        act(app, &series, "reopen").await;
        assert_eq!(dues(&open(app, &series).await), ["2026-11-26T18:00:00"]);
        let last = task(app, json!({ "title": "twice", "due": "2026-11-25", "rrule": "FREQ=DAILY;COUNT=2" })).await;
        for _ in 0..2 {
            act(app, &last, "complete").await;
        }
        assert!(open(app, &last).await.is_empty());
        let waits = app.owner.post("/api/v1/tasks", json!({ "title": "x", "depends_on": [series["id"]] })).await.expect(422);
        assert_eq!(waits["errors"][0]["code"], "is_series");
    }

    async fn a_reminder_of_a_series_is_one_of_every_occurrence(app: TestApp) {
        let series = daily(app).await;
        let body = json!({ "task_id": series["id"], "trigger": { "type": "offset", "from": "due", "by": "-PT1H" } });
        let reminder = app.owner.post("/api/v1/reminders", body).await.expect(201);
        assert_eq!(reminder["next_fire_at"], Value::Null, "a series reminds of nothing itself");
        let of = async |task: &Value| {
            let path = format!("/api/v1/reminders?task_id={}", task["id"].as_str().unwrap());
            let page = app.owner.get(&path).await.expect(200);
            page["items"].as_array().unwrap().iter().map(|one| one["next_fire_at"].as_str().unwrap_or("never").to_owned()).collect::<Vec<_>>()
        };
        let first = open(app, &series).await.remove(0);
        assert_eq!(of(&first).await, ["2026-11-25T17:00:00Z"]);
        let path = format!("/api/v1/reminders/{}", reminder["id"].as_str().unwrap());
        app.owner.patch(&path, json!({ "trigger": { "type": "offset", "from": "due", "by": "-PT2H" } })).await.expect(200);
        assert_eq!(of(&first).await, ["2026-11-25T16:00:00Z"]);
        act(app, &first, "complete").await;
        assert_eq!(of(&first).await, ["never"]);
        let second = open(app, &series).await.remove(0);
        assert_eq!(of(&second).await, ["2026-11-26T16:00:00Z"]);
        app.owner.delete(&path).await.expect(204);
        assert!(of(&second).await.is_empty());
    }

    async fn what_lies_ahead_is_told_page_by_page(app: TestApp) {
        task(app, json!({ "title": "once", "due": "2026-11-27" })).await;
        task(app, json!({ "title": "starts only", "start": "2026-11-26T12:00:00" })).await;
        task(app, json!({ "title": "no date" })).await;
        daily(app).await;
        task(app, json!({ "title": "Weekly", "due": "2026-11-26", "rrule": "FREQ=WEEKLY" })).await;
        task(app, json!({ "title": "Plants", "due": "2026-11-25", "rrule": "FREQ=DAILY", "repeat_from": "completion" })).await;
        let whole = upcoming(app, "days=4&limit=100").await;
        let titles: Vec<_> = whole.iter().map(|task| task["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Stretch", "Plants", "starts only", "Stretch", "Weekly", "Stretch", "once", "Stretch"]);
        let mut paged = Vec::new();
        let mut path = "/api/v1/upcoming?days=4&limit=3".to_owned();
        loop {
            let page = app.owner.get(&path).await.expect(200);
            paged.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/v1/upcoming?days=4&limit=3&cursor={cursor}");
        }
        assert_eq!(paged, whole);
        let later = upcoming(app, "from=2026-12-03&days=1").await;
        assert_eq!(later.iter().map(|task| task["title"].as_str().unwrap()).collect::<Vec<_>>(), ["Stretch", "Weekly"]);
        for wrong in ["days=0", "days=367", "limit=0", "from=soon"] {
            app.owner.get(&format!("/api/v1/upcoming?{wrong}")).await.expect(422);
        }
    }

    async fn a_rule_that_names_its_days_has_to_be_moved_with_them(app: TestApp) {
        let series = task(app, json!({ "title": "Monday", "due": "2026-11-30", "rrule": "FREQ=WEEKLY;BYDAY=MO" })).await;
        let later = ask_for(app, &series, "2026-12-07").await;
        for extent in ["all", "following"] {
            let path = format!("{}?apply_to={extent}", at(&later));
            let refused = app.owner.patch(&path, json!({ "due": "2026-12-08" })).await.expect(422);
            assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("rrule"), &json!("no_such_occurrence")), "{extent}");
        }
        assert_eq!(dues(&open(app, &series).await), ["2026-11-30", "2026-12-07"], "nothing was changed");
        let path = format!("{}?apply_to=following", at(&later));
        let moved = app.owner.patch(&path, json!({ "due": "2026-12-08", "rrule": "FREQ=WEEKLY;BYDAY=TU" })).await.expect(200);
        assert_eq!(moved["due"], "2026-12-08");
        assert_eq!(dues(&open(app, &series).await), ["2026-11-30"]);
    }

    async fn the_next_is_opened_before_one_that_was_asked_for(app: TestApp) {
        let series = task(app, json!({ "title": "Daily", "due": "2026-12-08", "rrule": "FREQ=DAILY" })).await;
        let later = ask_for(app, &series, "2026-12-16").await;
        app.owner.patch(&at(&series), json!({ "exdate": ["2026-12-08"] })).await.expect(200);
        assert_eq!(dues(&open(app, &series).await), ["2026-12-09", "2026-12-16"]);
        app.owner.patch(&format!("{}?apply_to=following", at(&later)), json!({ "title": "Later" })).await.expect(200);
        assert_eq!(dues(&open(app, &series).await), ["2026-12-09"]);
        let monthly = task(app, json!({ "title": "End", "due": "2027-03-27", "rrule": "FREQ=MONTHLY;BYMONTHDAY=-1" })).await;
        app.owner.patch(&at(&monthly), json!({ "due": "2026-12-04" })).await.expect(200);
        assert_eq!(open(app, &monthly).await[0]["due"], "2026-12-31");
    }

    async fn nothing_lies_beyond_the_end_of_time(app: TestApp) {
        daily(app).await;
        for day in ["9999-12-29", "9999-12-30", "9999-12-31"] {
            upcoming(app, &format!("from={day}&days=366")).await;
        }
        assert!(upcoming(app, "from=9999-12-31").await.is_empty());
    }

    async fn a_series_does_not_lie_in_itself(app: TestApp) {
        let series = daily(app).await;
        let part = task(app, json!({ "title": "part", "parent_id": series["id"] })).await;
        let occurrence = open(app, &series).await.remove(0);
        let copy = list(app, &format!("parent_id={}", occurrence["id"].as_str().unwrap())).await.remove(0);
        for (moved, into) in [(&series, &occurrence), (&series, &copy), (&part, &occurrence)] {
            let refused = app.owner.patch(&at(moved), json!({ "parent_id": into["id"] })).await.expect(422);
            assert_eq!(refused["errors"][0]["code"], "cycle", "{refused}");
        }
    }

    async fn what_was_deleted_is_never_forgotten_silently(app: TestApp) {
        let series = daily(app).await;
        let day = |n: i64| "2026-11-25".parse::<astro_core::calendar::Date>().unwrap().checked_add(astro_core::calendar::Span::new().days(n)).unwrap();
        let left_out: Vec<String> = (1..=200).map(|n| format!("{}T18:00:00", day(n))).collect();
        app.owner.patch(&at(&series), json!({ "exdate": left_out })).await.expect(200);
        let first = open(app, &series).await.remove(0);
        let refused = app.owner.delete(&at(&first)).await.expect(409);
        assert_eq!(refused["type"], "/problems/too-many-left-out");
        act(app, &first, "skip").await;
        assert_eq!(dues(&open(app, &series).await), [format!("{}T18:00:00", day(201))]);
    }
}
