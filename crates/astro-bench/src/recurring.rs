//! One person's 10,000 recurring tasks on SQLite: how long today and the coming months take.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use http::{HeaderValue, Method};
use serde_json::{Value, json};

use crate::load::{self, Plan, Shape};
use crate::measure::now;
use crate::process::Server;
use crate::product::Product;
use crate::{Effort, Places, client, machine, report};

/// Within which 95 of 100 answers must come.
const TARGET: Duration = Duration::from_millis(100);
/// A quarter of a year.
const AHEAD: &str = "/api/v1/upcoming?days=90&limit=50";

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    effort: Effort,
    /// Recurring tasks
    #[arg(long, default_value_t = 10_000)]
    series: usize,
}

pub async fn run(options: &Options) -> Result<()> {
    println!("{}", machine::describe(&options.places.folder)?);
    let folder = options.places.folder.join("recurring");
    let product = Product::new(&options.places.astro, &folder, None)?;
    let accounts = product.make_accounts(1).await?;
    let credentials = product.sign_in(&accounts).await?;
    let server = product.serve(None).await?;
    let credential = credentials.first().context("there is an account")?;
    let begun = now();
    for number in 0..options.series {
        add(&server, credential, number).await?;
    }
    let added = now().duration_since(begun);
    let mut rows = Vec::new();
    for (title, paths) in views(&server, credential).await? {
        let paths: Result<Vec<_>, _> = paths.iter().map(|path| path.parse()).collect();
        let shape = Shape::of(Method::GET, paths?, 200)?;
        let plan = Plan {
            clients: 1,
            warm_up: options.effort.warm_up,
            length: options.effort.seconds,
        };
        let outcome = load::run(server.address, &shape.with(&credentials), plan).await?;
        let title = format!("{title} ({} answers)", outcome.count());
        rows.push((title, outcome.into_times()));
    }
    println!(
        "### {} recurring tasks of one person, SQLite, one client\n\n{}\nAdding one took {:.1} ms on average, with its first occurrence.",
        options.series,
        report::views(&rows, TARGET),
        added.as_secs_f64() * 1000.0 / f64::from(u32::try_from(options.series.max(1))?),
    );
    server.stop().await
}

/// Daily, weekly, monthly and yearly ones, days and times, starting on different days.
async fn add(server: &Server, credential: &HeaderValue, number: usize) -> Result<()> {
    let rules = [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY",
    ];
    let day = 1 + number % 28;
    let month = 1 + number % 12;
    let due = match number % 3 {
        0 => format!("2026-{month:02}-{day:02}"),
        1 => format!("2026-{month:02}-{day:02}T{:02}:00:00", number % 24),
        _ => format!("2026-{month:02}-{day:02}T09:30:00[Europe/Madrid]"),
    };
    let body = json!({
        "title": format!("Recurring {number}"),
        "due": due,
        "rrule": rules[number % rules.len()],
    });
    let made = client::send(
        server.address,
        Method::POST,
        "/api/v1/tasks",
        Some(credential),
        Some(&body),
    )
    .await?;
    if made["template"] != true {
        bail!("a recurring task was not taken as one: {made}");
    }
    Ok(())
}

async fn views(
    server: &Server,
    credential: &HeaderValue,
) -> Result<Vec<(&'static str, Vec<String>)>> {
    let page = async |path: &str| {
        let answer =
            client::send(server.address, Method::GET, path, Some(credential), None).await?;
        let items = answer["items"].as_array().map_or(0, Vec::len);
        if items == 0 {
            bail!("nothing lies ahead: {answer}");
        }
        anyhow::Ok(answer)
    };
    // far enough for every series to have come at least once before
    let far = "/api/v1/upcoming?days=90&limit=100";
    let mut cursor = String::new();
    for _ in 0..60 {
        let answer: Value = page(&format!("{far}{cursor}")).await?;
        let next = answer["next_cursor"]
            .as_str()
            .context("there is more ahead")?;
        cursor = format!("&cursor={next}");
    }
    Ok(vec![
        ("today", vec!["/api/v1/today".to_owned()]),
        ("upcoming, 90 days, the first page", vec![AHEAD.to_owned()]),
        (
            "upcoming, 90 days, after 6,000 others",
            vec![format!("{far}{cursor}")],
        ),
        (
            "upcoming, one day in two months",
            vec!["/api/v1/upcoming?from=2027-01-25&days=1".to_owned()],
        ),
        (
            "open, by due",
            vec!["/api/v1/tasks?status=needs_action,in_process&sort=due".to_owned()],
        ),
    ])
}
