//! The words that stand for something.

use std::collections::HashMap;

use super::super::tokens::{Token, WordId};
use super::values::{Capture, Part, Unit, UnitKind};

macro_rules! classes {
    ($($class:ident = $section:literal, $place:literal;)+) => {
        /// A kind of word: its section in a language's file, and its place in a pattern.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in super::super) enum Class { $($class),+ }

        impl Class {
            pub fn of_section(name: &str) -> Option<Self> {
                match name { $($section => Some(Self::$class),)+ _ => None }
            }

            pub fn of_place(name: &str) -> Option<Self> {
                match name { $($place => Some(Self::$class),)+ _ => None }
            }
        }
    };
}

classes! {
    Weekday = "weekdays", "weekday";
    Plural = "plural weekdays", "weekday-plural";
    WeekdaySet = "weekday sets", "weekday-set";
    Month = "months", "month";
    Unit = "units", "unit";
    Number = "numbers", "number-word";
    Ordinal = "ordinals", "ordinal-word";
    Suffix = "ordinal suffixes", "suffix";
    Interval = "intervals", "interval";
    Part = "parts of the day", "part";
    Fixed = "clock words", "clock-word";
    Minutes = "minute words", "minute-word";
    Half = "halves of the day", "am-pm";
    Relative = "relative days", "relative-day";
    Next = "next", "next";
    PeriodEnd = "ends of a period", "period-end";
    HalfBefore = "half before the hour", "half-before";
    Every = "every", "every";
    Adverb = "rhythms", "rhythm";
    Level = "levels", "level";
    NamedDay = "named days", "named-day";
}

/// One way to write something.
#[derive(Debug, Clone)]
pub(in super::super) struct Form {
    pub class: Class,
    pub words: Vec<WordId>,
    pub value: Capture,
    /// Has other meanings ("sun", "may"): alone it counts only where something supports it.
    pub weak: bool,
}

#[derive(Debug, Default)]
pub(in super::super) struct Lexicon {
    by_first: HashMap<WordId, Vec<Form>>,
}

impl Lexicon {
    pub fn add(&mut self, form: Form) {
        if let Some(first) = form.words.first() {
            self.by_first.entry(*first).or_default().push(form);
        }
    }

    /// The forms of a class that begin at a token.
    pub fn at<'a>(
        &'a self,
        tokens: &'a [Token],
        at: usize,
        class: Class,
    ) -> impl Iterator<Item = &'a Form> {
        tokens
            .get(at)
            .and_then(|token| self.by_first.get(&token.word))
            .into_iter()
            .flatten()
            .filter(move |form| form.class == class && begins_with(&tokens[at..], &form.words))
    }
}

/// Whether the tokens begin with these words.
pub(in super::super) fn begins_with(tokens: &[Token], words: &[WordId]) -> bool {
    tokens.len() >= words.len()
        && tokens
            .iter()
            .zip(words)
            .all(|(token, word)| token.word == *word)
}

/// What the left side of an entry stands for in a class.
pub(super) fn value(class: Class, key: &str) -> Option<Capture> {
    match class {
        Class::Weekday | Class::Plural | Class::WeekdaySet => weekdays(key).map(Capture::Weekdays),
        Class::Month => number(key, 1, 12).map(Capture::Month),
        Class::Unit | Class::Adverb | Class::PeriodEnd => unit(key).map(Capture::Unit),
        Class::Number => hundredths(key).map(Capture::Number),
        Class::Ordinal => ordinal(key).map(Capture::Ordinals),
        Class::Suffix => (key == "any").then_some(Capture::Number(0)),
        Class::Interval => number(key, 2, 99).map(Capture::Interval),
        Class::Part => part(key).map(Capture::Part),
        Class::Fixed => clock(key),
        Class::Minutes | Class::HalfBefore => number(key, 1, 59).map(Capture::Minute),
        Class::Half => match key {
            "am" => Some(Capture::Half { afternoon: false }),
            "pm" => Some(Capture::Half { afternoon: true }),
            _ => None,
        },
        Class::Relative | Class::Next => number(key, 0, 9).map(Capture::Relative),
        Class::Every => match key {
            "due" => Some(Capture::Every { completion: false }),
            "completion" => Some(Capture::Every { completion: true }),
            _ => None,
        },
        Class::Level => number(key, 1, 9).map(Capture::Level),
        Class::NamedDay => month_day(key),
    }
}

fn number<T: std::str::FromStr + PartialOrd>(key: &str, low: T, high: T) -> Option<T> {
    key.parse()
        .ok()
        .filter(|value| (low..=high).contains(value))
}

fn hundredths(key: &str) -> Option<u32> {
    let (whole, part) = key.split_once('.').unwrap_or((key, "0"));
    let part: u32 = match part.len() {
        1 => part.parse::<u32>().ok()? * 10,
        2 => part.parse().ok()?,
        _ => return None,
    };
    Some(number::<u32>(whole, 0, 1000)? * 100 + part)
}

fn ordinal(key: &str) -> Option<u64> {
    match key.strip_prefix('-') {
        Some(back) => number::<u32>(back, 1, 31).map(|back| 1 << (32 + back)),
        None => number::<u32>(key, 1, 31).map(|position| 1 << position),
    }
}

fn weekdays(key: &str) -> Option<u8> {
    const NAMES: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    key.split_whitespace().try_fold(0, |days, name| {
        let day = NAMES.iter().position(|known| *known == name)?;
        Some(days | 1 << day)
    })
}

fn unit(key: &str) -> Option<Unit> {
    let (times, name) = key.split_once(' ').unwrap_or(("1", key));
    let kind = match name.trim_end_matches('s') {
        "minute" => UnitKind::Minute,
        "hour" => UnitKind::Hour,
        "day" => UnitKind::Day,
        "workday" => UnitKind::Workday,
        "week" => UnitKind::Week,
        "month" => UnitKind::Month,
        "year" => UnitKind::Year,
        _ => return None,
    };
    let times = number(times, 1, 1000)?;
    Some(Unit { kind, times })
}

fn part(key: &str) -> Option<Part> {
    match key {
        "morning" => Some(Part::Morning),
        "afternoon" => Some(Part::Afternoon),
        "evening" => Some(Part::Evening),
        "night" => Some(Part::Night),
        _ => None,
    }
}

fn clock(key: &str) -> Option<Capture> {
    let (hour, minute) = key.split_once(':')?;
    Some(Capture::Clock {
        hour: number(hour, 0, 23)?,
        minute: number(minute, 0, 59)?,
        sure: true,
    })
}

fn month_day(key: &str) -> Option<Capture> {
    let (month, day) = key.split_once('-')?;
    Some(Capture::MonthDay {
        month: number(month, 1, 12)?,
        day: number(day, 1, 31)?,
    })
}
