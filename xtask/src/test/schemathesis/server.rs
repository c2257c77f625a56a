//! The built product on a fresh data folder, with one member who has a token for everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::engines::account::Account;
use crate::engines::process::{POLL, Process};
use crate::engines::scratch::Scratch;
use crate::workspace;

const ADMIN: &str = "admin@example.org";
const MEMBER: &str = "member@example.org";
/// All that a token can carry.
const SCOPES: [&str; 11] = [
    "tasks:read",
    "tasks:write",
    "goals:read",
    "goals:write",
    "preferences:read",
    "preferences:write",
    "recommendations:read",
    "recommendations:write",
    "data:export",
    "data:import",
    "account:read",
];
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Server {
    // dropped first: the server stops before its data is deleted
    _process: Process,
    folder: Scratch,
    url: String,
    token: String,
}

impl Server {
    pub fn start() -> Result<Self> {
        let name = format!("test-server-{}", std::process::id());
        let folder = Scratch::empty(workspace::target()?.join(name))?;
        let data = folder.path().join("data");
        let token = prepare(folder.path(), &data)?;
        let log = folder.path().join("log");
        let output = fs::File::create(&log)?;
        let mut command = Account::Own.command(&program()?);
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(&data)
            .args(["--listen", "127.0.0.1:0"])
            // one member asks thousands of times a minute
            .env("ASTRO_HTTP__REQUESTS_PER_MINUTE", "0")
            // nothing leaves this machine, whatever is made up
            .env("ASTRO_JOBS__IN_SERVER", "false")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let mut process = Process::spawn(&mut command, "TERM")?;
        let url = wait_for_url(&mut process, &log)?;
        Ok(Self {
            _process: process,
            folder,
            url,
            token,
        })
    }

    /// Scheme, host and port.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// For files that a run leaves behind.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Makes the member and answers with the token.
fn prepare(folder: &Path, data: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct Answer {
        token: String,
    }
    let password = folder.join("password");
    fs::write(&password, "a long password of no person\n")?;
    let password = password.to_string_lossy();
    // The first account administers the instance; requests are made up for a plain member.
    for (email, role) in [(ADMIN, "instance_admin"), (MEMBER, "member")] {
        let user = ["user", "create", email, "--role", role];
        astro(data, &[&user[..], &["--password-file", &password]].concat())?;
    }
    let mut token = vec!["token", "create", "schemathesis", "--user", MEMBER];
    for scope in SCOPES {
        token.extend(["--scope", scope]);
    }
    let answer = astro(data, &token)?;
    let answer: Answer = serde_json::from_str(&answer).context("reading the new token")?;
    Ok(answer.token)
}

fn astro(data: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program()?)
        .args(arguments)
        .arg("--json")
        .arg("--data-dir")
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .context("running astro")?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!(
            "astro {} failed ({}): {error}",
            arguments.join(" "),
            output.status
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn program() -> Result<PathBuf> {
    Ok(workspace::target()?.join("debug/astro"))
}

/// The server names its address once it listens.
fn wait_for_url(process: &mut Process, log: &Path) -> Result<String> {
    for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
        let text = fs::read_to_string(log)?;
        if let Some(url) = find_url(&text) {
            return Ok(url);
        }
        if let Some(status) = process.ended()? {
            bail!("astro ended while starting ({status}):\n{text}");
        }
        sleep(POLL);
    }
    bail!(
        "astro named no address within {PATIENCE:?}:\n{}",
        fs::read_to_string(log)?
    )
}

fn find_url(text: &str) -> Option<String> {
    const BEGINNING: &str = "http://127.0.0.1:";
    let (_, rest) = text.split_once(BEGINNING)?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    // the line may be half written
    let is_whole = rest.len() > port.len();
    (is_whole && !port.is_empty()).then(|| format!("{BEGINNING}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_once_it_is_whole() {
        assert_eq!(find_url("  open  http://127.0.0.1:80"), None);
        assert_eq!(
            find_url("  open  http://127.0.0.1:8080\n").unwrap(),
            "http://127.0.0.1:8080"
        );
        assert_eq!(
            find_url("http://127.0.0.1:8080/setup#x").unwrap(),
            "http://127.0.0.1:8080"
        );
        assert_eq!(find_url("starting\n"), None);
    }
}
