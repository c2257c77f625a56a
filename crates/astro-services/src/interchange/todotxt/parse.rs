//! Taking a line apart.

use std::fmt::Display;

use astro_core::calendar::{Date, When, ZoneName};
use astro_core::tasks::{TaskState, TaskStatus};

use super::recurrence;
use crate::interchange::notes::Notes;
use crate::interchange::portable::Portable;

/// Stands for a space inside a context or project; shown as one everywhere.
pub(super) const SPACE: char = '\u{a0}';

/// A line's head, and the words after it.
#[derive(Debug)]
pub(super) struct Line<'l> {
    done: bool,
    priority: Option<char>,
    completed: Option<Date>,
    created: Option<Date>,
    words: Vec<&'l str>,
}

pub(super) fn parse(text: &str) -> Line<'_> {
    let mut line = Line {
        done: false,
        priority: None,
        completed: None,
        created: None,
        words: Vec::new(),
    };
    let mut rest = text;
    if let Some(after) = rest.strip_prefix("x ") {
        line.done = true;
        rest = after.trim_start_matches(' ');
    }
    if let Some((priority, after)) = take_priority(rest) {
        line.priority = Some(priority);
        rest = after;
    }
    if let Some((first, after)) = take_date(rest) {
        rest = after;
        let second = take_date(rest).filter(|_| line.done);
        match second {
            Some((created, after)) => {
                (line.completed, line.created) = (Some(first), Some(created));
                rest = after;
            }
            None if line.done => line.completed = Some(first),
            None => line.created = Some(first),
        }
    }
    line.words = rest
        .split([' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect();
    line
}

/// `(A) ` at the beginning.
fn take_priority(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let (open, letter, close, space) = (chars.next()?, chars.next()?, chars.next()?, chars.next()?);
    let is_priority = open == '(' && letter.is_ascii_uppercase() && close == ')' && space == ' ';
    is_priority.then(|| (letter, chars.as_str().trim_start_matches(' ')))
}

fn take_date(text: &str) -> Option<(Date, &str)> {
    let (word, rest) = text.split_once(' ')?;
    Some((date(word)?, rest.trim_start_matches(' ')))
}

/// `2026-11-25`, and nothing that merely looks like it.
pub(super) fn date(word: &str) -> Option<Date> {
    match word.parse().ok()? {
        When::Date(date) => Some(date),
        _ => None,
    }
}

/// What a word is, by its first character or its key.
enum Word<'w> {
    Plain,
    Context(String),
    Project(String),
    Key(&'w str, &'w str),
}

fn classify(word: &str) -> Word<'_> {
    let name = |text: &str| text.replace(SPACE, " ");
    if let Some(context) = word.strip_prefix('@').filter(|name| !name.is_empty()) {
        return Word::Context(name(context));
    }
    if let Some(project) = word.strip_prefix('+').filter(|name| !name.is_empty()) {
        return Word::Project(name(project));
    }
    match word.split_once(':') {
        Some((key, value)) if is_key(key) && !value.is_empty() && !value.starts_with("//") => {
            Word::Key(key, value)
        }
        _ => Word::Plain,
    }
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

impl Line<'_> {
    pub fn key(&self, wanted: &str) -> Option<&str> {
        self.words
            .iter()
            .rev()
            .find_map(|word| match classify(word) {
                Word::Key(key, value) if key == wanted => Some(value),
                _ => None,
            })
    }

    /// What stays the same when the task is done or given another priority.
    pub fn identity(&self) -> String {
        let words = self.words.iter().filter(|word| !word.starts_with("pri:"));
        words.copied().collect::<Vec<_>>().join(" ")
    }

    pub fn says(&self, zone: &ZoneName, notes: &mut Notes, place: &dyn Display) -> Portable {
        let mut says = Saying {
            portable: Portable::titled(String::new()),
            has_uid: false,
            notes,
            place,
        };
        says.head(self, zone);
        // from the end, where programs put them: a title may hold words that look like keys
        let mut in_title: Vec<bool> = self
            .words
            .iter()
            .rev()
            .map(|word| !says.word(word))
            .collect();
        in_title.reverse();
        // a context inside a sentence is a part of it: "call @Ana about the flat"
        let first = in_title.iter().position(|plain| *plain).unwrap_or(0);
        let last = in_title.iter().rposition(|plain| *plain).unwrap_or(0);
        let sentence = self.words.iter().enumerate().filter(|(index, word)| {
            let inside = (first..=last).contains(index)
                && matches!(classify(word), Word::Context(_) | Word::Project(_));
            in_title[*index] || inside
        });
        let title: Vec<String> = sentence.map(|(_, word)| word.replace(SPACE, " ")).collect();
        says.portable.fields.title = title.join(" ");
        if says.portable.fields.title.is_empty() {
            says.portable.fields.title = self.words.join(" ");
            says.notes
                .warn(place, "has no text beside its projects, contexts and keys");
        }
        says.portable
    }
}

