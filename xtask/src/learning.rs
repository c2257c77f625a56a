//! What `astro-lab` does: the prior that ships with the product, and learning beside its peers.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::command::{cargo, run as run_command};
use crate::engines::scratch::Scratch;
use crate::test::python;
use crate::workspace;

/// Where the priors stand, from the repository's root.
const PRIOR: &str = "crates/astro-models/prior";
/// What peers need, from the repository's root.
const PEERS: [&str; 2] = ["bench/peers/requirements.txt", "bench/peers/completion.py"];
/// What peers in speed need.
const SPEED_PEERS: [&str; 2] = ["bench/peers/requirements-speed.txt", "bench/peers/speed.py"];
/// Numbers of rows that are learnt from.
const ROWS: [&str; 3] = ["1000", "5000", "50000"];
/// Rows of each slice of which the world itself is asked.
const CEILING: &str = "1500";

#[derive(Args)]
pub struct PriorOptions {
    /// Say whether what stands there is what its worlds make, byte for byte, and change nothing
    #[arg(long)]
    check: bool,
}

#[derive(Args)]
pub struct LearnOptions {
    /// Worlds, as `astro sim worlds` names them
    #[arg(long, value_delimiter = ',', default_values = ["W2", "W6"])]
    worlds: Vec<String>,
    /// Leave the peers from Python out
    #[arg(long)]
    alone: bool,
}

#[derive(Args)]
pub struct RecommendOptions {
    /// Worlds, as `astro sim worlds` names them
    #[arg(long, value_delimiter = ',', default_values = ["W2", "W7"])]
    worlds: Vec<String>,
}

pub fn prior(options: &PriorOptions) -> Result<()> {
    let folder = scratch("prior")?;
    let mut command = lab("prior")?;
    command.arg("--out").arg(workspace::root()?.join(PRIOR));
    command.arg("--scratch").arg(folder.path());
    if options.check {
        command.arg("--check");
    }
    run_command(&mut command)
}

/// Prints figures of the recommendation net, and whether the best choice is among its candidates.
pub fn recommend(options: &RecommendOptions) -> Result<()> {
    for world in &options.worlds {
        run_command(lab("recommend")?.args(["--world", world]))?;
    }
    Ok(())
}

/// Prints how fast the completion net and its peers learn and answer, each on one core, in turn.
pub fn speed() -> Result<()> {
    let folder = scratch("speed")?;
    let rows = ROWS[2];
    let mut write = lab("learn")?;
    write.args(["--world", "W2", "--rows", rows, "--rows-only", "--folder"]);
    run_command(write.arg(folder.path()))?;
    let [versions, script] = SPEED_PEERS;
    let programs = python::environment("venv-speed", versions)?;
    for peer in ["torch", "jax", "onnx"] {
        println!("{peer}:");
        let mut command = on_one_core(&programs.join("python"));
        command.arg(workspace::root()?.join(script)).arg(peer);
        run_command(command.arg(folder.path()).arg(rows))?;
    }
    println!("net:");
    let mut command = on_one_core(&workspace::target()?.join("release/astro-lab"));
    run_command(
        command
            .args(["speed", "--rows", rows, "--folder"])
            .arg(folder.path()),
    )
}

fn on_one_core(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(program);
    command
}

/// Prints figures of the nets, their baselines and peers on worlds.
pub fn bench(options: &LearnOptions) -> Result<()> {
    for world in &options.worlds {
        let folder = scratch(&format!("learn-{world}"))?;
        let measure = || -> Result<Command> {
            let mut command = lab("learn")?;
            command.args(["--world", world, "--rows", &ROWS.join(",")]);
            command.arg("--folder").arg(folder.path());
            Ok(command)
        };
        if !options.alone {
            // the rows first: peers learn from the very same
            run_command(measure()?.arg("--rows-only"))?;
            let [versions, script] = PEERS;
            let programs = python::environment("venv-peers", versions)?;
            let mut peers = Command::new(programs.join("python"));
            peers
                .arg(workspace::root()?.join(script))
                .arg(folder.path());
            run_command(peers.args(ROWS))?;
        }
        run_command(measure()?.args(["--ceiling", CEILING]))?;
    }
    Ok(())
}

fn lab(what: &str) -> Result<Command> {
    run_command(cargo()?.args(["build", "--release", "--package", "astro-lab"]))?;
    let mut command = Command::new(workspace::target()?.join("release/astro-lab"));
    command.arg(what);
    Ok(command)
}

fn scratch(name: &str) -> Result<Scratch> {
    let name = format!("{name}-{}", std::process::id());
    Scratch::empty(workspace::target()?.join(name))
}
