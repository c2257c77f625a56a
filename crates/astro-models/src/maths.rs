//! Elementary functions whose bits do not depend on the machine's own library.

/// 1 / (1 + e^-x).
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// ln(p / (1 - p)) of a probability, which is first kept off the ends by 1e-6.
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    libm::log(p) - libm::log1p(-p)
}

/// A count as a number; counts here are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
pub fn count(number: usize) -> f64 {
    number as f64
}

/// The nearest single-precision number.
#[expect(clippy::cast_possible_truncation, reason = "nets see single precision")]
pub fn single(number: f64) -> f32 {
    number as f32
}

pub fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let len = numbers.len();
    if len == 0 {
        return f64::NAN;
    }
    numbers.sum::<f64>() / count(len)
}

/// The number below which the share `q` of a sorted list lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = libm::round(q * count(sorted.len().saturating_sub(1))) as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logit_undoes_sigmoid() {
        for x in [-12.0, -3.0, 0.0, 0.5, 9.0] {
            assert!((logit(sigmoid(x)) - x).abs() < 1e-6, "{x}");
        }
        assert!(sigmoid(-1e9) >= 0.0 && sigmoid(1e9) <= 1.0);
    }

    #[test]
    fn quantiles_are_of_the_list() {
        assert!((quantile(&[1.0, 2.0, 3.0], 0.5) - 2.0).abs() < 1e-12);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
