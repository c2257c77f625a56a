//! From probabilities to a choice: whether to speak, then what to say.

use astro_core::ids::DecisionId;

use super::exposure::DrawKey;

/// How probable each outcome is: silence first, then each candidate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Distribution {
    pub p_speak: f64,
    /// Of each candidate, given that the product speaks; they add up to 1, or there is none.
    pub p_choice: Vec<f64>,
}

impl Distribution {
    /// The rule leaves nothing to chance: it speaks or not, and it names the best.
    pub fn of_rule(speaks: bool, candidates: usize) -> Self {
        let mut p_choice = vec![0.0; candidates];
        if let Some(best) = p_choice.first_mut() {
            *best = 1.0;
        }
        let speaks = speaks && candidates > 0;
        Self {
            p_speak: if speaks { 1.0 } else { 0.0 },
            p_choice,
        }
    }

    /// Draws twice: speak or not, then which. `None` is silence.
    pub fn choose(&self, key: &DrawKey, decision: DecisionId) -> Option<usize> {
        let speaks = key.draw(decision, 0) < self.p_speak;
        speaks.then(|| pick(&self.p_choice, key.draw(decision, 1)))?
    }

    /// Of a choice given that the product speaks; silence is no choice between candidates.
    pub fn p_choice_of(&self, choice: Option<usize>) -> f64 {
        choice.map_or(1.0, |index| {
            self.p_choice.get(index).copied().unwrap_or(0.0)
        })
    }

    /// How probable the outcome was.
    pub fn propensity(&self, choice: Option<usize>) -> f64 {
        match choice {
            None => 1.0 - self.p_speak,
            Some(_) => self.p_speak * self.p_choice_of(choice),
        }
    }
}

/// The index whose share of the unit interval the draw falls into. Never one that is impossible.
fn pick(shares: &[f64], draw: f64) -> Option<usize> {
    let mut end = 0.0;
    let mut last = None;
    for (index, share) in shares.iter().enumerate() {
        if *share > 0.0 {
            end += share;
            last = Some(index);
            if draw < end {
                break;
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn distribution() -> impl Strategy<Value = Distribution> {
        (
            0.0..=1.0_f64,
            proptest::collection::vec(0.0..1.0_f64, 1..30),
        )
            .prop_map(|(p_speak, shares)| {
                let sum: f64 = shares.iter().sum();
                let p_choice = if sum > 0.0 {
                    shares.iter().map(|share| share / sum).collect()
                } else {
                    vec![1.0; 1]
                };
                Distribution { p_speak, p_choice }
            })
    }

    proptest! {
        #[test]
        fn silence_and_all_candidates_add_up_to_one(distribution in distribution()) {
            let all = (0..distribution.p_choice.len()).map(Some).chain([None]);
            let sum: f64 = all.map(|choice| distribution.propensity(choice)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }

        #[test]
        fn the_same_key_and_decision_always_choose_the_same(distribution in distribution(), key in any::<[u8; 32]>(), id in any::<u128>()) {
            let decision = uuid::Uuid::from_u128(id).into();
            let key = DrawKey::new(key);
            let choice = distribution.choose(&key, decision);
            prop_assert_eq!(distribution.choose(&key, decision), choice);
            prop_assert!(distribution.propensity(choice) > 0.0, "nothing impossible is ever chosen");
        }

        #[test]
        fn the_rule_is_certain(speaks in any::<bool>(), candidates in 0_usize..20, key in any::<[u8; 32]>(), id in any::<u128>()) {
            let rule = Distribution::of_rule(speaks, candidates);
            let choice = rule.choose(&DrawKey::new(key), uuid::Uuid::from_u128(id).into());
            prop_assert_eq!(choice, (speaks && candidates > 0).then_some(0));
            prop_assert!((rule.propensity(choice) - 1.0).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn draws_come_as_often_as_their_probability_says() {
        let distribution = Distribution {
            p_speak: 0.7,
            p_choice: vec![0.5, 0.0, 0.3, 0.2],
        };
        let key = DrawKey::new([9; 32]);
        let mut counts = [0_u32; 5];
        for n in 0..20_000_u128 {
            let choice = distribution.choose(&key, uuid::Uuid::from_u128(n).into());
            counts[choice.map_or(4, |index| index)] += 1;
        }
        let expected = [0.35, 0.0, 0.21, 0.14, 0.3];
        for (count, share) in counts.iter().zip(expected) {
            let off = (f64::from(*count) / 20_000.0 - share).abs();
            // four standard errors
            assert!(off < 4.0 * (0.25_f64 / 20_000.0).sqrt(), "{counts:?}");
        }
        assert_eq!(counts[1], 0);
    }
}
