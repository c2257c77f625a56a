//! Learning as it is typed: a sample life, its rows in files, a model of them; and training that is killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails; it measures time and starts processes"
)]

mod product;

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use product::{Http, OWNER, Product};
use serde_json::{Value, json};

/// A product with a sample life of some weeks in it.
fn lived(days: &str) -> Product {
    let product = Product::new();
    product.make_owner();
    let report = product.astro_json(&["demo", "--days", days, "--user", OWNER]);
    assert!(
        report["counts"]["task"]["created"].as_u64().unwrap() > 30,
        "{report}"
    );
    product
}

fn versions(product: &Product) -> Vec<Value> {
    let list = product.astro_json(&["models", "list"]);
    list["items"].as_array().unwrap().clone()
}

#[test]
fn a_sample_life_comes_and_goes() {
    let product = lived("30");
    let again = product.try_astro(&["demo"], "");
    assert_eq!(again.status.code(), Some(2));
    assert!(
        String::from_utf8(again.stderr)
            .unwrap()
            .contains("--remove")
    );
    let open = product.astro_json(&["task", "list"]);
    assert!(!open["items"].as_array().unwrap().is_empty());
    let removed = product.astro_json(&["demo", "--remove"]);
    let removed = removed["removed"].as_u64().unwrap();
    assert!(removed > 30);
    assert_eq!(product.astro_json(&["demo", "--remove"])["removed"], 0);
    // it comes again, and goes again
    let again = product.astro_json(&["demo", "--days", "30"]);
    assert_eq!(again["counts"]["task"]["created"], removed, "{again}");
    assert_eq!(
        product.astro_json(&["demo", "--remove"])["removed"],
        removed
    );
    let left = product.astro_json(&["task", "list"]);
    assert_eq!(left["items"], json!([]));
}

