//! Where the running server listens: a file in the data directory, for the command line.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

const FILE: &str = "server.json";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningServer {
    /// An address on this machine.
    pub address: SocketAddr,
    pub pid: u32,
}

impl RunningServer {
    pub fn find(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
    }
}

/// Keeps the file for as long as the server runs.
#[derive(Debug)]
pub struct Announcement(PathBuf);

impl Announcement {
    /// Takes away what a server left behind that was killed.
    pub fn clear(data_dir: &Path) -> anyhow::Result<()> {
        let path = data_dir.join(FILE);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    pub fn make(data_dir: &Path, server: &RunningServer) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let arriving = data_dir.join("server.json.new");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&arriving)
            .with_context(|| format!("writing {}", arriving.display()))?;
        file.write_all(serde_json::to_string(server)?.as_bytes())?;
        std::fs::rename(&arriving, &path)?;
        Ok(Self(path))
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::debug!(%error, "the server's address was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_found_until_the_server_ends() {
        let directory = tempfile::tempdir().unwrap();
        let server = RunningServer {
            address: "127.0.0.1:8080".parse().unwrap(),
            pid: 7,
        };
        let announcement = Announcement::make(directory.path(), &server).unwrap();
        assert_eq!(RunningServer::find(directory.path()).unwrap(), server);
        drop(announcement);
        assert!(RunningServer::find(directory.path()).is_err());
        Announcement::clear(directory.path()).unwrap();
    }
}
