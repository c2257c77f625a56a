//! The text cut into tokens: words, numbers, single signs, and stretches that are left alone.
//!
//! Words are compared folded: lower case, without accents. A sign of a script that writes without
//! spaces is a token of its own, so that the words of such a language are found inside of a line.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use super::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Letters, with apostrophes inside.
    Word,
    /// Up to nine ASCII digits.
    Number,
    /// One other sign.
    Sign,
    /// An address, a quotation, or what was rejected: nothing is recognised in it.
    Opaque,
}

/// A word of a language's files; the tokens of a text that no file has are [`UNKNOWN`].
pub(super) type WordId = u32;

pub(super) const UNKNOWN: WordId = u32::MAX;

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub span: Span,
    pub kind: TokenKind,
    pub word: WordId,
    /// Of a number its value, otherwise 0.
    pub number: u32,
    /// White space stands before it, or nothing does.
    pub spaced: bool,
}

impl Token {
    /// How many digits (bytes) it has.
    pub fn len(&self) -> usize {
        self.span.end - self.span.start
    }

    pub fn is_number(&self) -> bool {
        self.kind == TokenKind::Number
    }
}

/// The known words and their numbers.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    ids: HashMap<Box<str>, WordId>,
}

impl Vocabulary {
    pub fn get(&self, folded: &str) -> WordId {
        self.ids.get(folded).copied().unwrap_or(UNKNOWN)
    }

    /// The number of a word, which is new where it was not known.
    pub fn learn(&mut self, folded: &str) -> WordId {
        let next = WordId::try_from(self.ids.len()).unwrap_or(UNKNOWN);
        *self.ids.entry(folded.into()).or_insert(next)
    }
}

/// Lower case, without accents.
pub(super) fn fold(word: &str, into: &mut String) {
    into.clear();
    if word.is_ascii() {
        into.extend(word.chars().map(|sign| sign.to_ascii_lowercase()));
        return;
    }
    for sign in word.nfd().filter(|sign| !is_accent(*sign)) {
        match sign {
            '\u{2019}' | '\u{02bc}' => into.push('\''),
            '\u{2010}'..='\u{2015}' => into.push('-'),
            _ => into.extend(sign.to_lowercase()),
        }
    }
}

/// Whether a sign only changes the one before it.
pub(super) fn is_accent(sign: char) -> bool {
    unicode_normalization::char::is_combining_mark(sign)
}

/// Whether a sign is of a script that writes without spaces between words.
pub(super) fn is_unspaced(sign: char) -> bool {
    matches!(sign,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

fn is_apostrophe(sign: char) -> bool {
    matches!(sign, '\'' | '\u{2019}' | '\u{02bc}')
}

fn is_letter(sign: char) -> bool {
    sign.is_alphabetic() || is_accent(sign)
}

/// Cuts a stretch of text that begins at byte `offset` of the whole into tokens.
pub(super) fn cut(
    stretch: &str,
    offset: usize,
    vocabulary: &mut dyn FnMut(&str) -> WordId,
    into: &mut Vec<Token>,
) {
    let mut rest = stretch;
    let mut spaced = true;
    let mut folded = String::new();
    while let Some(first) = rest.chars().next() {
        let start = offset + stretch.len() - rest.len();
        if first.is_whitespace() {
            spaced = true;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (kind, length) = measure(rest, first);
        let text = &rest[..length];
        fold(text, &mut folded);
        into.push(Token {
            span: Span::new(start, start + length),
            kind,
            word: vocabulary(&folded),
            number: text.parse().unwrap_or(0),
            spaced,
        });
        spaced = false;
        rest = &rest[length..];
    }
}

const MOST_DIGITS: usize = 9;

/// Kind and bytes of the token that a text begins with.
fn measure(text: &str, first: char) -> (TokenKind, usize) {
    if first.is_ascii_digit() {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let kind = if digits > MOST_DIGITS {
            TokenKind::Opaque
        } else {
            TokenKind::Number
        };
        return (kind, digits);
    }
    if is_unspaced(first) {
        return (TokenKind::Word, first.len_utf8());
    }
    if is_letter(first) {
        return (TokenKind::Word, word_length(text));
    }
    (TokenKind::Sign, first.len_utf8())
}

fn word_length(text: &str) -> usize {
    let mut signs = text.char_indices().peekable();
    // the first sign is one of the word, also an apostrophe that counts as a letter
    signs.next();
    while let Some((at, sign)) = signs.next() {
        let goes_on = if is_apostrophe(sign) {
            signs.peek().is_some_and(|(_, next)| next.is_alphabetic())
        } else {
            is_letter(sign) && !is_unspaced(sign)
        };
        if !goes_on {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        cut(text, 0, &mut |_| UNKNOWN, &mut tokens);
        tokens
            .iter()
            .map(|token| &text[token.span.start..token.span.end])
            .collect()
    }

    #[test]
    fn words_numbers_and_signs_are_apart() {
        assert_eq!(words("at 9:30pm"), ["at", "9", ":", "30", "pm"]);
        assert_eq!(
            words("monday's o'clock 'x'"),
            ["monday's", "o'clock", "'", "x", "'"]
        );
        assert_eq!(
            words("\u{17c}o\u{301}\u{142}ty"),
            ["\u{17c}o\u{301}\u{142}ty"]
        );
        assert_eq!(words("明日9時"), ["明", "日", "9", "時"]);
    }

    #[test]
    fn every_sign_is_part_of_a_token() {
        for sign in ['\u{2bc}', '\u{301}', '\u{e31}', '\u{200d}', '٣', '\u{0}'] {
            for text in [
                sign.to_string(),
                format!("a{sign}b"),
                format!("{sign}{sign}"),
            ] {
                assert_eq!(words(&text).concat(), text, "{text:?}");
            }
        }
    }

    #[test]
    fn words_are_compared_without_case_and_accents() {
        let mut folded = String::new();
        for (word, expected) in [
            ("MAÑANA", "manana"),
            ("Übermorgen", "ubermorgen"),
            ("D\u{2019}ici", "d'ici"),
            ("Noe\u{308}l", "noel"),
        ] {
            fold(word, &mut folded);
            assert_eq!(folded, expected);
        }
    }
}
