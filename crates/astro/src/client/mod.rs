//! The command line as a client of the REST API, with or without a running server.
//!
//! When no other process holds the database the whole product is built in this one and asked
//! directly; when a server runs it is asked over the loopback address. Either way a request is an
//! HTTP request with a token of the command line, so there is one code path and one gate
//! (docs/decisions/0007-the-command-line-is-a-client.md).

mod loopback;

use anyhow::{Context as _, bail};
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::random::Random;
use astro_core::secret::Secret;
use astro_services::Services;
use astro_services::accounts::mint_local_token;
use astro_store::StoreError;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::cli::Who;
use crate::config::Loaded;
use crate::running::RunningServer;
use crate::wiring;

/// An open way to the API.
pub struct Client {
    door: Door,
    token: Secret,
    /// Whom the command line was told to act for.
    user: Option<String>,
}

enum Door {
    /// The product in this process.
    Here { router: Router, services: Services },
    /// A server that holds the data directory.
    There(RunningServer),
}

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Bytes,
}

/// What the API did not do, in its words.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Refused {
    status: StatusCode,
    text: String,
}

impl Refused {
    /// The status that the API answered with, if that is what the error is.
    pub fn status(error: &anyhow::Error) -> Option<StatusCode> {
        error.downcast_ref::<Self>().map(|refused| refused.status)
    }
}

impl Client {
    /// Finds the way in, acting for `who`: for the first administrator where nobody is named.
    pub async fn open(loaded: &Loaded, who: &Who) -> anyhow::Result<Self> {
        let config = &loaded.config;
        let door = match wiring::open(config).await {
            Ok(services) => Door::Here {
                router: wiring::router(services.clone(), config, None),
                services,
            },
            Err(error) if is_locked(&error) => {
                let server = RunningServer::find(&config.data_dir).with_context(|| {
                    "another astro process holds the data directory, and it does not say where it listens"
                })?;
                Door::There(server)
            }
            Err(error) => return Err(error),
        };
        let token = mint_local_token(
            &wiring::keys(config),
            SystemClock.now(),
            &Random::from_os(),
            who.user.as_deref(),
            who.tenant.as_deref(),
        )?;
        Ok(Self {
            door,
            token,
            user: who.user.clone(),
        })
    }

    /// Finishes what was written.
    pub async fn close(self) -> anyhow::Result<()> {
        if let Door::Here { services, .. } = self.door {
            services.store.close().await?;
        }
        Ok(())
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.send(Method::GET, path, "", Bytes::new()).await?.read()
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<T> {
        self.write(Method::POST, path, body).await?.read()
    }

    /// Sends JSON and answers whatever came of it, as long as it is a success.
    pub async fn write(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Reply> {
        let media = if method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let body = serde_json::to_vec(body)?;
        self.send(method, path, media, body.into()).await
    }

    /// Asks without a body.
    pub async fn ask(&self, method: Method, path: &str) -> anyhow::Result<Reply> {
        self.send(method, path, "", Bytes::new()).await
    }

    /// # Errors
    /// What the API said was wrong, in its words.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        media: &str,
        body: Bytes,
    ) -> anyhow::Result<Reply> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", self.token.expose()),
            );
        if !media.is_empty() {
            request = request.header(header::CONTENT_TYPE, media);
        }
        let request = request.body(Body::from(body))?;
        let reply = match &self.door {
            Door::Here { router, .. } => ask_here(router, request).await?,
            Door::There(server) => loopback::ask(server, request).await?,
        };
        if reply.status.is_success() {
            return Ok(reply);
        }
        let mut refused = reply.problem();
        if reply.status == StatusCode::UNAUTHORIZED {
            refused.text = self.nobody();
        }
        Err(refused.into())
    }

    /// Why the command line's own token, which is always good, lets nobody in.
    fn nobody(&self) -> String {
        match &self.user {
            Some(user) => format!(
                "there is no {user} who may sign in, or one in several tenants (then add --tenant)"
            ),
            None => "nobody who administers this instance has an account yet: make one with \
                     `astro user create you@example.org`, or name somebody with --user"
                .to_owned(),
        }
    }

    /// The command line's own token, where the API wants one in a body.
    pub fn token(&self) -> &str {
        self.token.expose()
    }

    /// Every item of a list, page after page.
    pub async fn all<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        self.some(path, usize::MAX).await
    }

    /// The first `most` items of a list.
    pub async fn some<T: DeserializeOwned>(
        &self,
        path: &str,
        most: usize,
    ) -> anyhow::Result<Vec<T>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let glue = if path.contains('?') { '&' } else { '?' };
            let page = match &cursor {
                Some(cursor) => format!("{path}{glue}limit=100&cursor={}", encode(cursor)),
                None => format!("{path}{glue}limit=100"),
            };
            let mut answer: Value = self.get(&page).await?;
            let Value::Array(found) = answer["items"].take() else {
                bail!("the list at {path} has no items");
            };
            for item in found {
                items.push(serde_json::from_value(item)?);
                if items.len() >= most {
                    return Ok(items);
                }
            }
            match answer["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }
}

/// Text as a part of a query string.
pub fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Whether another process holds the data directory.
pub fn is_locked(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<StoreError>(),
        Some(StoreError::Locked(_))
    )
}

async fn ask_here(router: &Router, request: Request<Body>) -> anyhow::Result<Reply> {
    let (head, body) = router.clone().oneshot(request).await?.into_parts();
    let body = body.collect().await.context("reading the answer")?;
    Ok(Reply {
        status: head.status,
        body: body.to_bytes(),
    })
}

impl Reply {
    pub fn read<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_slice(&self.body).context("the answer is not what was expected")
    }

    /// The problem document as an error for people: its detail, then each field.
    fn problem(&self) -> Refused {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or(Value::Null);
        let detail = problem["detail"].as_str();
        let mut text = detail
            .or(problem["title"].as_str())
            .map_or_else(|| self.status.to_string(), str::to_owned);
        for error in problem["errors"].as_array().into_iter().flatten() {
            let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            let line = match part("field").as_str() {
                "" => part("message"),
                field => format!("{field}: {}", part("message")),
            };
            if !text.contains(&line) {
                text.push_str("\n  ");
                text.push_str(&line);
            }
        }
        if self.status.is_server_error()
            && let Some(id) = problem["request_id"].as_str()
        {
            text = format!("{text} (request {id} in the server's log)");
        }
        Refused {
            status: self.status,
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_fields_once() {
        let reply = Reply {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: br#"{"title":"Not valid","detail":"due: is before start","errors":[{"field":"due","code":"order","message":"is before start"},{"field":"title","code":"blank","message":"must not be blank"}]}"#
                .as_slice()
                .into(),
        };
        assert_eq!(
            reply.problem().to_string(),
            "due: is before start\n  title: must not be blank"
        );
    }
}
