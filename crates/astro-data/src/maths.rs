//! Elementary functions whose bits do not depend on the machine's own library.

use astro_core::calendar::{SignedDuration, Timestamp};

/// Seconds from one moment to another; negative when it lies before.
pub fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

pub fn hours(from: Timestamp, to: Timestamp) -> f64 {
    seconds(from, to) / 3_600.0
}

pub fn days(from: Timestamp, to: Timestamp) -> f64 {
    seconds(from, to) / 86_400.0
}

/// So much later, or earlier; at the ends of the calendar the end.
pub fn moved(at: Timestamp, by: SignedDuration) -> Timestamp {
    // only spans of days or more are refused, and this is none
    at.saturating_add(by).unwrap_or(at)
}

/// ln(1 + x) of what is not negative: counts and durations whose tails are long.
pub fn log1p(x: f64) -> f64 {
    libm::log1p(x.max(0.0))
}

/// As [`log1p`] on both sides of zero.
pub fn signed_log(x: f64) -> f64 {
    libm::copysign(libm::log1p(libm::fabs(x)), x)
}

/// What is left of something after `elapsed` when half is lost in every `half_life`.
pub fn remaining(elapsed: f64, half_life: f64) -> f64 {
    libm::exp2(-elapsed / half_life)
}

/// A rate of `successes` in `all`, drawn towards `prior` as if that had been seen `weight` times.
pub fn smoothed(successes: f64, all: f64, prior: f64, weight: f64) -> f64 {
    (successes.max(0.0) + prior * weight) / (all.max(0.0) + weight)
}

/// The nearest number that models see.
#[expect(
    clippy::cast_possible_truncation,
    reason = "models see single precision; rounding is the same everywhere"
)]
pub fn single(number: f64) -> f32 {
    number as f32
}

/// A count as a number; counts here are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of one person's things")]
pub fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_keep_order_and_sign() {
        assert_eq!(signed_log(0.0).to_bits(), 0.0_f64.to_bits());
        assert!(signed_log(-5.0) < signed_log(-1.0) && signed_log(1.0) < signed_log(5.0));
        assert!((signed_log(-3.0) + signed_log(3.0)).abs() < 1e-15);
        assert!(
            log1p(-1.0).abs() < 1e-15,
            "what is negative counts as nothing"
        );
    }

    #[test]
    fn rates_begin_at_the_prior_and_follow_what_is_seen() {
        assert!((smoothed(0.0, 0.0, 0.3, 5.0) - 0.3).abs() < 1e-15);
        assert!(smoothed(100.0, 100.0, 0.3, 5.0) > 0.95);
    }
}
