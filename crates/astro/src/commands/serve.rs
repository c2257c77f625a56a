//! `astro serve`: the server.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use astro_core::config::Config;
use astro_core::secret::Secret;
use astro_services::Services;
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use super::config::without_password;
use crate::config::Loaded;
use crate::engine::Engine;
use crate::failure::Misuse;
use crate::running::{Announcement, RunningServer};
use crate::screen::{Screen, Style};
use crate::shutdown::Shutdown;
use crate::{server, shutdown, telemetry, wiring};

pub async fn run(loaded: &Loaded, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let config = &loaded.config;
    let metrics = telemetry::start_metrics()?;
    let services = wiring::open(config).await?;
    Announcement::clear(&config.data_dir)?;
    let (shutdown, impatient) = shutdown::listen()?;
    let listener = bind(config.http.listen, "--listen").await?;
    let address = listener.local_addr()?;
    let metrics_listener = match config.http.metrics_listen {
        Some(wanted) => Some(bind(wanted, "http.metrics_listen").await?),
        None => None,
    };
    let _announcement = announce(config, address)?;
    let setup = services.setup_token().await?;
    welcome(loaded, address, &services, setup.as_ref(), screen)?;
    for variable in &loaded.ignored {
        tracing::warn!(%variable, "this variable of the environment means nothing here");
    }
    tracing::info!(%address, engine = services.store.engine_name(), "listening");
    // With an address of its own /metrics is not on the public one.
    let shared = metrics_listener.is_none().then(|| metrics.clone());
    let router = wiring::router(services.clone(), config, shared);
    let engine = Engine::beside_server(&services, config).await?;
    let serving = serve_all(
        server::serve(listener, router, config.http.connections, shutdown.clone()),
        engine,
        metrics_listener,
        metrics,
        shutdown,
    );
    let drained = tokio::select! {
        drained = serving => drained,
        () = impatient => false,
    };
    services.store.close().await?;
    tracing::info!(drained, "stopped");
    Ok(ExitCode::SUCCESS)
}

/// Runs the server with what accompanies it, until both the server and the engine room have ended.
async fn serve_all(
    server: impl Future<Output = bool>,
    engine: Engine,
    metrics_listener: Option<TcpListener>,
    metrics: PrometheusHandle,
    shutdown: Shutdown,
) -> bool {
    let mut ended = shutdown.clone();
    let live = engine.live();
    let product = async {
        let engine = engine.run(async move {
            ended.wait().await;
            // streams would keep the server from ending
            live.close_all();
        });
        let (drained, ()) = tokio::join!(server, engine);
        drained
    };
    let metrics_server = async {
        if let Some(listener) = metrics_listener {
            serve_metrics(listener, metrics.clone(), shutdown).await;
        }
        // It has nothing to say about when the product ends.
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        drained = product => drained,
        never = telemetry::keep_up(&metrics) => match never {},
        never = metrics_server => match never {},
    }
}

/// Connections of the metrics' own address; scrapers are few.
const METRICS_CONNECTIONS: usize = 16;

async fn serve_metrics(listener: TcpListener, metrics: PrometheusHandle, shutdown: Shutdown) {
    let router = Router::new().route(
        "/metrics",
        axum::routing::get(move || std::future::ready(metrics.render())),
    );
    server::serve(listener, router, METRICS_CONNECTIONS, shutdown).await;
}

async fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(Misuse::error(format!(
            "{address} is taken by another program; choose another address with {setting}"
        ))),
        Err(error) => Err(error).with_context(|| format!("listening on {address}")),
    }
}

/// Tells the person at the terminal where everything is.
fn welcome(
    loaded: &Loaded,
    address: SocketAddr,
    services: &Services,
    setup: Option<&Secret>,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let config = &loaded.config;
    let data = match &config.database.url {
        Some(url) => without_password(url.expose()),
        None => config.data_dir.display().to_string(),
    };
    let base = base_url(config, address);
    let name = screen.paint(Style::Strong, "AstroAssistance");
    let open = screen.paint(Style::Accent, &base);
    screen.line(format!("{name} {}", env!("CARGO_PKG_VERSION")))?;
    screen.line(format!("  open   {open}"))?;
    screen.line(format!(
        "  data   {data} ({})",
        services.store.engine_name()
    ))?;
    if let Some(file) = &loaded.file {
        screen.line(format!("  file   {}", file.display()))?;
    }
    if let Some(token) = setup {
        // In the part of the address that browsers do not send, so that no proxy logs it.
        let link = format!("{base}/setup#{}", token.expose());
        let link = screen.paint(Style::Accent, link);
        screen.line("")?;
        screen
            .line("  Nobody has an account yet. Make the first one here (the link works once):")?;
        screen.line(format!("  setup  {link}"))?;
    }
    Ok(())
}

/// What links begin with.
fn base_url(config: &Config, address: SocketAddr) -> String {
    match &config.http.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", reachable(address)),
    }
}

/// Lets the command line on this machine find the server.
fn announce(config: &Config, address: SocketAddr) -> anyhow::Result<Announcement> {
    let server = RunningServer {
        address: reachable(address),
        pid: std::process::id(),
    };
    Announcement::make(&config.data_dir, &server)
}

/// "Every address of this machine" cannot be connected to, the loopback can.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
