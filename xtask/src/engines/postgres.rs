//! A private PostgreSQL server: a fresh data folder, a free loopback port, no durability, gone
//! when its owner is gone.

use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::process::{POLL, Process};
use super::scratch::Scratch;
use super::{RunningServer, free_port, packages};
use crate::workspace;

/// The name under which tests find the server's URL.
pub const URL_VARIABLE: &str = "ASTRO_TEST_POSTGRES_URL";

const START_PATIENCE: Duration = Duration::from_secs(30);

const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_locks_per_transaction=256",
    // a container's /dev/shm is often too small for parallel plans
    "max_parallel_workers_per_gather=0",
    "log_destination=stderr",
    "logging_collector=off",
];

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// For tests, whose databases are thrown away.
    None,
    /// For measurements.
    Full,
}

impl Durability {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::None => &[
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ],
            Self::Full => &[],
        }
    }
}

/// A running server. Dropping it stops the server and deletes its data.
pub struct Server {
    // dropped first: the server stops before its data is deleted
    process: Process,
    folder: Scratch,
    url: String,
}

impl Server {
    /// Starts a server whose data lies in `folder`, which is emptied first.
    pub fn start(folder: &Path, durability: Durability) -> Result<Self> {
        let programs = programs()?;
        let account = Account::unprivileged()?;
        let folder = prepare_folder(folder, &account)?;
        let password = random_password()?;
        initialise(&programs, &account, folder.path(), &password)?;
        let port = free_port()?;
        let log = fs::File::create(folder.path().join("log"))?;
        let mut command = account.command(&programs.join("postgres"));
        command
            .arg("-D")
            .arg(folder.path().join("data"))
            .args(["-p", &port.to_string()])
            .args(SETTINGS.iter().flat_map(|setting| ["-c", setting]))
            .args(
                durability
                    .settings()
                    .iter()
                    .flat_map(|setting| ["-c", setting]),
            )
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        // PostgreSQL reads SIGINT as "fast shutdown"
        let process = Process::spawn(&mut command, "INT")?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        let mut server = Self {
            process,
            folder,
            url,
        };
        server.wait_until_ready(&programs)?;
        Ok(server)
    }

    /// Blocks until the server ends by itself or is interrupted.
    pub fn wait(&mut self) -> Result<()> {
        let status = self.process.wait()?;
        if !status.success() {
            bail!("postgres ended ({status}):\n{}", self.log());
        }
        Ok(())
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<()> {
        for _ in 0..START_PATIENCE.as_millis() / POLL.as_millis() {
            if let Some(status) = self.process.ended()? {
                bail!("postgres ended while starting ({status}):\n{}", self.log());
            }
            if answers(programs, &self.url) {
                return Ok(());
            }
            sleep(POLL);
        }
        bail!(
            "postgres did not answer within {START_PATIENCE:?}:\n{}",
            self.log()
        )
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_else(|error| error.to_string())
    }
}

impl RunningServer for Server {
    /// The superuser's URL.
    fn url(&self) -> &str {
        &self.url
    }
}

/// `cargo xtask postgres`: one server for this checkout, its URL in `target/test-postgres/url`.
pub fn serve_until_interrupted() -> Result<()> {
    if !is_installed() {
        packages::install(&["postgresql"])?;
    }
    let folder = workspace::target()?.join("test-postgres");
    let url_file = folder.join("url");
    if let Ok(url) = fs::read_to_string(&url_file)
        && answers(&programs()?, url.trim())
    {
        bail!("already running for this checkout: {}", url.trim());
    }
    let mut server = Server::start(&folder.join("server"), Durability::None)?;
    fs::write(&url_file, format!("{}\n", server.url()))?;
    println!("PostgreSQL is ready; Ctrl-C stops it and deletes its data.\n");
    println!("export {URL_VARIABLE}={}", server.url());
    server.wait()
}

/// Whether the server's programs are on this machine.
pub fn is_installed() -> bool {
    programs().is_ok()
}

/// The folder of `initdb` and `postgres`: Debian keeps them off the search path, one folder per
/// version; the newest is taken.
fn programs() -> Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    versions.sort();
    if let Some((_, folder)) = versions.pop() {
        return Ok(folder);
    }
    packages::find_program("initdb")
        .and_then(|program| program.parent().map(Path::to_path_buf))
        .context(
            "PostgreSQL is not installed; `cargo xtask test` installs it, or see CONTRIBUTING.md",
        )
}

/// Makes an empty folder that the server's account can use; where the checkout lies in a folder that
/// the account cannot enter, the machine's folder for temporary files is taken.
fn prepare_folder(wanted: &Path, account: &Account) -> Result<Scratch> {
    let name = format!("astro-test-postgres-{}", std::process::id());
    for folder in [wanted.to_path_buf(), std::env::temp_dir().join(name)] {
        let folder = Scratch::empty(folder)?;
        account.own(folder.path())?;
        if account.can_write(folder.path()) {
            return Ok(folder);
        }
    }
    bail!("no folder is writable for the account that runs PostgreSQL")
}

fn initialise(programs: &Path, account: &Account, folder: &Path, password: &str) -> Result<()> {
    let password_file = folder.join("password");
    let mut file = fs::OpenOptions::new();
    file.write(true).create_new(true).mode(0o600);
    std::io::Write::write_all(&mut file.open(&password_file)?, password.as_bytes())?;
    account.own(&password_file)?;
    let output = account
        .command(&programs.join("initdb"))
        .arg("-D")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&password_file)
        .args(["--username=postgres", "--auth=password", "--encoding=UTF8"])
        .args(["--locale=C.UTF-8", "--no-sync"])
        .current_dir(folder)
        .output()
        .context("running initdb")?;
    if !output.status.success() {
        bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    fs::remove_file(&password_file)?;
    Ok(())
}

fn answers(programs: &Path, url: &str) -> bool {
    Command::new(programs.join("pg_isready"))
        .args(["--quiet", "--timeout=2", "--dbname", url])
        .status()
        .is_ok_and(|status| status.success())
}

/// Other accounts of the machine can reach the loopback port, and a superuser can run programs.
fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_need_no_escaping_in_a_url() {
        let (one, two) = (random_password().unwrap(), random_password().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 32);
        assert!(one.chars().all(|character| character.is_ascii_hexdigit()));
    }
}
