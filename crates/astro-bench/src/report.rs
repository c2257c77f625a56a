//! The figures as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::load::Shape;
use crate::measure::{median, millis};
use crate::process::Memory;

/// One measurement of one server.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Requests a second.
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// The server's processor time for a request.
    pub processor: Duration,
}

/// One kind of request, asked of the bare server and of the product.
#[derive(Debug)]
pub struct Comparison {
    title: &'static str,
    /// The least share of the bare server's rate.
    target: f64,
    pub bare_shape: Shape,
    pub ours_shape: Shape,
    /// Whether the clients sign in as different people.
    pub all_owners: bool,
    /// One sample of each round.
    pub bare: Vec<Sample>,
    pub ours: Vec<Sample>,
}

/// How often a p99 may be the bare server's.
const P99_TARGET: f64 = 2.0;

impl Comparison {
    pub fn new(title: &'static str, target: f64, bare_shape: Shape, ours_shape: Shape) -> Self {
        Self {
            title,
            target,
            bare_shape,
            ours_shape,
            all_owners: false,
            bare: Vec::new(),
            ours: Vec::new(),
        }
    }

    pub fn for_all_owners(self) -> Self {
        Self {
            all_owners: true,
            ..self
        }
    }

    /// The median over the rounds of what is ours by what is theirs.
    fn ratio(&self, of: impl Fn(&Sample) -> f64) -> f64 {
        median(
            self.ours
                .iter()
                .zip(&self.bare)
                .map(|(ours, bare)| of(ours) / of(bare)),
        )
    }
}

fn mid(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    median(samples.iter().map(of))
}

pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

pub fn comparisons(
    engine: &str,
    clients: usize,
    tasks: usize,
    comparisons: &[Comparison],
) -> String {
    let mut text = format!(
        "### {engine}, {clients} connections, {tasks} tasks\n\n\
         | request | bare/s | ours/s | ratio | aim | bare p50, p99 ms | ours p50, p99 ms | p99 ratio | bare CPU us | ours CPU us |\n\
         |---|--:|--:|--:|---|--:|--:|--:|--:|--:|\n"
    );
    for comparison in comparisons {
        let (bare, ours) = (&comparison.bare, &comparison.ours);
        let ratio = comparison.ratio(|sample| sample.rate);
        let p99 = comparison.ratio(|sample| sample.p99.as_secs_f64());
        let times = |samples: &[Sample]| {
            format!(
                "{:.2}, {:.2}",
                mid(samples, |sample| millis(sample.p50)),
                mid(samples, |sample| millis(sample.p99))
            )
        };
        let micros = |samples: &[Sample]| mid(samples, |sample| millis(sample.processor) * 1e3);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | {ratio:.2} | >= {:.2} {} | {} | {} | {p99:.2} {} | {:.0} | {:.0} |",
            comparison.title,
            mid(bare, |sample| sample.rate),
            mid(ours, |sample| sample.rate),
            comparison.target,
            verdict(ratio >= comparison.target),
            times(bare),
            times(ours),
            verdict(p99 <= P99_TARGET),
            micros(bare),
            micros(ours),
        );
    }
    text
}

/// Of each round the resident memory of the bare server and of the product, at rest and after the load.
pub fn memory(engine: &str, rounds: &[[(Memory, Memory); 2]]) -> String {
    let [bare, ours] = [0, 1].map(|side| {
        let highest = |of: &dyn Fn(&(Memory, Memory)) -> u64| {
            let all = rounds.iter().map(|round| of(&round[side]));
            all.max().unwrap_or(0).div_ceil(1024)
        };
        format!(
            "{} MiB at rest, {} at most, {} after the load",
            highest(&|(idle, _)| idle.now_kib),
            highest(&|(_, loaded)| loaded.highest_kib),
            highest(&|(_, loaded)| loaded.now_kib)
        )
    });
    format!("Resident memory on {engine}: bare {bare}; ours {ours}.\n")
}

/// Writes a second with group commit, beside one commit for each write.
pub fn durable(rows: &[(usize, Vec<Sample>, Vec<Sample>)], target: f64) -> String {
    let mut text = String::from(
        "| clients | commit | durable writes/s | p50 ms | p99 ms | CPU us | ratio |\n|--:|---|--:|--:|--:|--:|---|\n",
    );
    for (clients, group, single) in rows {
        let ratio = median(
            group
                .iter()
                .zip(single)
                .map(|(one, other)| one.rate / other.rate),
        );
        for (what, samples, ratio) in [
            (
                "shared",
                group,
                format!("{ratio:.2}, aim >= {target} {}", verdict(ratio >= target)),
            ),
            ("each its own", single, String::new()),
        ] {
            let _ = writeln!(
                text,
                "| {clients} | {what} | {:.0} | {:.1} | {:.1} | {:.0} | {ratio} |",
                mid(samples, |sample| sample.rate),
                mid(samples, |sample| millis(sample.p50)),
                mid(samples, |sample| millis(sample.p99)),
                mid(samples, |sample| millis(sample.processor) * 1e3),
            );
        }
    }
    text
}

/// How long views take one person.
pub fn views(rows: &[(String, Vec<Duration>)], target: Duration) -> String {
    let mut text =
        String::from("| view | p50 ms | p95 ms | slowest ms | aim |\n|---|--:|--:|--:|---|\n");
    for (title, times) in rows {
        let at = |quantile| millis(crate::measure::quantile(times, quantile));
        let _ = writeln!(
            text,
            "| {title} | {:.1} | {:.1} | {:.1} | p95 < {} ms {} |",
            at(0.50),
            at(0.95),
            at(1.0),
            target.as_millis(),
            verdict(at(0.95) < millis(target)),
        );
    }
    text
}
