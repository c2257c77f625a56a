//! Fitting a person's text into what a channel takes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// At most `max` characters of the text, with a sign of the cut.
pub(super) fn shortened(text: &str, max: usize) -> String {
    fitted(text, max, |_| 1)
}

/// As [`shortened`], counted as Telegram does: in UTF-16 units.
pub(super) fn shortened_utf16(text: &str, max: usize) -> String {
    fitted(text, max, char::len_utf16)
}

/// As [`shortened`], counted in bytes of UTF-8.
pub(super) fn shortened_utf8(text: &str, max: usize) -> String {
    fitted(text, max, char::len_utf8)
}

/// The first `max` characters.
pub(super) fn cut(text: &str, max: usize) -> &str {
    let end = text.char_indices().nth(max).map(|(index, _)| index);
    &text[..end.unwrap_or(text.len())]
}

/// One line: a line break in a subject or a button would be read as the end of it.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Another name of a tag: 32 letters, digits, dashes and underscores, the same for the same tag.
pub(super) fn short_name(tag: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(tag)[..24])
}

fn fitted(text: &str, max: usize, weight: fn(char) -> usize) -> String {
    const SIGN: char = '…';
    if text.chars().map(weight).sum::<usize>() <= max {
        return text.to_owned();
    }
    let mut room = max.saturating_sub(weight(SIGN));
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            let fits = weight(*c) <= room;
            room = room.saturating_sub(weight(*c));
            fits
        })
        .collect();
    kept.push(SIGN);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_fits_and_keeps_its_beginning(text in ".{0,40}", max in 3usize..30) {
            for (fitted, length) in [
                (shortened(&text, max), (|t: &str| t.chars().count()) as fn(&str) -> usize),
                (shortened_utf8(&text, max), str::len),
                (shortened_utf16(&text, max), |t: &str| t.encode_utf16().count()),
            ] {
                prop_assert!(length(&fitted) <= max);
                let kept = fitted.strip_suffix('…').unwrap_or(&fitted);
                prop_assert!(text.starts_with(kept));
                prop_assert_eq!(fitted == text, length(&text) <= max);
            }
        }
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(one_line(" Pay\r\nBcc: x\u{0}y \n"), "Pay Bcc: x y");
    }
}
