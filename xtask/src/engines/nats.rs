//! A private NATS server with JetStream: an empty folder, a free loopback port, gone when its owner
//! is gone.

use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::process::{POLL, Process};
use super::scratch::Scratch;
use super::{RunningServer, free_port, packages};

/// The name under which tests find the server's URL.
pub const URL_VARIABLE: &str = "ASTRO_TEST_NATS_URL";

const START_PATIENCE: Duration = Duration::from_secs(10);

/// A running server. Dropping it stops the server and deletes its data.
pub struct Server {
    // dropped first: the server stops before its data is deleted
    process: Process,
    folder: Scratch,
    port: u16,
    url: String,
}

impl Server {
    /// Starts a server whose data lies in `folder`, which is emptied first.
    pub fn start(folder: &Path) -> Result<Self> {
        let program = program().context("nats-server is not installed")?;
        let folder = Scratch::empty(folder.to_path_buf())?;
        let port = free_port()?;
        let log = fs::File::create(folder.path().join("log"))?;
        let mut command = Account::Own.command(&program);
        command
            .args(["--addr", "127.0.0.1", "--port", &port.to_string()])
            .args(["--jetstream", "--store_dir"])
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut server = Self {
            process: Process::spawn(&mut command, "INT")?,
            folder,
            port,
            url: format!("nats://127.0.0.1:{port}"),
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        for _ in 0..START_PATIENCE.as_millis() / POLL.as_millis() {
            if let Some(status) = self.process.ended()? {
                bail!(
                    "nats-server ended while starting ({status}):\n{}",
                    self.log()
                );
            }
            if greets(self.port) {
                return Ok(());
            }
            sleep(POLL);
        }
        let log = self.log();
        bail!("nats-server did not answer within {START_PATIENCE:?}:\n{log}")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_else(|error| error.to_string())
    }
}

impl RunningServer for Server {
    fn url(&self) -> &str {
        &self.url
    }
}

/// The server's program, which Debian keeps off the search path of ordinary accounts.
pub fn program() -> Option<PathBuf> {
    packages::find_program("nats-server").or_else(|| {
        let program = PathBuf::from("/usr/sbin/nats-server");
        program.is_file().then_some(program)
    })
}

/// Every connection begins with a word from the server.
fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return false;
    };
    let mut greeting = [0; 4];
    let patience = stream.set_read_timeout(Some(POLL * 10));
    patience.is_ok() && stream.read_exact(&mut greeting).is_ok() && &greeting == b"INFO"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_server_answers_until_it_is_dropped() {
        if program().is_none() {
            assert!(!crate::workspace::is_ci(), "nats-server is not installed");
            eprintln!("skipped: nats-server is not installed");
            return;
        }
        let folder = std::env::temp_dir().join(format!("astro-nats-{}", std::process::id()));
        let server = Server::start(&folder).unwrap();
        let port = server.port;
        assert!(greets(port));
        drop(server);
        assert!(!greets(port) && !folder.exists());
    }
}
