//! The title: what is left of the text.

use super::chip::Span;
use super::compose::in_order;
use super::line::Line;
use super::pieces::{Piece, is_joint};

/// The spans of each piece, with the commas and dashes that only joined it to the rest.
pub(super) fn with_joints(text: &str, line: &Line, pieces: &[Piece]) -> Vec<Vec<Span>> {
    let tokens = &line.tokens;
    let mut spans: Vec<Vec<Span>> = pieces
        .iter()
        .map(|piece| {
            vec![Span::new(
                tokens[piece.first].span.start,
                tokens[piece.end - 1].span.end,
            )]
        })
        .collect();
    let joins = |from: usize, to: usize| tokens[from..to].iter().all(|token| is_joint(text, token));
    let mut at = 0;
    while at < pieces.len() {
        let mut last = at;
        // a run of pieces with nothing but joints between them
        while last + 1 < pieces.len() && joins(pieces[last].end, pieces[last + 1].first) {
            last += 1;
            let between = pieces[last - 1].end..pieces[last].first;
            spans[last].extend(tokens[between].iter().map(|token| token.span));
        }
        let (first, end) = (pieces[at].first, pieces[last].end);
        let is_at_end = end == tokens.len();
        if first > 0 && is_at_end && is_joint(text, &tokens[first - 1]) {
            spans[at].push(tokens[first - 1].span);
        } else if first == 0 && end < tokens.len() && leads_on(text, line, end) {
            spans[last].push(tokens[end].span);
        } else if first > 0 && end < tokens.len() && is_enclosed(text, line, first - 1, end) {
            spans[at].push(tokens[first - 1].span);
            spans[last].push(tokens[end].span);
        }
        at = last + 1;
    }
    spans.into_iter().map(in_order).collect()
}

/// Whether a token after the chips at the beginning only leads on to the title.
fn leads_on(text: &str, line: &Line, at: usize) -> bool {
    let token = &line.tokens[at];
    is_joint(text, token) || text[token.span.start..].starts_with(':')
}

fn is_enclosed(text: &str, line: &Line, before: usize, after: usize) -> bool {
    let sign = |at: usize| &text[line.tokens[at].span.start..line.tokens[at].span.end];
    matches!((sign(before), sign(after)), ("(", ")") | ("[", "]"))
}

/// The text outside of the spans: trimmed stretches joined by single spaces, without one before
/// punctuation that closes.
pub(super) fn joined_title(text: &str, covered: Vec<Span>) -> String {
    let mut title = String::with_capacity(text.len());
    let mut at = 0;
    let end = Span::new(text.len(), text.len());
    for span in in_order(covered).into_iter().chain([end]) {
        let stretch = text.get(at..span.start).unwrap_or_default().trim();
        let closes = stretch.starts_with(['.', ',', ';', ':', '!', '?', ')', ']', '\u{2026}']);
        if !stretch.is_empty() && !title.is_empty() && !closes {
            title.push(' ');
        }
        title.push_str(stretch);
        at = span.end;
    }
    title
}
