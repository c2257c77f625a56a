//! The record of a choice, and the draws that it can be replayed with.

use astro_core::ids::DecisionId;
use astro_core::preferences::{RecommendationKind, Urgency};
use astro_core::recommendations::{
    Candidate, Exploration, Exposure, FeatureRow, Hash128, LogChecks, Proposal, Replay, SlateEntry,
};
use astro_store::instance_keys;
use sha2::{Digest as _, Sha256};

use super::decide::Distribution;
use super::score::Weights;
use super::{Choice, POLICY, POLICY_VERSION, REWARD_VERSION};
use crate::{Error, Result, Services};

const KEY_NAME: &str = "draw";

/// What all draws of this installation are derived from.
#[derive(Clone)]
pub struct DrawKey([u8; 32]);

impl std::fmt::Debug for DrawKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DrawKey({})", self.fingerprint())
    }
}

impl DrawKey {
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Names the key without telling it.
    pub fn fingerprint(&self) -> Hash128 {
        hash(&[b"astro draw key", &self.0])
    }

    /// A number in `[0, 1)`: HMAC-SHA256 over the decision and the counter, its first 53 bits.
    pub fn draw(&self, decision: DecisionId, counter: u32) -> f64 {
        let mut message = decision.uuid().as_bytes().to_vec();
        message.extend_from_slice(&counter.to_be_bytes());
        let mac = hmac_sha256(&self.0, &message);
        let bits = mac
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte))
            >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
        let share = bits as f64 / (1_u64 << 53) as f64;
        share
    }

    /// Draws a logged choice again.
    pub fn replay(&self, exposure: &Exposure) -> Replay {
        if exposure.draw_key != self.fingerprint() {
            return Replay::OtherKey;
        }
        let distribution = Distribution {
            p_speak: exposure.p_speak,
            p_choice: exposure
                .candidates
                .iter()
                .map(|candidate| candidate.p_choice)
                .collect(),
        };
        let drawn = distribution.choose(self, exposure.decision_id);
        if drawn.map(|index| index as u64) == exposure.chosen.map(u64::from) {
            Replay::Same
        } else {
            Replay::Different
        }
    }
}

impl Services {
    /// The installation's key; it is made by whoever needs it first.
    pub(super) async fn draw_key(&self) -> Result<DrawKey> {
        if let Some(key) = self.read_draw_key().await? {
            return Ok(key);
        }
        let (fresh, now): ([u8; 32], _) = (self.random.bytes(), self.now());
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    instance_keys::insert(admin, KEY_NAME, &fresh, now)
                        .await
                        .map_err(Error::from)
                })
            })
            .await?;
        let kept = self.read_draw_key().await?;
        kept.ok_or_else(|| Error::internal("the key for draws was not kept"))
    }

    async fn read_draw_key(&self) -> Result<Option<DrawKey>> {
        let kept = self.store.admin_read(|admin| {
            Box::pin(async move {
                instance_keys::get(admin, KEY_NAME)
                    .await
                    .map_err(Error::from)
            })
        });
        kept.await?
            .map(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).map(DrawKey))
            .transpose()
            .map_err(Error::internal)
    }
}

/// The exposure of a decision at which the product was free to speak.
pub(super) fn record(key: &DrawKey, choice: &Choice, proposals: &[Proposal]) -> Result<Exposure> {
    let distribution = &choice.distribution;
    Ok(Exposure {
        decision_id: choice.decision,
        policy: POLICY.to_owned(),
        policy_version: POLICY_VERSION.to_owned(),
        models: Vec::new(),
        parameters: hash(&[choice.context.parameters()?.as_bytes()]),
        reward_version: REWARD_VERSION.to_owned(),
        feature_schema: feature_schema(),
        candidates: candidates(choice),
        chosen: choice.chosen.map(small).transpose()?,
        p_speak: distribution.p_speak,
        p_choice: distribution.p_choice_of(choice.chosen),
        propensity: distribution.propensity(choice.chosen),
        slate: slate(choice)?,
        exploration: Exploration::None,
        draw_key: key.fingerprint(),
        draw_counter: 0,
        shown_at: None,
        explanation: explanation(proposals)?,
    })
}

