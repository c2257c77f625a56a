//! Spans in bytes, as the parser has them, and in characters, as they go over the wire.

use astro_core::calendar::quick::Span;
use astro_core::quick_add::TextSpan;

/// Spans that reach beyond the text end with it.
pub(super) fn in_bytes(text: &str, spans: &[TextSpan]) -> Vec<Span> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let byte = |character: u32| {
        usize::try_from(character)
            .ok()
            .and_then(|character| starts.get(character).copied())
            .unwrap_or(text.len())
    };
    spans
        .iter()
        .map(|span| Span::new(byte(span.start), byte(span.end)))
        .collect()
}

pub(super) fn in_characters(text: &str, spans: &[Span]) -> Vec<TextSpan> {
    let character = |byte: usize| {
        let before = text.get(..byte).unwrap_or(text);
        // a line is far shorter than that
        u32::try_from(before.chars().count()).unwrap_or(u32::MAX)
    };
    spans
        .iter()
        .map(|span| TextSpan {
            start: character(span.start),
            end: character(span.end),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_characters() {
        let text = "Übung für mañana 🎉 morgen";
        let byte = text.find("morgen").unwrap();
        let bytes = [Span::new(byte, text.len())];
        let characters = in_characters(text, &bytes);
        assert_eq!(characters, [TextSpan { start: 19, end: 25 }]);
        assert_eq!(in_bytes(text, &characters), bytes);
    }

    #[test]
    fn spans_beyond_the_text_end_with_it() {
        let span = TextSpan {
            start: 2,
            end: 4_000_000_000,
        };
        assert_eq!(in_bytes("äöü", &[span]), [Span::new(4, 6)]);
    }
}
