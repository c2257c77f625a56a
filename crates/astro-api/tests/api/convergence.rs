//! Whatever writers do, and wherever a device stopped reading, in the end the device holds what the
//! server holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use astro_core::random::Random;
use astro_testkit::{Call, Engine, TestApp};
use http::Method;
use serde_json::{Value, json};

const WRITERS: usize = 5;
const STEPS: usize = 40;
const READS: usize = 40;

/// A seeded source of choices.
struct Dice(Random);

impl Dice {
    fn below(&self, n: usize) -> usize {
        usize::try_from(u64::from_be_bytes(self.0.bytes()) % n as u64).unwrap()
    }

    fn one_of<T: Clone>(&self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.below(all.len())].clone())
    }
}

/// What writers know of each other's doings.
#[derive(Default)]
struct Known {
    rows: Mutex<Vec<(&'static str, String)>>,
    tokens: Mutex<Vec<String>>,
}

impl Known {
    fn row(&self, dice: &Dice) -> Option<(&'static str, String)> {
        dice.one_of(&self.rows.lock().unwrap())
    }

    /// Now and then one to point at; many a row cannot point at what is in the trash.
    fn id_of(&self, noun: &str, dice: &Dice) -> Option<String> {
        if dice.below(3) > 0 {
            return None;
        }
        self.any(noun, dice)
    }

    fn any(&self, noun: &str, dice: &Dice) -> Option<String> {
        let rows = self.rows.lock().unwrap();
        let ids: Vec<&String> = rows
            .iter()
            .filter(|(kind, _)| *kind == noun)
            .map(|(_, id)| id)
            .collect();
        dice.one_of(&ids).cloned()
    }
}

async fn write(app: &TestApp, known: &Known, dice: &Dice, writer: usize) {
    for step in 0..STEPS {
        let request = match dice.below(24) {
            0..=8 => Some(create(app, known, dice, &format!("{writer}.{step}"))),
            9..=13 => known.row(dice).map(|(noun, id)| {
                let body = edit(noun, &format!("edit {writer}.{step}"), dice);
                app.owner
                    .request(Method::PATCH, &format!("/api/v1/{noun}/{id}"))
                    .json(&body)
            }),
            14..=16 => known.row(dice).map(|(noun, id)| {
                app.owner
                    .request(Method::DELETE, &format!("/api/v1/{noun}/{id}"))
            }),
            17..=19 => known.row(dice).map(|(noun, id)| {
                app.owner
                    .request(Method::POST, &format!("/api/v1/{noun}/{id}/restore"))
            }),
            20..=22 => dice.one_of(&known.tokens.lock().unwrap()).map(|token| {
                app.owner
                    .request(Method::POST, &format!("/api/v1/undo/{token}"))
            }),
            _ => Some(app.owner.request(Method::DELETE, "/api/v1/trash")),
        };
        let Some(request) = request else { continue };
        let answer = request.send().await;
        let status = answer.status.as_u16();
        assert!(status < 500, "{}", String::from_utf8_lossy(&answer.bytes));
        if let Some(token) = answer.header("undo-token") {
            known.tokens.lock().unwrap().push(token.to_owned());
        }
        if status == 201 {
            let place = answer
                .header("location")
                .unwrap()
                .rsplit('/')
                .take(2)
                .map(str::to_owned)
                .collect::<Vec<_>>();
            let (noun, _) = NOUNS
                .into_iter()
                .find(|(path, _)| *path == place[1])
                .unwrap();
            known.rows.lock().unwrap().push((noun, place[0].clone()));
        }
    }
}

/// Nouns by their paths, and what sync calls them.
const NOUNS: [(&str, &str); 7] = [
    ("labels", "label"),
    ("projects", "project"),
    ("tasks", "task"),
    ("goals", "goal"),
    ("time-entries", "time_entry"),
    ("reminders", "reminder"),
    ("datapoints", "datapoint"),
];

fn create(app: &TestApp, known: &Known, dice: &Dice, name: &str) -> Call {
    let some = |id: Option<String>| id.into_iter().collect::<Vec<_>>();
    let noun = NOUNS[[0, 1, 2, 2, 2, 3, 4, 5, 6][dice.below(9)]].0;
    let body = match noun {
        "projects" => json!({ "title": name, "parent_id": known.id_of(noun, dice) }),
        "tasks" => json!({
            "title": name, "due": "2026-12-01", "labels": some(known.id_of("labels", dice)), "depends_on": some(known.id_of("tasks", dice)),
            "project_id": known.id_of("projects", dice), "parent_id": known.id_of("tasks", dice), "goal_ids": some(known.id_of("goals", dice)),
        }),
        "goals" => {
            json!({ "title": name, "kind": "outcome", "parent_id": known.id_of(noun, dice), "links": { "labels": some(known.id_of("labels", dice)) } })
        }
        "time-entries" => {
            json!({ "task_id": known.any("tasks", dice), "started_at": "2026-11-24T10:00:00Z", "ended_at": "2026-11-24T11:00:00Z" })
        }
        "reminders" => {
            json!({ "task_id": known.any("tasks", dice), "trigger": { "type": "offset", "from": "due", "by": "-PT1H" } })
        }
        "datapoints" => {
            json!({ "goal_id": known.any("goals", dice), "at": "2026-11-24T10:00:00Z" })
        }
        _ => json!({ "title": name }),
    };
    app.owner
        .request(Method::POST, &format!("/api/v1/{noun}"))
        .json(&body)
}

fn edit(noun: &str, name: &str, dice: &Dice) -> Value {
    match noun {
        "time-entries" | "datapoints" => json!({ "note": name }),
        "reminders" => json!({ "trigger": { "type": "absolute", "at": "2026-12-02T09:00:00Z" } }),
        // Reminders follow.
        "tasks" => json!({ "due": format!("2026-12-{:02}", 1 + dice.below(20)) }),
        _ => json!({ "title": name }),
    }
}

type Rows = BTreeMap<(String, String), Value>;

/// A device: where it stopped reading, and what it holds.
#[derive(Clone, Default)]
struct Device {
    next: Option<String>,
    rows: Rows,
}

impl Device {
    /// Reads one page; answers what was in it and whether there is more.
    async fn read(&mut self, app: &TestApp, limit: usize) -> (Vec<(String, String)>, bool) {
        let since = self.next.clone().unwrap_or("0".to_owned());
        let answer = app
            .owner
            .get(&format!("/api/v1/sync?since={since}&limit={limit}"))
            .await;
        if answer.status == 410 {
            *self = Self::default();
            return (Vec::new(), true);
        }
        let page = answer.expect(200);
        let mut seen = Vec::new();
        for change in page["changes"].as_array().unwrap() {
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            let key = (text("entity"), text("id"));
            if change["deleted"] == true {
                self.rows.remove(&key);
            } else {
                self.rows.insert(key.clone(), change["document"].clone());
            }
            seen.push(key);
        }
        self.next = Some(page["next"].as_str().unwrap().to_owned());
        (seen, page["more"] == true)
    }

