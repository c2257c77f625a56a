//! The programs beside this file, in a Python that has other people's libraries.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use astro_testkit::skip_without;
use serde_json::Value;

/// `None` where there is none and none is needed; in CI one is.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command tells tests of the programs this way"
)]
pub fn python() -> Option<PathBuf> {
    let python = std::env::var_os("ASTRO_TEST_CHANNELS_PYTHON");
    if python.is_none() {
        skip_without("ASTRO_TEST_CHANNELS_PYTHON");
    }
    python.map(PathBuf::from)
}

fn command(python: &Path, program: &str) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/loopback")
        .join(program);
    let mut command = Command::new(python);
    command
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// Runs a program to its end: JSON in, JSON out.
pub fn ask(python: &Path, program: &str, question: &Value) -> Value {
    let mut child = command(python, program).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A program that serves until it is dropped, and says a line of JSON for whatever happens.
pub struct Running {
    child: Child,
    /// Its end is the program's end.
    _stdin: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Running {
    pub fn start(python: &Path, program: &str, options: &Value) -> Self {
        let mut child = command(python, program)
            .arg(options.to_string())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            _stdin: stdin,
            lines,
        }
    }

    pub fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
