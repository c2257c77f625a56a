//! What the product does by itself every hour: forgetting what nobody can ask for any more, and
//! closing what nobody answered.

use astro_core::limits;
use astro_core::principal::Scope;
use astro_store::{StoreError, deliveries, events, idempotency, jobs, reminders};

use crate::changes::before;
use crate::{Error, Result, Services, recommendations, tasks};

/// What one round removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub owners: u64,
    /// Rows whose time in the trash was over.
    pub trash: u64,
    /// Writes that can no longer be undone.
    pub undo: u64,
    pub idempotency_keys: u64,
}

impl Services {
    /// Empties what is over its time, for every account, and forgets expired sessions, tokens and
    /// links. An account that fails is told in the log and does not keep the others from their
    /// turn.
    pub async fn sweep(&self) -> Result<Swept> {
        let mut swept = Swept::default();
        for scope in self.store.all_owners().await? {
            match self.sweep_owner(scope).await {
                Ok(of_owner) => {
                    swept.owners += 1;
                    swept.trash += of_owner.trash;
                    swept.undo += of_owner.undo;
                    swept.idempotency_keys += of_owner.idempotency_keys;
                }
                Err(error) => {
                    tracing::error!(%error, owner = %scope.owner(), "an account was not swept");
                }
            }
        }
        self.purge_accounts().await?;
        Ok(swept)
    }

    /// Empties what is over its time, for one account.
    ///
    /// # Errors
    /// When something could not be swept; what was before it stays so.
    pub async fn sweep_owner(&self, scope: Scope) -> Result<Swept> {
        let now = self.now();
        self.change_unasked(scope, |change| {
            Box::pin(async move {
                tasks::adopt_all(change).await?;
                reminders::mend(change.write, change.now).await?;
                recommendations::close_overdue(change).await
            })
        })
        .await?;
        let trash = self
            .purge_owner(scope, before(now, limits::TRASH_TTL))
            .await?;
        let undo_until = before(now, limits::UNDO_TTL);
        let keys_until = before(now, limits::IDEMPOTENCY_TTL);
        let deliveries_until = before(now, limits::DELIVERY_TTL);
        let jobs_until = before(now, limits::FAILED_JOB_TTL);
        let (undo, idempotency_keys) = self
            .store
            .write(&scope, move |write| {
                Box::pin(async move {
                    let undo = events::forget_before(write, undo_until).await?;
                    let keys = idempotency::purge(write, keys_until).await?;
                    deliveries::purge(write, deliveries_until).await?;
                    jobs::purge(write, jobs_until).await?;
                    Ok::<_, StoreError>((undo, keys))
                })
            })
            .await
            .map_err(Error::from)?;
        Ok(Swept {
            owners: 1,
            trash,
            undo,
            idempotency_keys,
        })
    }
}
