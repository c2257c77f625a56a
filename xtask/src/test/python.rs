//! Python environments of this checkout's own, with pinned versions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::command::run;
use crate::engines::packages;
use crate::workspace;

/// What tests find in a Python of this checkout's own.
pub struct Library {
    /// As a person calls it.
    pub name: &'static str,
    /// The environment variable under which the tests find that Python.
    pub variable: &'static str,
    environment: &'static str,
    /// A path from the repository's root.
    versions: &'static str,
}

pub const DATEUTIL: Library = Library {
    name: "python-dateutil",
    variable: "ASTRO_TEST_PYTHON",
    environment: "venv-recurrence",
    versions: "crates/astro-calendar/tests/recurrence/requirements.txt",
};

const CHANNELS: Library = Library {
    name: "the receiving ends of the channels",
    variable: "ASTRO_TEST_CHANNELS_PYTHON",
    environment: "venv-channels",
    versions: "crates/astro-infra/tests/loopback/requirements.txt",
};

/// What the present tests need.
pub const LIBRARIES: &[Library] = &[DATEUTIL, CHANNELS];

impl Library {
    /// A Python that has it.
    pub fn python(&self) -> Result<PathBuf> {
        let programs = environment(self.environment, self.versions)
            .with_context(|| format!("missing for the tests: {}", self.name))?;
        Ok(programs.join("python"))
    }
}

/// The folder of the programs of the environment `target/NAME`, with what the list of versions (a path
/// from the repository's root) names; made anew where it is missing or older than the list.
pub fn environment(name: &str, versions: &str) -> Result<PathBuf> {
    let wanted = workspace::root()?.join(versions);
    let folder = workspace::target()?.join(name);
    let programs = folder.join("bin");
    let installed = folder.join("installed.txt");
    let wanted_text = fs::read_to_string(&wanted)?;
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted_text) {
        return Ok(programs);
    }
    create(&folder)?;
    run(Command::new(programs.join("python"))
        .args(["-m", "pip", "install", "--quiet", "-r"])
        .arg(&wanted))?;
    // written last: an installation that was broken off is done again
    fs::write(&installed, wanted_text)?;
    Ok(programs)
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
