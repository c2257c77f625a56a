//! The whole product in one process, without a socket.

mod call;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use astro_api::{AppState, Authenticate};
use astro_core::clock::Clock as _;
use astro_core::config::HttpConfig;
use astro_core::principal::{Identity, Permission, Principal, Role, Scope};
use astro_infra::bus::{Bus, MemoryBus};
use astro_jobs::Stopper;
use astro_services::Services;
use astro_services::accounts::Credential;
use astro_services::outbox::PostgresBus;
use axum::Router;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;

pub use call::{Answer, Call};

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
        let router = router(&services, &gate, at_will());
        let owner = Client::new(&router, &gate, db.scope, Role::Member, None);
        Self {
            db,
            services,
            router,
            gate,
            owner,
        }
    }

    /// Runs `body` while the engine room of the app works beside it.
    pub fn working<'a, T: 'a>(
        &'a self,
        body: impl Future<Output = T> + 'a,
    ) -> futures_util::future::LocalBoxFuture<'a, T> {
        let services = &self.services;
        let (stopper, stop) = Stopper::new();
        let bus: Arc<dyn Bus> = if services.store.can_notify() {
            Arc::new(PostgresBus(services.store.clone()))
        } else {
            Arc::new(MemoryBus::default())
        };
        Box::pin(async move {
            let _stopper = stopper;
            let engine = async {
                tokio::join!(
                    services.work(4, stop.clone()),
                    services.publish(bus.clone(), stop.clone()),
                    services.listen(bus.clone(), stop.clone()),
                    services.watch_access(stop.clone()),
                )
            };
            tokio::select! {
                done = body => done,
                _ = engine => panic!("the engine room ended by itself"),
            }
        })
    }

    /// The app on a port of the loopback address, for clients of their own; ends with the test.
    pub async fn serve(&self) -> SocketAddr {
        self.serve_with(at_will()).await
    }

    /// As [`TestApp::serve`], set up in another way.
    pub async fn serve_with(&self, http: HttpConfig) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = router(&self.services, &self.gate, http);
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
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

    /// As [`TestApp::bearer`], at another process of the same database: it shares what is kept and
    /// nothing of what was seen.
    pub fn bearer_elsewhere(&self, token: &str) -> Client {
        let services = self.db.services();
        let state = AppState {
            services: services.clone(),
            metrics: None,
            http: Arc::new(HttpConfig::default()),
        };
        Client {
            router: astro_api::router(state, Arc::new(services)),
            credentials: bearer(token),
        }
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

/// Nobody asks too much of it.
fn at_will() -> HttpConfig {
    HttpConfig {
        requests_per_minute: 0,
        ..HttpConfig::default()
    }
}

fn router(services: &Services, gate: &Arc<TestGate>, http: HttpConfig) -> Router {
    let state = AppState {
        services: services.clone(),
        metrics: None,
        http: Arc::new(http),
    };
    astro_api::router(state, gate.clone())
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
