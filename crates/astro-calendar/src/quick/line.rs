//! The line as it was written: tokens, marks (`#project`, `@label`, `p1`), and what is left alone.

use super::Span;
use super::language::{Class, Language};
use super::tokens::{Token, TokenKind, UNKNOWN, cut, fold, is_accent};

/// What a mark sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Project(String),
    Label(String),
    /// As iCalendar's.
    Priority(u8),
}

/// The tokens of a line; a mark is one opaque token.
pub(super) struct Line {
    pub tokens: Vec<Token>,
    /// The marks, each with its token.
    pub marks: Vec<(usize, Mark)>,
}

const OPENING: &str = "([{\u{bf}\u{a1}";
const CLOSING: &str = ".,;:!?)]}'\"\u{2019}\u{201d}\u{bb}\u{2026}\u{3001}\u{3002}";
const QUOTES: [(char, char); 8] = [
    ('"', '"'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{ab}', '\u{bb}'),
    ('`', '`'),
    ('\'', '\''),
    ('\u{2018}', '\u{2019}'),
    ('\u{300c}', '\u{300d}'),
];

/// Whether only closing signs stand before the next white space or the end.
pub(super) fn ends_here(rest: &str) -> bool {
    rest.trim_start_matches(|sign| CLOSING.contains(sign))
        .chars()
        .next()
        .is_none_or(char::is_whitespace)
}

/// Cuts a line; in the rejected spans nothing is recognised.
pub(super) fn read(text: &str, language: &Language, rejected: &[Span]) -> Line {
    let mut reader = Reader {
        text,
        language,
        line: Line {
            tokens: Vec::new(),
            marks: Vec::new(),
        },
        unclosed: [false; QUOTES.len()],
    };
    reader.run();
    let mut line = reader.line;
    if !rejected.is_empty() {
        let is_rejected = |token: &Token| rejected.iter().any(|span| span.overlaps(token.span));
        line.marks.retain(|(at, _)| !is_rejected(&line.tokens[*at]));
        for token in line.tokens.iter_mut().filter(|token| is_rejected(token)) {
            token.kind = TokenKind::Opaque;
            token.word = UNKNOWN;
        }
    }
    line
}

struct Reader<'a> {
    text: &'a str,
    language: &'a Language,
    line: Line,
    /// The quotes of which no end is left in the text.
    unclosed: [bool; QUOTES.len()],
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(start) = self.text[at..].find(|sign: char| !sign.is_whitespace()) {
            at = self.chunk(at + start);
        }
    }

    /// Takes what stands between white space; gives the byte after it.
    fn chunk(&mut self, start: usize) -> usize {
        let text = self.text;
        let mut at = start;
        while let Some(sign) = text[at..]
            .chars()
            .next()
            .filter(|sign| OPENING.contains(*sign))
        {
            self.words(at, at + sign.len_utf8(), at == start);
            at += sign.len_utf8();
        }
        let is_first = at == start;
        if let Some(end) = self.quotation(at) {
            self.opaque(at, end, is_first);
            return self.rest_of_chunk(end);
        }
        if let Some((mark, end)) = self.mark(at) {
            self.line.marks.push((self.line.tokens.len(), mark));
            self.opaque(at, end, is_first);
            return self.rest_of_chunk(end);
        }
        let end = end_of_chunk(text, at);
        if is_address(&text[at..end]) {
            self.opaque(at, end, is_first);
        } else {
            self.words(at, end, is_first);
        }
        end
    }

    fn rest_of_chunk(&mut self, at: usize) -> usize {
        let end = end_of_chunk(self.text, at);
        self.words(at, end, false);
        end
    }

    fn words(&mut self, start: usize, end: usize, spaced: bool) {
        let before = self.line.tokens.len();
        let vocabulary = &self.language.vocabulary;
        cut(
            &self.text[start..end],
            start,
            &mut |word| vocabulary.get(word),
            &mut self.line.tokens,
        );
        if let Some(token) = self.line.tokens.get_mut(before) {
            token.spaced = spaced;
        }
    }

    fn opaque(&mut self, start: usize, end: usize, spaced: bool) {
        self.line.tokens.push(Token {
            span: Span::new(start, end),
            kind: TokenKind::Opaque,
            word: UNKNOWN,
            number: 0,
            spaced,
        });
    }

    /// The end of the quotation that begins here.
    fn quotation(&mut self, at: usize) -> Option<usize> {
        let sign = self.text[at..].chars().next()?;
        let which = QUOTES.iter().position(|(open, _)| *open == sign)?;
        if self.unclosed[which] {
            return None;
        }
        let (_, close) = QUOTES[which];
        let inside = at + sign.len_utf8();
        let end = self.text[inside..]
            .match_indices(close)
            .map(|(found, _)| inside + found + close.len_utf8())
            .find(|end| ends_here(&self.text[*end..]));
        self.unclosed[which] = end.is_none();
        end
    }

    fn mark(&self, at: usize) -> Option<(Mark, usize)> {
        let rest = &self.text[at..];
        if let Some(priority) = priority(rest) {
            return Some(priority).map(|(level, length)| (Mark::Priority(level), at + length));
        }
        let sign = rest.chars().next()?;
        let (name, length) = match sign {
            '#' | '@' => name(&rest[1..])?,
            _ => return None,
        };
        let end = at + 1 + length;
        let is_quoted = name.len() != length;
        if !ends_here(&self.text[end..]) || !(is_quoted || self.is_name(name, sign)) {
            return None;
        }
        let name = name.to_owned();
        let mark = if sign == '#' {
            Mark::Project(name)
        } else {
            Mark::Label(name)
        };
        Some((mark, end))
    }

    /// `#1` and `#404` are numbers, `@5pm` is a time; `@5min` is a label.
    fn is_name(&self, name: &str, sign: char) -> bool {
        let after_figures = name.trim_start_matches(|sign: char| sign.is_ascii_digit());
        if after_figures.len() == name.len() {
            return name.chars().any(char::is_alphanumeric);
        }
        let letters = after_figures
            .chars()
            .take_while(|sign| sign.is_alphabetic());
        let mut folded = String::new();
        fold(after_figures, &mut folded);
        let word = self.language.vocabulary.get(&folded);
        let token = Token {
            span: Span::new(0, 0),
            kind: TokenKind::Word,
            word,
            number: 0,
            spaced: false,
        };
        let tokens = [token];
        let is_half = self
            .language
            .lexicon
            .at(&tokens, 0, Class::Half)
            .next()
            .is_some();
        sign == '@' && letters.count() > 1 && !is_half
    }
}