fn candidates(choice: &Choice) -> Vec<Candidate> {
    choice
        .ranked
        .iter()
        // as many as there are probabilities
        .zip(&choice.distribution.p_choice)
        .map(|(weighed, p_choice)| Candidate {
            kind: RecommendationKind::NextTask,
            task_id: weighed.task.id,
            row: weighed.row.clone(),
            row_hash: row_hash(&weighed.row),
            score: weighed.score,
            p_choice: *p_choice,
        })
        .collect()
}

/// Given the first place, the rule leaves nothing open in the others.
fn slate(choice: &Choice) -> Result<Vec<SlateEntry>> {
    let probability = |index| {
        if Some(index) == choice.chosen {
            choice.distribution.p_choice_of(Some(index))
        } else {
            1.0
        }
    };
    let entries = choice.slate.iter().map(|index| {
        Ok(SlateEntry {
            candidate: small(*index)?,
            probability: probability(*index),
        })
    });
    entries.collect()
}

fn small(index: usize) -> Result<u32> {
    u32::try_from(index).map_err(Error::internal)
}

/// Holds a logged exposure against what its own parts say.
pub(super) fn check(key: &DrawKey, exposure: &Exposure, parameters: &str) -> Result<LogChecks> {
    let urgency: Urgency = serde_json::from_str(parameters).map_err(Error::internal)?;
    let weights = Weights::of(&urgency);
    let rows_differ = |candidate: &&Candidate| row_hash(&candidate.row) != candidate.row_hash;
    let scores_differ = |candidate: &&Candidate| {
        weights.score(&candidate.row).to_bits() != candidate.score.to_bits()
    };
    let candidates = &exposure.candidates;
    let choices: f64 = candidates.iter().map(|candidate| candidate.p_choice).sum();
    Ok(LogChecks {
        replay: key.replay(exposure),
        row_mismatches: small(candidates.iter().filter(rows_differ).count())?,
        score_mismatches: small(candidates.iter().filter(scores_differ).count())?,
        probability_sum: 1.0 - exposure.p_speak + exposure.p_speak * choices,
    })
}

/// Of what a row means.
pub(super) fn feature_schema() -> Hash128 {
    hash(&[FeatureRow::SCHEMA.as_bytes()])
}

/// Of a row, under the meaning that it has.
pub(super) fn row_hash(row: &FeatureRow) -> Hash128 {
    let mut packed = Vec::with_capacity(16);
    row.pack(&mut packed);
    hash(&[&feature_schema().0, &packed])
}

/// Over everything that the person was told.
fn explanation(proposals: &[Proposal]) -> Result<Option<Hash128>> {
    if proposals.is_empty() {
        return Ok(None);
    }
    let told: Vec<_> = proposals
        .iter()
        .map(|proposal| {
            let told = &proposal.recommendation;
            (told.id, &told.reasons, &told.counterfactual)
        })
        .collect();
    let text = serde_json::to_vec(&told).map_err(Error::internal)?;
    Ok(Some(hash(&[&text])))
}

/// The first half of the SHA-256 over the parts, each after its length.
fn hash(parts: &[&[u8]]) -> Hash128 {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&sha.finalize()[..16]);
    Hash128(half)
}

/// RFC 2104 with SHA-256, for keys of up to a block (64 bytes).
fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 1; a key shorter than a block is filled with zeros, so 20 bytes may be
    /// written as 32.
    #[test]
    fn the_keyed_hash_is_that_of_rfc_4231() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = [
            0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b,
            0xf1, 0x2b, 0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c,
            0x2e, 0x32, 0xcf, 0xf7,
        ];
        assert_eq!(hmac_sha256(&key, b"Hi There"), expected);
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let key = DrawKey::new([0xab; 32]);
        assert!(!format!("{key:?}").contains("abab"));
    }
}
