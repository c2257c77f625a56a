//! The load: a bounded number of clients, each with one kept connection and one request in flight,
//! for a bounded time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::measure::now;

/// What the clients ask.
#[derive(Clone, Debug)]
pub struct Shape {
    pub method: Method,
    /// Asked in turn.
    pub paths: Vec<Uri>,
    /// `Authorization` headers; the clients share them out.
    pub credentials: Vec<HeaderValue>,
    /// JSON to send; `#` stands for a number that is another in each request.
    pub body: Option<&'static str>,
    /// The status that every answer must have.
    pub expect: u16,
}

/// How hard they ask.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub clients: usize,
    pub warm_up: Duration,
    pub length: Duration,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Answered requests a second, after the warm-up.
    pub rate: f64,
    /// Answered requests, those of the warm-up among them.
    pub answered: usize,
    /// Time from asking to the answer's last byte of each request, ascending.
    times: Vec<Duration>,
}

impl Outcome {
    pub fn count(&self) -> usize {
        self.times.len()
    }

    pub fn into_times(self) -> Vec<Duration> {
        self.times
    }

    /// The time within which the share `quantile` (0 to 1) of the requests was answered.
    pub fn quantile(&self, quantile: f64) -> Duration {
        crate::measure::quantile(&self.times, quantile)
    }
}

/// Asks until the time is over.
///
/// # Errors
/// When any answer is not as expected: figures of a server that refuses mean nothing.
pub async fn run(address: SocketAddr, shape: &Shape, plan: Plan) -> Result<Outcome> {
    let shape = Arc::new(shape.clone());
    let start = now() + plan.warm_up;
    let end = start + plan.length;
    let mut clients = JoinSet::new();
    for number in 0..plan.clients {
        let shape = shape.clone();
        clients.spawn(async move { client(address, &shape, number, start, end).await });
    }
    let mut times = Vec::new();
    let mut answered = 0;
    while let Some(ended) = clients.join_next().await {
        let client = ended.context("a client")??;
        answered += client.answered;
        times.extend(client.times);
    }
    if times.is_empty() {
        bail!("nothing was answered within {:?}", plan.length);
    }
    times.sort_unstable();
    Ok(Outcome {
        rate: crate::measure::float(times.len()) / plan.length.as_secs_f64(),
        answered,
        times,
    })
}

/// What one client saw.
#[derive(Default)]
struct Seen {
    answered: usize,
    times: Vec<Duration>,
}

async fn client(
    address: SocketAddr,
    shape: &Shape,
    number: usize,
    start: Instant,
    end: Instant,
) -> Result<Seen> {
    let stream = TcpStream::connect(address).await.context("connecting")?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::select! {
        answered = ask(sender, address, shape, number, start, end) => answered,
        ended = connection => {
            ended?;
            bail!("the server closed a connection that was in use")
        }
    }
}

async fn ask(
    mut sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    shape: &Shape,
    client: usize,
    start: Instant,
    end: Instant,
) -> Result<Seen> {
    let host = HeaderValue::from_str(&address.to_string())?;
    let mut seen = Seen::default();
    for turn in 0.. {
        let begun = now();
        if begun >= end {
            break;
        }
        let request = shape.request(&host, client, turn)?;
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        if status != shape.expect {
            let text: String = String::from_utf8_lossy(&body).chars().take(500).collect();
            bail!(
                "{} {:?} was answered {status}: {text}",
                shape.method,
                shape.paths.first()
            );
        }
        let done = now();
        seen.answered += 1;
        if begun >= start && done <= end {
            seen.times.push(done - begun);
        }
    }
    Ok(seen)
}

impl Shape {
    pub fn get(path: &str) -> Result<Self> {
        Self::of(Method::GET, vec![path.parse()?], 200)
    }

    pub fn of(method: Method, paths: Vec<Uri>, expect: u16) -> Result<Self> {
        if paths.is_empty() {
            bail!("there is nothing to ask for");
        }
        Ok(Self {
            method,
            paths,
            credentials: Vec::new(),
            body: None,
            expect,
        })
    }

    pub fn post(path: &str, body: &'static str) -> Result<Self> {
        Ok(Self {
            body: Some(body),
            ..Self::of(Method::POST, vec![path.parse()?], 201)?
        })
    }

    pub fn with(self, credentials: &[HeaderValue]) -> Self {
        Self {
            credentials: credentials.to_vec(),
            ..self
        }
    }

    pub fn expecting(self, expect: u16) -> Self {
        Self { expect, ..self }
    }

    /// Clients start at different paths and walk over all of them.
    fn request(
        &self,
        host: &HeaderValue,
        client: usize,
        turn: usize,
    ) -> Result<Request<Full<Bytes>>> {
        const STRIDE: usize = 7919;
        let path = (client * STRIDE + turn) % self.paths.len();
        let mut request = Request::builder()
            .method(&self.method)
            .uri(&self.paths[path])
            .header(header::HOST, host);
        if !self.credentials.is_empty() {
            let credential = &self.credentials[client % self.credentials.len()];
            request = request.header(header::AUTHORIZATION, credential);
        }
        let body = match self.body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(body.replace('#', &format!("{client}-{turn}")))
            }
            None => Bytes::new(),
        };
        Ok(request.body(Full::new(body))?)
    }
}