fn end_of_chunk(text: &str, at: usize) -> usize {
    text[at..]
        .find(char::is_whitespace)
        .map_or(text.len(), |length| at + length)
}

/// An address of the web, of mail or of a file: whatever it spells is no date.
fn is_address(chunk: &str) -> bool {
    let is_mail = chunk
        .find('@')
        .is_some_and(|at| at > 0 && chunk[at..].contains('.'));
    is_mail || chunk.contains("://") || chunk.contains('\\') || chunk.starts_with("www.")
}

/// `p1` to `p4`, `!1` to `!4`, `!p1` to `!p4`: the level as iCalendar's and the bytes.
fn priority(rest: &str) -> Option<(u8, usize)> {
    let after_mark = rest.strip_prefix('!').unwrap_or(rest);
    let after_letter = after_mark.strip_prefix(['p', 'P']).unwrap_or(after_mark);
    let figure = after_letter
        .bytes()
        .next()
        .filter(|figure| (b'1'..=b'4').contains(figure))?;
    let length = rest.len() - after_letter.len() + 1;
    if length == 1 || !ends_here(&rest[length..]) {
        return None;
    }
    Some(((figure - b'0') * 2 - 1, length))
}

/// The name at the beginning of a text, in quotes or not, and the bytes that it takes.
fn name(rest: &str) -> Option<(&str, usize)> {
    if let Some(quoted) = rest.strip_prefix('"') {
        let (name, _) = quoted.split_once('"')?;
        let is_name = !name.trim().is_empty();
        return is_name.then_some((name.trim(), name.len() + 2));
    }
    let is_inside =
        |sign: char| sign.is_alphanumeric() || is_accent(sign) || "_-/&+.:".contains(sign);
    let end = rest.find(|sign| !is_inside(sign)).unwrap_or(rest.len());
    let name = rest[..end].trim_end_matches(|sign| CLOSING.contains(sign) || "-/&+".contains(sign));
    let begins = name.chars().next().is_some_and(char::is_alphanumeric);
    begins.then_some((name, name.len()))
}
