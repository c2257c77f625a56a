//! The models that serve: found again by their alias at each request, read from their files when that has
//! moved, and kept while it has not.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use astro_core::models::{ModelAlias, ModelKind};
use astro_models::artifact::{self, Version};
use astro_models::completion::CompletionModel;
use astro_models::prior::{self, Shipped};
use astro_models::recommendation::RecommendationModel;
use astro_store::models as rows;

use crate::{Error, Result, Services};

/// A version and its numbers.
#[derive(Debug)]
pub struct Served<M> {
    /// [`prior::NAME`] while nothing was trained.
    pub version: String,
    pub model: M,
}

/// What serves in this process, of one kind.
#[derive(Debug)]
pub struct Champion<M>(Mutex<State<M>>);

#[derive(Debug)]
struct State<M> {
    served: Option<Arc<Served<M>>>,
    /// A version whose files could not be used; it is not tried at every request.
    damaged: Option<String>,
}

impl<M> Default for Champion<M> {
    fn default() -> Self {
        Self(Mutex::new(State {
            served: None,
            damaged: None,
        }))
    }
}

impl<M> Champion<M> {
    /// What is kept, if it is what is wanted, or what goes on in its place.
    fn kept(&self, wanted: &str) -> Option<Arc<Served<M>>> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let served = state.served.as_ref()?;
        let is_it = served.version == wanted || state.damaged.as_deref() == Some(wanted);
        is_it.then(|| Arc::clone(served))
    }

    fn keep(&self, served: Arc<Served<M>>, damaged: Option<String>) -> Arc<Served<M>> {
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

    /// When the files of what should serve cannot be used the last good one goes on, or what ships with the product; a
    /// metric tells.
    async fn served<M: Shipped + Send + Sync + 'static>(
        &self,
        champion: &Champion<M>,
    ) -> Result<Arc<Served<M>>> {
        let wanted = self.champion(M::KIND).await?;
        let wanted = wanted.unwrap_or_else(|| prior::NAME.to_owned());
        if let Some(kept) = champion.kept(&wanted) {
            return Ok(kept);
        }
        let root = self.models.clone();
        let name = wanted.clone();
        let loaded = tokio::task::spawn_blocking(move || load::<M>(&root, name));
        match loaded.await.map_err(Error::internal)? {
            Ok(served) => Ok(champion.keep(Arc::new(served), None)),
            Err(reason) => {
                tracing::error!(kind = %M::KIND, version = wanted, reason, "a model cannot be used");
                metrics::counter!("astro_models_unusable_total").increment(1);
                let last = match champion.last() {
                    Some(last) => last,
                    None => Arc::new(
                        load(&self.models, prior::NAME.to_owned()).map_err(Error::internal)?,
                    ),
                };
                Ok(champion.keep(last, Some(wanted)))
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
    let model = if version == prior::NAME {
        prior::load::<M>().map(|(_, model)| model)
    } else {
        let name = Version::parse(&version).ok_or("its name is none of a version")?;
        artifact::load::<M>(root, &name).map(|(_, model)| model)
    };
    Ok(Served {
        model: model.map_err(|error| error.to_string())?,
        version,
    })
}
