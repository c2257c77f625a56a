//! A NATS server of the test's own, on a port of its own, that can be killed and emptied.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use astro_core::config::BusUrl;

/// Debian keeps it off the search path of ordinary accounts.
const PROGRAMS: [&str; 2] = ["nats-server", "/usr/sbin/nats-server"];

pub struct NatsServer {
    program: &'static str,
    folder: tempfile::TempDir,
    port: u16,
    process: Option<Child>,
}

impl NatsServer {
    /// `None` when the program is not installed and nobody insists.
    pub fn start() -> Option<Self> {
        let Some(program) = PROGRAMS.into_iter().find(|program| answers(program)) else {
            assert!(
                !insisted(),
                "nats-server is not installed; cargo xtask test installs it"
            );
            eprintln!("skipped: nats-server is not installed; `cargo xtask test` installs it");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
        let mut server = Self {
            program,
            folder: tempfile::tempdir().unwrap(),
            port: port.unwrap().port(),
            process: None,
        };
        server.start_again();
        Some(server)
    }

    pub fn url(&self) -> BusUrl {
        BusUrl::new(format!("nats://127.0.0.1:{}", self.port))
    }

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
            .unwrap();
        self.process = Some(process);
        for _ in 0..200 {
            if self.greets() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("nats-server did not answer");
    }

    /// As a power cut does.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub fn wipe(&self) {
        std::fs::remove_dir_all(self.data()).unwrap();
    }

    /// Freezes it, and returns when none of its threads runs any more: the signal itself reaches
    /// threads on other processors a moment later.
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

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let status = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// The state of each thread, as proc(5) letters them.
    fn threads(&self) -> Vec<char> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let stats = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")));
        // the state follows the name, which stands in brackets and may hold any character
        let state = |stat: String| stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
        stats.map(|stat| state(stat.unwrap()).unwrap()).collect()
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

/// On the build machine a test that cannot run is a failure.
#[expect(
    clippy::disallowed_methods,
    reason = "continuous integration says so this way"
)]
fn insisted() -> bool {
    std::env::var_os("CI").is_some()
}
