//! Forgetting somebody, provably: their rows go, every model that may have learnt from them goes, and what is
//! trained anew is what would have been trained without them.

use astro_core::ids::UserId;
use astro_core::models::{ModelAlias, ModelKind};

use super::training::{Tell, Trained, TrainingOptions};
use crate::{Call, Error, Result, Services};

impl Services {
    /// Removes an account with everything that is its owner's, and all trained models; then trains anew on the
    /// others, with the seed of what served and on what was known when that was trained. Nothing is trained where
    /// nothing served, or too little is left; what ships with the product serves then.
    ///
    /// # Errors
    /// As [`Services::delete_user`]; and when training fails, after everything is removed.
    pub async fn forget_user(
        &self,
        call: &Call,
        id: UserId,
        tell: Tell,
    ) -> Result<Option<Trained>> {
        let kind = ModelKind::Completion;
        let champion = match self
            .get_model(call, kind, ModelAlias::Champion.as_str())
            .await
        {
            Ok(champion) => Some(champion),
            Err(Error::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        self.delete_user(call, id).await?;
        self.forget_models(kind).await?;
        let Some(champion) = champion else {
            return Ok(None);
        };
        let options = TrainingOptions {
            kind,
            seed: champion.manifest.settings.seed,
            until: Some(champion.manifest.data.until),
        };
        match self.train(call, options, tell).await {
            Ok(trained) => Ok(Some(trained)),
            Err(Error::Conflict {
                code: "too_little_to_learn",
                ..
            }) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
