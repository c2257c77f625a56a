//! A language as data: its words and the ways in which things are said with them.
//!
//! A language is one text file (`languages/*.txt`); docs/recipes/add-a-language.md tells how to
//! write one. Reading it checks it whole: an unknown section, a form that nothing can mean, or a
//! pattern of unknown parts is an error with its line.

mod file;
mod lexicon;
mod pattern;
mod sections;
mod values;

use std::sync::LazyLock;

pub(super) use lexicon::{Class, Lexicon, begins_with};
pub(super) use pattern::{Computed, Grammar, Need, Rule, Step};
pub(super) use sections::Meaning;
pub(super) use values::{Capture, Length, Part, Unit, UnitKind};

use super::tokens::{Vocabulary, WordId};

/// In which order a date such as `12/05` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// 12/05 is the fifth of December.
    MonthDay,
    /// 12/05 is the twelfth of May.
    DayMonth,
}

/// The words of a language and what can be said with them.
#[derive(Debug)]
pub struct Language {
    pub(super) code: String,
    pub(super) date_order: DateOrder,
    /// Hours without more from 1 to this one are those of the afternoon; 0: none are.
    pub(super) afternoon_until: u8,
    pub(super) vocabulary: Vocabulary,
    pub(super) lexicon: Lexicon,
    pub(super) grammar: Grammar,
    /// Phrases in which nothing is recognised.
    pub(super) protected: Vec<Vec<WordId>>,
    /// Words after which a word with other meanings is not a date ("the sun").
    pub(super) articles: Vec<WordId>,
    /// Words that may follow something with other meanings ("may 5 with Ana").
    pub(super) connectors: Vec<WordId>,
    /// What stands between the members of a list ("monday and friday").
    pub(super) list_signs: Vec<WordId>,
    /// What stands between the ends of a range ("monday to friday").
    pub(super) range_signs: Vec<WordId>,
}

/// Why a language's file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct LanguageError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// What is written alike in every language; read before each of them.
const SHARED: &str = include_str!("languages/shared.txt");

type Built = LazyLock<Result<Language, LanguageError>>;

static ENGLISH: Built = LazyLock::new(|| Language::read(include_str!("languages/en.txt")));
static GERMAN: Built = LazyLock::new(|| Language::read(include_str!("languages/de.txt")));
static SPANISH: Built = LazyLock::new(|| Language::read(include_str!("languages/es.txt")));
static FRENCH: Built = LazyLock::new(|| Language::read(include_str!("languages/fr.txt")));
static DUTCH: Built = LazyLock::new(|| Language::read(include_str!("languages/nl.txt")));
static ITALIAN: Built = LazyLock::new(|| Language::read(include_str!("languages/it.txt")));
static PORTUGUESE: Built = LazyLock::new(|| Language::read(include_str!("languages/pt.txt")));

static BUILT_IN: [(&str, &Built); 7] = [
    ("de", &GERMAN),
    ("en", &ENGLISH),
    ("es", &SPANISH),
    ("fr", &FRENCH),
    ("it", &ITALIAN),
    ("nl", &DUTCH),
    ("pt", &PORTUGUESE),
];

impl Language {
    /// The codes of the languages that come with this crate.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(code, _)| *code)
    }

    /// A language that comes with this crate, by its code; what follows a hyphen (`en-GB`) does not
    /// count, nor does case.
    pub fn built_in(code: &str) -> Option<&'static Language> {
        let primary = code.split(['-', '_']).next().unwrap_or_default();
        let (_, built) = BUILT_IN
            .iter()
            .find(|(code, _)| code.eq_ignore_ascii_case(primary))?;
        // a file that cannot be read fails the test `every_language_that_comes_along_can_be_read`
        built.as_ref().ok()
    }

    /// Reads a language's file.
    ///
    /// # Errors
    /// The first line that cannot be used.
    pub fn read(file: &str) -> Result<Self, LanguageError> {
        file::read(SHARED, file)
    }

    /// Its code, such as `en`.
    pub fn code(&self) -> &str {
        &self.code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_comes_along_can_be_read() {
        for (code, built) in BUILT_IN {
            match built.as_ref() {
                Ok(language) => assert_eq!(language.code(), code),
                Err(error) => panic!("{code}.txt, {error}"),
            }
        }
    }
}
