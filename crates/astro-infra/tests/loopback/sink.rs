//! A receiving end on the loopback address: takes connections, keeps what it was sent, and answers
//! what the test wants.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use astro_core::config::OutgoingConfig;
use astro_infra::http_out::Trust;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Runs until the test ends; a connection that opens is counted before anything is read from it.
pub struct Sink {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Received>,
}

/// What the sink does once it has read a request.
#[derive(Clone)]
pub enum Reply {
    /// Written as it is.
    Bytes(Vec<u8>),
    /// Nothing, for so long.
    Silence(Duration),
    /// The connection is closed.
    HangUp,
}

impl Reply {
    pub fn status(status: &str) -> Self {
        Self::with(status, "", "")
    }

    /// `headers` end with line breaks.
    pub fn with(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Bytes(
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
                .into_bytes(),
        )
    }
}

impl Sink {
    pub fn new(reply: Reply) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                shared.lock().unwrap().connections += 1;
                let (shared, reply) = (Arc::clone(&shared), reply.clone());
                thread::spawn(move || serve(&stream.unwrap(), &shared, &reply));
            }
        });
        Self { address, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub fn requests(&self) -> Vec<Received> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The only request there was.
    pub fn request(&self) -> Received {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].clone()
    }
}

fn serve(stream: &TcpStream, seen: &Mutex<Seen>, reply: &Reply) {
    let mut reader = BufReader::new(stream);
    let Some(request) = read(&mut reader) else {
        return;
    };
    seen.lock().unwrap().requests.push(request);
    let mut stream = stream;
    match reply {
        // the other side may have heard enough
        Reply::Bytes(bytes) => drop(stream.write_all(bytes)),
        Reply::Silence(time) => thread::sleep(*time),
        Reply::HangUp => {}
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Received> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received {
        method,
        path,
        headers,
        body,
    })
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = String::new();
    let length = reader.read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

pub fn allowing(allow: &str) -> OutgoingConfig {
    OutgoingConfig {
        allow: allow.parse().unwrap(),
    }
}

/// Nobody: for tests without TLS.
pub fn no_trust() -> Trust {
    Trust::of(Vec::new())
}
