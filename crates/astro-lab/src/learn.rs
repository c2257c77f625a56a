//! The completion net on worlds, beside its baselines and beside peers: what `cargo xtask bench learn`
//! prints. Rows go out for peers, and what peers say of them comes back to be judged by the same figures.

mod ceiling;
mod peers;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use astro_core::calendar::Timestamp;
use astro_data::Example;
use astro_models::completion::{
    CompletionModel, Lines, SURVIVAL_DAYS, answered, fit, followed, judge, known, table,
};
use astro_models::evaluation::{NET, Slice};
use astro_models::lesson::Lesson;
use astro_models::metrics::{self, Interval, Known};
use astro_models::table::{csv_header, csv_line};
use astro_models::{Fitted, Settings};
use astro_models::{baselines, prior};
use clap::Args;

use crate::record::{Lives, Place};
use ceiling::Ceiling;
use peers::Chances;

#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    /// Rows that are learnt from, at most
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 5_000, 50_000])]
    rows: Vec<usize>,
    /// A folder for rows; `peer-NAME-ROWS.csv` in it is judged beside the nets
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Write the rows and end
    #[arg(long, requires = "folder")]
    rows_only: bool,
    /// Ask the world itself of so many rows of each slice; 0 leaves that out
    #[arg(long, default_value_t = 0)]
    ceiling: usize,
}

/// What is tried with one number of rows.
struct Trial<'a> {
    lesson: &'a Lesson<Example>,
    rows: usize,
    folder: Option<&'a Path>,
    ceiling: Option<&'a Ceiling>,
    seed: u64,
}

pub fn run(options: &Options) -> Result<()> {
    let (_, prior) = prior::load::<CompletionModel>()?;
    let seed = options.place.seed;
    let (world, lives) = options.place.live()?;
    let whole: Lesson<Example> = Lesson::of(&lives.records, lives.until, seed);
    println!(
        "## {}\n\nExamples: {} to learn from, {} to check, {} later, {} of unseen people.",
        options.place,
        whole.learn.len(),
        whole.check.len(),
        whole.later.len(),
        whole.unseen.len(),
    );
    if let Some(folder) = &options.folder {
        fs::create_dir_all(folder)?;
        write_latents(folder, &lives)?;
        let judged = table_of(
            &[("later", &whole.later), ("unseen", &whole.unseen)],
            whole.until,
        );
        fs::write(folder.join("judged.csv"), judged)?;
    }
    let is_asked = options.ceiling > 0 && !options.rows_only;
    let ceiling = is_asked.then(|| Ceiling::ask(&world, &whole, options.ceiling, seed));
    for rows in &options.rows {
        let mut lesson = whole.clone();
        lesson.thin(*rows);
        let trial = Trial {
            lesson: &lesson,
            rows: *rows,
            folder: options.folder.as_deref(),
            ceiling: ceiling.as_ref(),
            seed,
        };
        trial.write_rows()?;
        if !options.rows_only {
            trial.run(&prior)?;
        }
    }
    Ok(())
}

