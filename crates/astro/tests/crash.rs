//! kill -9 under load: what was acknowledged is there, and nothing is there twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; it measures time, starts tasks and tells its figures"
)]

mod product;

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::{Method, StatusCode};
use product::{Http, Product};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const WRITERS: usize = 200;

/// Which writes were acknowledged with which id, and which were under way.
#[derive(Default)]
struct Ledger {
    acknowledged: HashMap<String, String>,
    open: HashSet<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_lost_nothing_and_doubled_nothing() {
    crash(2).await;
}

/// The figure of the promise; takes minutes: `cargo test -p astro --test crash -- --ignored`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "twenty rounds take minutes"]
async fn twenty_kills_have_lost_nothing_and_doubled_nothing() {
    crash(20).await;
}

async fn crash(rounds: usize) {
    let mut product = Product::new();
    product.make_owner();
    let token = product.token(&["tasks:read", "tasks:write"]);
    product.start().await;
    let mut kept: HashMap<String, String> = HashMap::new();
    for round in 0..rounds {
        let ledger = write_until_killed(&mut product, round, &token).await;
        let ready = product.start().await;
        assert!(ready < Duration::from_secs(5), "ready only after {ready:?}");
        println!(
            "round {round}: {} acknowledged, {} open, ready after {ready:?}",
            ledger.acknowledged.len(),
            ledger.open.len()
        );
        let mut http = Http::open(product.address(), &token).await;
        // A client that got no answer sends the same again; one that got one may, too.
        for key in &ledger.open {
            let id = write(&mut http, key).await.expect("the server stays");
            kept.insert(key.clone(), id);
        }
        for (key, id) in ledger.acknowledged.iter().take(50) {
            assert_eq!(
                write(&mut http, key).await.as_ref(),
                Ok(id),
                "{key} was written twice"
            );
        }
        kept.extend(ledger.acknowledged);
    }
    let mut http = Http::open(product.address(), &token).await;
    let found = everything(&mut http).await;
    let missing: Vec<_> = kept
        .iter()
        .filter(|(key, id)| found.get(*key) != Some(&vec![(*id).clone()]))
        .collect();
    assert!(missing.is_empty(), "lost or doubled: {missing:?}");
    assert_eq!(found.len(), kept.len());
    product.stop();
    assert_eq!(product.astro_json(&["check"])["findings"], json!([]));
}

async fn write_until_killed(product: &mut Product, round: usize, token: &str) -> Ledger {
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (ledger, token) = (ledger.clone(), token.to_owned());
        writers.spawn(keep_writing(
            product.address(),
            token,
            round,
            writer,
            ledger,
        ));
    }
    // Another moment in each round: before, while and after a commit.
    let moment = Duration::from_millis(400 + 137 * (round as u64 % 7));
    tokio::time::sleep(moment).await;
    product.kill();
    while writers.join_next().await.is_some() {}
    Arc::into_inner(ledger).unwrap().into_inner().unwrap()
}

async fn keep_writing(
    address: SocketAddr,
    token: String,
    round: usize,
    writer: usize,
    ledger: Arc<Mutex<Ledger>>,
) {
    let Ok(mut http) = Http::try_open(address).await else {
        return;
    };
    http.token = Some(token);
    for number in 0.. {
        let key = format!("r{round}-w{writer}-n{number}");
        ledger.lock().unwrap().open.insert(key.clone());
        let Ok(id) = write(&mut http, &key).await else {
            return;
        };
        let mut ledger = ledger.lock().unwrap();
        ledger.open.remove(&key);
        ledger.acknowledged.insert(key, id);
    }
}

/// Writes a task that is named after its key; answers its id.
async fn write(http: &mut Http, key: &str) -> Result<String, String> {
    loop {
        let body = json!({ "title": key });
        let answer = http
            .send(Method::POST, "/api/v1/tasks", Some(&body), Some(key))
            .await
            .map_err(|error| error.to_string())?;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            // The queue is full; that is an answer, and nothing was written.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        return Ok(answer.json()["id"].as_str().unwrap().to_owned());
    }
}

/// The ids of all tasks by their titles.
async fn everything(http: &mut Http) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page: Value = http
            .get(&format!("/api/v1/tasks?limit=100{cursor}"))
            .await
            .ok();
        for task in page["items"].as_array().unwrap() {
            let text = |name: &str| task[name].as_str().unwrap().to_owned();
            found.entry(text("title")).or_default().push(text("id"));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
