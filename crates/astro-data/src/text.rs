//! What is left of a text: how many of its words fall into each bucket.

use sha2::{Digest as _, Sha256};

/// Buckets of hashed words.
pub const BUCKETS: usize = 6;

/// Counts the words of a text by a hash of each, at most 255 a bucket. A word is a run of letters and
/// digits, in lower case. Nobody can read the words back: thousands share a bucket.
pub fn buckets(text: &str) -> [u8; BUCKETS] {
    let mut counts = [0_u8; BUCKETS];
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        let hash = Sha256::digest(word.to_lowercase().as_bytes());
        let first = u64::from_be_bytes([
            hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7],
        ]);
        #[expect(clippy::cast_possible_truncation, reason = "a remainder below 6")]
        let bucket = (first % BUCKETS as u64) as usize;
        counts[bucket] = counts[bucket].saturating_add(1);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_however_they_are_written() {
        assert_eq!(buckets("Buy milk, MILK!"), buckets("milk buy-milk"));
        let total: u8 = buckets("Zürich 2027: three words").iter().sum();
        assert_eq!(total, 4);
        assert_eq!(buckets(" \t- "), [0; BUCKETS]);
    }
}
