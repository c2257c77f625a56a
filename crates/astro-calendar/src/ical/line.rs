//! Content lines (RFC 5545 3.1): unfolding, the parts of a line, folding.

use std::{fmt, str::FromStr};

use super::{IcalError, LineError};
use crate::text_form::serde_as_text;

/// Octets of a line without its CRLF (RFC 5545 3.1).
const FOLD_AT: usize = 75;

/// One unfolded content line, kept exactly as it was read: name, parameters, value.
///
/// It holds no control characters but tabs, so that writing it can never begin another line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RawLine(String);

/// The parameters of a line, kept exactly as they were read, each with its leading `;`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RawParams(String);

/// The parts of a content line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub name: &'a str,
    /// `;NAME=value;..` or nothing.
    pub params: &'a str,
    pub value: &'a str,
}

/// One parameter of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Param<'a> {
    pub name: &'a str,
    /// As written, quotes included; empty when there was no `=`.
    pub value: &'a str,
    /// The whole parameter with its leading `;`.
    pub raw: &'a str,
}

impl RawLine {
    /// The property's name as written.
    pub fn name(&self) -> &str {
        self.parts().name
    }

    /// The value as written, with its escapes.
    pub fn value(&self) -> &str {
        self.parts().value
    }

    /// The whole line as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn parts(&self) -> Parts<'_> {
        split(&self.0).unwrap_or(Parts {
            name: &self.0,
            params: "",
            value: "",
        })
    }
}

impl FromStr for RawLine {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        if text.chars().any(is_forbidden) {
            return Err(LineError::Control);
        }
        let parts = split(text).ok_or(LineError::NotALine)?;
        if parts.name.eq_ignore_ascii_case("BEGIN") || parts.name.eq_ignore_ascii_case("END") {
            return Err(LineError::Boundary);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RawLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(RawLine, "an iCalendar content line");

impl RawParams {
    /// The parameters as written, each with its leading `;`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Param<'_>> {
        params(&self.0)
    }

    pub(super) fn collect<'a>(params: impl Iterator<Item = Param<'a>>) -> Self {
        Self(params.map(|param| param.raw).collect())
    }
}

impl FromStr for RawParams {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        if text.chars().any(is_forbidden) {
            return Err(LineError::Control);
        }
        let line = format!("X{text}:");
        let parts = split(&line).ok_or(LineError::NotParameters)?;
        let whole = parts.params == text && parts.value.is_empty() && quotes_are_paired(text);
        if whole {
            Ok(Self(text.to_owned()))
        } else {
            Err(LineError::NotParameters)
        }
    }
}

impl fmt::Display for RawParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(
    RawParams,
    "iCalendar parameters, each with its leading semicolon"
);

/// Control characters have no place in a content line, the tab excepted (RFC 5545 3.1).
pub(super) fn is_forbidden(ch: char) -> bool {
    ch.is_ascii_control() && ch != '\t'
}

pub(super) fn quotes_are_paired(params: &str) -> bool {
    params.bytes().filter(|byte| *byte == b'"').count() % 2 == 0
}

/// Splits a line at the first colon outside of quotes; where quotes are left open, at the first.
pub(super) fn split(text: &str) -> Option<Parts<'_>> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name_end = text.bytes().take_while(is_name).count();
    let (name, rest) = text.split_at(name_end);
    if name.is_empty() || !rest.starts_with([':', ';']) {
        return None;
    }
    let mut quoted = false;
    let outside = rest.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    });
    let colon = outside.or_else(|| rest.find(':'))?;
    Some(Parts {
        name,
        params: &rest[..colon],
        value: &rest[colon + 1..],
    })
}

/// The parameters of `;A=1;B="x;y"`.
pub(super) fn params(text: &str) -> impl Iterator<Item = Param<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let body = rest.strip_prefix(';')?;
        let mut quoted = false;
        let end = body.bytes().position(|byte| {
            quoted ^= byte == b'"';
            byte == b';' && !quoted
        });
        let (raw, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        rest = after;
        let (name, value) = raw[1..].split_once('=').unwrap_or((&raw[1..], ""));
        Some(Param {
            name: name.trim(),
            value,
            raw,
        })
    })
}

