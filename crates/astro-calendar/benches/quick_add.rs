//! How long a line of quick add takes: `cargo xtask bench quick-add`.
//!
//! The lines are those of the tests. Beside them stands the least that any reader must do: each
//! word in lower case and looked up in a table. The ratio says more than the time on a busy machine.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark speaks on the terminal, and a panic is its report"
)]

use std::collections::HashSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use astro_calendar::quick::{Language, Now, Options, parse};

const ROUNDS: usize = 200;
const SETS: [(&str, &str); 4] = [
    ("the 64 phrases", include_str!("../tests/quick/phrases.txt")),
    ("the wider set", include_str!("../tests/quick/wider.txt")),
    (
        "the further set",
        include_str!("../tests/quick/further.txt"),
    ),
    (
        "what sets nothing",
        include_str!("../tests/quick/negative.txt"),
    ),
];

type Line<'a> = (&'static Language, &'a str);

fn main() {
    let now = Now {
        instant: "2026-11-25T09:00:00Z".parse().unwrap(),
        zone: "Europe/Berlin".parse().unwrap(),
    };
    println!("| lines | median us | p99 us | slowest us | times a look-up of its words |");
    println!("|---|--:|--:|--:|--:|");
    for (name, file) in SETS {
        let lines = lines(file);
        tell(&format!("{name} ({})", lines.len()), &lines, &now);
    }
    // the longest line that the product takes, full of what has many readings
    let long = "every second tuesday at 9am, may 5 or sun 10/12 in 3 weeks ".repeat(17);
    tell(
        "1,000 characters of dates",
        &[(Language::built_in("en").unwrap(), &long[..1_000])],
        &now,
    );
}

fn lines(file: &str) -> Vec<Line<'_>> {
    file.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let mut fields = line.split(" | ");
            let language = Language::built_in(fields.next().unwrap()).unwrap();
            (language, fields.next().unwrap())
        })
        .collect()
}

fn tell(name: &str, lines: &[Line<'_>], now: &Now) {
    let options = Options::default();
    let ours = measure(lines, |(language, text)| {
        black_box(parse(black_box(text), language, now, &options));
    });
    let words: HashSet<String> = lines
        .iter()
        .flat_map(|(_, text)| text.split(' '))
        .map(str::to_lowercase)
        .collect();
    let least = measure(lines, |(_, text)| {
        for word in black_box(text).split(' ') {
            black_box(words.contains(&word.to_lowercase()));
        }
    });
    let us = |duration: Duration| duration.as_secs_f64() * 1e6;
    let at = |share: usize| us(ours[(ours.len() - 1) * share / 100]);
    println!(
        "| {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
        at(50),
        at(99),
        at(100),
        at(50) / us(least[least.len() / 2]),
    );
}

/// The best time of each line over all rounds, sorted.
#[expect(clippy::disallowed_methods, reason = "measures how long a line takes")]
fn measure<'a>(lines: &[Line<'a>], work: impl Fn(Line<'a>)) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; lines.len()];
    for _ in 0..ROUNDS {
        for (line, best) in lines.iter().zip(&mut best) {
            let start = Instant::now();
            work(*line);
            *best = start.elapsed().min(*best);
        }
    }
    best.sort_unstable();
    best
}
