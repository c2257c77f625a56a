//! Whatever is done with series, in whatever order: what must never be, never is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use astro_core::clock::Clock as _;
use astro_core::random::Random;
use astro_testkit::{Engine, TestApp};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const STEPS: usize = 70;

struct Dice(Random);

impl Dice {
    fn below(&self, n: usize) -> usize {
        usize::try_from(u64::from_be_bytes(self.0.bytes()) % n as u64).unwrap()
    }

    fn one_of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        (!all.is_empty()).then(|| &all[self.below(all.len())])
    }
}

fn text<'a>(task: &'a Value, field: &str) -> &'a str {
    task[field].as_str().unwrap()
}

/// Every row that a device would hold.
async fn rows(app: &TestApp) -> Vec<Value> {
    let mut rows: BTreeMap<String, Value> = BTreeMap::new();
    let mut since = "0".to_owned();
    loop {
        let page = app
            .owner
            .get(&format!("/api/v1/sync?since={since}"))
            .await
            .expect(200);
        for change in page["changes"].as_array().unwrap() {
            if change["entity"] == "task" && change["deleted"] == false {
                rows.insert(text(change, "id").to_owned(), change["document"].clone());
            }
        }
        if page["more"] == false {
            return rows.into_values().collect();
        }
        text(&page, "next").clone_into(&mut since);
    }
}

async fn begin(app: &TestApp, dice: &Dice) {
    let rules = [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=TU,TH",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=HOURLY;INTERVAL=8",
    ];
    let dues = [
        "2026-11-25T18:00:00",
        "2026-11-25T09:30:00[Europe/Madrid]",
        "2026-11-26T12:00:00Z",
    ];
    let body = json!({
        "title": "recurs",
        "due": dice.one_of(&dues),
        "rrule": dice.one_of(&rules),
        "missed_policy": dice.one_of(&["skip", "keep"]),
        "repeat_from": dice.one_of(&["due", "due", "completion"]),
    });
    let series = app.owner.post("/api/v1/tasks", body).await.expect(201);
    app.owner
        .post(
            "/api/v1/tasks",
            json!({ "title": "part", "parent_id": series["id"] }),
        )
        .await
        .expect(201);
}

/// One random thing, allowed or refused; never an error of the server. Answers what can be undone.
async fn step(app: &TestApp, dice: &Dice, rows: &[Value], tokens: &[String]) -> Option<String> {
    let of = |template: bool| {
        rows.iter()
            .filter(|row| row["template"] == template && row["parent_id"].is_null())
            .collect::<Vec<_>>()
    };
    let (series, tasks) = (of(true), of(false));
    let (Some(series), Some(task)) = (dice.one_of(&series), dice.one_of(&tasks)) else {
        begin(app, dice).await;
        return None;
    };
    let at = |row: &Value, rest: &str| format!("/api/v1/tasks/{}{rest}", text(row, "id"));
    let extent = ["", "?apply_to=all", "?apply_to=following"][dice.below(3)];
    let post = |path: String| app.owner.request(Method::POST, &path).send();
    let answer = match dice.below(12) {
        0..=2 => post(at(task, "/complete")).await,
        3 => post(at(task, "/skip")).await,
        4 => post(at(task, "/reopen")).await,
        5 => app.owner.delete(&at(task, extent)).await,
        6 => {
            app.owner
                .patch(
                    &at(task, extent),
                    json!({ "title": format!("titled {}", dice.below(9)) }),
                )
                .await
        }
        7 => {
            app.owner
                .patch(&at(task, extent), json!({ "due": "2026-12-03T07:00:00" }))
                .await
        }
        8 => {
            let ahead = app.owner.get(&at(series, "/occurrences?limit=5")).await;
            let ahead = if ahead.status.is_success() {
                ahead.json()["items"].as_array().unwrap().clone()
            } else {
                Vec::new()
            };
            let one = dice.one_of(&ahead)?;
            app.owner
                .post(
                    &at(series, "/occurrences"),
                    json!({ "recurrence_id": one["recurrence_id"] }),
                )
                .await
        }
        9 => {
            app.db
                .clock
                .advance(Duration::from_hours(7 * (1 + dice.below(20) as u64)));
            return None;
        }
        10 => post(format!("/api/v1/undo/{}", dice.one_of(tokens)?)).await,
        _ => match dice.below(4) {
            0 => {
                app.owner
                    .patch(&at(series, ""), json!({ "rrule": "FREQ=WEEKLY" }))
                    .await
            }
            1 => {
                app.owner
                    .patch(&at(series, ""), json!({ "status": "cancelled" }))
                    .await
            }
            2 => post(at(series, "/reopen")).await,
            _ => app.owner.delete(&at(series, "")).await,
        },
    };
    assert!(
        answer.status.as_u16() < 500,
        "{}",
        String::from_utf8_lossy(&answer.bytes)
    );
    answer.header("undo-token").map(str::to_owned)
}

async fn hold(app: &TestApp, seed: &str) {
    app.owner.get("/api/v1/today").await.expect(200);
    let rows = rows(app).await;
    let mut names = BTreeSet::new();
    for row in rows
        .iter()
        .filter(|row| !row["recurrence_id"].is_null() && !row["series_id"].is_null())
    {
        let series: Uuid = text(row, "series_id").parse().unwrap();
        let at = text(row, "recurrence_id");
        assert!(
            names.insert((series, at)),
            "{seed}: {at} of {series} is there twice"
        );
        assert_eq!(
            text(row, "id"),
            Uuid::new_v5(&series, at.as_bytes()).to_string(),
            "{seed}"
        );
        assert_eq!(row["template"], false, "{seed}");
    }
    for series in rows.iter().filter(|row| {
        row["template"] == true && !row["rrule"].is_null() && row["status"] == "needs_action"
    }) {
        // none of the rules that are begun with ever ends; what was cut off says until when
        let endless = !text(series, "rrule").contains("UNTIL");
        let open = rows
            .iter()
            .filter(|row| {
                row["series_id"] == series["id"]
                    && matches!(text(row, "status"), "needs_action" | "in_process")
            })
            .count();
        assert!(open > 0 || !endless, "{seed}: nothing of {series} is open");
    }
    let ahead = app
        .owner
        .get("/api/v1/upcoming?days=20&limit=100")
        .await
        .expect(200);
    let mut shown = BTreeSet::new();
    for item in ahead["items"].as_array().unwrap() {
        assert!(
            shown.insert(text(item, "id").to_owned()),
            "{seed}: {item} is shown twice"
        );
        let is_there = rows.iter().any(|row| row["id"] == item["id"]);
        assert_eq!(is_there, !item["status"].is_null(), "{seed}: {item}");
    }
}

async fn run(engine: Engine, number: u64) {
    TestApp::run(engine, async |app: &TestApp| {
        let told = format!("series {number}");
        let dice = Dice(Random::seeded(number));
        let mut tokens: Vec<String> = Vec::new();
        for _ in 0..3 {
            begin(app, &dice).await;
        }
        for _ in 0..STEPS {
            let rows = rows(app).await;
            tokens.extend(step(app, &dice, &rows, &tokens).await);
            hold(app, &told).await;
        }
        let found = app.db.store.check(|_, _| {}).await.unwrap();
        assert_eq!(found, [], "{told} at {}", app.db.clock.now());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    for number in 1..=6 {
        run(Engine::Sqlite, number).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    for number in 7..=9 {
        run(Engine::Postgres, number).await;
    }
}
