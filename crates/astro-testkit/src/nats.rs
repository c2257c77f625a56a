//! A NATS server of the test's own, on a port of its own, that can be killed and emptied.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use astro_core::config::SecretUrl;

use crate::skip_without;

/// Debian keeps it off the search path of ordinary accounts.
const PROGRAMS: [&str; 2] = ["nats-server", "/usr/sbin/nats-server"];

/// Killed when dropped.
#[derive(Debug)]
pub struct NatsServer {
    program: &'static str,
    folder: tempfile::TempDir,
    port: u16,
    process: Option<Child>,
}

impl NatsServer {
    /// `None` when the program is not installed and nobody insists.
    ///
    /// # Panics
    /// When it does not start, or is not installed and `CI` is set.
    pub fn start() -> Option<Self> {
        let Some(program) = PROGRAMS.into_iter().find(|program| answers(program)) else {
            skip_without("nats-server");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a file or a process of the test's own")
            .local_addr();
        let mut server = Self {
            program,
            folder: tempfile::tempdir().expect("a file or a process of the test's own"),
            port: port.expect("a file or a process of the test's own").port(),
            process: None,
        };
        server.start_again();
        Some(server)
    }

    #[must_use]
    pub fn url(&self) -> SecretUrl {
        SecretUrl::new(format!("nats://127.0.0.1:{}", self.port))
    }

    /// # Panics
    /// When it runs already, or does not start.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs");
        let process = Command::new(self.program)
            .args(["--addr", "127.0.0.1", "--port", &self.port.to_string()])
            .arg("--jetstream")
            .arg("--store_dir")
            .arg(self.data())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a file or a process of the test's own");
        self.process = Some(process);
        for _ in 0..200 {
            if self.greets() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nats-server did not answer");
    }

    /// Ends it as a power cut does.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process
            .kill()
            .expect("a file or a process of the test's own");
        process
            .wait()
            .expect("a file or a process of the test's own");
    }

    /// Removes all that it kept.
    ///
    /// # Panics
    /// When there is nothing to remove.
    pub fn wipe(&self) {
        std::fs::remove_dir_all(self.data()).expect("a file or a process of the test's own");
    }

    /// Freezes it, and returns when none of its threads runs any more: the signal itself reaches
    /// threads on other processors a moment later.
    ///
    /// # Panics
    /// When it does not run, or goes on running.
    pub fn freeze(&self) {
        self.signal("STOP");
        for _ in 0..200 {
            if self.threads().iter().all(|state| *state == 'T') {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nats-server went on running");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let status = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(
            status
                .expect("a file or a process of the test's own")
                .success()
        );
    }

    /// The state of each thread, as proc(5) letters them.
    fn threads(&self) -> Vec<char> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid()))
            .expect("a file or a process of the test's own");
        let stats = tasks.map(|task| {
            std::fs::read_to_string(
                task.expect("a file or a process of the test's own")
                    .path()
                    .join("stat"),
            )
        });
        // the state follows the name, which stands in brackets and may hold any character
        let state = |stat: String| {
            stat.rsplit_once(") ")
                .and_then(|(_, rest)| rest.chars().next())
        };
        stats
            .map(|stat| {
                state(stat.expect("a file or a process of the test's own"))
                    .expect("a file or a process of the test's own")
            })
            .collect()
    }

    fn pid(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    fn data(&self) -> PathBuf {
        Path::new(self.folder.path()).join("data")
    }

    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let mut greeting = [0; 4];
        stream.read_exact(&mut greeting).is_ok() && &greeting == b"INFO"
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

fn answers(program: &str) -> bool {
    let status = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
