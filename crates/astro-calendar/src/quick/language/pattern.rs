//! Patterns, and the tries that they are compiled into.

use super::super::tokens::WordId;
use super::lexicon::Class;
use super::sections::Meaning;

/// A part of the grammar: what a pattern is a pattern of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) enum Rule {
    Calendar,
    Length,
    Time,
    Day,
    Date,
    Chip,
}

impl Rule {
    pub const COUNT: usize = 6;

    fn of_place(name: &str) -> Option<Self> {
        match name {
            "calendar" => Some(Self::Calendar),
            "length" => Some(Self::Length),
            "time" => Some(Self::Time),
            "day" => Some(Self::Day),
            "date" => Some(Self::Date),
            _ => None,
        }
    }
}

/// Places of a pattern that no list of words fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Computed {
    /// A day of the week, a set of them, a range, or a list of all these.
    Weekdays,
    /// Two days of the week or more, without ranges and sets.
    ListedWeekdays,
    /// The same of plural forms ("mondays and fridays").
    Plurals,
    /// First, 2nd, last.
    Ordinal,
    /// A list of days of the month ("1st and 15th").
    Ordinals,
    /// 1 to 31, with or without the suffix of an ordinal.
    Day,
    /// 2026.
    Year,
    /// An amount: figures, with a decimal sign or without, or a word.
    Number,
    /// An hour, 0 to 24 in figures or 1 to 12 as a word.
    Hour,
    /// A minute in figures or as a word.
    Minute,
    /// 14:30.
    Clock,
    /// 14.30.
    DottedClock,
    /// 1430.
    FourDigits,
    /// 2026-11-25.
    Iso,
    /// 12/05 or 12/05/2026 or 12-05-2026.
    Figures,
    /// 5.12. or 5.12.2026.
    Dotted,
}

impl Computed {
    fn of_place(name: &str) -> Option<Self> {
        Some(match name {
            "weekdays" => Self::Weekdays,
            "weekday-list" => Self::ListedWeekdays,
            "weekday-plurals" => Self::Plurals,
            "ordinal" => Self::Ordinal,
            "ordinals" => Self::Ordinals,
            "day-number" => Self::Day,
            "year" => Self::Year,
            "n" => Self::Number,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "clock" => Self::Clock,
            "dotted-clock" => Self::DottedClock,
            "four-digits" => Self::FourDigits,
            "iso-date" => Self::Iso,
            "figures" => Self::Figures,
            "dotted-figures" => Self::Dotted,
            _ => return None,
        })
    }
}

/// One part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Step {
    Word(WordId),
    Class(Class),
    Computed(Computed),
    Rule(Rule),
}

/// What a pattern needs beside itself to be believed, from nothing to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(in super::super) enum Need {
    /// Nothing.
    #[default]
    Nothing,
    /// The end of the text, a neighbour that is believed, punctuation, or a connecting word.
    Connection,
    /// The end of the text, a neighbour that is believed, or punctuation.
    Border,
    /// Something believed right before it.
    Leader,
    /// Words around it ("on 1/2").
    Words,
}

/// Where a pattern ends: what it means and what it needs.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Accept {
    pub meaning: Meaning,
    pub need: Need,
    /// Words of its own say what is meant ("on", "by", "every").
    pub is_worded: bool,
    pub length: usize,
}

#[derive(Debug, Default)]
pub(in super::super) struct Node {
    pub words: Vec<(WordId, usize)>,
    pub others: Vec<(Step, usize)>,
    pub accepts: Vec<Accept>,
}

/// The patterns of each rule as one trie.
#[derive(Debug)]
pub(in super::super) struct Grammar {
    nodes: Vec<Node>,
}

impl Default for Grammar {
    fn default() -> Self {
        Self {
            nodes: (0..Rule::COUNT).map(|_| Node::default()).collect(),
        }
    }
}

impl Grammar {
    /// The number of a rule's first node.
    pub const fn root(rule: Rule) -> usize {
        rule as usize
    }

    pub fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    pub fn add(&mut self, rule: Rule, steps: &[Step], accept: Accept) {
        let mut at = Self::root(rule);
        for step in steps {
            at = self.child(at, *step);
        }
        self.nodes[at].accepts.push(accept);
    }

