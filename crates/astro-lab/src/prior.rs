//! Making what ships with the product: nets trained on worlds whose seeds no other measurement uses.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use astro_models::artifact::Manifest;
use astro_models::lesson::{Lesson, Taught};
use astro_models::{Pass, Settings, Weights, artifact, train};
use astro_sim::World;
use clap::Args;

use crate::record;

/// World, people, seed. Figures elsewhere are of other seeds: the priors have not met their people.
const COMPLETION: [(&str, u32, u64); 2] = [("W1", 200, 9_001), ("W2", 600, 9_002)];
/// Few moments of a day are suggestions: it takes more people to learn how they are taken.
const RECOMMENDER: [(&str, u32, u64); 2] = [("W1", 200, 9_001), ("W2", 2_000, 9_002)];
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
    let settings = Settings::default();
    let lesson = lesson(COMPLETION, settings.seed)?;
    let made = train::completion(&lesson, None, &settings, None, &mut after_pass)?;
    keep(options, made)?;
    drop(lesson);
    let settings = Settings {
        batch: 1_024,
        learning_rate: 1e-3,
        ..settings
    };
    let lesson = self::lesson(RECOMMENDER, settings.seed)?;
    let made = train::recommender(&lesson, None, &settings, None, &mut after_pass)?;
    keep(options, made)
}

/// The lives of worlds as one lesson.
fn lesson<T: Taught>(worlds: [(&str, u32, u64); 2], seed: u64) -> Result<Lesson<T>> {
    let mut records = Vec::new();
    let mut until = None;
    for (name, people, world_seed) in worlds {
        let world = World {
            people,
            ..World::named(name)?
        };
        let lives = record::live(&world, world_seed)?;
        until = until.max(Some(lives.until));
        records.extend(lives.records);
    }
    let until = until.context("there are worlds")?;
    let lesson = Lesson::of(&records, until, seed);
    println!(
        "{} rows to learn from, {} to check",
        lesson.learn.len(),
        lesson.check.len()
    );
    Ok(lesson)
}

fn after_pass(pass: u32, reached: Pass) {
    println!(
        "pass {pass}: {:.4} learnt, {:.4} checked",
        reached.train, reached.check
    );
}

/// Puts what was made where it belongs, or compares the two.
fn keep(options: &Options, (manifest, weights): (Manifest, Weights)) -> Result<()> {
    let what = manifest.what;
    let version = artifact::write(&options.scratch, manifest, &weights)?;
    let made = artifact::folder(&options.scratch, what, &version);
    let stands = options.out.join(what.as_str());
    if options.check {
        return check(&made, &stands);
    }
    fs::create_dir_all(&stands)?;
    for file in FILES {
        fs::copy(made.join(file), stands.join(file))?;
    }
    println!("version {version} stands in {}", stands.display());
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
    println!(
        "{} is what its worlds make, byte for byte",
        stands.display()
    );
    Ok(())
}
