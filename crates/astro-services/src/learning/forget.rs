//! Forgetting somebody, provably: every model that may have learnt from them goes, their rows go, and what is
//! trained anew is what would have been trained without them.

use std::collections::BTreeSet;
use std::sync::Arc;

use astro_core::accounts::{Email, User};
use astro_core::ids::UserId;
use astro_core::models::{ModelAlias, ModelKind};
use astro_core::principal::Permission;
use astro_models::artifact::{self, Manifest, Version};
use astro_store::Admin;
use astro_store::accounts::{tenants, users};
use astro_store::models as rows;
use uuid::Uuid;

use super::training::{self, Lock, Tell, Trained, TrainingOptions};
use crate::accounts::keep_one_admin;
use crate::{Call, Error, Result, Services, expected};

/// Accounts that are read at once.
const PAGE: u32 = 1_000;
/// What was learnt is not registered: one of those whom it was learnt from is gone.
pub(super) const SOMEBODY_LEFT: &str = "somebody_left";

impl Services {
    /// The account that a name means, an id or an address; only of one tenant where its slug is given.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown tenant, [`Error::Conflict`] where an address has accounts in several.
    pub async fn whom_to_forget(
        &self,
        call: &Call,
        name: &str,
        tenant: Option<&str>,
    ) -> Result<User> {
        call.scope(Permission::InstanceAdmin)?;
        let (id, key) = (name.parse::<UserId>().ok(), Email::key_of(name));
        let slug = tenant.map(str::to_owned);
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                let mut found = match id {
                    Some(id) => users::get(admin, id).await?.into_iter().collect(),
                    None => users::by_email(admin, &key).await?,
                };
                if let Some(slug) = slug {
                    let tenant = tenants::by_slug(admin, &slug).await?;
                    let tenant = tenant.ok_or_else(|| {
                        Error::invalid("tenant", "unknown", "there is no such tenant")
                    })?;
                    found.retain(|user| user.tenant_id == tenant.id);
                }
                Ok::<_, Error>(found)
            })
        });
        let mut found = found.await?;
        match found.len() {
            0 | 1 => found.pop().ok_or(Error::NotFound("user")),
            _ => Err(Error::conflict(
                "several_users",
                "there are accounts of this address in several tenants: name the tenant, or one by its id",
            )),
        }
    }

    /// Removes all trained models, and an account with everything that is its owner's; then trains anew on the
    /// others, with the seed of what served and on what was known when that was trained. Nothing is trained where
    /// nothing served, or too little is left; what ships with the product serves then.
    ///
    /// Nobody trains meanwhile. What was cut off is asked for again, as long as there is the account; what served is
    /// not known any more then, and nothing is trained anew: what ships with the product serves.
    ///
    /// # Errors
    /// As [`Services::delete_user`], and [`Error::Conflict`] when somebody trains: nothing is removed then. When
    /// training fails, after everything is removed.
    pub async fn forget_user(&self, call: &Call, id: UserId, tell: Tell) -> Result<Vec<Trained>> {
        call.scope(Permission::InstanceAdmin)?;
        let lock = |kind: &ModelKind| Ok((*kind, training::lock(&self.models, *kind)?));
        let locks: Vec<(ModelKind, Lock)> =
            ModelKind::ALL.iter().map(lock).collect::<Result<_>>()?;
        self.may_forget(call, id).await?;
        let mut champions = Vec::new();
        for (kind, lock) in &locks {
            if let Some(champion) = self.champion_to_repeat(call, *kind).await? {
                champions.push((lock, champion));
            }
        }
        // in this order it can be asked for again wherever it is cut off
        self.forget_models().await?;
        self.delete_user(call, id).await?;
        // who has another folder of models knows nothing of the locks, and may have named one until a moment ago
        self.forget_models().await?;
        let mut trained = Vec::new();
        for (lock, champion) in champions {
            trained.extend(self.train_again(lock, &champion, &tell).await?);
        }
        Ok(trained)
    }

    /// Refuses what [`Services::delete_user`] would refuse, before anything is removed.
    async fn may_forget(&self, call: &Call, id: UserId) -> Result<()> {
        let user = self.get_user(call, id).await?;
        expected::check(call.expected_version.as_ref(), user.version)?;
        self.store
            .admin(move |admin| Box::pin(async move { keep_one_admin(admin, &user, None).await }))
            .await
    }

    /// What the version that serves says of itself.
    async fn champion_to_repeat(&self, call: &Call, kind: ModelKind) -> Result<Option<Manifest>> {
        match self
            .get_model(call, kind, ModelAlias::Champion.as_str())
            .await
        {
            Ok(champion) => Ok(Some(champion.manifest)),
            // one that cannot be read cannot be trained again, and goes like all others
            Err(
                Error::NotFound(_)
                | Error::Conflict {
                    code: "model_damaged",
                    ..
                },
            ) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Forgets all versions of all kinds: the registry first, so that no name is left without files and nothing of
    /// them serves, whatever becomes of the files; then all files, also of what never had a name, and what training
    /// reached when it was cut off. Who calls holds all locks.
    async fn forget_models(&self) -> Result<()> {
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    for kind in ModelKind::ALL {
                        for found in rows::list(admin, *kind).await? {
                            rows::delete(admin, *kind, &found.version).await?;
                        }
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
        let mut done = Ok(());
        for kind in ModelKind::ALL {
            done = done.and(artifact::remove_all(&self.models, *kind));
            done = done.and(training::forget_reached(&self.models, *kind));
        }
        done.map_err(Error::internal)
    }

    /// Removes the files of a version, unless it has its name already, and what training reached on the way there. Who
    /// calls holds the lock of the kind.
    pub(super) async fn discard(&self, kind: ModelKind, version: &Version) -> Result<()> {
        let name = version.to_string();
        let named = self.store.admin_read(move |admin| {
            Box::pin(async move { rows::get(admin, kind, &name).await.map_err(Error::from) })
        });
        if named.await?.is_none() {
            artifact::remove(&self.models, kind, version).map_err(Error::internal)?;
        }
        training::forget_reached(&self.models, kind).map_err(Error::internal)
    }

    async fn train_again(
        &self,
        lock: &Lock,
        champion: &Manifest,
        tell: &Tell,
    ) -> Result<Option<Trained>> {
        let options = TrainingOptions {
            kind: champion.what,
            seed: champion.settings.seed,
            until: Some(champion.data.until),
        };
        match self.train_locked(lock, options, Arc::clone(tell)).await {
            Ok(trained) => Ok(Some(trained)),
            Err(Error::Conflict {
                code: "too_little_to_learn",
                ..
            }) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

/// Refuses where one of these accounts is gone. None is removed until the transaction ends: whoever removes one takes
/// the same lock.
///
/// # Errors
/// [`Error::Conflict`] of the code [`SOMEBODY_LEFT`].
pub(super) async fn all_here(admin: &mut Admin, mut people: BTreeSet<Uuid>) -> Result<()> {
    users::lock_admins(admin).await?;
    let mut after = Uuid::nil();
    while !people.is_empty() {
        let page = users::list(admin, None, after, PAGE).await?;
        let Some(last) = page.last() else {
            let detail = "somebody was forgotten meanwhile; train again";
            return Err(Error::conflict(SOMEBODY_LEFT, detail));
        };
        after = last.id.uuid();
        for user in &page {
            people.remove(&user.id.uuid());
        }
    }
    Ok(())
}
