//! The product beside bare servers: the same requests, in turn, on the same rows.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use clap::Args;
use http::{HeaderValue, Method};

use crate::load::{self, Plan, Shape};
use crate::process::{Memory, Server};
use crate::product::{Account, Product};
use crate::report::{self, Comparison, Sample};
use crate::seed::{self, Amount, Seeded};
use crate::{Effort, Places, durable, machine, postgres};

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    effort: Effort,
    /// A PostgreSQL server in which databases may be made and removed; without it SQLite alone is
    /// measured
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Rows in the tables
    #[arg(long, default_value_t = 100_000)]
    tasks: usize,
    /// Connections that are open at once
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Leave out the comparison with bare servers
    #[arg(long)]
    only_durable: bool,
    /// Leave out the comparison of group commit with one fsync for each write
    #[arg(long)]
    skip_durable: bool,
}

/// What a client writes.
pub const NEW_TASK: &str = r#"{"title": "Answer the letter #", "priority": 3, "due": "2027-03-01", "description": "By post, with the copy."}"#;

pub async fn run(options: &Options) -> Result<()> {
    println!("{}", machine::describe(&options.places.folder)?);
    if !options.only_durable {
        compare(options, None).await?;
        if let Some(server) = &options.postgres {
            postgres::check_durable(server).await?;
            compare(options, Some(server)).await?;
        }
    }
    if !options.skip_durable {
        let folder = options.places.folder.join("durable");
        durable::run(&options.places.astro, &folder, options.effort).await?;
    }
    Ok(())
}

/// The product and its rows, and a copy of the rows for the bare server.
struct Pair {
    product: Product,
    accounts: Vec<Account>,
    seeded: Seeded,
    bare: Bare,
}

/// Where the bare server's rows are.
enum Bare {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Pair {
    async fn sqlite(options: &Options, folder: &Path) -> Result<Self> {
        let product = Product::new(&options.places.astro, &folder.join("sqlite"), None)?;
        let accounts = product.make_accounts(1).await?;
        let seeded = fill(&product, &accounts, options.tasks).await?;
        let copy = folder.join("bare.db");
        std::fs::copy(product.folder().join("astro.db"), &copy)?;
        Ok(Self {
            product,
            accounts,
            seeded,
            bare: Bare::Sqlite(copy),
        })
    }

    /// Many owners, since the writes of one wait for each other.
    async fn postgres(options: &Options, folder: &Path, server: &str) -> Result<Self> {
        let url = postgres::make(server, "astro_bench", None).await?;
        let product = Product::new(
            &options.places.astro,
            &folder.join("postgres"),
            Some(url.clone()),
        )?;
        let accounts = product.make_accounts(options.clients).await?;
        let seeded = fill(&product, &accounts, options.tasks).await?;
        let bare = postgres::make(server, "astro_bench_bare", Some("astro_bench")).await?;
        for url in [&url, &bare] {
            postgres::settle(url).await?;
        }
        Ok(Self {
            product,
            accounts,
            seeded,
            bare: Bare::Postgres(bare),
        })
    }

    async fn start_bare(&self, folder: &Path) -> Result<Server> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare");
        match &self.bare {
            Bare::Sqlite(file) => command.arg("--sqlite").arg(file),
            Bare::Postgres(url) => command.arg("--postgres").arg(url),
        };
        let owner = self.first()?.scope.owner();
        command.args(["--owner", &owner.to_string()]);
        Server::start(&mut command, folder.join("bare.log")).await
    }

    /// The owner of the rows.
    fn first(&self) -> Result<&Account> {
        self.accounts.first().context("there is an account")
    }
}

async fn fill(product: &Product, accounts: &[Account], tasks: usize) -> Result<Seeded> {
    let first = accounts.first().context("there is an account")?;
    let amount = Amount {
        tasks,
        open: tasks / 10,
    };
    seed::fill(product.database(), first.scope, amount).await
}

