//! Which rows a model learns from, and on which it is judged.

use astro_core::calendar::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Train,
    /// To know when to stop, and to calibrate.
    Validate,
    /// Later than all that was learnt from.
    Later,
    /// Of people of whom nothing was learnt.
    Unseen,
    /// In the time between: for nothing.
    Apart,
}

/// A way to split: by time, and by person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// Rows whose outcome was known before are learnt from.
    pub train_until: Timestamp,
    /// Rows from this moment on are judged. Between the two nothing is: an outcome that was still to come
    /// when learning ended must not be judged as if it were new.
    pub test_from: Timestamp,
    /// One person of so many is unseen; 0 for nobody.
    pub unseen_one_in: u32,
    /// One person of so many of the others is for validation; 0 for nobody.
    pub validate_one_in: u32,
    /// Chooses who they are.
    pub seed: u64,
}

impl Split {
    /// What a row of a person is for: `at` is its moment, `known_at` when its outcome was known.
    pub fn part(&self, person: Uuid, at: Timestamp, known_at: Timestamp) -> Part {
        if self.is_one_in(person, self.unseen_one_in, b"unseen") {
            return Part::Unseen;
        }
        if at >= self.test_from {
            return Part::Later;
        }
        if known_at > self.train_until {
            return Part::Apart;
        }
        if self.is_one_in(person, self.validate_one_in, b"validate") {
            return Part::Validate;
        }
        Part::Train
    }

    /// By a hash: who joins later changes nobody else's part.
    fn is_one_in(&self, person: Uuid, number: u32, what: &[u8]) -> bool {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(what);
        hash.update(person.as_bytes());
        let hash = hash.finalize();
        let draw = u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]]);
        number > 0 && draw.is_multiple_of(number)
    }
}

#[cfg(test)]
mod tests {
    use astro_core::calendar::SignedDuration;

    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
    }

    const SPLIT: Split = Split {
        train_until: Timestamp::UNIX_EPOCH,
        test_from: Timestamp::UNIX_EPOCH,
        unseen_one_in: 5,
        validate_one_in: 4,
        seed: 7,
    };

    #[test]
    fn nothing_that_is_judged_later_was_known_when_learning_ended() {
        let split = Split {
            train_until: day(40),
            test_from: day(50),
            unseen_one_in: 0,
            validate_one_in: 0,
            ..SPLIT
        };
        let who = Uuid::from_u128(1);
        assert_eq!(split.part(who, day(10), day(20)), Part::Train);
        assert_eq!(split.part(who, day(35), day(42)), Part::Apart);
        assert_eq!(split.part(who, day(45), day(46)), Part::Apart);
        assert_eq!(split.part(who, day(50), day(51)), Part::Later);
    }

    #[test]
    fn people_keep_their_part_and_come_in_the_shares_that_were_asked_for() {
        let split = Split {
            train_until: day(10),
            test_from: day(20),
            ..SPLIT
        };
        let part = |who: u128| split.part(Uuid::from_u128(who), day(1), day(2));
        let share = |part_of: Part| (0..2_000).filter(|who| part(*who) == part_of).count();
        assert!(
            (330..470).contains(&share(Part::Unseen)),
            "{}",
            share(Part::Unseen)
        );
        assert!(
            (330..470).contains(&share(Part::Validate)),
            "{}",
            share(Part::Validate)
        );
        let other = Split { seed: 8, ..split };
        assert!((0..50).any(|who| other.part(Uuid::from_u128(who), day(1), day(2)) != part(who)));
    }
}
