//! A device that listens to the stream of events and reads what changed, as docs/real-time.md tells.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;

use super::product::Http;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Follows one server until it is dropped.
pub struct Follower {
    known: Arc<Mutex<BTreeSet<String>>>,
    task: JoinHandle<()>,
}

impl Follower {
    pub fn start(address: SocketAddr, token: &str) -> Self {
        let device = Device {
            address,
            token: token.to_owned(),
            since: "0".to_owned(),
            known: Arc::default(),
        };
        Self {
            known: device.known.clone(),
            task: tokio::spawn(device.follow()),
        }
    }

    /// The ids of the tasks that it knows of.
    pub fn known(&self) -> BTreeSet<String> {
        self.known.lock().unwrap().clone()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Device {
    address: SocketAddr,
    token: String,
    since: String,
    known: Arc<Mutex<BTreeSet<String>>>,
}

impl Device {
    /// Connects again whenever the stream ends.
    async fn follow(mut self) {
        loop {
            if let Err(error) = self.listen().await {
                println!("a follower connects again: {error}");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Reads when the stream begins, and then only when it says so.
    async fn listen(&mut self) -> Result<(), Failure> {
        let stream = tokio::net::TcpStream::connect(self.address).await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let request = Request::get("/api/v1/events")
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Empty::<Bytes>::new())?;
        let mut answer = sender.send_request(request).await?;
        while let Some(frame) = answer.frame().await {
            let data = frame?.into_data().unwrap_or_default();
            if data.windows(6).any(|window| window == b"event:") {
                self.pull().await?;
            }
        }
        connection.abort();
        Ok(())
    }

    async fn pull(&mut self) -> Result<(), Failure> {
        let mut http = Http::try_open(self.address).await?;
        http.token = Some(self.token.clone());
        loop {
            let path = format!("/api/v1/sync?since={}&limit=500", self.since);
            let answer = http.get(&path).await;
            if answer.status != StatusCode::OK {
                return Err(format!("sync was answered {}", answer.status).into());
            }
            let answer = answer.json();
            let changes = answer["changes"].as_array().unwrap();
            let tasks = changes.iter().filter(|change| change["entity"] == "task");
            let ids = tasks.map(|change| change["id"].as_str().unwrap().to_owned());
            self.known.lock().unwrap().extend(ids);
            answer["next"].as_str().unwrap().clone_into(&mut self.since);
            if answer["more"] == false {
                return Ok(());
            }
        }
    }
}