    /// Reads until there is no more; nobody writes meanwhile.
    async fn catch_up(&mut self, app: &TestApp, dice: &Dice) {
        let mut passes = 0;
        let mut seen = BTreeSet::new();
        loop {
            let begins_anew = self.next.is_none();
            if begins_anew {
                passes += 1;
                seen.clear();
                assert!(
                    passes < 3,
                    "a reading that began anew was told to begin anew"
                );
            }
            let (page, more) = self.read(app, 1 + dice.below(7)).await;
            for key in page {
                assert!(seen.insert(key.clone()), "{key:?} came twice in one pass");
            }
            if !more {
                return;
            }
        }
    }
}

/// Everything of a noun that is not in the trash, as its own list shows it.
async fn live(app: &TestApp, noun: &str, entity: &str, rows: &mut Rows) {
    let mut path = format!("/api/v1/{noun}?limit=100");
    loop {
        let page = app.owner.get(&path).await.expect(200);
        for item in page["items"].as_array().unwrap() {
            let mut row = item.clone();
            // Derived from other tasks; no part of the row.
            row.as_object_mut().unwrap().remove("blocked");
            rows.insert(
                (entity.to_owned(), row["id"].as_str().unwrap().to_owned()),
                row,
            );
        }
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/api/v1/{noun}?limit=100&cursor={next}"),
            None => return,
        }
    }
}

async fn converge(app: &TestApp, seed: u64) {
    let known = Known::default();
    let writers = futures_util::future::join_all((0..WRITERS).map(|writer| {
        let (known, dice) = (&known, Dice(Random::seeded(seed * 100 + writer as u64)));
        async move { write(app, known, &dice, writer).await }
    }));
    let dice = Dice(Random::seeded(seed * 100 + 99));
    let reader = async {
        let mut device = Device::default();
        let mut stopped = vec![device.clone()];
        for _ in 0..READS {
            device.read(app, 1 + dice.below(9)).await;
            if dice.below(3) == 0 {
                stopped.push(device.clone());
            }
        }
        stopped.push(device);
        stopped
    };
    let (_, stopped) = tokio::join!(writers, reader);
    let mut truth = Rows::new();
    for (noun, entity) in NOUNS {
        live(app, noun, entity, &mut truth).await;
    }
    assert!(
        truth.len() > 4,
        "the writers left too little to compare: {}",
        truth.len()
    );
    for (n, mut device) in stopped.into_iter().enumerate() {
        device.catch_up(app, &dice).await;
        assert_eq!(device.rows, truth, "device {n} of seed {seed}");
    }
}

/// Each seed on a fresh database.
async fn run(engine: Engine, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        TestApp::run(engine, async |app| converge(app, seed).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_stopped_anywhere_converges_on_sqlite() {
    run(Engine::Sqlite, 0..8).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_stopped_anywhere_converges_on_postgres() {
    run(Engine::Postgres, 0..4).await;
}
