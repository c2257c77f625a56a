//! How long recurrence takes: `cargo xtask bench recurrence`.
//!
//! "Next after now" is asked of series that began in 1582; expansion is compared with python-dateutil,
//! which takes turns with it in the same run. `ASTRO_TEST_PYTHON` names a Python that has it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark speaks on the terminal, and a panic is its report"
)]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use astro_calendar::{Rule, Series, TimeZone, Timestamp};

const ROUNDS: usize = 5;
const NOW: &str = "2026-11-23T10:00:00Z";
const SINCE: &str = "1582-10-15T09:00:00";
/// The aim for a DAILY rule.
const AIM: Duration = Duration::from_millis(1);

const NEXT: [&str; 9] = [
    "FREQ=DAILY",
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;INTERVAL=7;BYHOUR=9",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=DAILY;COUNT=1000000",
    "FREQ=SECONDLY;COUNT=4000000000",
    "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
];

const EXPANDED: [&str; 7] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "FREQ=YEARLY",
    "FREQ=DAILY;BYHOUR=9,12,15;BYMINUTE=0,30",
    "FREQ=HOURLY;BYHOUR=9,10,11,12,13,14,15,16",
];

fn main() {
    println!("| next after now, since 1582 in Rome | us | |");
    println!("|---|--:|---|");
    for text in NEXT {
        next_after_now(text);
    }
    println!();
    println!("| expansion since 1997 | ours, local us | ours, New York us | dateutil us | ratio |");
    println!("|---|--:|--:|--:|--:|");
    for text in EXPANDED {
        expansion(text);
    }
}

fn next_after_now(text: &str) {
    let series = series(&format!("{SINCE}[Europe/Rome]"), text);
    let now: Timestamp = NOW.parse().unwrap();
    let first = || series.after(black_box(now), &TimeZone::UTC).next();
    let time = best(|| {
        black_box(first());
    });
    let found = match first() {
        Some(Ok(occurrence)) => occurrence.start.to_string(),
        Some(Err(error)) => format!("out of work after {} steps", error.steps),
        None => "none".to_owned(),
    };
    let verdict = match text {
        "FREQ=DAILY" if time < AIM => ", aim < 1000 us met",
        "FREQ=DAILY" => ", aim < 1000 us missed",
        _ => "",
    };
    println!("| `{text}` | {:.1} | {found}{verdict} |", us(time));
}

fn expansion(text: &str) {
    let count = 2000_usize;
    let local = series("1997-09-02T09:00:00", text);
    let zoned = series("1997-09-02T09:00:00[America/New_York]", text);
    let each = |time: Duration| us(time) / 2000.0;
    let [mut ours, mut in_zone, mut theirs] = [f64::MAX; 3];
    for _ in 0..ROUNDS {
        ours = ours.min(each(best(|| walk(&local, count))));
        in_zone = in_zone.min(each(best(|| walk(&zoned, count))));
        theirs = theirs.min(dateutil(text, count).unwrap_or(f64::NAN));
    }
    println!(
        "| `{text}` | {ours:.3} | {in_zone:.3} | {theirs:.2} | {:.0} |",
        theirs / ours
    );
}

fn series(start: &str, text: &str) -> Series {
    let rule: Rule = text.parse().unwrap();
    Series::new(start.parse().unwrap()).with_rule(rule)
}

fn walk(series: &Series, count: usize) {
    let found = series.occurrences(&TimeZone::UTC).take(count);
    assert_eq!(found.flat_map(black_box).count(), count);
}

/// Microseconds for each occurrence; nothing where there is no dateutil.
fn dateutil(text: &str, count: usize) -> Option<f64> {
    #[expect(clippy::disallowed_methods, reason = "says where Python is")]
    let python = std::env::var_os("ASTRO_TEST_PYTHON")?;
    let script = "import sys, time, itertools, datetime\n\
        from dateutil.rrule import rrulestr\n\
        start = datetime.datetime(1997, 9, 2, 9)\n\
        count = int(sys.argv[2])\n\
        def once():\n    \
            rule = rrulestr(sys.argv[1], dtstart=start)\n    \
            began = time.perf_counter()\n    \
            assert sum(1 for _ in itertools.islice(rule, count)) == count\n    \
            return time.perf_counter() - began\n\
        print(min(once() for _ in range(5)) / count * 1e6)";
    let output = Command::new(python)
        .args(["-c", script, text, &count.to_string()])
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .ok()
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// The best time of some rounds.
#[expect(clippy::disallowed_methods, reason = "measures how long it takes")]
fn best(work: impl Fn()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(once).min().unwrap()
}