/// Titles of a list of the API.
async fn titles(http: &mut Http, path: &str) -> Vec<String> {
    let list = http.get(path).await.ok();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_goes_without_anything_of_ones_own() {
    let mut product = Product::new();
    product.make_owner();
    product.start().await;
    let token = product.token(&["tasks:read", "tasks:write"]);
    let mut http = Http::open(product.address(), &token).await;
    let post = async |http: &mut Http, path: &str, body: Value| {
        http.post(path, &body).await.ok();
    };
    // words that the sample uses too, and a project that is empty but for what the sample puts there
    for label in ["demo", "astro-demo"] {
        post(&mut http, "/api/v1/labels", json!({ "title": label })).await;
    }
    let labels = http.get("/api/v1/labels").await.ok();
    let labels: Vec<&Value> = labels["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| &label["id"])
        .collect();
    let own = json!({ "title": "My own", "labels": labels });
    post(&mut http, "/api/v1/tasks", own).await;
    post(&mut http, "/api/v1/projects", json!({ "title": "Work" })).await;
    product.astro_json(&["demo"]);
    // what is put into the sample's projects, and below its tasks, is one's own as well
    let projects = http.get("/api/v1/projects").await.json();
    let projects = projects["items"].as_array().unwrap();
    assert_eq!(projects.len(), 5);
    let home = projects
        .iter()
        .find(|project| project["title"] == "Home")
        .unwrap();
    let put = json!({ "title": "Put in", "project_id": home["id"] });
    post(&mut http, "/api/v1/tasks", put).await;
    let open = http
        .get("/api/v1/tasks?status=needs_action&limit=1&sort=due")
        .await
        .json();
    let part = json!({ "title": "A part", "parent_id": open["items"][0]["id"] });
    assert_ne!(part["parent_id"], Value::Null);
    post(&mut http, "/api/v1/tasks", part).await;
    product.astro_json(&["demo", "--remove"]);
    let mut left = titles(&mut http, "/api/v1/tasks?limit=100").await;
    left.sort_unstable();
    assert_eq!(left, ["A part", "My own", "Put in"]);
    let mut left = titles(&mut http, "/api/v1/projects").await;
    left.sort_unstable();
    assert_eq!(left, ["Home", "Work"]);
    assert_eq!(titles(&mut http, "/api/v1/labels").await.len(), 2);
    product.stop();
}

/// The five minutes of the README, as they stand there and with another life.
#[test]
fn the_sample_as_it_comes_suffices_to_learn_from() {
    for seed in SEEDS {
        let product = Product::new();
        product.make_owner();
        let demo = ["demo", "--seed", seed];
        product.astro_json(if seed == "1" { &demo[..1] } else { &demo });
        let trained = product.astro_json(&["train", "--what", "all", "--once"]);
        for item in trained["items"].as_array().unwrap() {
            let (learn, check) = (
                item["learnt"].as_u64().unwrap(),
                item["checked"].as_u64().unwrap(),
            );
            println!("seed {seed}: {} has {learn} and {check}", item["kind"]);
        }
        assert_eq!(named(&trained).len(), 2, "seed {seed}: {trained}");
    }
}

const SEEDS: [&str; 2] = ["1", "6"];

#[test]
fn a_damaged_model_is_found_by_the_check() {
    let product = lived("60");
    let train = |seed: &str| {
        let arguments = ["train", "--what", "completion", "--once", "--seed", seed];
        product.astro_json(&arguments)["version"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (champion, challenger) = (train("1"), train("2"));
    let check = || {
        let done = product.try_astro(&["check", "--json"], "");
        let said: Value = serde_json::from_slice(&done.stdout).unwrap();
        (done.status.code(), said["models"].clone())
    };
    assert_eq!(check(), (Some(0), json!([])));
    let damage = |version: &str| {
        let folder = product.data_dir().join("models/completion").join(version);
        let file = folder.join("weights.safetensors");
        let mut bytes = fs::read(&file).unwrap();
        bytes[2_000] ^= 1;
        fs::write(&file, bytes).unwrap();
    };
    // what only waits is told of, and is no reason to wake anybody
    damage(&challenger);
    let (code, models) = check();
    assert_eq!((code, &models[0]["serves"]), (Some(0), &json!(false)));
    damage(&champion);
    let (code, models) = check();
    assert_eq!((code, models.as_array().unwrap().len()), (Some(1), 2));
    let told = product.try_astro(&["check"], "");
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains(&champion) && !told.contains("sound"),
        "{told}"
    );
}

/// Predictions of rows in a file, as text.
fn predict(product: &Product, what: &str, rows: &str, model: &str) -> String {
    let arguments = ["models", "predict", what, "--rows", rows, "--model", model];
    let done = product.try_astro(&arguments, "");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

/// Writes all rows; answers how many.
fn export(product: &Product, what: &str, format: &str, file: &str) -> u64 {
    let arguments = ["data", "export", "--what", what, "--format", format];
    let told = product.astro_json(&[&arguments[..], &["--output", file]].concat());
    let parts = told["rows"].as_object().unwrap().values();
    parts.map(|rows| rows.as_u64().unwrap()).sum()
}

#[test]
fn rows_go_out_in_two_forms_and_come_in_again() {
    let product = lived("60");
    let rows = export(&product, "completion", "csv", "rows.csv");
    assert!(rows > 300 && export(&product, "completion", "parquet", "rows.parquet") >= rows);
    let csv = fs::read_to_string(product.home.path().join("rows.csv")).unwrap();
    assert!(csv.starts_with(
        "part,person,task,nth,at,known_at,asked_h,answer,after_h,ending,minutes,priority,"
    ));
    assert!(
        ["learn,", "check,", "later,"]
            .iter()
            .all(|part| csv.contains(&format!("\n{part}")))
    );
    let said = predict(&product, "completion", "rows.csv", "prior");
    assert_eq!(said.lines().count(), csv.lines().count());
    for line in said.lines().skip(1) {
        let chances: Vec<f64> = line
            .split(',')
            .take(5)
            .map(|cell| cell.parse().unwrap())
            .collect();
        assert!(
            chances.iter().all(|chance| (0.0..=1.0).contains(chance)),
            "{line}"
        );
        assert!(chances[1..4].is_sorted(), "{line}");
    }
    // rows that cannot be read are named
    for (file, from, to, word) in [
        (
            "other.csv",
            ",priority,",
            ",urgency,",
            "there is no column `priority`",
        ),
        ("odd.csv", "\nlearn,", "\nlearn", "reading odd.csv"),
        ("rows.txt", "", "", ".csv or .parquet"),
    ] {
        fs::write(product.home.path().join(file), csv.replacen(from, to, 1)).unwrap();
        let arguments = [
            "models",
            "predict",
            "completion",
            "--rows",
            file,
            "--model",
            "prior",
        ];
        let refused = product.try_astro(&arguments, "");
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && told.contains(word), "{told}");
    }
}

#[test]
fn exposures_and_rewards_go_out_and_are_answered() {
    let product = lived("60");
    // nothing was suggested in this life: silence, tasks and hours
    let rows = export(&product, "exposures", "csv", "exposures.csv");
    assert!(rows > 100, "{rows}");
    let read = |file: &str| fs::read_to_string(product.home.path().join(file)).unwrap();
    let csv = read("exposures.csv");
    assert!(csv.starts_with(
        "part,person,decision,at,about,task,kind,slot,p_speak,p_choice,propensity,accepted,"
    ));
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (about, baseline, next, hour) = (
        place("about"),
        place("baseline"),
        place("next"),
        place("in_slot"),
    );
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), header.len());
        let asked = match cells[about] {
            "silence" => baseline,
            "task" => next,
            "slot" => hour,
            other => panic!("nobody suggested: {other}"),
        };
        let answered = [baseline, next, hour]
            .into_iter()
            .filter(|place| !cells[*place].is_empty());
        // each row has the answer that it was asked for, or none yet
        assert!(answered.into_iter().all(|place| place == asked), "{line}");
    }
    assert!(export(&product, "exposures", "parquet", "exposures.parquet") >= rows);
    let said = predict(&product, "recommender", "exposures.csv", "prior");
    assert_eq!(said.lines().count(), csv.lines().count());
    let header = "accept,start,burden,slot,respond_in_10_min,respond_in_30_min,progress,baseline,minutes_low,minutes_typical,\
                  minutes_high,next_now,next_later,next_deferred,next_split,next_dropped,next_nothing";
    assert_eq!(said.lines().next(), Some(header));
    let rewards = export(&product, "rewards", "csv", "rewards.csv");
    let csv = read("rewards.csv");
    assert!(rewards > 20 && csv.lines().count() as u64 == rewards + 1);
    assert!(csv.starts_with("part,person,decision,at,window_end,spoken,progress,completion,on_time,burden,reward,definition"));
    let parts = |line: &str| {
        line.split(',')
            .skip(6)
            .map(|cell| cell.parse().unwrap())
            .collect::<Vec<f64>>()
    };
    let earned = csv.lines().skip(1).map(|line| {
        let parts = parts(line);
        assert!(
            (parts[0] + parts[1] + parts[2] - parts[3] - parts[4]).abs() < 1e-9,
            "{line}"
        );
        parts[4]
    });
    assert!(earned.sum::<f64>() > 1.0, "somebody did something");
}

