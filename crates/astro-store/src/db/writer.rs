//! The one SQLite writer: many requests, each in its own savepoint, share one transaction and one
//! fsync, and are answered after the commit (group commit).
//!
//! A request that fails is rolled back to its savepoint and does not disturb the others. When the
//! commit itself fails, every request of the batch fails, the connection is dropped and the next
//! batch starts from what the log holds: a failed fsync is never retried as if nothing happened.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::conn::Conn;
use crate::StoreError;

/// Sends one request's answer once its fate is known.
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Step = Box<dyn FnOnce(Conn) -> BoxFuture<'static, (Conn, bool, Reply)> + Send>;

struct Job {
    run: Step,
    /// Whether the caller has given up waiting.
    abandoned: Box<dyn Fn() -> bool + Send>,
}

#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    stop: std::sync::Mutex<Option<oneshot::Sender<()>>>,
    task: std::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Writer {
    pub(super) async fn start(
        options: SqliteConnectOptions,
        batch: usize,
        queue: usize,
    ) -> Result<Self, StoreError> {
        let conn = connect(&options).await?;
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let (stop, stopping) = oneshot::channel();
        #[expect(
            clippy::disallowed_methods,
            reason = "the writer lives as long as the store and is joined by close()"
        )]
        let task = tokio::spawn(write_batches(
            receiver,
            stopping,
            options,
            conn,
            batch.max(1),
        ));
        Ok(Self {
            queue: sender,
            stop: std::sync::Mutex::new(Some(stop)),
            task: std::sync::Mutex::new(Some(task)),
        })
    }

    /// Queues one write and waits until it is durable or undone.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(Conn) -> BoxFuture<'static, (Conn, Result<T, E>)> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, wait) = oneshot::channel::<Result<T, E>>();
        let answer = std::sync::Arc::new(std::sync::Mutex::new(Some(answer)));
        let watch = answer.clone();
        let run: Step = Box::new(move |conn| {
            Box::pin(async move {
                let (conn, outcome) = work(conn).await;
                let keep = outcome.is_ok();
                let reply: Reply = Box::new(move |committed| {
                    let outcome = match (outcome, committed) {
                        (Ok(_), Err(error)) => Err(error.into()),
                        (outcome, _) => outcome,
                    };
                    if let Some(answer) = take(&answer) {
                        // A caller that stopped waiting needs no answer.
                        let _ = answer.send(outcome);
                    }
                });
                (conn, keep, reply)
            })
        });
        let abandoned = Box::new(move || {
            let slot = watch
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            slot.as_ref().is_none_or(oneshot::Sender::is_closed)
        });
        self.queue
            .try_send(Job { run, abandoned })
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => {
                    StoreError::Unavailable("the store is closed".to_owned())
                }
            })?;
        // The sender is dropped unused only when a panic or a failed commit took the whole batch.
        wait.await.unwrap_or_else(|_| {
            Err(
                StoreError::Unavailable("the write was rolled back with its batch".to_owned())
                    .into(),
            )
        })
    }

    /// Lets queued writes finish, moves the log into the database and closes the connection.
    pub(super) async fn close(&self) {
        if let Some(stop) = take(&self.stop) {
            // The task has ended already when nobody listens.
            let _ = stop.send(());
        }
        if let Some(task) = take(&self.task)
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the SQLite writer did not end well");
        }
    }
}

fn take<T>(slot: &std::sync::Mutex<Option<T>>) -> Option<T> {
    slot.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take()
}

async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    options
        .connect()
        .await
        .map_err(|error| StoreError::of("connect", error))
}

async fn write_batches(
    mut queue: mpsc::Receiver<Job>,
    mut stop: oneshot::Receiver<()>,
    options: SqliteConnectOptions,
    conn: SqliteConnection,
    batch: usize,
) {
    let mut conn = Some(conn);
    while let Some(first) = next_job(&mut queue, &mut stop).await {
        let ready = match conn.take() {
            Some(ready) => Ok(ready),
            None => connect(&options).await,
        };
        match ready {
            Ok(ready) => conn = write_batch(&mut queue, first, Conn::Writer(ready), batch).await,
            Err(error) => refuse(first, &error),
        }
    }
    if let Some(conn) = conn {
        let mut conn = Conn::Writer(conn);
        // What stays in the log is read from there at the next start; nothing is lost.
        if let Err(error) = conn.control("PRAGMA wal_checkpoint(TRUNCATE)").await {
            tracing::warn!(%error, "the log could not be moved into the database");
        }
        conn.discard().await;
    }
}

/// The next write. Once stopping, what is queued already, and then nothing.
async fn next_job(
    queue: &mut mpsc::Receiver<Job>,
    stop: &mut oneshot::Receiver<()>,
) -> Option<Job> {
    if !stop.is_terminated() {
        tokio::select! {
            job = queue.recv() => return job,
            _ = &mut *stop => queue.close(),
        }
    }
    queue.recv().await
}

/// Answers a request that could not even be tried.
fn refuse(job: Job, error: &StoreError) {
    tracing::error!(%error, "the SQLite writer cannot open its database");
    // Dropping the job drops its answer channel, which its caller sees as unavailable.
    drop(job);
}

/// Runs requests until the queue is empty or the batch is full, commits, and answers them.
/// `None` when the connection was lost.
async fn write_batch(
    queue: &mut mpsc::Receiver<Job>,
    first: Job,
    mut conn: Conn,
    batch: usize,
) -> Option<SqliteConnection> {
    if let Err(error) = conn.control("BEGIN IMMEDIATE").await {
        refuse(first, &error);
        conn.discard().await;
        return None;
    }
    let mut replies = Vec::new();
    let mut next = Some(first);
    let mut taken = 0_usize;
    while let Some(job) = next.take() {
        taken += 1;
        conn = if (job.abandoned)() {
            conn
        } else {
            run_in_savepoint(conn, job, &mut replies).await?
        };
        if taken < batch {
            next = queue.try_recv().ok();
        }
    }
    metrics::histogram!("astro_store_batch_writes")
        .record(f64::from(u32::try_from(replies.len()).unwrap_or(u32::MAX)));
    let committed = conn.control("COMMIT").await;
    let lost = committed.as_ref().err().map(ToString::to_string);
    for reply in replies {
        reply(
            lost.clone()
                .map_or(Ok(()), |detail| Err(StoreError::Unavailable(detail))),
        );
    }
    if let Err(error) = committed {
        tracing::error!(%error, "a commit failed; its writes were refused");
        conn.discard().await;
        return None;
    }
    match conn {
        Conn::Writer(conn) => Some(conn),
        _ => None,
    }
}

/// `None` when the request panicked and took the connection, and so the whole batch, with it.
async fn run_in_savepoint(mut conn: Conn, job: Job, replies: &mut Vec<Reply>) -> Option<Conn> {
    if let Err(error) = conn.control("SAVEPOINT request").await {
        refuse(job, &error);
        conn.discard().await;
        return None;
    }
    let Ok((mut conn, keep, reply)) = AssertUnwindSafe((job.run)(conn)).catch_unwind().await else {
        tracing::error!("a write panicked; its batch was rolled back");
        return None;
    };
    let ended = conn
        .control(if keep {
            "RELEASE request"
        } else {
            "ROLLBACK TO request; RELEASE request"
        })
        .await;
    match ended {
        Ok(()) if keep => replies.push(reply),
        Ok(()) => reply(Ok(())),
        Err(error) => {
            reply(Err(error));
            conn.discard().await;
            return None;
        }
    }
    Some(conn)
}
