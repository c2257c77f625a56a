//! One person's tasks of many years on SQLite: how long the views take, and how much memory the
//! server needs.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use astro_core::ids::{LabelId, ProjectId};
use clap::Args;
use http::{HeaderValue, Method};
use serde_json::Value;

use crate::load::{self, Plan, Shape};
use crate::process::Server;
use crate::product::Product;
use crate::seed::{self, Amount, Seeded};
use crate::{Effort, Places, client, http as comparison, machine, report};

/// Within which 95 of 100 answers must come.
const TARGET: Duration = Duration::from_millis(100);
/// Memory of a server that rests.
const IDLE_MIB: u64 = 80;

/// Somebody with half an hour asks what to do.
const ASK: &str = r#"{"surface": "api", "trigger": "asked", "time_available_s": 1800}"#;

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    effort: Effort,
    /// Tasks, a tenth of which are open
    #[arg(long, default_value_t = 50_000)]
    tasks: usize,
}

pub async fn run(options: &Options) -> Result<()> {
    println!("{}", machine::describe(&options.places.folder)?);
    let folder = options.places.folder.join("size");
    let product = Product::new(&options.places.astro, &folder, None)?;
    let accounts = product.make_accounts(1).await?;
    let owner = accounts.first().context("there is an account")?;
    let amount = Amount {
        tasks: options.tasks,
        open: options.tasks / 10,
    };
    let seeded = seed::fill(product.database(), owner.scope, amount).await?;
    let credentials = product.sign_in(&accounts).await?;
    let server = product.serve(None).await?;
    let idle = comparison::settled_memory(&server).await?;
    check_rows(&server, credentials.first()).await?;
    let rows = measure_all(&server, &credentials, &seeded, options.effort).await?;
    let after = server.memory()?;
    println!(
        "### {} tasks of one person, {} of them open, SQLite, one client\n\n{}",
        amount.tasks,
        amount.open,
        report::views(&rows, TARGET)
    );
    let mib = |kib: u64| kib.div_ceil(1024);
    println!(
        "Resident memory: {} MiB at rest (aim <= {IDLE_MIB}), {} at most, {} afterwards; the database has {} MiB.",
        mib(idle.now_kib),
        mib(after.highest_kib),
        mib(after.now_kib),
        mib(std::fs::metadata(folder.join("astro.db"))?.len() / 1024),
    );
    server.stop().await
}

/// Figures of views that show nothing would mean nothing.
async fn check_rows(server: &Server, credential: Option<&HeaderValue>) -> Result<()> {
    let today = client::send(
        server.address,
        Method::GET,
        "/api/v1/today",
        credential,
        None,
    )
    .await?;
    if today["overdue"].as_array().is_none_or(Vec::is_empty) {
        bail!("the rows that were filled in do not show: {today}");
    }
    let ask: Value = serde_json::from_str(ASK)?;
    let answer = client::send(
        server.address,
        Method::POST,
        "/api/v1/recommendations",
        credential,
        Some(&ask),
    )
    .await?;
    if answer["proposals"].as_array().is_none_or(Vec::is_empty) {
        bail!("nothing is recommended: {answer}");
    }
    Ok(())
}

async fn measure_all(
    server: &Server,
    credentials: &[HeaderValue],
    seeded: &Seeded,
    effort: Effort,
) -> Result<Vec<(String, Vec<Duration>)>> {
    let plan = Plan {
        clients: 1,
        warm_up: effort.warm_up,
        length: effort.seconds,
    };
    let mut rows = Vec::new();
    for (title, shape) in views(seeded)? {
        let outcome = load::run(server.address, &shape.with(credentials), plan).await?;
        let title = format!("{title} ({} answers)", outcome.count());
        rows.push((title, outcome.into_times()));
    }
    Ok(rows)
}

/// What a person looks at, as queries of the list.
const LISTS: &[(&str, &[&str])] = &[
    ("list, oldest first", &["limit=50"]),
    ("list, latest change first", &["sort=updated"]),
    ("list, latest completed first", &["sort=completed"]),
    ("by position", &["sort=position"]),
    ("open, by due", &["OPEN&sort=due"]),
    (
        "open, not blocked, by due",
        &["OPEN&blocked=false&sort=due"],
    ),
    ("open, blocked", &["OPEN&blocked=true"]),
    (
        "due this year",
        &["due_from=2026-01-01&due_to=2026-12-31&sort=due"],
    ),
    (
        "open of a project, by position",
        &["OPEN&sort=position&project_id=PROJECT"],
    ),
    ("all of a project", &["project_id=PROJECT"]),
    ("all with a label", &["label_id=LABEL"]),
    ("search, a rare word", &["q=4711", "q=31234", "q=17000"]),
    (
        "search, common words",
        &["q=invoice", "q=repair", "q=folder%20shelf", "q=call%20dent"],
    ),
    ("search, one letter", &["q=t", "q=c"]),
    ("search, open only", &["OPEN&q=report"]),
    ("search, nothing found", &["q=zebra"]),
];

fn views(seeded: &Seeded) -> Result<Vec<(&'static str, Shape)>> {
    let mut views = vec![("today", Shape::get("/api/v1/today")?)];
    for (title, queries) in LISTS {
        let queries = queries.iter().flat_map(|query| concrete(query, seeded));
        let paths: Result<Vec<_>, _> = queries
            .map(|query| format!("/api/v1/tasks?{query}").parse())
            .collect();
        views.push((title, Shape::of(Method::GET, paths?, 200)?));
    }
    views.push((
        "recommendation",
        Shape::post("/api/v1/recommendations", ASK)?,
    ));
    views.push(("sync, the first page", Shape::get("/api/v1/sync?since=0")?));
    Ok(views)
}

/// The query for every project or label, where it names one.
fn concrete(query: &str, seeded: &Seeded) -> Vec<String> {
    let query = query.replace("OPEN", "status=needs_action,in_process");
    if query.contains("PROJECT") {
        let each = |id: &ProjectId| query.replace("PROJECT", &id.to_string());
        seeded.projects.iter().map(each).collect()
    } else if query.contains("LABEL") {
        let each = |id: &LabelId| query.replace("LABEL", &id.to_string());
        seeded.labels.iter().map(each).collect()
    } else {
        vec![query]
    }
}
