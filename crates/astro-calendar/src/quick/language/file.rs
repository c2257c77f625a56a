//! Reads a language's file.

use super::super::tokens::{Token, WordId, cut};
use super::lexicon::{self, Class, Form, Lexicon};
use super::pattern::{Accept, Grammar, Need, Step, expand};
use super::sections::Meaning;
use super::{DateOrder, Language, LanguageError};

#[derive(Clone, Copy)]
enum Section {
    Settings,
    Words(Class),
    Patterns(Meaning),
    Protected,
    Articles,
    Connectors,
    Lists,
    Ranges,
}

impl Section {
    fn of(name: &str) -> Option<Self> {
        match name {
            "language" => Some(Self::Settings),
            "left alone" => Some(Self::Protected),
            "articles" => Some(Self::Articles),
            "connecting words" => Some(Self::Connectors),
            "between members of a list" => Some(Self::Lists),
            "between ends of a range" => Some(Self::Ranges),
            _ => Class::of_section(name)
                .map(Self::Words)
                .or_else(|| Meaning::of_section(name).map(Self::Patterns)),
        }
    }
}

pub(super) fn read(shared: &str, own: &str) -> Result<Language, LanguageError> {
    let mut language = Language {
        code: String::new(),
        date_order: DateOrder::DayMonth,
        afternoon_until: 0,
        vocabulary: super::Vocabulary::default(),
        lexicon: Lexicon::default(),
        grammar: Grammar::default(),
        protected: Vec::new(),
        articles: Vec::new(),
        connectors: Vec::new(),
        list_signs: Vec::new(),
        range_signs: Vec::new(),
    };
    for file in [own, shared] {
        let mut section = None;
        for (at, line) in file.lines().enumerate() {
            let entry = line.split(" # ").next().unwrap_or_default().trim();
            if entry.is_empty() || entry == "#" || entry.starts_with("# ") {
                continue;
            }
            take(&mut language, &mut section, entry).map_err(|problem| LanguageError {
                line: at + 1,
                problem,
            })?;
        }
    }
    if language.code.is_empty() {
        return Err(LanguageError {
            line: 1,
            problem: "[language] has no line such as \"code: en\"".to_owned(),
        });
    }
    language.grammar.sort();
    Ok(language)
}

fn take(language: &mut Language, section: &mut Option<Section>, entry: &str) -> Result<(), String> {
    if let Some(name) = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        && !matches!(section, Some(Section::Patterns(..)) if Section::of(name).is_none())
    {
        *section = Some(Section::of(name).ok_or_else(|| format!("there is no section [{name}]"))?);
        return Ok(());
    }
    match section {
        None => Err("a section such as [weekdays] must come first".to_owned()),
        Some(Section::Settings) => setting(language, entry),
        Some(Section::Words(class)) => words(language, *class, entry),
        Some(Section::Patterns(meaning)) => pattern(language, *meaning, entry),
        Some(Section::Protected) => {
            for phrase in entry.split(',') {
                let phrase = learn(language, phrase);
                language.protected.push(phrase);
            }
            Ok(())
        }
        Some(Section::Articles) => single(language, entry, |language| &mut language.articles),
        Some(Section::Connectors) => single(language, entry, |language| &mut language.connectors),
        Some(Section::Lists) => single(language, entry, |language| &mut language.list_signs),
        Some(Section::Ranges) => single(language, entry, |language| &mut language.range_signs),
    }
}

fn setting(language: &mut Language, entry: &str) -> Result<(), String> {
    let (name, value) = sides(entry)?;
    match (name, value) {
        ("code", code) => code.clone_into(&mut language.code),
        ("dates", "month/day") => language.date_order = DateOrder::MonthDay,
        ("dates", "day/month") => language.date_order = DateOrder::DayMonth,
        ("afternoon until", hour) => {
            language.afternoon_until = hour
                .parse()
                .ok()
                .filter(|hour| *hour < 12)
                .ok_or("\"afternoon until\" takes an hour from 0 to 11")?;
        }
        _ => return Err(format!("there is no setting \"{name}: {value}\"")),
    }
    Ok(())
}

fn sides(entry: &str) -> Result<(&str, &str), String> {
    let (left, right) = entry
        .split_once(": ")
        .ok_or("an entry is what it means, a colon, and its forms")?;
    Ok((left.trim(), right.trim()))
}

fn words(language: &mut Language, class: Class, entry: &str) -> Result<(), String> {
    let (key, forms) = sides(entry)?;
    let value = lexicon::value(class, key)
        .ok_or_else(|| format!("{key:?} is nothing that this section can mean"))?;
    for form in forms.split(',').map(str::trim) {
        let (form, weak) = match form.strip_suffix('?') {
            Some(form) => (form, true),
            None => (form, false),
        };
        let words = learn(language, form);
        if words.is_empty() {
            return Err("there is an empty form".to_owned());
        }
        language.lexicon.add(Form {
            class,
            words,
            value,
            weak,
        });
    }
    Ok(())
}

fn pattern(language: &mut Language, meaning: Meaning, entry: &str) -> Result<(), String> {
    let rule = meaning.rule();
    let (keeps_needs, entry) = match entry.strip_prefix("= ") {
        Some(entry) => (true, entry),
        None => (false, entry),
    };
    let (marks, pattern) = match entry.split_once(' ') {
        Some((marks, pattern)) if marks.bytes().all(|sign| sign == b'?') => (marks.len(), pattern),
        _ => (0, entry),
    };
    let need = match marks {
        0 => Need::Nothing,
        1 => Need::Connection,
        2 => Need::Border,
        3 => Need::Leader,
        4 => Need::Words,
        _ => return Err("there are at most four question marks".to_owned()),
    };
    let ways = expand(pattern, &mut |word| learn(language, word))?;
    for steps in ways {
        if steps.is_empty() {
            return Err(
                "a pattern may not be empty, and there is no section of this name".to_owned(),
            );
        }
        for step in &steps {
            if matches!(step, Step::Rule(inner) if *inner >= rule) {
                return Err(format!("a pattern of {rule:?} cannot hold a later rule"));
            }
        }
        let accept = Accept {
            meaning,
            need,
            is_worded: !keeps_needs && steps.iter().any(|step| matches!(step, Step::Word(_))),
            length: steps.len(),
        };
        language.grammar.add(rule, &steps, accept);
    }
    Ok(())
}

fn single(
    language: &mut Language,
    entry: &str,
    list: fn(&mut Language) -> &mut Vec<WordId>,
) -> Result<(), String> {
    for form in entry.split_whitespace() {
        let words = learn(language, form);
        let [word] = words.as_slice() else {
            return Err(format!("{form:?} is more than one word"));
        };
        list(language).push(*word);
    }
    Ok(())
}

fn learn(language: &mut Language, text: &str) -> Vec<WordId> {
    let mut tokens: Vec<Token> = Vec::new();
    let vocabulary = &mut language.vocabulary;
    cut(text, 0, &mut |word| vocabulary.learn(word), &mut tokens);
    tokens.iter().map(|token| token.word).collect()
}
