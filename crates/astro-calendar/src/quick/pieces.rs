//! Which matches of a line are believed.

mod rule_parts;

use super::language::{Need, Rule, begins_with};
use super::line::{Line, Mark, ends_here};
use super::matcher::Matcher;
use super::meaning::{Context, Value};
use super::tokens::{Token, TokenKind, is_unspaced};

/// What a piece of the line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Saying {
    Mark(Mark),
    Match(Value),
}

/// A run of tokens that says something.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub saying: Saying,
    /// The first token.
    pub first: usize,
    /// The token after the last.
    pub end: usize,
    need: Need,
    is_bare_weekday: bool,
    is_believed: bool,
}

/// What only one piece can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Date,
    Time,
    Part,
    Rhythm,
    End,
    Start,
    Effort,
    Deadline,
    Priority,
    Project,
}

/// The signs that may stand between two chips, or between the title and one.
const JOINTS: &str = ",;-\u{2013}\u{2014}|";

/// The pieces of a line that are believed, in order.
pub(super) fn believed(text: &str, line: &Line, context: &Context<'_>) -> Vec<Piece> {
    let surroundings = Surroundings {
        text,
        tokens: &line.tokens,
        context,
    };
    let mut pieces = surroundings.collect(line);
    surroundings.support(&mut pieces);
    pieces.retain(|piece| piece.is_believed);
    drop_second_choices(&mut pieces, &surroundings);
    rule_parts::take_hours_of_a_day(&mut pieces, context);
    rule_parts::drop_without_rhythm(&mut pieces);
    pieces
}

struct Surroundings<'a> {
    text: &'a str,
    tokens: &'a [Token],
    context: &'a Context<'a>,
}

impl Surroundings<'_> {
    fn collect(&self, line: &Line) -> Vec<Piece> {
        let mut matcher = Matcher::new(&line.tokens, self.context);
        let mut pieces = Vec::new();
        let mut marks = line.marks.iter().peekable();
        let mut at = 0;
        while at < line.tokens.len() {
            if let Some((_, mark)) = marks.next_if(|(token, _)| *token == at) {
                pieces.push(Piece {
                    saying: Saying::Mark(mark.clone()),
                    first: at,
                    end: at + 1,
                    need: Need::Nothing,
                    is_bare_weekday: false,
                    is_believed: true,
                });
                at += 1;
                continue;
            }
            if let Some(length) = self.left_alone(at) {
                at += length;
                continue;
            }
            let found = Some(at)
                .filter(|at| self.begins(*at))
                .and_then(|at| matcher.find(Rule::Chip, at))
                .filter(|found| self.ends(found.end));
            let Some(found) = found else {
                at += 1;
                continue;
            };
            if found.value == Value::Nothing {
                at = found.end;
                continue;
            }
            pieces.push(Piece {
                saying: Saying::Match(found.value),
                first: at,
                end: found.end,
                need: found.need,
                is_bare_weekday: found.is_bare_weekday,
                is_believed: found.need == Need::Nothing,
            });
            at = found.end;
        }
        pieces
    }

    /// The tokens of a phrase that the language leaves alone.
    fn left_alone(&self, at: usize) -> Option<usize> {
        if self.tokens[at].kind == TokenKind::Opaque {
            return Some(1);
        }
        self.context
            .language
            .protected
            .iter()
            .find(|phrase| begins_with(&self.tokens[at..], phrase))
            .map(Vec::len)
    }

    /// Whether a word begins with the token.
    fn begins(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        if token.spaced {
            return true;
        }
        let before = self.text[..token.span.start].chars().next_back();
        let first = self.text[token.span.start..].chars().next();
        before.is_none_or(|sign| {
            is_unspaced(sign)
                || "([{\"'\u{201c}\u{2018}\u{ab}\u{bf}\u{a1},;\u{2014}\u{2013}".contains(sign)
        }) || first.is_some_and(is_unspaced)
    }

    /// Whether a word ends before the token.
    fn ends(&self, at: usize) -> bool {
        let Some(last) = at.checked_sub(1).and_then(|last| self.tokens.get(last)) else {
            return false;
        };
        let rest = &self.text[last.span.end..];
        let next = rest.chars().next();
        let before = self.text[..last.span.end].chars().next_back();
        ends_here(rest)
            || next.is_some_and(is_unspaced)
            || before.is_some_and(is_unspaced)
            || next.is_some_and(|sign| "\u{2014}\u{2013}".contains(sign))
    }

    /// Believes what its surroundings support. Neighbours pass it on, so both ways and once more.
    fn support(&self, pieces: &mut [Piece]) {
        let count = pieces.len();
        for at in (0..count).rev().chain(0..count).chain((0..count).rev()) {
            if !pieces[at].is_believed && self.is_supported(pieces, at) {
                pieces[at].is_believed = true;
            }
        }
    }

    fn is_supported(&self, pieces: &[Piece], at: usize) -> bool {
        let piece = &pieces[at];
        let follows = || {
            let before = at.checked_sub(1).map(|before| &pieces[before]);
            before.is_some_and(|before| {
                before.is_believed
                    && matches!(before.saying, Saying::Match(_))
                    && self.touch(before.end, piece.first)
            })
        };
        let has_neighbour = || {
            let after = pieces.get(at + 1);
            follows()
                || after.is_some_and(|after| {
                    // "sat morning": each is what the other needs
                    let leads = after.need == Need::Leader && self.is_at_border(after);
                    (after.is_believed || leads) && self.touch(piece.end, after.first)
                })
        };
        match piece.need {
            Need::Nothing => true,
            Need::Words => false,
            Need::Leader => follows(),
            Need::Border => has_neighbour() || self.is_at_border(piece),
            Need::Connection => {
                has_neighbour() || self.is_at_border(piece) || self.is_connected(piece)
            }
        }
    }

    /// Whether only signs that join stand between two tokens.
    fn touch(&self, end: usize, first: usize) -> bool {
        self.tokens
            .get(end..first)
            .is_some_and(|between| between.iter().all(|token| is_joint(self.text, token)))
    }

    fn is_at_border(&self, piece: &Piece) -> bool {
        let is_named = piece.first.checked_sub(1).is_some_and(|before| {
            let word = self.tokens[before].word;
            self.context.language.articles.contains(&word)
        });
        let is_last = self.tokens.get(piece.end).is_none_or(|next| {
            next.kind == TokenKind::Sign && !matches!(self.sign(next), '&' | '+' | '/' | '\'' | '%')
        });
        is_last && !is_named
    }

    fn sign(&self, token: &Token) -> char {
        self.text[token.span.start..].chars().next().unwrap_or(' ')
    }

    fn is_connected(&self, piece: &Piece) -> bool {
        let next = self.tokens.get(piece.end).map(|token| token.word);
        next.is_some_and(|word| self.context.language.connectors.contains(&word))
    }
}

