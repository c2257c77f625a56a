//! The guard in front of every operation that needs a caller: it reads the credential, asks the
//! login gate who that is, and checks the operation's permission before a body is read.

use std::sync::Arc;

use astro_core::clock::Clock;
use astro_core::config::HttpConfig;
use astro_core::principal::{Permission, Principal};
use astro_core::secret::Secret;
use astro_core::tasks::TaskSource;
use astro_services::accounts::Credential;
use astro_services::{Call, Error, Services, access};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};

use crate::body::Digest;
use crate::problem::Result;
use crate::rate::{Allowance, RateLimiter};
use crate::{browser, etag, idempotency};

/// The login gate: the services' own, or one that a test puts in its place.
pub trait Authenticate: Send + Sync {
    fn authenticate(
        &self,
        credential: Credential,
    ) -> BoxFuture<'_, astro_services::Result<Principal>>;
}

impl Authenticate for Services {
    fn authenticate(
        &self,
        credential: Credential,
    ) -> BoxFuture<'_, astro_services::Result<Principal>> {
        Box::pin(async move { Services::authenticate(self, &credential).await })
    }
}

/// What all guarded routes share.
pub(crate) struct Gate {
    pub(crate) login: Arc<dyn Authenticate>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limiter: RateLimiter,
    pub(crate) http: Arc<HttpConfig>,
}

/// What a guarded route needs. Cloned for every request.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) gate: Arc<Gate>,
    pub(crate) permission: Permission,
}

pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let (request, allowance) = match admit(&guard, request).await {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    let mut response = next.run(request).await;
    if let Some(allowance) = allowance {
        allowance.tell(response.headers_mut());
    }
    response
}

async fn admit(guard: &Guard, mut request: Request) -> Result<(Request, Option<Allowance>)> {
    let gate = &guard.gate;
    let credential = credential(request.headers())?;
    let cookie = match &credential {
        Credential::Cookie(session) => Some(session.clone()),
        Credential::Bearer(_) => None,
    };
    let principal = gate.login.authenticate(credential).await?;
    if let Some(session) = cookie {
        browser::check_forgery(&gate.http, request.method(), request.headers(), &session)?;
    }
    let allowance = gate
        .limiter
        .take(principal.identity().user, gate.clock.now())?;
    access::check(&principal, guard.permission)?;
    request.extensions_mut().insert(principal);
    // a socket asks on long after its request was counted
    request.extensions_mut().insert(gate.clone());
    Ok((request, allowance))
}

fn credential(headers: &HeaderMap) -> astro_services::Result<Credential> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return browser::cookie(headers)
            .map(Credential::Cookie)
            .ok_or(Error::Unauthenticated("sign in first"));
    };
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Credential::Bearer(Secret::new(token.trim())))
        }
        _ => Err(Error::Unauthenticated(
            "the Authorization header must be: Bearer TOKEN",
        )),
    }
}

/// The caller of a guarded operation, with what the request says about repeating and versions.
#[derive(Debug)]
pub(crate) struct Caller {
    principal: Principal,
    pub(crate) headers: HeaderMap,
    method: Method,
    pub(crate) uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = crate::problem::Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let principal = parts
            .extensions
            .get::<Principal>()
            .cloned()
            .ok_or_else(|| Error::internal("a handler with a caller stands behind no guard"))?;
        Ok(Self {
            principal,
            headers: parts.headers.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
        })
    }
}

impl Caller {
    /// A call that reads.
    pub(crate) fn reading(&self) -> Call {
        Call::new(self.principal.clone(), TaskSource::Api)
    }

    /// A call that changes an account: its If-Match counts.
    pub(crate) fn administering(&self) -> Result<Call> {
        Ok(Call {
            expected_version: etag::expected_version(&self.headers)?,
            ..self.reading()
        })
    }

    /// A call that writes what `body` says: its Idempotency-Key and If-Match count.
    pub(crate) fn writing(&self, body: Digest) -> Result<Call> {
        Ok(Call {
            idempotency: idempotency::of(&self.headers, &self.method, &self.uri, body)?,
            expected_version: etag::expected_version(&self.headers)?,
            ..self.reading()
        })
    }
}
