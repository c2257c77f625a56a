//! The recommendation net on a world: each head beside its baselines, and the candidates beside what a judge who knows
//! the world would choose.

use anyhow::Result;
use astro_data::Exposure;
use astro_models::evaluation::{Evaluation, Good, NET};
use astro_models::lesson::Lesson;
use astro_models::recommendation::{RecommendationModel, evaluate, fit};
use astro_models::{Settings, prior};
use clap::Args;

use crate::recall;
use crate::record::Place;

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// Rows that are learnt from, at most
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// Moments at which candidates are compared with what a judge chooses; 0 for none
    #[arg(long, default_value_t = 300)]
    moments: usize,
    /// Lives by which the judge judges each action
    #[arg(long, default_value_t = 300)]
    lives: u32,
}

pub fn run(options: &Options) -> Result<()> {
    let seed = options.place.seed;
    println!("## {}", options.place);
    let (world, lives) = options.place.live()?;
    let mut lesson: Lesson<Exposure> = Lesson::of(&lives.records, lives.until, seed);
    lesson.thin(options.rows);
    let (_, prior) = prior::load::<RecommendationModel>()?;
    let learn: Vec<_> = lesson.learn.iter().collect();
    let check: Vec<_> = lesson.check.iter().collect();
    let fitted = fit(
        &learn,
        &check,
        Some(&prior),
        &Settings::fine(),
        None,
        |_, _| {},
    )?;
    println!(
        "\n{} rows learnt from, {} checked; {} passes, number {} kept",
        learn.len(),
        check.len(),
        fitted.passes.len(),
        fitted.best
    );
    if let Some(evaluation) = evaluate(&fitted.model, &lesson, seed) {
        print(&evaluation);
    }
    if options.moments > 0 {
        let wanted = recall::Wanted {
            moments: options.moments,
            lives: options.lives,
            // people of whom nothing was learnt
            seed: seed + 1_000,
        };
        recall::run(&world, &fitted.model, &wanted)?;
    }
    Ok(())
}

fn print(evaluation: &Evaluation) {
    println!(
        "\n| rows | n | came | AUC | log loss: net | constant | person's rate | logistic | ECE |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for slice in &evaluation.slices {
        let of = |model: &str| {
            let found = slice.models.iter().find(|scored| scored.model == model);
            found.map(|scored| scored.figures)
        };
        let loss = |model: &str| of(model).map_or(f64::NAN, |figures| figures.log_loss);
        let Some(net) = of(NET) else { continue };
        println!(
            "| {} | {} | {:.3} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} |",
            slice.name,
            net.rows,
            net.base_rate,
            net.auc,
            net.log_loss,
            loss("constant"),
            loss("person-rate"),
            loss("logistic"),
            net.ece
        );
    }
    println!("\n| figure | rows of | n | net | constant | good is |\n|---|---|---|---|---|---|");
    for measure in &evaluation.measures {
        let good = match measure.good {
            Good::High => "high",
            Good::Low => "low",
            Good::Near80 => "near 0.8",
        };
        println!(
            "| {} | {} | {} | {:.4} | {:.4} | {good} |",
            measure.name, measure.slice, measure.rows, measure.net, measure.constant
        );
    }
}
