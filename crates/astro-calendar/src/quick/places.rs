//! The places of a pattern that no list of words fills: figures, lists, ordinals.

mod figures;

use super::DateOrder;
use super::language::{Capture, Class, Computed, Language};
use super::tokens::{Token, TokenKind};

/// What fills a place: the capture, the token after it, and whether its words have other meanings.
pub(super) type Filling = (Capture, usize, bool);

/// The members of a list that are read at most; more are no list that a person wrote.
const MOST_MEMBERS: usize = 31;

pub(super) struct Places<'a> {
    pub language: &'a Language,
    pub tokens: &'a [Token],
    pub date_order: DateOrder,
}

impl Places<'_> {
    /// What the tokens from `at` on fill the place with, the longest reading.
    pub fn fill(&self, place: Computed, at: usize) -> Option<Filling> {
        match place {
            Computed::Weekdays => self.weekdays(at, &[Class::Weekday, Class::WeekdaySet]),
            Computed::ListedWeekdays => self.listed_weekdays(at),
            Computed::Plurals => self.weekdays(at, &[Class::Plural]),
            Computed::Ordinal => self.ordinal(at),
            Computed::Ordinals => self.ordinals(at),
            Computed::Day => self.day(at),
            Computed::Year => {
                let year = self
                    .figures(at, 4, 4)
                    .filter(|year| (1970..=2199).contains(year))?;
                Some((Capture::Year(i16::try_from(year).ok()?), at + 1, false))
            }
            Computed::Number => self.number(at),
            Computed::Hour => self.hour(at),
            Computed::Minute => self.minute(at),
            Computed::Clock => self.clock(at, ":"),
            Computed::DottedClock => self.clock(at, "."),
            Computed::FourDigits => self.four_digits(at),
            Computed::Iso => self.iso(at),
            Computed::Figures => self.slashed(at),
            Computed::Dotted => self.dotted(at),
        }
    }

    /// The longest form of a class.
    pub fn form(&self, class: Class, at: usize) -> Option<Filling> {
        self.language
            .lexicon
            .at(self.tokens, at, class)
            .max_by_key(|form| form.words.len())
            .map(|form| (form.value, at + form.words.len(), form.weak))
    }

    pub fn figures(&self, at: usize, fewest: usize, most: usize) -> Option<u32> {
        self.tokens
            .get(at)
            .filter(|token| token.is_number() && (fewest..=most).contains(&token.len()))
            .map(|token| token.number)
    }

    /// Whether the token is this sign, without space before it.
    fn is_glued(&self, at: usize, signs: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            !token.spaced
                && token.kind == TokenKind::Sign
                && signs.chars().any(|sign| {
                    self.language.vocabulary.get(sign.encode_utf8(&mut [0; 4])) == token.word
                })
        })
    }

    fn glued_figures(&self, at: usize, fewest: usize, most: usize) -> Option<u32> {
        self.tokens.get(at).filter(|token| !token.spaced)?;
        self.figures(at, fewest, most)
    }

    fn number(&self, at: usize) -> Option<Filling> {
        let Some(whole) = self.figures(at, 1, 4) else {
            return self.form(Class::Number, at);
        };
        if self.is_glued(at + 1, ".,")
            && let Some(part) = self.glued_figures(at + 2, 1, 2)
        {
            let digits = self.tokens[at + 2].len();
            let part = if digits == 1 { part * 10 } else { part };
            return Some((Capture::Number(whole * 100 + part), at + 3, false));
        }
        Some((Capture::Number(whole * 100), at + 1, false))
    }

    fn hour(&self, at: usize) -> Option<Filling> {
        if let Some(hour) = self.figures(at, 1, 2) {
            let hour = u8::try_from(hour).ok().filter(|hour| *hour <= 24)?;
            return Some((Capture::Hour(hour % 24), at + 1, false));
        }
        let (value, next, is_weak) = self.form(Class::Number, at)?;
        match value {
            // "a" and "an" are one, but no hour
            Capture::Number(hundredths) if hundredths % 100 == 0 && !is_weak => {
                let hour = u8::try_from(hundredths / 100).ok()?;
                (1..=12)
                    .contains(&hour)
                    .then_some((Capture::Hour(hour), next, false))
            }
            _ => None,
        }
    }

    fn minute(&self, at: usize) -> Option<Filling> {
        if let Some(minute) = self.figures(at, 1, 2) {
            let minute = u8::try_from(minute).ok().filter(|minute| *minute < 60)?;
            return Some((Capture::Minute(minute), at + 1, false));
        }
        self.form(Class::Minutes, at)
    }

    fn day(&self, at: usize) -> Option<Filling> {
        if let Some(day) = self.figures(at, 1, 2) {
            let day = i8::try_from(day)
                .ok()
                .filter(|day| (1..=31).contains(day))?;
            let next = self.after_suffix(at + 1).unwrap_or(at + 1);
            return Some((Capture::Day(day), next, false));
        }
        let (value, next, is_weak) = self.form(Class::Ordinal, at)?;
        match value {
            Capture::Ordinals(position) if position < 1 << 32 => {
                let day = i8::try_from(position.trailing_zeros()).ok()?;
                Some((Capture::Day(day), next, is_weak))
            }
            _ => None,
        }
    }

    /// The token after a suffix that is glued to figures.
    fn after_suffix(&self, at: usize) -> Option<usize> {
        self.tokens.get(at).filter(|token| !token.spaced)?;
        self.form(Class::Suffix, at).map(|(_, next, _)| next)
    }

    fn ordinal(&self, at: usize) -> Option<Filling> {
        if let Some(position) = self.figures(at, 1, 2) {
            let next = self.after_suffix(at + 1)?;
            let is_day = (1..=31).contains(&position);
            return is_day.then(|| (Capture::Ordinals(1 << position), next, false));
        }
        self.form(Class::Ordinal, at)
    }

    fn ordinals(&self, at: usize) -> Option<Filling> {
        self.list(at, false, |at| match self.ordinal(at)? {
            (Capture::Ordinals(bits), next, is_weak) => Some((bits, next, is_weak)),
            _ => None,
        })
        .map(|(bits, next, is_weak)| (Capture::Ordinals(bits), next, is_weak))
    }

    fn weekdays(&self, at: usize, classes: &[Class]) -> Option<Filling> {
        let one = |at: usize| {
            classes
                .iter()
                .find_map(|class| match self.form(*class, at)? {
                    (Capture::Weekdays(days), next, is_weak) => Some((days, next, is_weak)),
                    _ => None,
                })
        };
        let member = |at: usize| {
            let (from, next, is_weak) = one(at)?;
            let after_sign = next + 1;
            if self.is_one_of(next, &self.language.range_signs)
                && let Some((to, end, _)) = one(after_sign)
            {
                return Some((u64::from(days_between(from, to)), end, false));
            }
            Some((u64::from(from), next, is_weak))
        };
        let (days, next, is_weak) = self.list(at, true, member)?;
        Some((Capture::Weekdays(u8::try_from(days).ok()?), next, is_weak))
    }

    fn listed_weekdays(&self, at: usize) -> Option<Filling> {
        let one = |at: usize| match self.form(Class::Weekday, at)? {
            (Capture::Weekdays(days), next, is_weak) => Some((u64::from(days), next, is_weak)),
            _ => None,
        };
        let (days, next, _) = self.list(at, true, one)?;
        let days = u8::try_from(days)
            .ok()
            .filter(|days| days.count_ones() > 1)?;
        Some((Capture::Weekdays(days), next, false))
    }

    /// Members with signs between them (or nothing: "mon wed fri"), as bits; several support each other.
    fn list(
        &self,
        at: usize,
        may_touch: bool,
        member: impl Fn(usize) -> Option<(u64, usize, bool)>,
    ) -> Option<(u64, usize, bool)> {
        let (mut bits, mut next, is_weak) = member(at)?;
        let mut members = 1;
        while members < MOST_MEMBERS {
            let mut after = next;
            // ", and" are two signs
            while after < next + 2 && self.is_one_of(after, &self.language.list_signs) {
                after += 1;
            }
            if after == next && !may_touch {
                break;
            }
            let Some((more, end, _)) = member(after) else {
                break;
            };
            bits |= more;
            next = end;
            members += 1;
        }
        Some((bits, next, is_weak && members == 1))
    }

    fn is_one_of(&self, at: usize, words: &[u32]) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| words.contains(&token.word))
    }
}

/// The days from one to another, over the end of the week where they must.
fn days_between(from: u8, to: u8) -> u8 {
    let (first, last) = (from.trailing_zeros(), to.trailing_zeros());
    let mut days = 0;
    let mut day = first;
    loop {
        days |= 1 << day;
        if day == last {
            return days;
        }
        day = (day + 1) % 7;
    }
}
