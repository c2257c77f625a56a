//! Finding programs on this machine, and installing the Debian packages that hold missing ones.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::account::is_root;
use crate::workspace::variable;

/// The first program of that name on the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    variable("PATH")?
        .split(':')
        .map(|folder| PathBuf::from(folder).join(name))
        .find(|candidate| candidate.is_file())
}

/// Installs Debian packages. Works as root, or where `sudo` asks for no password; anywhere else
/// the error names the packages, so that a person can install them by hand.
pub fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if find_program("apt-get").is_none() {
        bail!("please install by hand (there is no apt-get here): {list}");
    }
    let prefix = if is_root()? {
        Vec::new()
    } else if sudo_works() {
        vec!["sudo", "-n"]
    } else {
        bail!("please install first: sudo apt-get install --yes {list}");
    };
    println!("installing: {list}");
    apt_get(&prefix, &["update", "--quiet"])?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend_from_slice(packages);
    apt_get(&prefix, &arguments)
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Result<()> {
    let mut words = prefix.to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    words.extend_from_slice(arguments);
    let (program, rest) = words.split_first().context("a command has a program")?;
    let status = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("running {}", words.join(" ")))?;
    if !status.success() {
        bail!("`{}` failed ({status})", words.join(" "));
    }
    Ok(())
}

fn sudo_works() -> bool {
    Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
