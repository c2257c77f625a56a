//! Forgetting somebody, provably: their rows go, every model that may have learnt from them goes, and what is
//! trained anew is what would have been trained without them.

use std::sync::Arc;

use astro_core::ids::UserId;
use astro_core::models::{ModelAlias, ModelKind};
use astro_models::artifact::Manifest;

use super::training::{Tell, Trained, TrainingOptions};
use crate::{Call, Error, Result, Services};

impl Services {
    /// Removes an account with everything that is its owner's, and all trained models; then trains anew on the
    /// others, with the seed of what served and on what was known when that was trained. Nothing is trained where
    /// nothing served, or too little is left; what ships with the product serves then.
    ///
    /// # Errors
    /// As [`Services::delete_user`]; and when training fails, after everything is removed.
    pub async fn forget_user(&self, call: &Call, id: UserId, tell: Tell) -> Result<Vec<Trained>> {
        let mut champions = Vec::new();
        for kind in ModelKind::ALL {
            match self
                .get_model(call, *kind, ModelAlias::Champion.as_str())
                .await
            {
                Ok(champion) => champions.push(champion.manifest),
                // one that cannot be read cannot be trained again, and goes like all others
                Err(
                    Error::NotFound(_)
                    | Error::Conflict {
                        code: "model_damaged",
                        ..
                    },
                ) => {}
                Err(other) => return Err(other),
            }
        }
        self.delete_user(call, id).await?;
        self.forget_models().await?;
        let mut trained = Vec::new();
        for champion in champions {
            trained.extend(self.train_again(call, &champion, &tell).await?);
        }
        Ok(trained)
    }

    async fn train_again(
        &self,
        call: &Call,
        champion: &Manifest,
        tell: &Tell,
    ) -> Result<Option<Trained>> {
        let options = TrainingOptions {
            kind: champion.what,
            seed: champion.settings.seed,
            until: Some(champion.data.until),
        };
        match self.train(call, options, Arc::clone(tell)).await {
            Ok(trained) => Ok(Some(trained)),
            Err(Error::Conflict {
                code: "too_little_to_learn",
                ..
            }) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
