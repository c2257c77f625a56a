//! The models that serve: found again by their alias at each request, read from their files when that has
//! moved, and kept while it has not.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::models::{ModelAlias, ModelKind};
use astro_models::artifact::{self, Version};
use astro_models::completion::CompletionModel;
use astro_models::prior::{self, Shipped};
use astro_models::recommendation::RecommendationModel;
use astro_store::models as rows;

use crate::{Error, Result, Services};

/// How long files that could not be used are left alone before they are read again.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
const UNUSABLE: &str = "astro_models_unusable_total";

/// A version and its numbers.
#[derive(Debug)]
pub struct Served<M> {
    /// [`prior::NAME`] while nothing was trained.
    pub version: String,
    pub model: M,
    /// Nothing that was recorded later here was learnt from; the prior learnt from nobody here.
    pub learnt_until: Option<Timestamp>,
}

/// What serves in this process, of one kind.
#[derive(Debug)]
pub struct Champion<M>(Mutex<State<M>>);

#[derive(Debug)]
struct State<M> {
    served: Option<Arc<Served<M>>>,
    damaged: Option<Damaged>,
}

/// A version whose files could not be used, and when they were last tried: not at every request.
#[derive(Debug)]
struct Damaged {
    version: String,
    tried_at: Timestamp,
}

impl<M> Default for Champion<M> {
    fn default() -> Self {
        // a counter that nobody has met yet says 0: an alarm needs something to compare with
        metrics::counter!(UNUSABLE).increment(0);
        Self(Mutex::new(State {
            served: None,
            damaged: None,
        }))
    }
}

impl<M> Champion<M> {
    /// What is kept, if it is what is wanted, or what goes on in its place.
    fn kept(&self, wanted: &str, now: Timestamp) -> Option<Arc<Served<M>>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let served = Arc::clone(state.served.as_ref()?);
        if served.version == wanted {
            return Some(served);
        }
        let damaged = state.damaged.as_mut()?;
        if damaged.version != wanted {
            return None;
        }
        // also when the clock was put back
        let is_due = now < damaged.tried_at || now >= damaged.tried_at + AGAIN;
        if is_due {
            // the first to ask tries again, everybody else goes on meanwhile
            damaged.tried_at = now;
        }
        (!is_due).then_some(served)
    }

    fn keep(&self, served: Arc<Served<M>>, damaged: Option<Damaged>) -> Arc<Served<M>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.served = Some(Arc::clone(&served));
        state.damaged = damaged;
        served
    }

    fn last(&self) -> Option<Arc<Served<M>>> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.served.clone()
    }
}

impl Services {
    /// The completion model that serves now.
    pub async fn completion_model(&self) -> Result<Arc<Served<CompletionModel>>> {
        self.served(&self.completion).await
    }

    /// The recommendation model that serves now.
    pub async fn recommendation_model(&self) -> Result<Arc<Served<RecommendationModel>>> {
        self.served(&self.recommender).await
    }

    /// When the files of what should serve cannot be used the last good one goes on, or what ships with the product,
    /// until they can; a metric counts the attempts that failed.
    async fn served<M: Shipped + Send + Sync + 'static>(
        &self,
        champion: &Champion<M>,
    ) -> Result<Arc<Served<M>>> {
        let wanted = self.champion(M::KIND).await?;
        let wanted = wanted.unwrap_or_else(|| prior::NAME.to_owned());
        let now = self.now();
        if let Some(kept) = champion.kept(&wanted, now) {
            return Ok(kept);
        }
        let root = self.models.clone();
        let name = wanted.clone();
        let loaded = tokio::task::spawn_blocking(move || load::<M>(&root, name));
        match loaded.await.map_err(Error::internal)? {
            Ok(served) => Ok(champion.keep(Arc::new(served), None)),
            Err(reason) => {
                tracing::error!(kind = %M::KIND, version = wanted, reason, "a model cannot be used");
                metrics::counter!(UNUSABLE).increment(1);
                let last = match champion.last() {
                    Some(last) => last,
                    None => Arc::new(
                        load(&self.models, prior::NAME.to_owned()).map_err(Error::internal)?,
                    ),
                };
                let damaged = Damaged {
                    version: wanted,
                    tried_at: now,
                };
                Ok(champion.keep(last, Some(damaged)))
            }
        }
    }

    async fn champion(&self, kind: ModelKind) -> Result<Option<String>> {
        self.store
            .admin_read(move |admin| {
                Box::pin(async move {
                    let champion = rows::version_of(admin, kind, ModelAlias::Champion).await;
                    champion.map_err(Error::from)
                })
            })
            .await
    }
}

fn load<M: Shipped>(root: &Path, version: String) -> Result<Served<M>, String> {
    let is_prior = version == prior::NAME;
    let loaded = if is_prior {
        prior::load::<M>()
    } else {
        let name = Version::parse(&version).ok_or("its name is none of a version")?;
        artifact::load::<M>(root, &name)
    };
    let (manifest, model) = loaded.map_err(|error| error.to_string())?;
    Ok(Served {
        learnt_until: (!is_prior).then_some(manifest.data.until),
        model,
        version,
    })
}