impl Trial<'_> {
    fn run(&self, prior: &CompletionModel) -> Result<()> {
        let lesson = self.lesson;
        println!("\n### {} rows\n", lesson.learn.len());
        let learn: Vec<_> = lesson.learn.iter().collect();
        let baselines = baselines::fit_all(&answered(&learn, lesson.learnt_until));
        let nets = [
            (NET, self.fit(&learn, Some(prior))?),
            ("net without prior", self.fit(&learn, None)?),
        ];
        let peers = self.peers("peer-")?;
        for (name, examples) in lesson.slices() {
            let rows: Vec<_> = examples.iter().map(|example| example.row.clone()).collect();
            let said: Vec<_> = nets
                .iter()
                .map(|(_, net)| net.model.predict(&rows))
                .collect();
            let mut models: Vec<(String, Vec<f64>)> = Vec::new();
            for ((net, _), said) in nets.iter().zip(&said) {
                let asked: Vec<f64> = said.iter().map(|said| said.asked).collect();
                let right = followed(&examples, &asked, lesson.until);
                models.push(((*net).to_owned(), asked));
                models.push((format!("{net}, online"), right));
            }
            for (baseline, fitted) in &baselines {
                let chances = examples
                    .iter()
                    .map(|example| fitted.predict(example.person, &example.row));
                models.push(((*baseline).to_owned(), chances.collect()));
            }
            for (peer, chances) in &peers {
                let chances = examples.iter().map(|example| Ok(chances.of(example)?[0]));
                models.push((peer.clone(), chances.collect::<Result<_>>()?));
            }
            if let Some(slice) = judge(&name, &examples, &said[0], &models, lesson.until, self.seed)
            {
                print(&slice);
                self.print_survival(&slice, &examples)?;
            }
            let beside = |ceiling: &Ceiling| {
                ceiling.judge(&name, &examples, &said[0], &models, lesson.until, self.seed)
            };
            if let Some(slice) = self.ceiling.and_then(beside) {
                print(&slice);
            }
        }
        Ok(())
    }

    /// The rows that are learnt from, for peers.
    fn write_rows(&self) -> Result<()> {
        let Some(folder) = self.folder else {
            return Ok(());
        };
        let parts = [("learn", &self.lesson.learn), ("check", &self.lesson.check)];
        let path = folder.join(format!("learn-{}.csv", self.rows));
        fs::write(path, table_of(&parts, self.lesson.learnt_until))?;
        Ok(())
    }

    fn fit(&self, learn: &[&Example], prior: Option<&CompletionModel>) -> Result<Fitted<Lines>> {
        #[expect(clippy::disallowed_methods, reason = "how long training takes")]
        let begun = Instant::now();
        let settings = prior.map_or_else(Settings::default, |_| Settings::fine());
        let check: Vec<_> = self.lesson.check.iter().collect();
        let until = self.lesson.learnt_until;
        let fitted = fit(learn, &check, until, prior, &settings, None, |_, _| {})?;
        println!(
            "net {}: {} passes, kept {}, {:.1} s",
            if prior.is_some() {
                "from the prior"
            } else {
                "from nothing"
            },
            fitted.passes.len(),
            fitted.best,
            begun.elapsed().as_secs_f64(),
        );
        Ok(fitted)
    }

    /// What peers said of the rows of `judged.csv`, in files that begin with `kind`, by their names.
    fn peers(&self, kind: &str) -> Result<Vec<(String, Chances)>> {
        let mut peers = Vec::new();
        let Some(folder) = self.folder else {
            return Ok(peers);
        };
        let suffix = format!("-{}.csv", self.rows);
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let peer = name
                .strip_prefix(kind)
                .and_then(|name| name.strip_suffix(&suffix));
            if let Some(peer) = peer {
                let path = folder.join(&name);
                peers.push((peer.to_owned(), Chances::read(&path, self.lesson)?));
            }
        }
        peers.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(peers)
    }

    /// Chances over time beside those of peers.
    fn print_survival(&self, slice: &Slice, examples: &[&Example]) -> Result<()> {
        println!("\n| model | C | Brier over 1, 3, 7, 14 days |");
        println!("|---|---|---|");
        if let Some(of_net) = &slice.survival {
            println!(
                "| {NET} | {:.4} | {:.4} |",
                of_net.concordance, of_net.integrated_brier
            );
        }
        for (peer, chances) in self.peers("curve-")? {
            let at = |horizon: usize| -> Result<Vec<(f64, Known)>> {
                let rows = examples.iter();
                rows.map(|example| Ok((chances.of(example)?[horizon], known(example))))
                    .collect()
            };
            let by_hour: Vec<(f64, Vec<(f64, Known)>)> = SURVIVAL_DAYS
                .iter()
                .enumerate()
                .map(|(place, days)| Ok((24.0 * days, at(place)?)))
                .collect::<Result<_>>()?;
            // as for the net: by the chance of a week
            let concordance = metrics::concordance(&by_hour[2].1);
            println!(
                "| {peer} | {concordance:.4} | {:.4} |",
                metrics::integrated_brier(&by_hour)
            );
        }
        Ok(())
    }
}

/// A table of examples, each with the part that it belongs to.
fn table_of(parts: &[(&str, &Vec<Example>)], until: Timestamp) -> String {
    let mut text = csv_header(&table::columns()) + "\n";
    for (part, examples) in parts {
        for example in *examples {
            text += &csv_line(&table::cells(part, example, until));
            text += "\n";
        }
    }
    text
}

/// The traits behind each person, which no model may see: with them a peer shows what could be known.
fn write_latents(folder: &Path, lives: &Lives) -> Result<()> {
    let mut text = String::new();
    for (person, traits) in &lives.traits {
        write!(text, "{person}")?;
        for number in traits {
            write!(text, ",{number}")?;
        }
        text += "\n";
    }
    fs::write(folder.join("latents.csv"), text)?;
    Ok(())
}

/// Figures with 95 % intervals from people drawn anew.
fn print(slice: &Slice) {
    println!("\n**{}** ({} people)\n", slice.name, slice.people);
    println!("| model | rows | came | AUC | log loss | Brier | ECE | slope |");
    println!("|---|---|---|---|---|---|---|---|");
    let cell = |figure: f64, Interval { low, high }: Interval| {
        format!("{figure:.4} ({low:.4} to {high:.4})")
    };
    for model in &slice.models {
        let figures = &model.figures;
        println!(
            "| {} | {} | {:.3} | {} | {} | {} | {} | {:.2} |",
            model.model,
            figures.rows,
            figures.base_rate,
            cell(figures.auc, model.auc),
            cell(figures.log_loss, model.log_loss),
            cell(figures.brier, model.brier),
            cell(figures.ece, model.ece),
            figures.slope,
        );
    }
}
