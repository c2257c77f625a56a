//! The model that serves: found again by its alias at each request, read from its files when that has
//! moved, and kept while it has not.

use std::sync::{Arc, Mutex, PoisonError};

use astro_core::models::{ModelAlias, ModelKind};
use astro_models::artifact::{self, Version};
use astro_models::completion::CompletionModel;
use astro_models::prior;
use astro_store::models as rows;

use crate::{Error, Result, Services};

/// A version and its numbers.
#[derive(Debug)]
pub struct Served {
    /// [`prior::NAME`] while nothing was trained.
    pub version: String,
    pub model: CompletionModel,
}

/// What serves in this process.
#[derive(Debug, Default)]
pub struct Champion(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    served: Option<Arc<Served>>,
    /// A version whose files could not be used; it is not tried at every request.
    damaged: Option<String>,
}

impl Services {
    /// The model that serves now. When its files cannot be used the last good one goes on, or what ships with the
    /// product; a metric tells.
    pub async fn completion_model(&self) -> Result<Arc<Served>> {
        let wanted = self.champion(ModelKind::Completion).await?;
        let wanted = wanted.unwrap_or_else(|| prior::NAME.to_owned());
        {
            let state = self
                .champion
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(served) = &state.served
                && (served.version == wanted || state.damaged.as_ref() == Some(&wanted))
            {
                return Ok(Arc::clone(served));
            }
        }
        let root = self.models.clone();
        let name = wanted.clone();
        let loaded = tokio::task::spawn_blocking(move || load(&root, name));
        let loaded = loaded.await.map_err(Error::internal)?;
        let mut state = self
            .champion
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match loaded {
            Ok(served) => {
                let served = Arc::new(served);
                *state = State {
                    served: Some(Arc::clone(&served)),
                    damaged: None,
                };
                Ok(served)
            }
            Err(reason) => {
                tracing::error!(version = wanted, reason, "a model cannot be used");
                metrics::counter!("astro_models_unusable_total").increment(1);
                state.damaged = Some(wanted);
                let last = match &state.served {
                    Some(last) => Arc::clone(last),
                    None => Arc::new(
                        load(&self.models, prior::NAME.to_owned()).map_err(Error::internal)?,
                    ),
                };
                state.served = Some(Arc::clone(&last));
                Ok(last)
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

fn load(root: &std::path::Path, version: String) -> Result<Served, String> {
    let model = if version == prior::NAME {
        prior::completion().map(|(_, model)| model)
    } else {
        let name = Version::parse(&version).ok_or("its name is none of a version")?;
        artifact::read_completion(root, &name).map(|(_, model)| model)
    };
    Ok(Served {
        model: model.map_err(|error| error.to_string())?,
        version,
    })
}
