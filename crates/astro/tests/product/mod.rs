//! The real binary in a directory of its own, as a person's shell and a program's HTTP client see it.

#![allow(dead_code, reason = "each of the tests uses its part")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;

pub const PASSWORD: &str = "lantern gravel umbrage tofu";
pub const OWNER: &str = "owner@example.org";
const PATIENCE: Duration = Duration::from_secs(30);

/// An installation: a data directory, and a server while one runs.
pub struct Product {
    pub home: Arc<tempfile::TempDir>,
    /// Of every process.
    settings: Vec<(&'static str, String)>,
    /// Of the server's process alone.
    of_server: Vec<(&'static str, String)>,
    server: Option<Server>,
}

struct Server {
    child: Child,
    address: SocketAddr,
    /// What it printed before it was ready.
    greeting: String,
}

impl Product {
    /// An empty folder and an empty home; nothing runs.
    pub fn new() -> Self {
        Self {
            home: Arc::new(tempfile::tempdir().unwrap()),
            settings: Vec::new(),
            of_server: Vec::new(),
            server: None,
        }
    }

    /// With settings in the environment of every process.
    pub fn with(mut self, settings: Vec<(&'static str, String)>) -> Self {
        self.settings.extend(settings);
        self
    }

    /// With settings in the server's environment.
    pub fn with_server(mut self, settings: Vec<(&'static str, String)>) -> Self {
        self.of_server.extend(settings);
        self
    }

    /// A further server of the same installation; it does not run yet.
    pub fn replica(&self) -> Self {
        Self {
            home: self.home.clone(),
            settings: self.settings.clone(),
            of_server: self.of_server.clone(),
            server: None,
        }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_astro"));
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("ASTRO_DATA_DIR", self.data_dir())
            .env("ASTRO_LISTEN", "127.0.0.1:0")
            .env("ASTRO_HTTP__REQUESTS_PER_MINUTE", "0")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts a command and does not wait for it.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.spawn().unwrap()
    }

    /// Starts the server and waits until it is ready; answers how long that took.
    pub async fn start(&mut self) -> Duration {
        let begun = Instant::now();
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.home.path().join("log"))
            .unwrap();
        let settings = self.of_server.iter().map(|(name, value)| (name, value));
        let mut command = self.command(&[]);
        let mut child = command.envs(settings).stderr(log).spawn().unwrap();
        let (greeting, address) = greeting(&mut child);
        self.server = Some(Server {
            child,
            address,
            greeting,
        });
        loop {
            if let Ok(mut http) = Http::try_open(address).await
                && http.get("/health/ready").await.status == StatusCode::OK
            {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.server.as_ref().expect("the server runs").address
    }

    pub fn greeting(&self) -> &str {
        &self.server.as_ref().expect("the server runs").greeting
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }

    /// SIGKILL: no goodbye of any kind.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }

    /// SIGTERM, and waits for the end; answers how long that took.
    pub fn stop(&mut self) -> Duration {
        let mut server = self.server.take().expect("the server runs");
        let begun = Instant::now();
        let pid = server.child.id().to_string();
        Command::new("kill")
            .args(["-s", "TERM", &pid])
            .status()
            .unwrap();
        let status = server.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
        begun.elapsed()
    }

    /// Runs a command and answers what it printed.
    pub fn astro(&self, arguments: &[&str]) -> String {
        let output = self.try_astro(arguments, "");
        assert!(
            output.status.success(),
            "astro {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that prints JSON.
    pub fn astro_json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--json"]].concat();
        serde_json::from_str(&self.astro(&arguments)).unwrap()
    }

    /// Runs a command whatever comes of it.
    pub fn try_astro(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that does not read its input closes it.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    /// Makes the first user without a browser.
    pub fn make_owner(&self) {
        let output = self.try_astro(&["user", "create", OWNER], PASSWORD);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A token of the owner for programs.
    pub fn token(&self, scopes: &[&str]) -> String {
        let mut arguments = vec!["token", "create", "a test"];
        for scope in scopes {
            arguments.extend(["--scope", scope]);
        }
        self.astro(&arguments).trim().to_owned()
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            // A test that failed leaves its server behind.
            let _ = server.child.kill();
            let _ = server.child.wait();
        }
    }
}

/// Reads until the server has said where it listens, and then keeps its output from filling up.
fn greeting(child: &mut Child) -> (String, SocketAddr) {
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in output.lines() {
            // The test may have seen enough; reading on keeps the server from blocking.
            let _ = sender.send(line.unwrap_or_default());
        }
    });
    let mut greeting = String::new();
    let mut address = None;
    while let Ok(line) = lines.recv_timeout(if address.is_none() {
        PATIENCE
    } else {
        Duration::from_millis(200)
    }) {
        if let Some((_, rest)) = line.split_once("open   http://") {
            address = Some(rest.trim().parse().unwrap());
        }
        greeting.push_str(&line);
        greeting.push('\n');
    }
    (greeting, address.expect("the server says where it listens"))
}

/// One connection of a program.
pub struct Http {
    sender: SendRequest<Full<Bytes>>,
    pub token: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}: {:?}", self.status, self.body))
    }

    /// The JSON of a success.
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {:?}", self.status, self.body);
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }
}

impl Http {
    pub async fn open(address: SocketAddr, token: &str) -> Self {
        let mut http = Self::try_open(address).await.unwrap();
        http.token = Some(token.to_owned());
        http
    }

    pub async fn try_open(
        address: SocketAddr,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            token: None,
        })
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await.unwrap()
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), None)
            .await
            .unwrap()
    }

    /// Fails when the connection does.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Answer, hyper::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let bytes = body.map_or_else(Bytes::new, |body| body.to_string().into());
        self.sender.ready().await?;
        let answer = self
            .sender
            .send_request(request.body(Full::new(bytes)).unwrap())
            .await?;
        let (head, body) = answer.into_parts();
        Ok(Answer {
            status: head.status,
            body: body.collect().await?.to_bytes(),
        })
    }
}

/// Whether a file can be read by its owner alone.
pub fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .unwrap()
        .permissions()
        .mode()
        .trailing_zeros()
        >= 6
}
