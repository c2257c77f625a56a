//! How fast the completion net learns and answers, one thread, in the form that peers are measured in
//! (`bench/peers/speed.py`): run both in turn, on one core.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use astro_data::{Example, Row};
use astro_models::completion::{CompletionModel, fit};
use astro_models::lesson::Lesson;
use astro_models::{Settings, artifact, prior};
use astro_sim::World;
use clap::Args;

use crate::record;

/// As peers are measured: batches of so many rows, and so many candidates at once.
const BATCH: usize = 1_024;
const CANDIDATES: usize = 200;

#[derive(Args, Debug)]
pub struct Options {
    /// Rows that are learnt from
    #[arg(long, default_value_t = 50_000)]
    rows: usize,
    /// Passes over them; the first is not counted
    #[arg(long, default_value_t = 7)]
    passes: u32,
    /// A folder for an artifact
    #[arg(long)]
    folder: PathBuf,
}

pub fn run(options: &Options) -> Result<()> {
    let world = World::named("W2")?;
    let lives = record::live(&world, 7)?;
    let mut lesson: Lesson<Example> = Lesson::of(&lives.records, lives.until, 7);
    lesson.thin(options.rows);
    let rate = training(&lesson, options.passes)?;
    println!("training: {rate:.0} rows a second");
    let (_, model) = prior::load::<CompletionModel>()?;
    let rows: Vec<Row> = lesson
        .learn
        .iter()
        .take(CANDIDATES)
        .map(|example| example.row.clone())
        .collect();
    ensure!(rows.len() == CANDIDATES, "too few rows");
    answering("net, 200 rows", 2_000, || {
        drop(black_box(model.say(&rows)));
    });
    answering("net, 1 row", 20_000, || {
        drop(black_box(model.say(&rows[..1])));
    });
    answering("predictions, 200 rows", 1_000, || {
        drop(black_box(model.predict(&rows)));
    });
    answering("prediction, 1 row", 20_000, || {
        drop(black_box(model.predict(&rows[..1])));
    });
    loading(&model, options)
}

/// Rows that are learnt from in a second, as the median of the passes.
fn training(lesson: &Lesson<Example>, passes: u32) -> Result<f64> {
    let learn: Vec<_> = lesson.learn.iter().collect();
    // what says when to stop is no part of what is measured
    let check: Vec<_> = lesson.check.iter().take(64).collect();
    let settings = Settings {
        batch: BATCH,
        epochs: passes,
        patience: passes,
        ..Settings::default()
    };
    let mut ends = vec![now()];
    fit(
        &learn,
        &check,
        lesson.learnt_until,
        None,
        &settings,
        None,
        |_, _| ends.push(now()),
    )?;
    let mut times: Vec<Duration> = ends
        .windows(2)
        .skip(1)
        .map(|pair| pair[1] - pair[0])
        .collect();
    times.sort();
    #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
    let rows = learn.len() as f64;
    Ok(rows / times[times.len() / 2].as_secs_f64())
}

fn answering(what: &str, times: usize, mut once: impl FnMut()) {
    let mut took: Vec<Duration> = (0..times)
        .map(|_| {
            let begun = now();
            once();
            begun.elapsed()
        })
        .collect();
    took.sort();
    let at = |share: usize| took[(times - 1) * share / 100].as_secs_f64() * 1e6;
    println!("{what}: p50 {:.1} us, p99 {:.1} us", at(50), at(99));
}

/// From files to the first answer.
fn loading(model: &CompletionModel, options: &Options) -> Result<()> {
    let (manifest, _) = prior::load::<CompletionModel>()?;
    let version = artifact::write(&options.folder, manifest, &model.weights())?;
    answering("loading an artifact", 200, || {
        drop(black_box(artifact::load::<CompletionModel>(
            &options.folder,
            &version,
        )));
    });
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this is what is measured")]
fn now() -> Instant {
    Instant::now()
}
