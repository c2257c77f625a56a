//! What the product is compared with: the same answers from the same schema and rows with axum and
//! sqlx alone. No sign-in, no checks, no owner's lock, no counters, no search: one statement for a
//! read, one transaction of two inserts (and, on SQLite, one wait for the disk) for a write.

mod database;
mod row;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use clap::Args;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

use astro_core::clock::{Clock as _, SystemClock};
use astro_core::random::Random;

use database::Database;
use row::{Row, TaskRow};

#[derive(Args, Debug)]
pub struct Options {
    /// The SQLite file
    #[arg(long, conflicts_with = "postgres")]
    sqlite: Option<PathBuf>,
    /// The PostgreSQL database
    #[arg(long)]
    postgres: Option<String>,
    /// Whose tasks
    #[arg(long)]
    owner: Uuid,
    /// Connections, as many as the product has
    #[arg(long, default_value_t = 8)]
    connections: u32,
}

struct Bare {
    database: Database,
    owner: Uuid,
    random: Random,
}

type Answer<T> = Result<T, Failed>;

struct Failed(sqlx::Error);

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

/// Serves until it is ended.
pub async fn run(options: &Options) -> Result<()> {
    let database = match (&options.sqlite, &options.postgres) {
        (Some(file), _) => Database::sqlite(file, options.connections).await?,
        (None, Some(url)) => Database::postgres(url, options.connections).await?,
        (None, None) => bail!("name a database"),
    };
    let bare = Arc::new(Bare {
        database,
        owner: options.owner,
        random: Random::from_os(),
    });
    let router = Router::new()
        .route("/hello", get(hello))
        .route("/tasks", get(list).post(create))
        .route("/tasks/{id}", get(read))
        .with_state(bare);
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("TCP_NODELAY was refused: {error}");
        }
    });
    axum::serve(listener, router).await?;
    Ok(())
}

#[derive(Serialize)]
struct Hello {
    hello: &'static str,
}

async fn hello() -> Json<Hello> {
    Json(Hello { hello: "world" })
}

async fn read(State(bare): State<Arc<Bare>>, Path(id): Path<Uuid>) -> Answer<Response> {
    Ok(match bare.database.task(bare.owner, id).await? {
        Some(row) => Json(row).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn list(State(bare): State<Arc<Bare>>) -> Answer<Json<Vec<TaskRow>>> {
    Ok(Json(bare.database.tasks(bare.owner, 50).await?))
}

#[derive(Deserialize)]
struct NewTask {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    priority: i64,
    due: Option<String>,
}

async fn create(
    State(bare): State<Arc<Bare>>,
    Json(new): Json<NewTask>,
) -> Answer<(StatusCode, Json<TaskRow>)> {
    let now = SystemClock.now();
    let row = TaskRow::new(bare.owner, bare.random.id(now), now.as_microsecond(), new);
    let event = row::created(&row, bare.random.id(now));
    bare.database.create(&row, &event).await?;
    Ok((StatusCode::CREATED, Json(row)))
}

/// The text of an insert into every column of `row`.
fn insert<R: Row>() -> String {
    let places: Vec<String> = (1..=R::COLUMNS.len()).map(|n| format!("${n}")).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        R::TABLE,
        R::COLUMNS.join(", "),
        places.join(", ")
    )
}
