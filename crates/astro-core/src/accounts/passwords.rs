//! What makes a password good enough (docs/access.md tells people).
//!
//! Length first, as NIST SP 800-63B asks. Beyond that a password is refused when little of it is
//! its own: we count the characters that are left when common words, keyboard walks, sequences,
//! years, repetitions and what is known about the account are each counted as one.

use unicode_normalization::UnicodeNormalization as _;

use crate::error::Checks;
use crate::limits;
use crate::secret::Secret;

const COMMON: &str = include_str!("common_words.txt");
const PRODUCT: &[&str] = &["astroassistance", "astro", "assistance", "assistant"];

/// Rows and columns of keyboards (US, German, French) and the orders that everyone knows.
const WALKS: &[&str] = &[
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1234567890",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
];

/// Shorter pieces are no pattern.
const LEAST_PIECE: usize = 3;
/// What must be left when every pattern counts as one character.
const LEAST_OWN: usize = 10;

/// The form in which a password is checked and hashed (Unicode NFKC), so that two keyboards that
/// compose letters differently give the same password.
pub fn normalise(password: &Secret) -> Secret {
    Secret::new(password.expose().nfkc().collect::<String>())
}

/// Whether the text could be anybody's password at all; longer ones are never hashed.
pub fn is_of_lawful_length(password: &Secret) -> bool {
    password.expose().chars().count() <= limits::PASSWORD_MAX
}

/// Notes what is wrong with a new password. `about` is what others know of the account: its
/// address, its tenant.
pub fn check(checks: &mut Checks, field: &str, password: &Secret, about: &[&str]) {
    if !is_of_lawful_length(password) {
        let message = format!("must have at most {} characters", limits::PASSWORD_MAX);
        checks.add(field, "too_long", message);
        return;
    }
    let normal = normalise(password);
    let text = normal.expose();
    checks.require(
        text.chars().count() >= limits::PASSWORD_MIN,
        field,
        "too_short",
        format!("must have at least {} characters", limits::PASSWORD_MIN),
    );
    checks.require(
        !text.contains('\0'),
        field,
        "nul",
        "contains the NUL character",
    );
    checks.require(
        own_characters(text, about) >= LEAST_OWN,
        field,
        "too_common",
        "is made of common words, patterns, repetitions or your own address; a few words that \
         nobody would expect together are easy to remember and hard to guess",
    );
}

/// How many characters are left when every known piece counts as one.
fn own_characters(text: &str, about: &[&str]) -> usize {
    let folded = Folded::of(text);
    let words = known_words(about);
    let length = folded.plain.len();
    let mut cost: Vec<usize> = (0..=length).collect();
    for start in 0..length {
        let with_piece = cost[start] + 1;
        let mut reach = |end: usize| cost[end] = cost[end].min(with_piece);
        reach(start + 1);
        for word in words.iter().filter(|word| folded.has_at(start, word)) {
            reach(start + word.len());
        }
        for end in start + LEAST_PIECE..=start + folded.longest_pattern(start) {
            reach(end);
        }
    }
    cost[length]
}

/// Common words, the product's name, and the parts of what is known about the account.
fn known_words(about: &[&str]) -> Vec<Vec<char>> {
    let known = about.iter().flat_map(|text| {
        let whole = std::iter::once(*text);
        whole.chain(text.split(|c: char| !c.is_alphanumeric()))
    });
    COMMON
        .split_whitespace()
        .chain(PRODUCT.iter().copied())
        .chain(known)
        .map(|word| Folded::of(word).plain)
        .filter(|word| word.len() >= LEAST_PIECE)
        .collect()
}