async fn compare(options: &Options, server: Option<&str>) -> Result<()> {
    let folder = &options.places.folder;
    let (engine, pair) = match server {
        None => ("SQLite", Pair::sqlite(options, folder).await?),
        Some(server) => ("PostgreSQL", Pair::postgres(options, folder, server).await?),
    };
    let plan = Plan {
        clients: options.clients,
        warm_up: options.effort.warm_up,
        length: options.effort.seconds,
    };
    let mut comparisons = cases(&pair, server.is_some())?;
    let mut memory = Vec::new();
    for round in 0..options.effort.rounds {
        // access tokens live for minutes, so each round signs in anew
        let credentials = pair.product.sign_in(&pair.accounts).await?;
        let ours = pair.product.serve(None).await?;
        let bare = pair.start_bare(folder).await?;
        let idle = [settled_memory(&bare).await?, settled_memory(&ours).await?];
        for comparison in &mut comparisons {
            let servers = [&bare, &ours];
            comparison.round(round, servers, &credentials, plan).await?;
        }
        memory.push([(idle[0], bare.memory()?), (idle[1], ours.memory()?)]);
        ours.stop().await?;
        bare.stop().await?;
    }
    println!(
        "{}",
        report::comparisons(engine, options.clients, options.tasks, &comparisons)
    );
    println!("{}", report::memory(engine, &memory));
    Ok(())
}

/// Memory after the start, once the server rests.
pub async fn settled_memory(server: &Server) -> Result<Memory> {
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    server.memory()
}

fn cases(pair: &Pair, many_owners: bool) -> Result<Vec<Comparison>> {
    // every hundredth task, from the first to the last
    let ids: Vec<_> = pair.seeded.tasks.iter().step_by(100).collect();
    let each = |prefix: &str| -> Result<Shape> {
        let paths: Result<Vec<_>, _> = ids
            .iter()
            .map(|id| format!("{prefix}/{id}").parse())
            .collect();
        Shape::of(Method::GET, paths?, 200)
    };
    let mut cases = vec![
        Comparison::new(
            "signed in, no database",
            0.50,
            Shape::get("/hello")?,
            Shape::get("/api/v1/tasks/none")?.expecting(404),
        ),
        Comparison::new("GET task", 0.60, each("/tasks")?, each("/api/v1/tasks")?),
        Comparison::new(
            "list of 50",
            0.70,
            Shape::get("/tasks")?,
            Shape::get("/api/v1/tasks")?,
        ),
        Comparison::new(
            "POST task",
            0.70,
            Shape::post("/tasks", NEW_TASK)?,
            Shape::post("/api/v1/tasks", NEW_TASK)?,
        ),
    ];
    if many_owners {
        cases.push(
            Comparison::new(
                "POST task, an owner for each client",
                0.70,
                Shape::post("/tasks", NEW_TASK)?,
                Shape::post("/api/v1/tasks", NEW_TASK)?,
            )
            .for_all_owners(),
        );
    }
    Ok(cases)
}

impl Comparison {
    /// Measures both; who comes first changes, so that a drift of the machine cancels out.
    async fn round(
        &mut self,
        round: usize,
        [bare, ours]: [&Server; 2],
        credentials: &[HeaderValue],
        plan: Plan,
    ) -> Result<()> {
        let credentials = if self.all_owners {
            credentials
        } else {
            &credentials[..1]
        };
        let signed_in = self.ours_shape.clone().with(credentials);
        let bare_first = round.is_multiple_of(2);
        if !bare_first {
            self.ours.push(measure(ours, &signed_in, plan).await?);
        }
        self.bare.push(measure(bare, &self.bare_shape, plan).await?);
        if bare_first {
            self.ours.push(measure(ours, &signed_in, plan).await?);
        }
        Ok(())
    }
}

pub async fn measure(server: &Server, shape: &Shape, plan: Plan) -> Result<Sample> {
    let before = server.processor_time()?;
    let outcome = load::run(server.address, shape, plan).await?;
    let used = server.processor_time()?.saturating_sub(before);
    Ok(Sample {
        rate: outcome.rate,
        p50: outcome.quantile(0.50),
        p99: outcome.quantile(0.99),
        processor: used / u32::try_from(outcome.answered.max(1))?,
    })
}
