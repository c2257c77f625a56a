//! Candidates as bytes: the full candidate set of every decision is kept, so a row is a few bytes
//! rather than a few hundred.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::{Candidate, FeatureRow};
use crate::preferences::RecommendationKind;

/// 128 bits of a SHA-256, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, utoipa::ToSchema)]
#[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
pub struct Hash128(pub [u8; 16]);

impl std::fmt::Display for Hash128 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl std::str::FromStr for Hash128 {
    type Err = CorruptLog;

    fn from_str(text: &str) -> Result<Self, CorruptLog> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten()
            .map(|bits| Self(bits.to_be_bytes()))
            .ok_or(CorruptLog("a hash is not 32 hexadecimal digits"))
    }
}

impl Serialize for Hash128 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash128 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Bytes that no release has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CorruptLog(pub &'static str);

const FORMAT: u8 = 1;
const ENDS_EARLY: CorruptLog = CorruptLog("the packed candidates end early");

/// All candidates as bytes; [`unpack`] gives the very same back.
pub fn pack(candidates: &[Candidate]) -> Vec<u8> {
    let mut out = Vec::with_capacity(candidates.len() * 56 + 8);
    out.push(FORMAT);
    put_varint(&mut out, candidates.len() as u64);
    for candidate in candidates {
        put_varint(&mut out, candidate.kind.code().unsigned_abs());
        out.extend_from_slice(candidate.task_id.uuid().as_bytes());
        candidate.row.pack(&mut out);
        out.extend_from_slice(&candidate.row_hash.0);
        out.extend_from_slice(&candidate.score.to_le_bytes());
        let is_possible = candidate.p_choice.to_bits() != 0;
        out.push(u8::from(is_possible));
        if is_possible {
            out.extend_from_slice(&candidate.p_choice.to_le_bytes());
        }
    }
    out
}

/// # Errors
/// [`CorruptLog`] when the bytes are not whole.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Candidate>, CorruptLog> {
    let mut input = Input(bytes);
    if input.byte()? != FORMAT {
        return Err(CorruptLog("the packed candidates have an unknown format"));
    }
    let count = input.length()?;
    let mut candidates = Vec::with_capacity(count);
    for _ in 0..count {
        candidates.push(read_candidate(&mut input)?);
    }
    if input.0.is_empty() {
        Ok(candidates)
    } else {
        Err(CorruptLog("something follows the packed candidates"))
    }
}

fn read_candidate(input: &mut Input<'_>) -> Result<Candidate, CorruptLog> {
    let kind = i64::try_from(input.varint()?)
        .ok()
        .and_then(RecommendationKind::from_code)
        .ok_or(CorruptLog("a candidate is of an unknown kind"))?;
    Ok(Candidate {
        kind,
        task_id: Uuid::from_bytes(input.array()?).into(),
        row: FeatureRow::read(input)?,
        row_hash: Hash128(input.array()?),
        score: f64::from_le_bytes(input.array()?),
        p_choice: match input.byte()? {
            0 => 0.0,
            _ => f64::from_le_bytes(input.array()?),
        },
    })
}

impl FeatureRow {
    /// Appends the row: what its hash is taken over.
    pub fn pack(&self, out: &mut Vec<u8>) {
        let flags = [
            self.scheduled,
            self.active,
            self.blocking,
            self.blocked,
            self.waiting,
            self.project,
            self.due_in_us.is_some(),
        ];
        out.push(
            flags
                .iter()
                .enumerate()
                .fold(0, |byte, (bit, set)| byte | (u8::from(*set) << bit)),
        );
        out.push(self.priority & 0xf | (self.labels & 3) << 4 | (self.notes & 3) << 6);
        put_varint(out, self.age_days.into());
        if let Some(due_in) = self.due_in_us {
            put_varint(out, zigzag(due_in));
        }
        for list in [&self.weighted_labels, &self.weighted_projects] {
            put_varint(out, list.len() as u64);
            for index in list {
                put_varint(out, u64::from(*index));
            }
        }
    }

