//! How long to wait before the next try.

use std::time::Duration;

/// Waits after the first, second, .. failed try; the last one repeats.
pub const WAITS: [Duration; 6] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(2),
];

/// The wait after `attempts` tries, all failed. What the other side asked for counts where it is
/// longer, up to the longest wait. Tries that failed together are spread by `chance` (0 to 255): up to
/// a fifth later.
pub fn wait(attempts: u32, asked: Option<Duration>, chance: u8) -> Duration {
    let last = WAITS.len() - 1;
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(last);
    let wait = WAITS[index.min(last)];
    let wait = asked.map_or(wait, |asked| asked.clamp(wait, WAITS[last]));
    wait + wait / 5 * u32::from(chance) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<u64> = (1..=8).map(|n| wait(n, None, 0).as_secs()).collect();
        assert_eq!(waits, [10, 30, 120, 600, 1_800, 7_200, 7_200, 7_200]);
        assert_eq!(wait(1, None, 255).as_secs(), 12);
    }

    #[test]
    fn what_the_other_side_asks_for_counts_within_reason() {
        let asked = |seconds| wait(1, Some(Duration::from_secs(seconds)), 0).as_secs();
        assert_eq!((asked(1), asked(90), asked(1_000_000)), (10, 90, 7_200));
    }
}
