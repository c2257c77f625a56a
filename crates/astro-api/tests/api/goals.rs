//! Goals, habits and datapoints through the API.

use astro_testkit::{TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

const ABSENT: &str = "0193a000-0000-7000-8000-000000000000";

async fn make(app: &TestApp, nouns: &str, body: Value) -> Value {
    app.owner
        .post(&format!("/api/v1/{nouns}"), body)
        .await
        .expect(201)
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

async fn measure(app: &TestApp, goal: &Value, at: &str, value: f64) -> Value {
    let body = json!({ "goal_id": goal["id"], "at": at, "value": value });
    make(app, "datapoints", body).await
}

async fn progress(app: &TestApp, goal: &Value) -> Value {
    app.owner
        .get(&format!("/api/v1/goals/{}/progress", id(goal)))
        .await
        .expect(200)
}

on_both_engines! {
    async fn measurements_move_a_goal_along_its_pace_line(app: TestApp) {
        let goal = make(app, "goals", json!({
            "title": "run", "kind": "metric", "unit": "km", "start": "2026-11-15", "target_date": "2026-12-04", "target_value": 100,
        })).await;
        assert_eq!((&progress(app, &goal).await["standing"], &goal["direction"]), (&json!("off_track"), &json!("more")));
        let far = measure(app, &goal, "2026-11-20T10:00:00Z", 60.0).await;
        measure(app, &goal, "2026-11-10T10:00:00Z", 500.0).await;
        measure(app, &goal, "2026-11-30T10:00:00Z", 500.0).await;
        let on = progress(app, &goal).await;
        // neither what was before the start counts, nor what is still to come
        assert_eq!((&on["standing"], &on["current"], &on["target"]), (&json!("on_track"), &json!(60.0), &json!(100.0)));
        assert!((on["expected"].as_f64().unwrap() - 51.875).abs() < 1e-9, "{on}");
        app.owner.patch(&format!("/api/v1/datapoints/{}", id(&far)), json!({ "value": 100.5 })).await.expect(200);
        assert_eq!(progress(app, &goal).await["standing"], "reached");
        app.owner.delete(&format!("/api/v1/datapoints/{}", id(&far))).await.expect(204);
        assert_eq!(progress(app, &goal).await["current"], 0.0);
        app.owner.request(Method::POST, &format!("/api/v1/datapoints/{}/restore", id(&far))).send().await.expect(200);
        assert_eq!(progress(app, &goal).await["current"], 100.5);
    }

    async fn without_a_start_what_was_measured_before_the_goal_was_made_counts(app: TestApp) {
        let goal = make(app, "goals", json!({ "title": "weigh", "kind": "metric", "target_value": 100 })).await;
        measure(app, &goal, "2019-01-01T10:00:00Z", 40.0).await;
        measure(app, &goal, "2026-11-24T10:00:00Z", 2.0).await;
        assert_eq!(progress(app, &goal).await["current"], 42.0);
        app.owner.patch(&format!("/api/v1/goals/{}", id(&goal)), json!({ "start": "2026-11-01" })).await.expect(200);
        assert_eq!(progress(app, &goal).await["current"], 2.0);
    }

    async fn completions_count_once_whichever_way_a_task_is_linked(app: TestApp) {
        let project = make(app, "projects", json!({ "title": "book" })).await;
        let label = make(app, "labels", json!({ "title": "writing" })).await;
        let linked = make(app, "tasks", json!({ "title": "by itself" })).await;
        let goal = make(app, "goals", json!({
            "title": "write", "kind": "outcome",
            "links": { "tasks": [linked["id"]], "projects": [project["id"]], "labels": [label["id"]] },
        })).await;
        let mut tasks = vec![linked];
        for fields in [
            json!({ "project_id": project["id"] }),
            json!({ "labels": [label["id"]] }),
            json!({ "goal_ids": [goal["id"]] }),
            json!({ "goal_ids": [goal["id"]], "labels": [label["id"]], "project_id": project["id"] }),
        ] {
            let mut body = fields;
            body["title"] = json!("part");
            tasks.push(make(app, "tasks", body).await);
        }
        make(app, "tasks", json!({ "title": "something else" })).await;
        for (done, task) in tasks.iter().enumerate() {
            let now = progress(app, &goal).await;
            assert_eq!((now["current"].as_f64(), now["target"].as_f64()), (Some(f64::from(u32::try_from(done).unwrap())), Some(5.0)));
            app.owner.request(Method::POST, &format!("/api/v1/tasks/{}/complete", id(task))).send().await.expect(200);
        }
        assert_eq!(progress(app, &goal).await["standing"], "reached");
        // what is not linked any more does not count any more
        app.owner.patch(&format!("/api/v1/goals/{}", id(&goal)), json!({ "links": { "tasks": [], "projects": null } })).await.expect(200);
        app.owner.patch(&format!("/api/v1/tasks/{}", id(&tasks[3])), json!({ "goal_ids": [] })).await.expect(200);
        assert_eq!(progress(app, &goal).await["current"], 2.0);
    }

    async fn a_habit_is_told_window_by_window(app: TestApp) {
        let habit = make(app, "goals", json!({ "title": "run", "kind": "habit", "start": "2026-11-09", "window": "week", "target_rate": 2, "allowance": 1 })).await;
        // "did it" needs no value; weeks begin on Monday, 9, 16 and 23 November
        for day in [9, 10, 17] {
            make(app, "datapoints", json!({ "goal_id": habit["id"], "at": format!("2026-11-{day:02}T10:00:00Z") })).await;
        }
        let told = progress(app, &habit).await;
        let states: Vec<&str> = told["habit"]["windows"].as_array().unwrap().iter().map(|window| window["state"].as_str().unwrap()).collect();
        assert_eq!((states, &told["standing"], &told["habit"]["rate"]), (vec!["met", "short", "running"], &json!("on_track"), &json!(0.75)));
        // with weeks that begin on Tuesday, the 9th stands alone
        app.owner.request(Method::PUT, "/api/v1/preferences/time.week_start").json(&json!({ "value": "tuesday" })).send().await.expect(200);
        assert_eq!(progress(app, &habit).await["habit"]["windows"][0]["first_day"], "2026-11-03");
    }

    async fn bad_fields_are_named(app: TestApp) {
        for (fields, field) in [
            (json!({ "kind": "metric" }), "target_value"),
            (json!({ "kind": "metric", "target_value": 5, "start_value": 5 }), "target_value"),
            (json!({ "kind": "metric", "target_value": 5, "direction": "less" }), "target_value"),
            (json!({ "kind": "metric", "target_value": 1e300 }), "target_value"),
            (json!({ "kind": "habit", "target_rate": 1 }), "window"),
            (json!({ "kind": "habit", "window": "day", "target_rate": 0 }), "target_rate"),
            (json!({ "kind": "outcome", "start": "2026-11-02", "target_date": "2026-11-01" }), "target_date"),
            (json!({ "kind": "outcome", "pauses": [{ "from": "2026-11-02", "until": "2026-11-01" }] }), "pauses[0].until"),
            (json!({ "kind": "outcome", "links": { "tasks": [ABSENT] } }), "links.tasks[0]"),
            (json!({ "kind": "outcome", "links": { "people": [] } }), "links.people"),
            (json!({ "kind": "outcome", "parent_id": ABSENT }), "parent_id"),
            (json!({ "kind": "wish" }), "kind"),
        ] {
            let mut body = fields;
            body["title"] = json!("goal");
            let problem = app.owner.post("/api/v1/goals", body.clone()).await.expect(422);
            assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
        }
        let problem = app.owner.post("/api/v1/datapoints", json!({ "goal_id": ABSENT, "at": "2026-11-02T00:00:00Z" })).await.expect(422);
        assert_eq!(problem["errors"][0]["code"], "not_found");
    }

    async fn a_goal_cannot_lie_below_itself(app: TestApp) {
        let top = make(app, "goals", json!({ "title": "top", "kind": "outcome" })).await;
        let part = make(app, "goals", json!({ "title": "part", "kind": "outcome", "parent_id": top["id"] })).await;
        let problem = app.owner.patch(&format!("/api/v1/goals/{}", id(&top)), json!({ "parent_id": part["id"] })).await.expect(422);
        assert_eq!(problem["errors"][0]["code"], "cycle");
    }

    async fn anothers_goals_and_what_they_link_read_like_absent_ones(app: TestApp) {
        let goal = make(app, "goals", json!({ "title": "mine", "kind": "outcome" })).await;
        let task = make(app, "tasks", json!({ "title": "mine", "goal_ids": [goal["id"]] })).await;
        let stranger = app.stranger().await;
        for path in [format!("/api/v1/goals/{}", id(&goal)), format!("/api/v1/goals/{}/progress", id(&goal))] {
            stranger.get(&path).await.expect(404);
        }
        let linking = |task: &str| json!({ "title": "x", "kind": "outcome", "links": { "tasks": [task] } });
        let (foreign, absent) = (stranger.post("/api/v1/goals", linking(id(&task))).await.expect(422), stranger.post("/api/v1/goals", linking(ABSENT)).await.expect(422));
        assert_eq!(foreign["errors"], absent["errors"]);
        let serving = |goal: &str| json!({ "title": "x", "goal_ids": [goal] });
        let (foreign, absent) = (stranger.post("/api/v1/tasks", serving(id(&goal))).await.expect(422), stranger.post("/api/v1/tasks", serving(ABSENT)).await.expect(422));
        assert_eq!(foreign["errors"], absent["errors"]);
        assert_eq!(stranger.get("/api/v1/goals").await.expect(200)["items"], json!([]));
    }

    async fn datapoints_list_latest_first_by_goal_and_time(app: TestApp) {
        let (one, two) = (make(app, "goals", json!({ "title": "one", "kind": "outcome" })).await, make(app, "goals", json!({ "title": "two", "kind": "outcome" })).await);
        for (goal, day) in [(&one, 3), (&two, 1), (&one, 2)] {
            measure(app, goal, &format!("2026-11-{day:02}T00:00:00Z"), f64::from(day)).await;
        }
        let values = async |query: &str| -> Vec<f64> {
            let list = app.owner.get(&format!("/api/v1/datapoints?{query}")).await.expect(200);
            list["items"].as_array().unwrap().iter().map(|point| point["value"].as_f64().unwrap()).collect()
        };
        assert_eq!(values("").await, [3.0, 2.0, 1.0]);
        assert_eq!(values(&format!("goal_id={}", id(&one))).await, [3.0, 2.0]);
        assert_eq!(values("from=2026-11-02T00:00:00Z&to=2026-11-03T00:00:00Z").await, [2.0]);
    }
}
