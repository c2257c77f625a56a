//! The kinds of values that preferences take.

use std::collections::BTreeSet;

use astro_calendar::{Weekday, ZoneName};
use serde_json::{Value, json};

use super::hours::{self, WeekHours};

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// An IANA time zone.
    Zone,
    Weekday,
    /// Clock ranges for each weekday.
    WeekHours,
    /// A part of a whole, 0 to 1.
    Share,
    Number {
        min: f64,
        max: f64,
    },
    Integer {
        min: i64,
        max: i64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of some of these words, in any order, without repeats.
    Choices(&'static [&'static str]),
    /// A BCP 47 language tag.
    Language,
    Flag,
}

/// A value of a kind.
#[derive(Clone, Debug, PartialEq)]
pub enum PreferenceValue {
    Zone(ZoneName),
    Weekday(Weekday),
    WeekHours(WeekHours),
    /// Of shares and numbers.
    Number(f64),
    Integer(i64),
    Word(&'static str),
    /// In the order of the kind's list.
    Words(Vec<&'static str>),
    Language(String),
    Flag(bool),
}

/// Why a kind does not take a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub code: &'static str,
    pub message: String,
}

impl Rejected {
    pub(super) fn wrong_type(expected: &str) -> Self {
        Self {
            code: "wrong_type",
            message: format!("must be {expected}"),
        }
    }

    pub(super) fn unknown(found: &str, known: &[&str]) -> Self {
        Self {
            code: "unknown_value",
            message: format!("{found} is not one of {}", known.join(", ")),
        }
    }

    fn out_of_range(range: &str) -> Self {
        Self {
            code: "out_of_range",
            message: format!("must lie between {range}"),
        }
    }
}

impl Kind {
    /// The kind's name, for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Weekday => "weekday",
            Self::WeekHours => "week_hours",
            Self::Share => "share",
            Self::Number { .. } => "number",
            Self::Integer { .. } => "integer",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Language => "language",
            Self::Flag => "flag",
        }
    }

    /// Lowest and highest value, of kinds that have them.
    pub fn range(&self) -> Option<(f64, f64)> {
        match *self {
            Self::Share => Some((0.0, 1.0)),
            Self::Number { min, max } => Some((min, max)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "the ranges are small whole numbers"
            )]
            Self::Integer { min, max } => Some((min as f64, max as f64)),
            _ => None,
        }
    }

    /// The words to choose from, of kinds that have them.
    pub fn choices(&self) -> Vec<&'static str> {
        match self {
            Self::Choice(words) | Self::Choices(words) => words.to_vec(),
            Self::Weekday => hours::words(),
            _ => Vec::new(),
        }
    }

    /// # Errors
    /// Why not, when the value is not of this kind.
    pub fn parse(&self, value: &Value) -> Result<PreferenceValue, Rejected> {
        match self {
            Self::Zone => parse_zone(value),
            Self::Weekday => parse_weekday(value),
            Self::WeekHours => WeekHours::parse(value).map(PreferenceValue::WeekHours),
            Self::Share => number(value, 0.0, 1.0),
            Self::Number { min, max } => number(value, *min, *max),
            Self::Integer { min, max } => integer(value, *min, *max),
            Self::Choice(words) => word(value, words).map(PreferenceValue::Word),
            Self::Choices(words) => parse_words(value, words),
            Self::Language => parse_language(value),
            Self::Flag => value
                .as_bool()
                .map(PreferenceValue::Flag)
                .ok_or_else(|| Rejected::wrong_type("true or false")),
        }
    }
}

fn parse_zone(value: &Value) -> Result<PreferenceValue, Rejected> {
    let text = value
        .as_str()
        .ok_or_else(|| Rejected::wrong_type("the name of a time zone, as in Europe/Madrid"))?;
    text.parse()
        .map(PreferenceValue::Zone)
        .map_err(|error: astro_calendar::ZoneError| Rejected {
            code: "unknown_value",
            message: error.to_string(),
        })
}

fn parse_weekday(value: &Value) -> Result<PreferenceValue, Rejected> {
    let text = value
        .as_str()
        .ok_or_else(|| Rejected::wrong_type("a weekday, as in monday"))?;
    hours::weekday(text)
        .map(PreferenceValue::Weekday)
        .ok_or_else(|| Rejected::unknown(&shown(text), &hours::words()))
}

fn number(value: &Value, min: f64, max: f64) -> Result<PreferenceValue, Rejected> {
    let number = value
        .as_f64()
        .ok_or_else(|| Rejected::wrong_type("a number"))?;
    if (min..=max).contains(&number) {
        Ok(PreferenceValue::Number(number))
    } else {
        Err(Rejected::out_of_range(&format!("{min} and {max}")))
    }
}

