//! Reminders that are due at the same time while the processes that send them are killed and
//! stopped: each of them calls once, on time, and nobody is told twice.

mod crew;
mod ledger;
mod plan;
mod sink;

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::measure::now;
use crate::product::Product;
use crate::report::verdict;
use crate::{Places, machine, postgres, seconds, setting};
use crew::{Crew, Torment};
use ledger::Ledger;
use plan::Plan;
use sink::Sink;

/// The p99 of how late a reminder may call.
const LATENESS: Duration = Duration::from_secs(2);
/// After everything arrived: what comes twice comes now.
const GRACE: Duration = Duration::from_secs(5);

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    places: Places,
    /// A PostgreSQL server in which databases may be made; without it one process works on SQLite
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Reminders
    #[arg(long, default_value_t = 10_000)]
    reminders: usize,
    /// People who have them
    #[arg(long, default_value_t = 20)]
    people: usize,
    /// Seconds within which all of them are due
    #[arg(long, default_value = "60", value_parser = seconds)]
    within: Duration,
    /// Seconds from beginning to make the reminders until the first is due
    #[arg(long, default_value = "60", value_parser = seconds)]
    lead: Duration,
    /// Seconds that they may still come after the last is due
    #[arg(long, default_value = "120", value_parser = seconds)]
    patience: Duration,
    /// Processes that send them, on PostgreSQL
    #[arg(long, default_value_t = 4)]
    workers: usize,
    /// Seconds after which another process is killed and started again; 0 for never
    #[arg(long, default_value = "2", value_parser = seconds)]
    kill_every: Duration,
    /// Seconds for which one process is stopped, longer than a lease; 0 for not at all
    #[arg(long, default_value = "40", value_parser = seconds)]
    stop_for: Duration,
    /// A further setting of the processes; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

pub async fn run(options: &Options) -> Result<()> {
    println!("{}", machine::describe(&options.places.folder)?);
    let product = make_product(options).await?;
    let accounts = product.make_accounts(options.people).await?;
    let sessions = product.sign_in(&accounts).await?;
    let people = product.make_tokens(&accounts).await?;
    let sink = Sink::start().await?;
    let settings = settings(options);
    let server = product.serve_with(&settings).await?;
    let plan = Plan {
        address: server.address,
        sink: sink.url(),
        reminders: options.reminders,
        lead: options.lead,
        within: options.within,
    };
    let due = plan.carry_out(&sessions, &people).await?;

    let (mut crew, api) = match options.postgres {
        Some(_) => {
            let crew = Crew::workers(&product, settings, options.workers)?;
            (crew, Some(server))
        }
        None => (Crew::server(&product, settings, server), None),
    };
    let torment = Torment {
        begin: due.begin,
        kill_every: options.kill_every,
        stop_for: options.stop_for,
        until: options.within,
    };
    let patience = due.begin + options.within + options.patience;
    while sink.reminders() < options.reminders && now() < patience {
        crew.suffer(torment).await?;
    }
    tokio::time::sleep(GRACE).await;
    let suffered = crew.suffered();
    let server = crew.rest(api)?;
    let ledger = Ledger::read(server.address, &people).await?;
    report(options, product.engine(), &due, &ledger, &sink);
    println!("{suffered}");
    server.stop().await
}

async fn make_product(options: &Options) -> Result<Product> {
    let (name, url) = match &options.postgres {
        Some(server) => {
            let url = postgres::make(server, "astro_reminders", None).await?;
            ("reminders-postgres", Some(url))
        }
        None => ("reminders-sqlite", None),
    };
    let folder = options.places.folder.join(name);
    Product::new(&options.places.astro, &folder, url)
}

fn settings(options: &Options) -> Vec<(&str, String)> {
    let mut settings = vec![("ASTRO_OUTGOING__ALLOW", "127.0.0.1".to_owned())];
    if options.postgres.is_some() {
        // what is measured are the workers
        settings.push(("ASTRO_JOBS__IN_SERVER", "false".to_owned()));
    }
    settings.extend(options.set.iter().map(|(k, v)| (k.as_str(), v.clone())));
    settings
}

fn report(options: &Options, engine: &str, due: &plan::Due, ledger: &Ledger, sink: &Sink) {
    let outcome = ledger.compare(&due.at);
    println!(
        "### {} reminders of {} people due within {} s, {engine}\n\n| what | figure | aim |\n|---|--:|---|",
        options.reminders,
        options.people,
        options.within.as_secs(),
    );
    let row = |what: &str, count: usize| {
        println!("| {what} | {count} | 0 {} |", verdict(count == 0));
    };
    let never_told = options.reminders.saturating_sub(sink.reminders());
    let seen = sink.counts();
    row("due and never called", outcome.missing);
    row("called without being due", outcome.unexpected);
    row("called twice in the ledger", outcome.doubled);
    row("not sent, as the ledger says", outcome.unsent);
    row("never told of to the receiver", never_told);
    row("received twice under one id", seen.repeated);
    row("received twice with other words", seen.contradictory);
    row("told again without saying so", seen.unannounced);
    row("not of the promised form", seen.unreadable);
    println!("| told again and saying so | {} | |", seen.announced);
    println!("| webhooks | {} | |", sink.webhooks());
    let late = |share| outcome.lateness(share);
    println!(
        "| lateness p50, p99, largest | {:.3} s, {:.3} s, {:.3} s | p99 <= {} s {} |\n",
        late(0.50),
        late(0.99),
        late(1.0),
        LATENESS.as_secs(),
        verdict(late(0.99) <= LATENESS.as_secs_f64()),
    );
}
