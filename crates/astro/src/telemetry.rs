//! Logs and metrics of the process.

use std::convert::Infallible;
use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Context as _;
use astro_core::config::{LogConfig, LogFormat};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::failure::Misuse;

/// Writes out what is still buffered when it is dropped.
#[must_use]
pub struct LogGuard {
    _file: Option<WorkerGuard>,
}

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging to stderr, and to a file where one is configured.
pub fn start(log: &LogConfig, color: bool) -> anyhow::Result<LogGuard> {
    let terminal = std::io::stderr().is_terminal();
    let json = match log.format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let screen: BoxedLayer = if json {
        fmt::layer().json().with_writer(std::io::stderr).boxed()
    } else {
        fmt::layer()
            .compact()
            .with_ansi(terminal && color)
            .with_writer(std::io::stderr)
            .boxed()
    };
    let mut layers = vec![screen];
    let mut guard = None;
    if log.file.is_some() {
        let (writer, file_guard) = tracing_appender::non_blocking(file_appender(log)?);
        guard = Some(file_guard);
        layers.push(match log.format {
            LogFormat::Text => fmt::layer()
                .compact()
                .with_ansi(false)
                .with_writer(writer)
                .boxed(),
            LogFormat::Auto | LogFormat::Json => fmt::layer().json().with_writer(writer).boxed(),
        });
    }
    // PostgreSQL remarks on every table that is there already
    let filter = EnvFilter::try_new(format!("sqlx::postgres::notice=warn,{}", log.level))
        .map_err(|error| Misuse::error(format!("log.level '{}': {error}", log.level)))?;
    tracing_subscriber::registry()
        .with(layers)
        .with(filter)
        .try_init()
        .context("starting the log")?;
    Ok(LogGuard { _file: guard })
}

fn file_appender(log: &LogConfig) -> anyhow::Result<RollingFileAppender> {
    let path = log.file.clone().unwrap_or_default();
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Misuse::error(format!("log.file '{}' names no file", path.display())))?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => std::path::Path::new("."),
    };
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .max_log_files(log.keep_files.max(1))
        .build(directory)
        .with_context(|| format!("opening the log file {}", path.display()))
}

/// Seconds; from a quick lookup to a request that somebody would complain about.
const DURATION_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
/// Writes that share a commit.
const BATCH_BUCKETS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Starts counting; the handle writes what /metrics answers.
pub fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    use metrics_exporter_prometheus::Matcher;
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), DURATION_BUCKETS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(
                Matcher::Full("astro_store_batch_writes".to_owned()),
                BATCH_BUCKETS,
            )
        })
        .and_then(PrometheusBuilder::install_recorder)
        .context("starting the metrics")
}

/// How often recorded durations are folded into their buckets; without it they pile up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Keeps the metrics small for as long as the process lives.
pub async fn keep_up(metrics: &PrometheusHandle) -> Infallible {
    loop {
        tokio::time::sleep(UPKEEP).await;
        metrics.run_upkeep();
    }
}