/// A logical line and the number of the physical line on which it begins.
#[derive(Debug)]
pub(super) struct NumberedLine {
    pub number: usize,
    pub text: String,
    /// Control characters were left out.
    pub cleaned: bool,
}

/// Joins folded lines. Folding may cut a character in two, so it is undone before decoding.
pub(super) fn unfold(bytes: &[u8]) -> Result<Vec<NumberedLine>, IcalError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut number = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        number += 1;
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.get(1..))
            .unwrap_or(after);
        match (line, lines.last_mut()) {
            ([], _) => {}
            ([b' ' | b'\t', folded @ ..], Some((_, whole))) => whole.extend_from_slice(folded),
            _ => lines.push((number, line.to_vec())),
        }
    }
    lines
        .into_iter()
        .map(|(number, line)| decode(number, line))
        .collect()
}

fn decode(number: usize, line: Vec<u8>) -> Result<NumberedLine, IcalError> {
    let mut text = String::from_utf8(line).map_err(|_| IcalError::NotUtf8 { line: number })?;
    let cleaned = text.chars().any(is_forbidden);
    if cleaned {
        text.retain(|ch| !is_forbidden(ch));
    }
    Ok(NumberedLine {
        number,
        text,
        cleaned,
    })
}

/// Writes one line with CRLF, folded at 75 octets between characters.
pub(super) fn write_folded(out: &mut String, line: &str) {
    let mut width = 0;
    for ch in line.chars().filter(|ch| !is_forbidden(*ch)) {
        if width + ch.len_utf8() > FOLD_AT {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(ch);
        width += ch.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(input: &[u8]) -> Vec<(usize, String)> {
        unfold(input)
            .unwrap()
            .into_iter()
            .map(|line| (line.number, line.text))
            .collect()
    }

    #[test]
    fn folded_lines_are_joined_and_keep_the_number_of_their_first() {
        let input = b"\xef\xbb\xbfA:one\r\n  two\r\n\tthree\nB:four\r\n\r\nC:five";
        let expected = [(1, "A:one twothree"), (4, "B:four"), (6, "C:five")];
        assert_eq!(
            texts(input),
            expected.map(|(number, text)| (number, text.to_owned()))
        );
    }

    #[test]
    fn a_character_cut_in_two_by_folding_is_whole_again() {
        assert_eq!(texts(b"A:\xc3\r\n \xa4"), [(1, "A:ä".to_owned())]);
        assert_eq!(
            unfold(b"A:b\nA:\xff").unwrap_err(),
            IcalError::NotUtf8 { line: 2 }
        );
    }

    #[test]
    fn a_written_line_has_at_most_75_octets_and_unfolds_to_itself() {
        for line in [
            "X:".to_owned() + &"ä ".repeat(200),
            "X:".to_owned() + &"𝄞".repeat(99),
        ] {
            let mut out = String::new();
            write_folded(&mut out, &line);
            assert!(out.split("\r\n").all(|part| part.len() <= 75), "{out}");
            assert_eq!(texts(out.as_bytes()), [(1, line)]);
        }
    }

    #[test]
    fn a_colon_in_quotes_does_not_end_the_parameters() {
        let line: RawLine = "ATTENDEE;CN=\"A: B; C\";X-Y:mailto:owner@example.org"
            .parse()
            .unwrap();
        let parts = line.parts();
        assert_eq!(
            (parts.name, parts.value),
            ("ATTENDEE", "mailto:owner@example.org")
        );
        let names: Vec<&str> = params(parts.params).map(|param| param.name).collect();
        assert_eq!(names, ["CN", "X-Y"]);
    }

    #[test]
    fn what_could_begin_another_line_is_no_kept_line() {
        assert_eq!("X-A:b\r\nX-C:d".parse::<RawLine>(), Err(LineError::Control));
        assert_eq!("BEGIN:VEVENT".parse::<RawLine>(), Err(LineError::Boundary));
        assert_eq!("end:VTODO".parse::<RawLine>(), Err(LineError::Boundary));
        assert_eq!("no line".parse::<RawLine>(), Err(LineError::NotALine));
        assert_eq!(";A=1:x".parse::<RawParams>(), Err(LineError::NotParameters));
        assert_eq!(";A=\"1".parse::<RawParams>(), Err(LineError::NotParameters));
        assert!(";A=\"1:2\";B".parse::<RawParams>().is_ok());
    }
}
