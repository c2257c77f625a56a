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

use product::{OWNER, Product};
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
    product.astro_json(&["task", "add", "My own"]);
    let removed = product.astro_json(&["demo", "--remove"]);
    assert!(removed["removed"].as_u64().unwrap() > 30);
    let left = product.astro_json(&["task", "list"]);
    assert_eq!(left["items"].as_array().unwrap().len(), 1, "{left}");
    assert_eq!(product.astro_json(&["demo", "--remove"])["removed"], 0);
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
    assert!(page.contains("</html>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_trains_when_the_command_line_asks() {
    let mut product = lived("60");
    product.start().await;
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
