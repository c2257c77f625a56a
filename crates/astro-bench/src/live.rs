//! Many people who listen, and how soon they hear: memory of idle WebSockets, changes that are fanned
//! out, and one device that sees what another did.

mod audience;
mod writes;

use std::time::Duration;

use ::http::HeaderValue;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::measure::{millis, quantile};
use crate::process::Memory;
use crate::product::Product;
use crate::report::verdict;
use crate::{Places, http, machine, postgres, seconds, setting};
use audience::Audience;
use writes::Heard;

/// What idle sockets may cost the server, all of them together.
const MEMORY_MIB: u64 = 300;
/// From the answer to a write until 99 of 100 pushes arrived.
const FAN_OUT: Duration = Duration::from_secs(1);
/// From asking for a write on one device until 95 of 100 pushes arrived at another.
const OTHER_DEVICE: Duration = Duration::from_millis(150);
/// How long pushes may still arrive after the last write.
const GRACE: Duration = Duration::from_secs(3);
/// Writes by which two devices are measured.
const TURNS: usize = 200;
const PAUSE: Duration = Duration::from_millis(20);
/// Files that a process needs besides sockets.
const SPARE_FILES: usize = 500;

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    places: Places,
    /// A PostgreSQL server in which databases may be made; without it SQLite is used
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// People who listen
    #[arg(long, default_value_t = 1_000)]
    people: usize,
    /// WebSockets of each of them
    #[arg(long, default_value_t = 10)]
    sockets: usize,
    /// Changes a second
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Seconds of changes
    #[arg(long, default_value = "30", value_parser = seconds)]
    seconds: Duration,
    /// A further setting of the server; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

pub async fn run(options: &Options) -> Result<()> {
    println!("{}", machine::describe(&options.places.folder)?);
    let all = options.people * options.sockets;
    raise_file_limit(all + SPARE_FILES)?;
    let (product, credentials) = prepare(options).await?;
    let (pair, people) = credentials.split_last().context("there is somebody")?;
    let mut settings = vec![("ASTRO_HTTP__CONNECTIONS", (all + SPARE_FILES).to_string())];
    settings.extend(options.set.iter().map(|(k, v)| (k.as_str(), v.clone())));
    let server = product.serve_with(&settings).await?;
    let address = server.address;
    let idle = http::settled_memory(&server).await?;

    let mut audience = Audience::default();
    audience.open(address, people, options.sockets).await?;
    audience.settle().await?;
    let listening = http::settled_memory(&server).await?;

    audience
        .open(address, std::slice::from_ref(pair), 2)
        .await?;
    let written = writes::in_turn(address, (options.people, pair), TURNS, PAUSE).await?;
    tokio::time::sleep(GRACE).await;
    let other_device = Heard::of(&written, |write| write.asked, audience.take(), 2);

    let written = writes::steadily(address, people, options.rate, options.seconds).await?;
    tokio::time::sleep(GRACE).await;
    let each = options.sockets;
    let fan_out = Heard::of(&written, |write| write.answered, audience.take(), each);
    let after = server.memory()?;

    let engine = product.engine();
    println!(
        "### {all} WebSockets of {} people, {engine}\n",
        options.people
    );
    println!("{}", memory(idle, listening, after));
    println!("{HEAD}");
    let changes = format!("{} changes a second, from the answer", options.rate);
    println!("{}", row(&changes, &fan_out, 0.99, FAN_OUT));
    let title = "another device of the same person, from the request";
    println!("{}", row(title, &other_device, 0.95, OTHER_DEVICE));
    println!(
        "\nSockets that were closed: {}; pushes that asked to read anew: {}.",
        audience.closed(),
        audience.resyncs()
    );
    server.stop().await
}

/// The product with a token for everybody who listens, and for one more with two devices.
async fn prepare(options: &Options) -> Result<(Product, Vec<HeaderValue>)> {
    let url = match &options.postgres {
        Some(server) => Some(postgres::make(server, "astro_live", None).await?),
        None => None,
    };
    let folder = options.places.folder.join("live");
    let product = Product::new(&options.places.astro, &folder, url)?;
    let accounts = product.make_accounts(options.people + 1).await?;
    let credentials = product.make_tokens(&accounts).await?;
    Ok((product, credentials))
}

const HEAD: &str = "| what | writes | pushes | missing | foreign | p50 ms | p95 ms | p99 ms | slowest ms | aim |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|";

fn row(title: &str, heard: &Heard, share: f64, target: Duration) -> String {
    let at = |share| millis(quantile(&heard.times, share));
    let met = heard.missing == 0 && heard.foreign == 0 && at(share) <= millis(target);
    format!(
        "| {title} | {} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | p{:.0} <= {} ms {} |",
        heard.writes,
        heard.times.len(),
        heard.missing,
        heard.foreign,
        at(0.50),
        at(0.95),
        at(0.99),
        at(1.0),
        share * 100.0,
        target.as_millis(),
        verdict(met),
    )
}

fn memory(idle: Memory, listening: Memory, after: Memory) -> String {
    let mib = |kib: u64| kib.div_ceil(1024);
    let above = mib(listening.now_kib.saturating_sub(idle.now_kib));
    format!(
        "Resident memory: {} MiB at rest, {} with the sockets open ({above} above it, aim <= {MEMORY_MIB} {}), {} after the load.\n",
        mib(idle.now_kib),
        mib(listening.now_kib),
        verdict(above <= MEMORY_MIB),
        mib(after.now_kib),
    )
}

/// For this process and the ones that it starts.
fn raise_file_limit(needed: usize) -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(needed)?;
    if limit.maximum.is_some_and(|most| most < needed) {
        bail!("{needed} open files are needed, and {limit:?} are allowed");
    }
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).context("raising the limit of open files")
}
