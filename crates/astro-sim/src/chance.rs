//! Chance: a stream of its own for every person, so that one person's life does not depend on how many
//! others there are. Draws and functions are the same on every machine.

use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

/// A stream of draws. Cloning it clones what is to come.
#[derive(Clone, Debug)]
pub struct Chance(ChaCha12Rng);

impl Chance {
    /// The stream of one person in a world with this seed.
    pub fn of_person(seed: u64, person: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(person);
        Self(rng)
    }

    /// A number from 0 up to, but not, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        // 1 - u is never 0
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(core::f64::consts::TAU * self.uniform())
    }

    /// Log-normal of a median and a spread of its logarithm.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// A share around a mean, by a logistic normal: never 0 and never 1.
    pub fn share(&mut self, mean: f64, spread: f64) -> f64 {
        let logit = libm::log(mean / (1.0 - mean)) + spread * self.normal();
        1.0 / (1.0 + libm::exp(-logit))
    }

    /// Poisson (Knuth's product of uniforms; means here are small).
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let limit = libm::exp(-mean);
        let mut product = self.uniform();
        let mut count = 0;
        while product > limit {
            product *= self.uniform();
            count += 1;
        }
        count
    }

    /// One of so many.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a small count"
    )]
    pub fn pick(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A place in a list of weights; the last one where rounding leaves none.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// 128 bits for an id.
    pub fn bits(&mut self) -> u128 {
        u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(count: usize, mut draw: impl FnMut() -> f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        let number = count as f64;
        (0..count).map(|_| draw()).sum::<f64>() / number
    }

    #[test]
    fn draws_have_the_moments_of_their_laws() {
        let mut chance = Chance::of_person(7, 0);
        assert!(mean(20_000, || chance.normal()).abs() < 0.03);
        let square = mean(20_000, || {
            let x = chance.normal();
            x * x
        });
        assert!((square - 1.0).abs() < 0.05);
        assert!((mean(20_000, || f64::from(chance.poisson(2.5))) - 2.5).abs() < 0.05);
        assert!((mean(20_000, || f64::from(u8::from(chance.happens(0.3)))) - 0.3).abs() < 0.02);
        let below = mean(20_000, || {
            f64::from(u8::from(chance.log_normal(1.4, 0.4) < 1.4))
        });
        assert!((below - 0.5).abs() < 0.02);
        let second = mean(20_000, || {
            f64::from(u8::from(chance.weighted(&[1.0, 3.0]) == 1))
        });
        assert!((second - 0.75).abs() < 0.02);
    }

    #[test]
    fn people_have_streams_of_their_own() {
        let first = |person| Chance::of_person(7, person).uniform().to_bits();
        assert_eq!(first(3), first(3));
        assert_ne!(first(3), first(4));
        assert_ne!(first(3), Chance::of_person(8, 3).uniform().to_bits());
    }
}