/// Whether a token is a sign that only joins.
pub(super) fn is_joint(text: &str, token: &Token) -> bool {
    text[token.span.start..token.span.end]
        .chars()
        .all(|sign| JOINTS.contains(sign))
}

fn slots(saying: &Saying) -> &'static [Slot] {
    match saying {
        Saying::Mark(Mark::Project(_)) => &[Slot::Project],
        Saying::Mark(Mark::Priority(_)) => &[Slot::Priority],
        Saying::Mark(Mark::Label(_)) => &[],
        Saying::Match(value) => match value {
            Value::Due(_) => &[Slot::Date],
            Value::Moment(_) => &[Slot::Date, Slot::Time, Slot::Part],
            Value::At(_) | Value::Range(..) | Value::Hours(_) => &[Slot::Time],
            Value::Part(_) => &[Slot::Part],
            Value::PartOfToday(_) => &[Slot::Date, Slot::Part],
            Value::Rhythm(_) => &[Slot::Rhythm],
            Value::Until(_) | Value::Times(_) | Value::Lasting(_) => &[Slot::End],
            Value::Starting(_) | Value::Start(_) => &[Slot::Start],
            Value::Effort(_) => &[Slot::Effort],
            Value::Deadline(_) => &[Slot::Deadline],
            Value::Priority(_) => &[Slot::Priority],
            Value::Day(_)
            | Value::Length(_)
            | Value::Time(_)
            | Value::FromCompletion
            | Value::RemindBefore { .. }
            | Value::RemindAt { .. }
            | Value::Nothing => &[],
        },
    }
}

/// Of several that fill the same slot the first stays; a day of the week in the middle of the
/// sentence gives way to anything that is clearer.
fn drop_second_choices(pieces: &mut Vec<Piece>, surroundings: &Surroundings<'_>) {
    let is_doubtful = |at: usize| {
        let piece: &Piece = &pieces[at];
        let leads_on = pieces
            .get(at + 1)
            .is_some_and(|next| surroundings.touch(piece.end, next.first));
        piece.is_bare_weekday && !leads_on && !surroundings.is_at_border(piece)
    };
    let doubts: Vec<bool> = (0..pieces.len()).map(is_doubtful).collect();
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|at| doubts[*at]);
    let mut filled: Vec<Slot> = Vec::new();
    for at in order {
        let wanted = slots(&pieces[at].saying);
        if wanted.iter().any(|slot| filled.contains(slot)) {
            pieces[at].is_believed = false;
        } else {
            filled.extend(wanted);
        }
    }
    pieces.retain(|piece| piece.is_believed);
}