struct Saying<'a> {
    portable: Portable,
    has_uid: bool,
    notes: &'a mut Notes,
    place: &'a dyn Display,
}

impl Saying<'_> {
    fn head(&mut self, line: &Line<'_>, zone: &ZoneName) {
        let start_of = |date: Date| When::Date(date).instant(zone.rules());
        self.mapped("text", "title");
        self.portable.created_at = line.created.map(start_of);
        if line.created.is_some() {
            self.mapped("creation date", "created_at");
        }
        if line.done {
            self.mapped("x", "status");
            self.portable.fields.status = TaskStatus::Completed;
            self.portable.fields.percent = 100;
            self.portable.completed_at = line.completed.map(start_of);
        }
        if line.completed.is_some() {
            self.mapped("completion date", "completed_at");
        }
        if let Some(priority) = line.priority {
            self.priority(priority);
        }
    }

    fn mapped(&mut self, field: &str, becomes: &str) {
        self.notes.mapped(field, becomes, self.place);
    }

    fn priority(&mut self, letter: char) {
        self.portable.fields.priority = match letter {
            'A' => 1,
            'B' => 3,
            'C' => 5,
            _ => 7,
        };
        self.mapped("priority", "priority");
    }

    /// Whether the word is understood, so that the title can do without it.
    fn word(&mut self, word: &str) -> bool {
        match classify(word) {
            Word::Plain => return false,
            Word::Context(name) if name == "waiting" => {
                self.portable.fields.state = TaskState::Waiting;
                self.mapped("@waiting", "state");
            }
            Word::Context(name) if name == "someday" => {
                self.portable.fields.state = TaskState::Someday;
                self.mapped("@someday", "state");
            }
            Word::Context(name) => {
                self.portable.labels.insert(name);
                self.mapped("@context", "labels");
            }
            Word::Project(name) if self.portable.project.is_empty() => {
                self.portable.project = vec![name];
                self.mapped("+project", "project");
            }
            Word::Project(name) => {
                self.portable.labels.insert(format!("+{name}"));
                self.mapped("further +project", "labels");
            }
            Word::Key(key, value) => return self.key(key, value),
        }
        true
    }

    fn key(&mut self, key: &str, value: &str) -> bool {
        let fields = &mut self.portable.fields;
        let (understood, becomes) = match key {
            "due" if fields.due.is_none() => {
                fields.due = date(value).map(When::Date);
                (fields.due.is_some(), "due")
            }
            "t" if fields.start.is_none() => {
                fields.start = date(value).map(When::Date);
                (fields.start.is_some(), "start")
            }
            "rec" if fields.rrule.is_none() => {
                let rule = recurrence::to_rrule(value);
                if let Some((rrule, from)) = rule {
                    (fields.rrule, fields.repeat_from) = (Some(rrule), from);
                }
                (fields.rrule.is_some(), "rrule")
            }
            "pri" if fields.priority == 0 => {
                let letter = value.chars().next().filter(char::is_ascii_uppercase);
                match letter.filter(|_| value.len() == 1) {
                    Some(letter) => {
                        self.priority(letter);
                        return true;
                    }
                    None => (false, "priority"),
                }
            }
            "uid" => (!std::mem::replace(&mut self.has_uid, true), "uid"),
            _ => {
                self.notes.kept(&format!("{key}:"), self.place);
                return false;
            }
        };
        let field = format!("{key}:");
        if understood {
            self.mapped(&field, becomes);
        } else {
            self.notes.kept(&field, self.place);
            self.notes.warn(
                self.place,
                format!("{field} is not understood and stays in the title: {value}"),
            );
        }
        understood
    }
}
