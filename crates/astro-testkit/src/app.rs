//! The whole product in one process, without a socket.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use astro_api::{AppState, Authenticate};
use astro_core::clock::Clock as _;
use astro_core::config::HttpConfig;
use astro_core::principal::{Identity, Permission, Principal, Role, Scope};
use astro_services::Services;
use astro_services::accounts::Credential;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{Engine, TestStore};

/// An app over a fresh database, and a way in for one user.
pub struct TestApp {
    pub db: TestStore,
    pub services: Services,
    pub router: Router,
    gate: Arc<TestGate>,
    /// The first user: a member.
    pub owner: Client,
}

/// Knows the tokens that the test handed out, and asks the real gate about all others.
struct TestGate {
    known: Mutex<HashMap<String, Principal>>,
    services: Services,
}

impl Authenticate for TestGate {
    fn authenticate(
        &self,
        credential: Credential,
    ) -> BoxFuture<'_, astro_services::Result<Principal>> {
        let known = match &credential {
            Credential::Bearer(token) => {
                let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.get(token.expose()).cloned()
            }
            Credential::Cookie(_) => None,
        };
        Box::pin(async move {
            match known {
                Some(principal) => Ok(principal),
                None => self.services.authenticate(&credential).await,
            }
        })
    }
}

impl TestApp {
    /// Runs a test on a fresh app and removes its database afterwards.
    pub async fn run(engine: Engine, test: impl AsyncFnOnce(&TestApp)) {
        let Some(db) = TestStore::open(engine).await else {
            return;
        };
        let app = Self::with(db);
        test(&app).await;
        app.db.close().await;
    }

    fn with(db: TestStore) -> Self {
        let services = db.services();
        let gate = Arc::new(TestGate {
            known: Mutex::default(),
            services: services.clone(),
        });
        let router = astro_api::router(
            AppState {
                services: services.clone(),
                metrics: None,
                http: Arc::new(HttpConfig {
                    requests_per_minute: 0,
                    ..HttpConfig::default()
                }),
            },
            gate.clone(),
        );
        let owner = Client::new(&router, &gate, db.scope, Role::Member, None);
        Self {
            db,
            services,
            router,
            gate,
            owner,
        }
    }

    /// Another user of another tenant.
    pub async fn stranger(&self) -> Client {
        Client::new(
            &self.router,
            &self.gate,
            self.db.stranger().await,
            Role::Member,
            None,
        )
    }

    /// The owner again, in another role.
    pub fn as_role(&self, role: Role) -> Client {
        Client::new(&self.router, &self.gate, self.db.scope, role, None)
    }

    /// The owner again, through a token with these scopes.
    pub fn with_scopes(&self, scopes: &[Permission]) -> Client {
        Client::new(
            &self.router,
            &self.gate,
            self.db.scope,
            Role::Member,
            Some(scopes.to_vec()),
        )
    }

    /// Somebody without a credential.
    pub fn anonymous(&self) -> Client {
        self.with_headers(HeaderMap::new())
    }

    /// Somebody with a credential that nobody gave them.
    pub fn garbage(&self) -> Client {
        self.bearer("not.a.token")
    }

    /// Somebody with a token that the product gave them.
    pub fn bearer(&self, token: &str) -> Client {
        self.with_headers(bearer(token))
    }

    /// A page of the product in a browser that has signed in.
    pub fn browser(&self, cookie: &str, csrf: &str) -> Client {
        self.with_headers(HeaderMap::from_iter([
            (header::COOKIE, value(cookie)),
            (HeaderName::from_static("x-csrf-token"), value(csrf)),
        ]))
    }

    fn with_headers(&self, credentials: HeaderMap) -> Client {
        Client {
            router: self.router.clone(),
            credentials,
        }
    }

    pub fn now(&self) -> astro_core::calendar::Timestamp {
        self.db.clock.now()
    }
}

/// Sends requests as one user.
#[derive(Clone)]
pub struct Client {
    router: Router,
    /// Sent with every request.
    credentials: HeaderMap,
}

fn bearer(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::AUTHORIZATION, value(&format!("Bearer {token}")))])
}

fn value(text: &str) -> HeaderValue {
    text.parse().expect("a header value")
}

impl Client {
    fn new(
        router: &Router,
        gate: &TestGate,
        scope: Scope,
        role: Role,
        scopes: Option<Vec<Permission>>,
    ) -> Self {
        let identity = Identity {
            tenant: scope.tenant(),
            user: scope.owner().into(),
            role,
        };
        let principal = match scopes {
            Some(scopes) => Principal::Token {
                identity,
                token: uuid::Uuid::nil().into(),
                scopes,
            },
            None => Principal::User {
                identity,
                session: uuid::Uuid::nil().into(),
            },
        };
        let mut known = gate.known.lock().unwrap_or_else(PoisonError::into_inner);
        let token = format!("token-{}", known.len());
        known.insert(token.clone(), principal);
        Self {
            router: router.clone(),
            credentials: bearer(&token),
        }
    }

    /// Starts a request.
    pub fn request(&self, method: Method, path: &str) -> Call {
        Call {
            client: self.clone(),
            method,
            path: path.to_owned(),
            headers: self.credentials.clone(),
            body: Bytes::new(),
            peer: None,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request(Method::POST, path).json(&body).send().await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request(Method::PATCH, path).json(&body).send().await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.request(Method::DELETE, path).send().await
    }
}

/// A request being put together.
pub struct Call {
    client: Client,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    peer: Option<SocketAddr>,
}

impl Call {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, self::value(value));
        self
    }

    /// As if it came over a connection from there.
    pub fn from_address(mut self, address: &str) -> Self {
        let address: IpAddr = address.parse().expect("an address");
        self.peer = Some(SocketAddr::new(address, 40_000));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        let kind = if self.method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.header("content-type", kind).bytes(body.to_string())
    }

    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub async fn send(self) -> Answer {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .body(Body::from(self.body))
            .expect("a request");
        *request.headers_mut() = self.headers;
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self
            .client
            .router
            .oneshot(request)
            .await
            .expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }
}

/// What the app said.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// The JSON body.
    ///
    /// # Panics
    /// When there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The JSON body of an answer with this status.
    ///
    /// # Panics
    /// When the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
