//! Requests that nobody thought of: schemathesis reads the API's own description and tries every
//! operation with valid and invalid input, as a member and as nobody.
//!
//! Each run has a fresh server, so that a seed gives the same run again.

mod report;
mod server;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{cargo, run as run_command};
use crate::test::python::environment;
use crate::workspace;
use report::Report;
use server::Server;

/// Any three numbers; what one of them finds is found again by the same number.
const SEEDS: [u32; 3] = [1, 20, 300];
/// For each operation and phase.
const EXAMPLES: u32 = 25;

/// Operations that cannot be tried so: two never end or become something else, and one sends a message to
/// wherever made-up settings lead.
const LEFT_OUT: [&str; 3] = ["stream_events", "open_socket", "test_reminder"];

/// Who sends the requests.
#[derive(Clone, Copy)]
enum Caller {
    Member,
    Anonymous,
}

pub fn run() -> Result<()> {
    let tool = environment("venv", "xtask/src/test/schemathesis/requirements.txt")
        .context("schemathesis is missing")?
        .join("schemathesis");
    // what the tests were built from: building the program alone would choose other features of
    // the libraries, and compile them anew
    run_command(cargo()?.args(["test", "--workspace", "--no-run"]))?;
    let mut failed = Vec::new();
    for caller in [Caller::Member, Caller::Anonymous] {
        for seed in SEEDS {
            let server = Server::start()?;
            let report = examine(&tool, &server, caller, seed)?;
            println!("{}, seed {seed}: {report}", caller.name());
            if !report.has_passed(LEFT_OUT.len()) {
                failed.push(format!("{}-{seed}", caller.name()));
            }
        }
    }
    if !failed.is_empty() {
        let folder = reports()?;
        bail!(
            "failed: {}; the full reports are in {}",
            failed.join(", "),
            folder.display()
        );
    }
    Ok(())
}

fn examine(tool: &Path, server: &Server, caller: Caller, seed: u32) -> Result<Report> {
    let stem = reports()?.join(format!("{}-{seed}", caller.name()));
    let json = stem.with_extension("json");
    // an old report must not stand for a run that wrote none
    if json.exists() {
        fs::remove_file(&json)?;
    }
    let log = fs::File::create(stem.with_extension("txt"))?;
    let settings = workspace::root()?.join("xtask/src/test/schemathesis");
    let status = Command::new(tool)
        .env("SCHEMATHESIS_HOOKS", settings.join("hooks.py"))
        .arg("--config-file")
        .arg(settings.join("schemathesis.toml"))
        .args(arguments(server, caller, seed))
        .args(["--report", "json", "--report-json-path"])
        .arg(&json)
        .current_dir(server.folder())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .context("running schemathesis")?;
    let text = fs::read_to_string(&json).with_context(|| {
        format!(
            "schemathesis wrote no report ({status}); see {}.txt",
            stem.display()
        )
    })?;
    Report::parse(&text)
}

fn arguments(server: &Server, caller: Caller, seed: u32) -> Vec<String> {
    let mut arguments = vec![
        "--no-color".to_owned(),
        "run".to_owned(),
        format!("{}/api/v1/openapi.json", server.url()),
        "--checks=all".to_owned(),
        format!("--seed={seed}"),
        format!("--max-examples={EXAMPLES}"),
        // nothing is remembered from one run to the next
        "--generation-database=none".to_owned(),
    ];
    arguments.extend(LEFT_OUT.map(|id| format!("--exclude-operation-id={id}")));
    if let Caller::Member = caller {
        arguments.push(format!("--header=Authorization: Bearer {}", server.token()));
    }
    arguments
}

fn reports() -> Result<std::path::PathBuf> {
    let folder = workspace::target()?.join("schemathesis");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl Caller {
    fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Anonymous => "anonymous",
        }
    }
}
