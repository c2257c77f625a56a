//! Finds what a stretch of tokens says: walks the tries of the grammar from each token on and
//! keeps the longest match that means something.
//!
//! A pattern has a bounded length, rules inside of patterns are looked up once per token, and
//! lists are bounded: the work is linear in the length of the text.

use super::language::{Capture, Computed, Grammar, Meaning, Need, Rule, Step};
use super::meaning::{Captures, Context, Value, understand};
use super::places::Places;
use super::tokens::Token;

/// Something that the tokens from some place on say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub value: Value,
    /// The token after it.
    pub end: usize,
    pub need: Need,
    /// Nothing but a day of the week, which may belong to the title.
    pub is_bare_weekday: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    weak: bool,
    need: Need,
    is_bare_weekday: bool,
}

/// What is known of a rule at a token.
#[derive(Debug, Clone, Copy)]
enum Known {
    NotYet,
    Looked(Option<Found>),
}

pub(super) struct Matcher<'a> {
    context: &'a Context<'a>,
    places: Places<'a>,
    known: Vec<Known>,
}

impl<'a> Matcher<'a> {
    pub fn new(tokens: &'a [Token], context: &'a Context<'a>) -> Self {
        Self {
            context,
            places: Places {
                language: context.language,
                tokens,
                date_order: context.date_order,
            },
            known: vec![Known::NotYet; tokens.len() * Rule::COUNT],
        }
    }

    /// The longest thing that a rule finds from a token on.
    pub fn find(&mut self, rule: Rule, at: usize) -> Option<Found> {
        let key = at * Rule::COUNT + rule as usize;
        if let Known::Looked(found) = self.known.get(key)? {
            return *found;
        }
        let mut best = None;
        let mut captures = Vec::new();
        self.walk(
            Grammar::root(rule),
            at,
            Taken::default(),
            &mut captures,
            &mut best,
        );
        if let Some(known) = self.known.get_mut(key) {
            *known = Known::Looked(best);
        }
        best
    }

    fn walk(
        &mut self,
        node: usize,
        at: usize,
        taken: Taken,
        captures: &mut Vec<Capture>,
        best: &mut Option<Found>,
    ) {
        let language = self.context.language;
        let node = language.grammar.node(node);
        for accept in &node.accepts {
            let own = if accept.is_worded {
                Need::Nothing
            } else if taken.weak && accept.length == 1 {
                taken.need.max(Need::Border)
            } else if taken.weak {
                taken.need.max(Need::Connection)
            } else {
                taken.need
            };
            let need = own.max(accept.need);
            let is_better = best.is_none_or(|best| (at, best.need) > (best.end, need));
            if is_better
                && let Some(value) = understand(accept.meaning, &Captures(captures), self.context)
            {
                *best = Some(Found {
                    value,
                    end: at,
                    need,
                    is_bare_weekday: !accept.is_worded
                        && accept.length == 1
                        && (taken.is_bare_weekday || accept.meaning == Meaning::Weekday),
                });
            }
        }
        let Some(next) = self.places.tokens.get(at) else {
            return;
        };
        if let Ok(found) = node
            .words
            .binary_search_by_key(&next.word, |(word, _)| *word)
        {
            self.walk(node.words[found].1, at + 1, taken, captures, best);
        }
        for (step, next) in &node.others {
            self.step((*step, *next), at, taken, captures, best);
        }
    }

    fn step(
        &mut self,
        (step, next): (Step, usize),
        at: usize,
        taken: Taken,
        captures: &mut Vec<Capture>,
        best: &mut Option<Found>,
    ) {
        match step {
            // words were looked up by the caller
            Step::Word(_) => {}
            Step::Rule(rule) => {
                if let Some(found) = self.find(rule, at) {
                    let taken = Taken {
                        weak: taken.weak,
                        need: taken.need.max(found.need),
                        is_bare_weekday: found.is_bare_weekday,
                    };
                    captures.push(Capture::Value(found.value));
                    self.walk(next, found.end, taken, captures, best);
                    captures.pop();
                }
            }
            Step::Computed(place) => {
                if let Some((capture, end, is_weak)) = self.places.fill(place, at) {
                    captures.push(capture);
                    let taken = taken.and(is_weak, place == Computed::Figures);
                    self.walk(next, end, taken, captures, best);
                    captures.pop();
                }
            }
            Step::Class(class) => {
                let tokens = self.places.tokens;
                for form in self.context.language.lexicon.at(tokens, at, class) {
                    captures.push(form.value);
                    let taken = taken.and(form.weak, false);
                    self.walk(next, at + form.words.len(), taken, captures, best);
                    captures.pop();
                }
            }
        }
    }
}

impl Taken {
    /// With something that has other meanings; of figures: 1/2 is a half more often than a date.
    fn and(self, is_weak: bool, is_figures: bool) -> Self {
        Self {
            weak: self.weak || is_weak,
            need: if is_weak && is_figures {
                Need::Words
            } else {
                self.need
            },
            ..self
        }
    }
}
