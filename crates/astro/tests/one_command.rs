//! The whole loop as a person walks it, with the real binary and the real Taskwarrior.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails; it measures time and starts processes"
)]

mod product;

use std::time::Duration;

use astro_testkit::taskwarrior::{Taskwarrior, records};
use product::{Http, OWNER, PASSWORD, Product, is_private};
use serde_json::{Value, json};

/// The token of the link that the first start prints.
fn setup_token(greeting: &str) -> &str {
    let (_, token) = greeting
        .split_once("/setup#")
        .expect("a setup link is printed");
    token.split_whitespace().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_brings_tasks_in_is_told_what_to_do_and_takes_everything_out_again() {
    let mut product = Product::new();
    let ready = product.start().await;
    assert!(ready < Duration::from_secs(2), "ready after {ready:?}");

    // Setup by the printed link; it works once.
    let mut http = Http::try_open(product.address()).await.unwrap();
    let setup = json!({
        "token": setup_token(product.greeting()),
        "email": OWNER,
        "password": PASSWORD,
        "zone": "Europe/Madrid",
    });
    let user = http.post("/api/v1/setup", &setup).await.ok();
    assert_eq!(user["role"], "instance_admin");
    assert!(!http.post("/api/v1/setup", &setup).await.status.is_success());

    // Login.
    let login = json!({ "email": OWNER, "password": PASSWORD });
    let signed_in = http.post("/api/v1/auth/login", &login).await.ok();
    http.token = Some(signed_in["access_token"].as_str().unwrap().to_owned());
    assert_eq!(http.get("/api/v1/me").await.ok()["user"]["email"], OWNER);

    // Import of what the real program exports, through the running server.
    let Some(source) = Taskwarrior::open() else {
        return;
    };
    source.fill();
    let theirs = source.export();
    let file = product.home.path().join("tasks.json");
    std::fs::write(&file, &theirs).unwrap();
    let file = file.to_str().unwrap();
    let dry = product.astro_json(&["import", "taskwarrior", file, "--user", OWNER, "--dry-run"]);
    assert_eq!(product.astro_json(&["task", "list"])["items"], json!([]));
    let report = product.astro_json(&["import", "taskwarrior", file, "--user", OWNER]);
    assert_eq!(report["counts"], dry["counts"]);
    assert!(report["counts"]["task"]["created"].as_u64().unwrap() >= 200);

    // Back into the real program with every field equal, as long as nothing was changed here.
    let target = Taskwarrior::open().unwrap();
    target.import(product.astro(&["export", "taskwarrior"]).as_bytes());
    let (before, after) = (records(&theirs), records(&target.export()));
    assert_eq!(before.len(), after.len());
    for (uuid, record) in &before {
        assert_eq!(Some(record), after.get(uuid));
    }

    // Now, shown, accepted, done.
    let decided = product.astro_json(&["now"]);
    let first = &decided["proposals"][0];
    let reasons = first["recommendation"]["reasons"].as_array().unwrap();
    let sum: f64 = reasons
        .iter()
        .map(|r| r["contribution"].as_f64().unwrap())
        .sum();
    let score = first["recommendation"]["score"].as_f64().unwrap();
    assert!((sum - score).abs() < 1e-9, "{sum} is not {score}");
    let id = first["recommendation"]["id"].as_str().unwrap();
    let path = format!("/api/v1/recommendations/{id}");
    assert_eq!(http.get(&path).await.ok()["state"], "shown");
    assert_eq!(product.astro_json(&["now", "accept"])["id"], id);
    let task = first["task"]["id"].as_str().unwrap();
    product.astro(&["task", "done"]);
    let done = http.get(&format!("/api/v1/tasks/{task}")).await.ok();
    assert_eq!(done["status"], "completed");
    let states: Value = http.get(&path).await.ok();
    assert!(
        states["state"] == "accepted" || states["state"] == "applied",
        "{states}"
    );
    let next = product.astro_json(&["now"]);
    assert_ne!(next["proposals"][0]["task"]["id"], task);

    // Everything out, into an empty installation, and out again: equal.
    let ours = product.astro(&["export"]);
    assert!(product.stop() < Duration::from_secs(10));
    let other = Product::new();
    other.make_owner();
    let file = other.home.path().join("everything.json");
    std::fs::write(&file, &ours).unwrap();
    other.astro(&["import", "json", file.to_str().unwrap()]);
    assert_eq!(other.astro(&["export"]), ours);
    assert_eq!(other.astro_json(&["check"])["findings"], json!([]));

    // What is secret is nobody else's and not in the log.
    assert!(is_private(&product.data_dir()));
    assert!(is_private(&product.data_dir().join("keys.json")));
    let log = product.log();
    for secret in [PASSWORD, setup_token_of(&setup), "landlord"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

fn setup_token_of(setup: &Value) -> &str {
    setup["token"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_the_same_with_and_without_a_server() {
    let mut product = Product::new();
    product.make_owner();
    product.astro(&[
        "task", "add", "Buy milk", "--due", "tomorrow", "--label", "errand",
    ]);
    let without = product.astro(&["task", "list"]);
    assert!(
        without.contains("Buy milk") && without.contains("tomorrow") && without.contains("errand")
    );
    product.start().await;
    assert_eq!(product.astro(&["task", "list"]), without);
    product.astro(&["task", "done", "milk"]);
    assert!(!product.astro(&["task", "list"]).contains("milk"));
    product.stop();
    assert!(
        product
            .astro(&["task", "list", "--all"])
            .contains("Buy milk")
    );
    // Neither left anything wrong.
    assert_eq!(product.astro_json(&["check"])["findings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_added_in_one_line() {
    let product = Product::new();
    product.make_owner();
    let line = "Water plants every! 3 days #garden @outside p2 for 20m";
    let said = product.astro(&["task", "add", "--dry", line]);
    assert_eq!(
        said,
        "would add Water plants\n  due today \u{b7} every! 3 days \u{b7} #garden (new) \u{b7} @outside (new) \u{b7} p2 \u{b7} 20 min\n"
    );
    assert!(!product.astro(&["task", "list"]).contains("plants"));
    let said = product.astro(&["task", "add", line]);
    assert!(
        said.starts_with("added Water plants ") && said.contains("every! 3 days"),
        "{said}"
    );
    let task = product.astro_json(&[
        "task",
        "add",
        "Mow tomorrow p1 @outside",
        "--due",
        "2026-12-24",
        "--label",
        "noisy",
    ]);
    assert_eq!(
        (&task["title"], &task["due"], &task["priority"]),
        (&json!("Mow"), &json!("2026-12-24"), &json!(1))
    );
    assert_eq!(task["labels"].as_array().unwrap().len(), 2);
    let task = product.astro_json(&["task", "add", "--plain", "Read Every Day #1"]);
    assert_eq!(
        (&task["title"], &task["rrule"]),
        (&json!("Read Every Day #1"), &json!(null))
    );
    let refused = product.try_astro(&["task", "add", "tomorrow"], "");
    assert_eq!(refused.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_the_command_line_reads_what_went_wrong_and_gets_an_exit_code() {
    let product = Product::new();
    let failed = |arguments: &[&str]| {
        let output = product.try_astro(arguments, "");
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    };
    assert_eq!(failed(&["no-such-command"]).0, 2);
    let (code, said) = failed(&["--listen", "nowhere", "config", "show"]);
    assert!(code == 2 && said.contains("http.listen"), "{said}");
    let (code, said) = failed(&["task", "list"]);
    assert!(code == 1 && said.contains("astro user create"), "{said}");
    product.make_owner();
    let (code, said) = failed(&["task", "done", "nothing"]);
    assert!(code == 1 && said.contains("nothing"), "{said}");
    let (code, said) = failed(&["task", "done"]);
    assert!(code == 2 && said.contains("which task?"), "{said}");
    let (code, said) = failed(&["task", "--user", "nobody@example.org", "list"]);
    assert!(code == 1 && said.contains("nobody@example.org"), "{said}");
    let (code, said) = failed(&["task", "add", "A", "--due", "someday"]);
    assert!(code == 2 && said.contains("due"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_directory_is_refused_by_name() {
    let mut product = Product::new();
    product.start().await;
    let output = product.try_astro(&["serve"], "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("another astro process"), "{said}");
}