fn integer(value: &Value, min: i64, max: i64) -> Result<PreferenceValue, Rejected> {
    if !value.is_number() {
        return Err(Rejected::wrong_type("a whole number"));
    }
    match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => Ok(PreferenceValue::Integer(number)),
        None if value.is_f64() => Err(Rejected::wrong_type("a whole number")),
        _ => Err(Rejected::out_of_range(&format!("{min} and {max}"))),
    }
}

fn word<'k>(value: &Value, known: &[&'k str]) -> Result<&'k str, Rejected> {
    let text = value
        .as_str()
        .ok_or_else(|| Rejected::wrong_type(&format!("one of {}", known.join(", "))))?;
    known
        .iter()
        .find(|word| **word == text)
        .copied()
        .ok_or_else(|| Rejected::unknown(&shown(text), known))
}

fn parse_words(value: &Value, known: &'static [&'static str]) -> Result<PreferenceValue, Rejected> {
    let list = value
        .as_array()
        .ok_or_else(|| Rejected::wrong_type(&format!("a list of {}", known.join(", "))))?;
    let mut chosen = BTreeSet::new();
    for entry in list {
        let word = word(entry, known)?;
        if !chosen.insert(word) {
            return Err(Rejected {
                code: "repeated",
                message: format!("names {word} more than once"),
            });
        }
    }
    let ordered = known.iter().filter(|word| chosen.contains(**word));
    Ok(PreferenceValue::Words(ordered.copied().collect()))
}

fn parse_language(value: &Value) -> Result<PreferenceValue, Rejected> {
    let text = value
        .as_str()
        .ok_or_else(|| Rejected::wrong_type("a language tag, as in de-CH"))?;
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let well_formed = text.len() <= 35
        && (2..=8).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if well_formed {
        Ok(PreferenceValue::Language(text.to_owned()))
    } else {
        Err(Rejected {
            code: "unknown_value",
            message: format!(
                "{} is not a language tag such as en or de-CH (BCP 47)",
                shown(text)
            ),
        })
    }
}

/// A person's text in quotes, cut to a printable length.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

impl PreferenceValue {
    /// The canonical JSON form.
    pub fn json(&self) -> Value {
        match self {
            Self::Zone(zone) => json!(zone.as_str()),
            Self::Weekday(day) => json!(hours::word_of(*day)),
            Self::WeekHours(hours) => hours.json(),
            Self::Number(number) => json!(number),
            Self::Integer(number) => json!(number),
            Self::Word(word) => json!(word),
            Self::Words(words) => json!(words),
            Self::Language(tag) => json!(tag),
            Self::Flag(flag) => json!(flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(kind: Kind, value: &Value) -> &'static str {
        kind.parse(value)
            .map_or_else(|rejected| rejected.code, |_| "fits")
    }

    #[test]
    fn each_kind_takes_its_own_values_only() {
        let words = Kind::Choice(&["in", "out"]);
        let set = Kind::Choices(&["in", "out"]);
        let small = Kind::Integer { min: 0, max: 10 };
        for (kind, value, expected) in [
            (Kind::Zone, json!("europe/madrid"), "fits"),
            (Kind::Zone, json!("Mars/Olympus"), "unknown_value"),
            (Kind::Zone, json!(1), "wrong_type"),
            (Kind::Weekday, json!("sunday"), "fits"),
            (Kind::Weekday, json!("Sunday"), "unknown_value"),
            (Kind::Share, json!(1), "fits"),
            (Kind::Share, json!(1.01), "out_of_range"),
            (Kind::Share, json!("0.5"), "wrong_type"),
            (small, json!(10), "fits"),
            (small, json!(11), "out_of_range"),
            (small, json!(u64::MAX), "out_of_range"),
            (small, json!(2.5), "wrong_type"),
            (small, json!(true), "wrong_type"),
            (words, json!("in"), "fits"),
            (words, json!("on"), "unknown_value"),
            (words, Value::Null, "wrong_type"),
            (set, json!([]), "fits"),
            (set, json!(["out", "in"]), "fits"),
            (set, json!(["in", "in"]), "repeated"),
            (set, json!(["on"]), "unknown_value"),
            (Kind::Language, json!("zh-Hans-CN"), "fits"),
            (Kind::Language, json!("e"), "unknown_value"),
            (Kind::Language, json!("en-"), "unknown_value"),
            (Kind::Language, json!("en\u{0}"), "unknown_value"),
            (Kind::Flag, json!(false), "fits"),
            (Kind::Flag, json!("false"), "wrong_type"),
        ] {
            assert_eq!(code(kind, &value), expected, "{kind:?} {value}");
        }
    }

    #[test]
    fn what_was_parsed_is_written_in_its_canonical_form() {
        let zone = Kind::Zone.parse(&json!("europe/madrid")).unwrap();
        assert_eq!(zone.json(), json!("Europe/Madrid"));
        let set = Kind::Choices(&["in", "out"])
            .parse(&json!(["out", "in"]))
            .unwrap();
        assert_eq!(set.json(), json!(["in", "out"]));
    }
}
