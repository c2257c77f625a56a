//! TEXT values (RFC 5545 3.3.11) and parameter values (RFC 5545 3.2, RFC 6868).

/// Undoes the escapes of a TEXT value. What is no escape of the RFC stays as it is written, so that
/// a sloppy `C:\docs` loses nothing.
pub(super) fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(ch) = chars.next() {
        if ch != '\\' {
            text.push(ch);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(escaped @ ('\\' | ',' | ';')) => text.push(escaped),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}

/// Writes a TEXT value. Every line break becomes `\n`; other control characters but the tab have
/// no form in iCalendar and are left out.
pub(super) fn escape(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        match ch {
            '\r' => {
                chars.next_if_eq(&'\n');
                value.push_str("\\n");
            }
            '\n' => value.push_str("\\n"),
            '\\' | ',' | ';' => value.extend(['\\', ch]),
            ch if super::line::is_forbidden(ch) => {}
            ch => value.push(ch),
        }
    }
    value
}

/// The parts of a list of TEXT values, split at commas that are not escaped; empty parts are
/// left out and blanks around the others.
pub(super) fn unescape_list(value: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (index, byte) in value.bytes().enumerate() {
        if byte == b',' && !escaped {
            parts.push(&value[start..index]);
            start = index + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(&value[start..]);
    let texts = parts
        .into_iter()
        .map(|part| unescape(part).trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

/// A parameter's value without quotes and carets.
pub(super) fn decode_param(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.trim().chars().filter(|ch| *ch != '"').peekable();
    while let Some(ch) = chars.next() {
        let decoded = match (ch, chars.peek()) {
            ('^', Some('^')) => '^',
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            _ => {
                text.push(ch);
                continue;
            }
        };
        chars.next();
        text.push(decoded);
    }
    text
}

/// A parameter's value, quoted where needed.
pub(super) fn encode_param(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '^' => value.push_str("^^"),
            '\n' => value.push_str("^n"),
            '"' => value.push_str("^'"),
            ch if super::line::is_forbidden(ch) => {}
            ch => value.push(ch),
        }
    }
    let plain = !value.contains([':', ';', ',']) && value.trim() == value;
    if plain { value } else { format!("\"{value}\"") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_undone_and_what_is_none_stays() {
        assert_eq!(unescape(r"a\, b\; c\\d\ne\Nf"), "a, b; c\\d\ne\nf");
        assert_eq!(unescape(r"C:\docs\"), r"C:\docs\");
    }

    #[test]
    fn a_line_break_in_a_text_cannot_begin_a_line() {
        assert_eq!(escape("a\r\nEND:VTODO\rb\nc\u{0}"), r"a\nEND:VTODO\nb\nc");
    }

    #[test]
    fn a_list_splits_at_bare_commas() {
        assert_eq!(
            unescape_list(r"home, a\,b,,c\\,d"),
            ["home", "a,b", r"c\", "d"]
        );
        assert!(unescape_list(" , ").is_empty());
    }

    proptest! {
        #[test]
        fn a_text_without_controls_reads_back_as_itself(text in "[^\\p{Cc}]{0,40}") {
            prop_assert_eq!(unescape(&escape(&text)), text);
        }

        #[test]
        fn a_parameter_reads_back_as_itself(text in "[^\\p{Cc}\\p{White_Space}]{0,40}") {
            prop_assert_eq!(decode_param(&encode_param(&text)), text);
        }
    }
}