    fn read(input: &mut Input<'_>) -> Result<Self, CorruptLog> {
        let flags = input.byte()?;
        let is_set = |bit: u8| flags >> bit & 1 == 1;
        let small = input.byte()?;
        let age_days = u32::try_from(input.varint()?)
            .map_err(|_| CorruptLog("an age is longer than any life"))?;
        let due_in_us = if is_set(6) {
            Some(unzigzag(input.varint()?))
        } else {
            None
        };
        Ok(Self {
            due_in_us,
            priority: small & 0xf,
            scheduled: is_set(0),
            active: is_set(1),
            blocking: is_set(2),
            blocked: is_set(3),
            waiting: is_set(4),
            project: is_set(5),
            age_days,
            notes: small >> 6,
            labels: small >> 4 & 3,
            weighted_labels: input.indices()?,
            weighted_projects: input.indices()?,
        })
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

/// Small numbers of either sign become small numbers.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

struct Input<'b>(&'b [u8]);

impl Input<'_> {
    fn byte(&mut self) -> Result<u8, CorruptLog> {
        let (first, rest) = self.0.split_first().ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(*first)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CorruptLog> {
        let (first, rest) = self.0.split_first_chunk().ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(*first)
    }

    fn varint(&mut self) -> Result<u64, CorruptLog> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CorruptLog("a packed number does not end"))
    }

    /// A count of things that take at least a byte each.
    fn length(&mut self) -> Result<usize, CorruptLog> {
        let count = self.varint()?;
        usize::try_from(count)
            .ok()
            .filter(|count| *count <= self.0.len())
            .ok_or(ENDS_EARLY)
    }

    fn indices(&mut self) -> Result<Vec<u16>, CorruptLog> {
        let count = self.length()?;
        (0..count)
            .map(|_| {
                u16::try_from(self.varint()?)
                    .map_err(|_| CorruptLog("an index is larger than any list"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_row()(
            due_in_us in proptest::option::of(any::<i64>()), priority in 0_u8..=9, flags in any::<[bool; 6]>(),
            age_days in any::<u32>(), notes in 0_u8..=3, labels in 0_u8..=3,
            weighted_labels in proptest::collection::vec(any::<u16>(), 0..4),
            weighted_projects in proptest::collection::vec(any::<u16>(), 0..4),
        ) -> FeatureRow {
            let [scheduled, active, blocking, blocked, waiting, project] = flags;
            FeatureRow {
                due_in_us, priority, scheduled, active, blocking, blocked, waiting, project, age_days, notes, labels,
                weighted_labels, weighted_projects,
            }
        }
    }

    prop_compose! {
        fn any_candidate()(
            id in any::<u128>(), row in any_row(), hash in any::<[u8; 16]>(), score in -1e6..1e6_f64,
            p_choice in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0_f64],
        ) -> Candidate {
            Candidate {
                kind: RecommendationKind::NextTask, task_id: Uuid::from_u128(id).into(), row, row_hash: Hash128(hash), score, p_choice,
            }
        }
    }

    proptest! {
        #[test]
        fn packed_candidates_come_back_equal(candidates in proptest::collection::vec(any_candidate(), 0..20)) {
            prop_assert_eq!(unpack(&pack(&candidates)), Ok(candidates));
        }

        #[test]
        fn cut_or_broken_bytes_are_refused_and_never_panic(
            candidates in proptest::collection::vec(any_candidate(), 1..5), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let bytes = pack(&candidates);
            let at = at.index(bytes.len());
            prop_assert!(unpack(&bytes[..at]).is_err());
            let mut broken = bytes;
            broken[at] = byte;
            // another byte may be another valid log; it must not be a crash
            let _ = unpack(&broken);
        }

        #[test]
        fn a_hash_reads_back_as_itself(hash in any::<[u8; 16]>()) {
            prop_assert_eq!(Hash128(hash).to_string().parse(), Ok(Hash128(hash)));
        }
    }

    #[test]
    fn ten_candidates_take_less_than_a_kilobyte() {
        let row = FeatureRow {
            due_in_us: Some(14 * 86_400_000_000),
            age_days: 300,
            weighted_labels: vec![1],
            ..FeatureRow::default()
        };
        let candidate = Candidate {
            kind: RecommendationKind::NextTask,
            task_id: Uuid::nil().into(),
            row,
            row_hash: Hash128([7; 16]),
            score: 12.5,
            p_choice: 1.0,
        };
        assert!(pack(&vec![candidate; 10]).len() < 1024);
    }
}
