//! `astro worker`: the engine room without the server. Any number of them may work on one PostgreSQL.

use std::process::ExitCode;

use crate::config::Loaded;
use crate::engine::Engine;
use crate::failure::Misuse;
use crate::screen::{Screen, Style};
use crate::{shutdown, telemetry, wiring};

pub async fn run(loaded: &Loaded, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    if config.database.url.is_none() {
        return Err(Misuse::error(
            "a SQLite database is worked on by one process, and `astro serve` does what is to be done \
             itself; `astro worker` needs a PostgreSQL (--database-url)",
        ));
    }
    let metrics = telemetry::start_metrics()?;
    let services = wiring::open(config).await?;
    let (mut shutdown, impatient) = shutdown::listen()?;
    let name = screen.paint(Style::Strong, "AstroAssistance");
    screen.line(format!("{name} {} works", env!("CARGO_PKG_VERSION")))?;
    tracing::info!(engine = services.store.engine_name(), "working");
    let upkeep = telemetry::keep_up(&metrics);
    let engine = Engine::start(&services, config).await?;
    let ended = tokio::select! {
        () = engine.run(async move { shutdown.wait().await }) => true,
        never = upkeep => match never {},
        () = impatient => false,
    };
    services.store.close().await?;
    tracing::info!(ended, "stopped");
    Ok(ExitCode::SUCCESS)
}
