//! What the fuzz targets in `tests/` share. Run by `cargo xtask fuzz`, and for a few seconds each by
//! `cargo xtask test`; a plain `cargo test` in this folder runs them too.
//!
//! Knows nothing of what is tested. Where to start: `tests/rrule.rs`; a target is a test that hands
//! bytes to [`Choices`], builds something from them, and panics if what must hold does not.

use std::fmt::Debug;
use std::fs;
use std::time::{Duration, Instant};

/// More than this is a target that hangs; machines that run tests are busy.
const SLOWEST: Duration = Duration::from_secs(5);
/// Far above what any input needs, far below what a machine has.
const MOST_MEMORY_KIB: u64 = 512 * 1024;

/// Bytes read as choices, so that an input is (almost) what is wanted instead of noise. When the
/// bytes run out everything is the first choice.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A number below `limit`, which must not be 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first) % limit
    }

    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// True once in so many times, and never without bytes.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// A number of any size up to 65,535.
    pub fn number(&mut self) -> usize {
        self.below(256) * 256 + self.below(256)
    }

    /// What is left, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.0).into_owned()
    }
}

/// Runs a target on one input and panics if that took too long.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long a target takes"
)]
pub fn in_time<T>(input: &impl Debug, target: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = target();
    let taken = start.elapsed();
    assert!(taken < SLOWEST, "{taken:?} for {input:?}");
    result
}

/// Panics if this process has ever needed too much memory. Only Linux tells.
pub fn check_memory() {
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return;
    };
    let highest = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|value| value.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(
        highest.is_none_or(|highest| highest < MOST_MEMORY_KIB),
        "{highest:?} KiB of memory"
    );
}
