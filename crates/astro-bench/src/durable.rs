//! Group commit beside one commit, and so one wait for the disk, for each write: two servers of the
//! same program on rows of their own, in turn. SQLite, since PostgreSQL shares commits by itself.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::load::{Plan, Shape};
use crate::product::Product;
use crate::{Effort, http, report};

/// How much more group commit must give with many clients.
const TARGET: f64 = 1.6;
const CLIENTS: [usize; 2] = [200, 32];

pub async fn run(astro: &Path, folder: &Path, effort: Effort) -> Result<()> {
    let mut sides = Vec::new();
    for (name, batch) in [("shared", None), ("single", Some(1))] {
        let product = Product::new(astro, &folder.join(name), None)?;
        let accounts = product.make_accounts(1).await?;
        sides.push((product, accounts, batch));
    }
    let shape = Shape::post("/api/v1/tasks", http::NEW_TASK)?;
    let mut rows = CLIENTS.map(|clients| (clients, Vec::new(), Vec::new()));
    for round in 0..effort.rounds {
        let mut servers = Vec::new();
        for (product, accounts, batch) in &sides {
            let credentials = product.sign_in(accounts).await?;
            servers.push((product.serve(*batch).await?, credentials));
        }
        for (clients, shared, single) in &mut rows {
            let plan = Plan {
                clients: *clients,
                warm_up: effort.warm_up,
                length: effort.seconds,
            };
            let mut order = [0, 1];
            order.rotate_left(round % 2);
            for side in order {
                let (server, credentials) = servers.get(side).context("two sides")?;
                let signed_in = shape.clone().with(credentials);
                let sample = http::measure(server, &signed_in, plan).await?;
                if side == 0 {
                    &mut *shared
                } else {
                    &mut *single
                }
                .push(sample);
            }
        }
        for (server, _) in servers {
            server.stop().await?;
        }
    }
    println!(
        "### Durable writes on SQLite\n\n{}",
        report::durable(&rows, TARGET)
    );
    Ok(())
}
