//! How every noun is written: one transaction that answers a repeated key, checks the version,
//! keeps the row and logs the event that undo, sync and learning read.

use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::document::Stamp;
use astro_core::events::{Action, Event};
use astro_core::ids::{EventId, UserId};
use astro_core::limits;
use astro_core::principal::{Actor, Scope};
use astro_store::documents::{self, Record};
use astro_store::idempotency::Remembered;
use astro_store::{StoreError, Write, events, idempotency};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{Call, Error, Expected, Result, Services, expected};

/// What a write answers: the result, and the token that takes it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Written<T> {
    pub value: T,
    /// Present where the write can be undone.
    pub undo: Option<EventId>,
}

/// A transaction of one call, with the time and the ids it needs.
#[derive(Debug)]
pub struct Change<'t> {
    pub write: &'t mut Write,
    pub now: Timestamp,
    services: &'t Services,
    /// The id that the caller chose for the row that is about to be made.
    chosen_id: Option<Uuid>,
    /// The first entry of the log that this change wrote.
    cause: Option<EventId>,
}

impl Services {
    /// Runs `work` as one transaction. When the call carries an idempotency key that was used
    /// before, `work` does not run and the first answer is given again.
    pub async fn change<T, F>(&self, call: &Call, scope: Scope, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let services = self.clone();
        let key = call.idempotency.clone();
        let chosen_id = call.chosen_id;
        self.store
            .write(&scope, move |write| {
                Box::pin(async move {
                    let now = services.now();
                    if let Some(key) = &key
                        && let Some(found) =
                            idempotency::get(write, &key.key, before(now, limits::IDEMPOTENCY_TTL))
                                .await?
                    {
                        return repeat(&found, &key.request_hash);
                    }
                    let mut change = Change::new(write, now, &services);
                    change.chosen_id = chosen_id;
                    let answer = work(&mut change).await?;
                    if let Some(key) = key {
                        let response = serde_json::to_string(&answer).map_err(Error::internal)?;
                        idempotency::insert(
                            write,
                            &key.key,
                            &Remembered {
                                request_hash: key.request_hash.to_vec(),
                                response,
                            },
                            now,
                        )
                        .await?;
                    }
                    Ok(answer)
                })
            })
            .await
    }

    /// Runs the product's own `work` on one owner's rows as one transaction.
    pub async fn change_unasked<T, F>(&self, scope: Scope, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let services = self.clone();
        self.store
            .write(&scope, move |write| {
                Box::pin(async move {
                    let now = services.now();
                    work(&mut Change::new(write, now, &services)).await
                })
            })
            .await
    }
}

fn repeat<T: DeserializeOwned>(found: &Remembered, request_hash: &[u8]) -> Result<T> {
    if found.request_hash != request_hash {
        return Err(Error::invalid(
            "Idempotency-Key",
            "reused",
            "this key was used for another request within the last 24 hours",
        ));
    }
    serde_json::from_str(&found.response).map_err(Error::internal)
}

/// The moment `ago` before `now`.
pub fn before(now: Timestamp, ago: Duration) -> Timestamp {
    now.checked_sub(ago).unwrap_or(Timestamp::MIN)
}

impl<'t> Change<'t> {
    fn new(write: &'t mut Write, now: Timestamp, services: &'t Services) -> Self {
        Self {
            write,
            now,
            services,
            chosen_id: None,
            cause: None,
        }
    }
}

