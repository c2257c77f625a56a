//! A program that runs beside a chore and ends with it.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

const PATIENCE: Duration = Duration::from_secs(15);
pub const POLL: Duration = Duration::from_millis(50);

/// A running program. Dropping it asks the program to stop, waits, and ends it if it does not.
pub struct Process {
    child: Child,
    stop_signal: &'static str,
}

impl Process {
    pub fn spawn(command: &mut Command, stop_signal: &'static str) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        Ok(Self { child, stop_signal })
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    pub fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    fn stop(&mut self) -> Result<()> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        let pid = self.child.id().to_string();
        Command::new("kill")
            .args(["-s", self.stop_signal, &pid])
            .stderr(Stdio::null())
            .status()?;
        for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
            if self.ended()?.is_some() {
                return Ok(());
            }
            sleep(POLL);
        }
        self.child.kill()?;
        self.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("stopping process {}: {error:#}", self.child.id());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_process_has_ended() {
        let process = Process::spawn(Command::new("sleep").arg("60"), "TERM").unwrap();
        let pid = process.child.id().to_string();
        drop(process);
        let status = Command::new("kill")
            .args(["-0", &pid])
            .stderr(Stdio::null())
            .status();
        assert!(!status.unwrap().success());
    }
}