    pub fn sort(&mut self) {
        for node in &mut self.nodes {
            node.words.sort_unstable();
        }
    }

    fn child(&mut self, parent: usize, step: Step) -> usize {
        let node = &self.nodes[parent];
        let known = match step {
            Step::Word(word) => node
                .words
                .iter()
                .find(|(known, _)| *known == word)
                .map(|(_, to)| *to),
            _ => node
                .others
                .iter()
                .find(|(known, _)| *known == step)
                .map(|(_, to)| *to),
        };
        if let Some(to) = known {
            return to;
        }
        let to = self.nodes.len();
        self.nodes.push(Node::default());
        match step {
            Step::Word(word) => self.nodes[parent].words.push((word, to)),
            _ => self.nodes[parent].others.push((step, to)),
        }
        to
    }
}

/// The most ways that one line may stand for.
const MOST_WAYS: usize = 512;

/// All the ways that a pattern stands for: `[..]` may be there, `(a|b)` is one of them.
///
/// `learn` gives the words of a literal.
pub(super) fn expand(
    pattern: &str,
    learn: &mut dyn FnMut(&str) -> Vec<WordId>,
) -> Result<Vec<Vec<Step>>, String> {
    let mut rest = pattern;
    let ways = alternatives(&mut rest, learn)?;
    match rest.chars().next() {
        Some(sign) => Err(format!("there is a {sign:?} that nothing opened")),
        None => Ok(ways),
    }
}

type Ways = Vec<Vec<Step>>;

fn alternatives(
    rest: &mut &str,
    learn: &mut dyn FnMut(&str) -> Vec<WordId>,
) -> Result<Ways, String> {
    let mut all = Ways::new();
    loop {
        all.extend(sequence(rest, learn)?);
        if all.len() > MOST_WAYS {
            return Err(format!(
                "stands for more than {MOST_WAYS} ways; write several lines"
            ));
        }
        match rest.strip_prefix('|') {
            Some(after) => *rest = after,
            None => return Ok(all),
        }
    }
}

fn sequence(rest: &mut &str, learn: &mut dyn FnMut(&str) -> Vec<WordId>) -> Result<Ways, String> {
    let mut ways: Ways = vec![Vec::new()];
    loop {
        *rest = rest.trim_start();
        let next = match rest.chars().next() {
            None | Some('|' | ')' | ']') => return Ok(ways),
            Some('[') => {
                let mut inner = group(rest, ']', learn)?;
                inner.push(Vec::new());
                inner
            }
            Some('(') => group(rest, ')', learn)?,
            Some('<') => vec![vec![place(rest)?]],
            Some(_) => vec![literal(rest, learn)],
        };
        ways = ways
            .iter()
            .flat_map(|way| next.iter().map(move |more| [way.as_slice(), more].concat()))
            .collect();
        if ways.len() > MOST_WAYS {
            return Err(format!(
                "stands for more than {MOST_WAYS} ways; write several lines"
            ));
        }
    }
}

fn group(
    rest: &mut &str,
    close: char,
    learn: &mut dyn FnMut(&str) -> Vec<WordId>,
) -> Result<Ways, String> {
    *rest = &rest[1..];
    let inner = alternatives(rest, learn)?;
    *rest = rest
        .strip_prefix(close)
        .ok_or_else(|| format!("a {close:?} is missing"))?;
    Ok(inner)
}

fn place(rest: &mut &str) -> Result<Step, String> {
    let (name, after) = rest[1..]
        .split_once('>')
        .ok_or_else(|| "a '>' is missing".to_owned())?;
    *rest = after;
    Class::of_place(name)
        .map(Step::Class)
        .or_else(|| Computed::of_place(name).map(Step::Computed))
        .or_else(|| Rule::of_place(name).map(Step::Rule))
        .ok_or_else(|| format!("there is no place <{name}>"))
}

fn literal(rest: &mut &str, learn: &mut dyn FnMut(&str) -> Vec<WordId>) -> Vec<Step> {
    let end = rest
        .find(|sign: char| sign.is_whitespace() || "[]()|<".contains(sign))
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    learn(word).into_iter().map(Step::Word).collect()
}