/// A text without case, blanks and punctuation, twice: as it is, and with the usual disguises of
/// letters taken off.
struct Folded {
    plain: Vec<char>,
    bare: Vec<char>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let kept = |c: &char| c.is_alphanumeric() || undisguise(*c) != *c;
        let plain: Vec<char> = text.to_lowercase().chars().filter(kept).collect();
        let bare = plain.iter().copied().map(undisguise).collect();
        Self { plain, bare }
    }

    fn has_at(&self, start: usize, word: &[char]) -> bool {
        self.plain.len() >= start + word.len()
            && word
                .iter()
                .enumerate()
                .all(|(i, c)| self.plain[start + i] == *c || self.bare[start + i] == *c)
    }

    /// Length of the longest walk, run, year or repetition that begins at `start`; shorter ones
    /// are inside it. 0 when there is none.
    fn longest_pattern(&self, start: usize) -> usize {
        let walks = WALKS.iter().map(|walk| {
            let forth: Vec<char> = walk.chars().collect();
            let back: Vec<char> = walk.chars().rev().collect();
            self.shared_with(start, &forth)
                .max(self.shared_with(start, &back))
        });
        let longest = walks
            .chain([self.run(start), self.year(start), self.repetition(start)])
            .max()
            .unwrap_or(0);
        if longest < LEAST_PIECE { 0 } else { longest }
    }

    fn shared_with(&self, start: usize, walk: &[char]) -> usize {
        let Some(offset) = walk.iter().position(|c| *c == self.plain[start]) else {
            return 0;
        };
        common_prefix(&self.plain[start..], &walk[offset..])
    }

    fn run(&self, start: usize) -> usize {
        let first = self.plain[start];
        self.plain[start..]
            .iter()
            .take_while(|c| **c == first)
            .count()
    }

    fn year(&self, start: usize) -> usize {
        let text: String = self.plain[start..].iter().take(4).collect();
        let is_year = text.len() == 4
            && (text.starts_with("19") || text.starts_with("20"))
            && text.chars().all(|c| c.is_ascii_digit());
        if is_year { 4 } else { 0 }
    }

    /// What stood earlier in the text already.
    fn repetition(&self, start: usize) -> usize {
        (0..start)
            .map(|earlier| common_prefix(&self.plain[start..], &self.plain[earlier..]))
            .max()
            .unwrap_or(0)
    }
}

fn common_prefix(one: &[char], other: &[char]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

fn undisguise(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(password: &str) -> Vec<String> {
        let mut checks = Checks::default();
        let about = ["jordan.miles@observatory.example", "default"];
        check(&mut checks, "password", &Secret::new(password), &about);
        let found = checks.finish().err().unwrap_or_default();
        found.into_iter().map(|error| error.code).collect()
    }

    #[test]
    fn fifteen_to_a_hundred_and_twenty_eight_characters_are_taken() {
        assert_eq!(codes("tz9#vLq0wmbxK!"), ["too_short"]);
        assert!(codes("tz9#vLq0wmbxK!r").is_empty());
        let long: String = ('\u{4e00}'..).take(128).collect();
        assert!(codes(&long).is_empty());
        assert_eq!(codes(&format!("{long}x")), ["too_long"]);
    }

    #[test]
    fn what_everybody_thinks_of_is_refused() {
        for password in [
            "password12345678",
            "PasswordPassword1!",
            "P@ssw0rd!P@ssw0rd!",
            "qwertyuiopasdfghjkl",
            "1qaz2wsx3edc4rfv5tgb",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "Summer2024Winter2025",
            "astroassistance2026!",
            "AstroAssistance-Admin1",
            "jordan.miles@observatory.example",
            "JordanObservatory2026",
            "correcthorsebatterystaple",
            "zyxwvutsrqponmlkji",
            "0987654321098765",
            "iloveyouiloveyou123",
        ] {
            assert_eq!(codes(password), ["too_common"], "{password}");
        }
    }

    #[test]
    fn unexpected_words_and_chance_are_taken() {
        for password in [
            "lantern gravel umbrage tofu",
            "Die Kuh zieht Bratwurst nach Peru",
            "x7Kq2mZ9vTbR4nLw",
            "we keep 9 hedgehogs in the attic",
            "ночью тихо падает снег",
        ] {
            assert!(codes(password).is_empty(), "{password}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let composed = normalise(&Secret::new("gr\u{fc}ne Eidechsen"));
        let decomposed = normalise(&Secret::new("gru\u{308}ne Eidechsen"));
        assert_eq!(composed.expose(), decomposed.expose());
    }

    proptest! {
        #[test]
        fn repeating_a_short_text_never_makes_it_good(piece in "[a-z]{1,7}", times in 3_usize..9) {
            let password = piece.repeat(times);
            prop_assert!(codes(&password).iter().any(|code| code == "too_common"));
        }

        #[test]
        fn any_text_is_judged_without_failing(text in any::<String>()) {
            codes(&text);
        }
    }
}
