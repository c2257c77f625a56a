//! Making what ships with the product: a net trained on worlds whose seeds no other measurement uses.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use astro_core::models::ModelKind;
use astro_models::completion::Lesson;
use astro_models::{Settings, artifact, train};
use astro_sim::World;
use clap::Args;

use crate::record;

/// World, people, seed. Figures elsewhere are of other seeds: the prior has not met their people.
const WORLDS: [(&str, u32, u64); 2] = [("W1", 200, 9_001), ("W2", 600, 9_002)];
const FILES: [&str; 2] = ["manifest.json", "weights.safetensors"];

#[derive(Args, Debug)]
pub struct Options {
    /// Where it belongs
    #[arg(long)]
    out: PathBuf,
    /// A folder to build it in
    #[arg(long)]
    scratch: PathBuf,
    /// Say whether what stands there is what would be made, and change nothing
    #[arg(long)]
    check: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let mut records = Vec::new();
    let mut until = None;
    for (name, people, seed) in WORLDS {
        let world = World {
            people,
            ..World::named(name)?
        };
        let lives = record::live(&world, seed)?;
        until = until.max(Some(lives.until));
        records.extend(lives.records);
    }
    let until = until.context("there are worlds")?;
    let settings = Settings::default();
    let lesson = Lesson::of(&records, until, settings.seed);
    println!(
        "{} examples to learn from, {} to check",
        lesson.learn.len(),
        lesson.check.len()
    );
    let (manifest, weights) =
        train::completion(&lesson, None, &settings, None, |pass, reached| {
            println!(
                "pass {pass}: {:.4} learnt, {:.4} checked",
                reached.train, reached.check
            );
        })?;
    let version = artifact::write(&options.scratch, manifest, &weights)?;
    let made = artifact::folder(&options.scratch, ModelKind::Completion, &version);
    if options.check {
        return check(&made, &options.out);
    }
    fs::create_dir_all(&options.out)?;
    for file in FILES {
        fs::copy(made.join(file), options.out.join(file))?;
    }
    println!("version {version} stands in {}", options.out.display());
    Ok(())
}

fn check(made: &Path, stands: &Path) -> Result<()> {
    for file in FILES {
        let (made, stands) = (fs::read(made.join(file))?, fs::read(stands.join(file))?);
        if made != stands {
            bail!(
                "{file} is not what would be made: run `cargo xtask prior` and look at what changed"
            );
        }
        ensure!(!made.is_empty());
    }
    println!("the prior is what its worlds make, byte for byte");
    Ok(())
}
