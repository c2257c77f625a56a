//! PostgreSQL's own way of telling every process something (LISTEN and NOTIFY): nothing is kept, so
//! whoever was away has missed it.

use futures_util::stream::{BoxStream, StreamExt as _};
use sqlx::postgres::PgListener;

use super::{Backend, Store};
use crate::{Args, StoreError, dialect};

/// Bytes that one notification can carry (PostgreSQL's default build: fewer than 8000).
pub const NOTIFICATION_BYTES: usize = 7_900;
const CHANNEL: &str = "astro_bus";

/// What a listener is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Text(String),
    /// The connection was lost and found again: something may have been missed.
    Gap,
}

impl Store {
    /// Whether [`Store::notify`] reaches other processes.
    pub fn can_notify(&self) -> bool {
        matches!(self.0.backend, Backend::Postgres(_))
    }

    /// Tells every listener these texts, each of [`NOTIFICATION_BYTES`] at most, in one transaction.
    pub async fn notify(&self, texts: Vec<String>) -> Result<(), StoreError> {
        self.admin(move |admin| {
            Box::pin(async move {
                for text in texts {
                    let args = Args::none().text(CHANNEL).text(text);
                    admin.fetch_optional(&dialect::NOTIFY, args).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Everything that is told from now on. Ends when the database is lost: listen anew, and take that
    /// for a [`Heard::Gap`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the engine cannot, or is away just now.
    pub async fn listen(&self) -> Result<BoxStream<'static, Heard>, StoreError> {
        let Backend::Postgres(postgres) = &self.0.backend else {
            let text = "SQLite has no other processes to listen to";
            return Err(StoreError::Unavailable(text.to_owned()));
        };
        let mut listener = PgListener::connect_with(postgres.pool())
            .await
            .map_err(|error| StoreError::of("listen", error))?;
        listener
            .listen(CHANNEL)
            .await
            .map_err(|error| StoreError::of("listen", error))?;
        Ok(futures_util::stream::unfold(listener, hear).boxed())
    }
}

async fn hear(mut listener: PgListener) -> Option<(Heard, PgListener)> {
    match listener.try_recv().await {
        Ok(Some(heard)) => Some((Heard::Text(heard.payload().to_owned()), listener)),
        Ok(None) => Some((Heard::Gap, listener)),
        // a listener that is asked again would find the database again and say nothing of a gap
        Err(error) => {
            tracing::debug!(%error, "the listener has lost the database");
            None
        }
    }
}
