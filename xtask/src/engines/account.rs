//! The account that a private server runs under: PostgreSQL refuses to run as root.

use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Who runs the programs that a chore starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// The account that runs this chore.
    Own,
    /// Another account, because this chore runs as root.
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// The present account, or an unprivileged one when the present one is root.
    pub fn unprivileged() -> Result<Self> {
        if !is_root()? {
            return Ok(Self::Own);
        }
        let passwd = std::fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find(&passwd, name))
            .context("neither an account `postgres` nor `nobody` exists to run a server under")
    }

    /// A command that runs `program` under this account and asks it to stop (SIGINT, which
    /// PostgreSQL reads as "fast shutdown") when this process ends in whatever way.
    pub fn command(&self, program: &Path) -> Command {
        let has_setpriv = super::packages::find_program("setpriv").is_some();
        let mut command;
        match self {
            Self::Own if !has_setpriv => return Command::new(program),
            Self::Own => {
                command = Command::new("setpriv");
            }
            Self::Other { uid, gid } => {
                command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={uid}"))
                    .arg(format!("--regid={gid}"));
                command.arg("--clear-groups");
            }
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(program);
        command
    }

    /// Gives a file or folder to this account.
    pub fn own(&self, path: &Path) -> Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(*uid), Some(*gid))
                .with_context(|| format!("giving {} away", path.display())),
        }
    }

    /// Whether this account can write into a folder (it may lie below one that only root may enter).
    pub fn can_write(&self, folder: &Path) -> bool {
        self.command(Path::new("test"))
            .arg("-w")
            .arg(folder)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// Whether this chore runs as root.
pub fn is_root() -> Result<bool> {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .context("running id -u")?;
    if !output.status.success() {
        bail!(
            "`id -u` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim() == "0")
}

fn find(passwd: &str, name: &str) -> Option<Account> {
    let line = passwd
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account::Other { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\n\
                      postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(
            find(passwd, "postgres"),
            Some(Account::Other { uid: 101, gid: 104 })
        );
        assert_eq!(find(passwd, "post"), None);
    }
}
