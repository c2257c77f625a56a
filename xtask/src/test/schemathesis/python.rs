//! A Python environment of this checkout's own, with pinned versions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::command::run;
use crate::engines::packages;
use crate::workspace;

/// The path of the `schemathesis` program, installed under `target/venv` where it is missing or older
/// than the list of versions.
pub fn schemathesis() -> Result<PathBuf> {
    let wanted = workspace::root()?.join("xtask/src/test/schemathesis/requirements.txt");
    let folder = workspace::target()?.join("venv");
    let program = folder.join("bin/schemathesis");
    let installed = folder.join("installed.txt");
    let wanted_text = fs::read_to_string(&wanted)?;
    if program.is_file() && fs::read_to_string(&installed).is_ok_and(|text| text == wanted_text) {
        return Ok(program);
    }
    create(&folder)?;
    let pip = folder.join("bin/python");
    run(Command::new(pip)
        .args(["-m", "pip", "install", "--quiet", "-r"])
        .arg(&wanted))?;
    // written last: an installation that was broken off is done again
    fs::write(&installed, wanted_text)?;
    Ok(program)
}

fn create(folder: &Path) -> Result<()> {
    if has_venv() {
        return run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder));
    }
    packages::install(&["python3", "python3-venv"])?;
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(folder))
    .context("making a Python environment")
}

fn has_venv() -> bool {
    Command::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