impl Change<'_> {
    /// The id of a row that is about to be made: the one that the caller chose, if any.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the owner has such a row already.
    pub async fn id_for_new<R: Record>(&mut self) -> Result<Uuid> {
        let Some(chosen) = self.chosen_id.take() else {
            return Ok(self.id());
        };
        let taken: Option<R> = documents::get(self.write, chosen).await?;
        match taken {
            Some(_) => Err(Error::conflict(
                "id_taken",
                format!("there is a {} of this id already", R::ENTITY),
            )),
            None => Ok(chosen),
        }
    }

    /// A fresh id.
    pub fn id<I: From<Uuid>>(&self) -> I {
        self.services.random.id(self.now)
    }

    /// The first entry that this change wrote to the log.
    pub fn cause(&self) -> Option<EventId> {
        self.cause
    }

    /// The person who causes the change; `None` for the product's own work.
    pub fn actor(&self) -> Option<UserId> {
        match self.write.scope().actor() {
            Actor::User(user) => Some(user),
            Actor::Service => None,
        }
    }

    /// The stamp of a row that is about to be kept for the first time.
    pub fn fresh(&self) -> Stamp {
        Stamp::fresh(self.now)
    }

    /// The row, not in the trash.
    pub async fn live<R: Record>(&mut self, id: Uuid) -> Result<R> {
        let found: Option<R> = documents::get(self.write, id).await?;
        found
            .filter(|row| row.stamp().deleted_at.is_none())
            .ok_or(Error::NotFound(R::ENTITY.as_str()))
    }

    /// The row, wherever it is.
    pub async fn any<R: Record>(&mut self, id: Uuid) -> Result<R> {
        documents::get(self.write, id)
            .await?
            .ok_or(Error::NotFound(R::ENTITY.as_str()))
    }

    /// The row that is to go into the trash, where it must not be yet, or out of it, at a version that
    /// the caller expects.
    pub async fn to_move<R: Record>(
        &mut self,
        id: Uuid,
        deleted: bool,
        expected: Option<&Expected>,
    ) -> Result<R> {
        let row: R = if deleted {
            self.live(id).await?
        } else {
            self.any(id).await?
        };
        check_version(expected, &row)?;
        Ok(row)
    }

    /// Keeps a new row and logs it.
    pub async fn insert<R: Record>(
        &mut self,
        mut row: R,
        action: Action,
        data: Value,
    ) -> Result<Written<R>> {
        documents::insert(self.write, &mut row).await?;
        let undo = self.log(&row, None, action, data).await?;
        Ok(Written {
            value: row,
            undo: Some(undo),
        })
    }

    /// Keeps a new version of a row and logs it. A row that does not differ from `before` is
    /// answered as it is: an empty patch changes nothing, not even the version.
    pub async fn update<R: Record + PartialEq>(
        &mut self,
        before: &R,
        mut after: R,
        action: Action,
        data: Value,
    ) -> Result<Written<R>> {
        if after == *before {
            return Ok(Written {
                value: after,
                undo: None,
            });
        }
        after.set_stamp(Stamp {
            updated_at: self.now,
            ..after.stamp()
        });
        match documents::update(self.write, before, &mut after).await {
            Err(StoreError::Stale) => return Err(self.stale::<R>(before.id()).await?),
            other => other?,
        }
        let undo = self.log(&after, Some(before), action, data).await?;
        Ok(Written {
            value: after,
            undo: Some(undo),
        })
    }

    async fn stale<R: Record>(&mut self, id: Uuid) -> Result<Error> {
        Ok(Error::Stale {
            current: self.any::<R>(id).await?.stamp().version,
        })
    }

    async fn log<R: Record>(
        &mut self,
        after: &R,
        before: Option<&R>,
        action: Action,
        data: Value,
    ) -> Result<EventId> {
        let stamp = after.stamp();
        let event = Event {
            id: self.id(),
            at: self.now,
            recorded_at: self.now,
            entity: R::ENTITY,
            entity_id: after.id(),
            action,
            cause: self.cause,
            change_seq: stamp.change_seq,
            data,
            before: before
                .map(serde_json::to_value)
                .transpose()
                .map_err(Error::internal)?,
            version_after: stamp.version,
        };
        events::insert(self.write, &event).await?;
        self.cause.get_or_insert(event.id);
        Ok(event.id)
    }
}

/// # Errors
/// [`Error::Stale`] when the caller named versions and none is this row's.
pub fn check_version<R: Record>(expected: Option<&Expected>, row: &R) -> Result<()> {
    expected::check(expected, row.stamp().version)
}

impl Change<'_> {
    /// Puts a row into the trash or takes it out.
    pub async fn set_deleted<R: Record + PartialEq>(
        &mut self,
        before: R,
        deleted: bool,
    ) -> Result<Written<R>> {
        if before.stamp().deleted_at.is_some() == deleted {
            return Ok(Written {
                value: before,
                undo: None,
            });
        }
        let mut after = before.clone();
        after.set_stamp(Stamp {
            deleted_at: deleted.then_some(self.now),
            ..after.stamp()
        });
        let action = if deleted {
            Action::Deleted
        } else {
            Action::Restored
        };
        self.update(
            &before,
            after,
            action,
            Value::Object(serde_json::Map::new()),
        )
        .await
    }
}

/// Names of the fields in which two documents differ, for the log.
pub fn changed_fields<F: Serialize>(before: &F, after: &F) -> Result<Value> {
    let (before, after) = (
        serde_json::to_value(before).map_err(Error::internal)?,
        serde_json::to_value(after).map_err(Error::internal)?,
    );
    let names = |value: &Value| {
        value
            .as_object()
            .map(|object| object.keys().cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let changed: Vec<String> = names(&after)
        .into_iter()
        .filter(|name| before.get(name) != after.get(name))
        .collect();
    Ok(serde_json::json!({ "fields": changed }))
}