#[test]
fn what_was_lived_is_learnt_and_both_forms_hold_the_same_bits() {
    let product = lived("60");
    let until = product.astro_json(&["data", "export", "--output", "rows.csv"])["until"].clone();
    let until = until.as_str().unwrap();
    let parquet = [
        "data",
        "export",
        "--format",
        "parquet",
        "--until",
        until,
        "--output",
        "rows.parquet",
    ];
    product.astro_json(&parquet);
    let trained = product.astro_json(&["train", "--what", "completion", "--once", "--seed", "3"]);
    assert_eq!(
        (&trained["serves"], &trained["people"]),
        (&json!(true), &json!(1))
    );
    let said = predict(&product, "completion", "rows.csv", "champion");
    assert_eq!(
        said,
        predict(
            &product,
            "completion",
            "rows.parquet",
            trained["version"].as_str().unwrap()
        )
    );
    assert_ne!(said, predict(&product, "completion", "rows.csv", "prior"));
    product.astro_json(&["models", "show", "champion", "--page", "report.html"]);
    let page = fs::read_to_string(product.home.path().join("report.html")).unwrap();
    assert!(page.contains("</html>") && page.contains("Error by slice"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_trains_when_the_command_line_asks() {
    let mut product = lived("60");
    product.start().await;
    // an alarm needs something to compare with from the start
    let mut http = Http::try_open(product.address()).await.unwrap();
    let metrics = http.get("/metrics").await.body;
    let metrics = String::from_utf8(metrics.to_vec()).unwrap();
    assert!(
        metrics.contains("astro_models_unusable_total 0"),
        "{metrics}"
    );
    let list = product.astro_json(&["train", "--once", "--seed", "3"]);
    let kinds = ["completion", "recommender"];
    for (item, kind) in list["items"].as_array().unwrap().iter().zip(kinds) {
        assert_eq!(
            (&item["kind"], &item["aliases"]),
            (&json!(kind), &json!(["champion"])),
            "{list}"
        );
    }
    assert_eq!(list["items"].as_array().unwrap().len(), kinds.len());
    let shown = product.astro_json(&["models", "show", "--kind", "recommender"]);
    assert_eq!(shown["kind"], "recommender");
    product.stop();
}

/// Moments at which training is killed, each later than the one before.
const KILLS: u64 = 50;

/// Killed at any moment, training leaves a registry that names only versions whose files are whole, and the next
/// run ends with the version that no kill would have changed.
#[test]
fn training_that_is_killed_leaves_nothing_broken() {
    let product = lived("60");
    let until = product.astro_json(&["data", "export", "--output", "rows.csv"])["until"]
        .as_str()
        .unwrap()
        .to_owned();
    let train = ["train", "--once", "--seed", "5", "--until", &until];
    for kill in 0..KILLS {
        let mut child = product.spawn(&train);
        sleep(Duration::from_millis(60 + 60 * kill));
        child.kill().unwrap();
        child.wait().unwrap();
        for version in versions(&product) {
            assert_eq!(version["damage"], Value::Null, "after kill {kill}");
        }
    }
    let trained = named(&product.astro_json(&train));
    assert_eq!(trained.len(), 2, "{trained:?}");
    assert_eq!(trained, named(&lived_again(&product, &train)));
    for (kind, _) in trained {
        let folder = product.data_dir().join("models").join(kind);
        let names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }
}

/// What was trained: kinds and versions.
fn named(trained: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = trained["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| (text(&item["kind"]), text(&item["version"])))
        .collect()
}

/// The same training where nothing was ever trained.
fn lived_again(product: &Product, train: &[&str]) -> Value {
    let models = product.data_dir().join("models");
    fs::rename(&models, product.data_dir().join("models-before")).unwrap();
    product.astro_json(train)
}
