//! Programs as child processes; a server has an address, memory and processor time.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::sleep;

const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// A running program; killed when dropped.
pub struct Program(Child);

impl Program {
    /// Starts it with its output in a file.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let output = fs::File::create(log).with_context(|| format!("making {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        Ok(Self(child))
    }

    /// Sends a signal, such as `STOP`.
    pub fn signal(&self, name: &str) -> Result<()> {
        let pid = self.0.id().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status()?;
        if !status.success() {
            bail!("sending {name} to process {pid}: {status}");
        }
        Ok(())
    }

    /// Ends it at once, as a power cut does.
    pub fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = matches!(self.has_ended(), Ok(true));
        if !ended && let Err(error) = self.kill() {
            eprintln!("ending process {}: {error:#}", self.0.id());
        }
    }
}

/// A running server. Ended by [`Server::stop`], or killed when dropped.
pub struct Server {
    program: Program,
    pub address: SocketAddr,
}

/// Resident memory.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub now_kib: u64,
    pub highest_kib: u64,
}

impl Server {
    /// Starts a program that prints its address as `http://127.0.0.1:PORT` once it listens.
    pub async fn start(command: &mut Command, log: PathBuf) -> Result<Self> {
        let mut program = Program::start(command, &log)?;
        let address = wait_for_address(&mut program.0, &log).await?;
        Ok(Self { program, address })
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        self.program.signal("TERM")?;
        for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
            if self.program.has_ended()? {
                return Ok(());
            }
            sleep(POLL).await;
        }
        bail!("a server did not stop within {PATIENCE:?}")
    }

    /// Ends it at once, as a power cut does.
    pub fn kill(mut self) -> Result<()> {
        self.program.kill()
    }

    pub fn memory(&self) -> Result<Memory> {
        let status = self.proc("status")?;
        Ok(Memory {
            now_kib: kib(&status, "VmRSS:")?,
            highest_kib: kib(&status, "VmHWM:")?,
        })
    }

    /// Processor time that it has used so far, in user and kernel mode.
    pub fn processor_time(&self) -> Result<Duration> {
        /// Linux shows processes' times in hundredths of a second on every machine.
        const TICK: Duration = Duration::from_millis(10);
        let stat = self.proc("stat")?;
        // the name in parentheses may hold anything
        let (_, fields) = stat.rsplit_once(')').context("reading /proc/PID/stat")?;
        let mut fields = fields.split_whitespace().skip(11);
        let mut ticks = || -> Result<u32> { Ok(fields.next().unwrap_or_default().parse()?) };
        Ok(TICK * (ticks()? + ticks()?))
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.program.0.id());
        fs::read_to_string(&path).with_context(|| format!("reading {path}"))
    }
}

async fn wait_for_address(child: &mut Child, log: &Path) -> Result<SocketAddr> {
    for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
        let text = fs::read_to_string(log)?;
        if let Some(address) = find_address(&text) {
            return Ok(address);
        }
        if let Some(status) = child.try_wait()? {
            bail!("the server ended while starting ({status}):\n{text}");
        }
        sleep(POLL).await;
    }
    bail!("the server named no address within {PATIENCE:?}")
}

/// The address, once its line is whole.
fn find_address(text: &str) -> Option<SocketAddr> {
    let (_, rest) = text.split_once("http://127.0.0.1:")?;
    let digits = rest.find(|character: char| !character.is_ascii_digit())?;
    let port = rest[..digits].parse().ok()?;
    Some(SocketAddr::from(([127, 0, 0, 1], port)))
}

fn kib(status: &str, field: &str) -> Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .with_context(|| format!("/proc/PID/status has no {field}"))?
        .parse()
        .context("reading /proc/PID/status")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_once_its_line_is_whole() {
        assert_eq!(find_address("  open  http://127.0.0.1:80"), None);
        let found = find_address("  open  http://127.0.0.1:8080\n").unwrap();
        assert_eq!(found.port(), 8080);
    }

    #[test]
    fn memory_is_read_from_its_line() {
        let status = "VmHWM:\t   52000 kB\nVmRSS:\t   48000 kB\n";
        assert_eq!(kib(status, "VmRSS:").unwrap(), 48_000);
        assert!(kib(status, "VmSwap:").is_err());
    }
}
