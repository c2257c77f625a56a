//! The line of a task: the one that came, or a new one where the task has changed.

use astro_core::calendar::{Date, Timestamp, ZoneName};
use astro_core::tasks::TaskState;

use super::parse::SPACE;
use super::recurrence;
use crate::interchange::outgoing::Outgoing;
use crate::interchange::portable::Portable;

/// `kept` is the line that came, and what it said.
pub fn line(task: &Outgoing, kept: Option<(&str, &Portable)>, zone: &ZoneName) -> String {
    match kept {
        Some((line, said)) if task.says.as_said(said) == *said => line.to_owned(),
        _ => written(task, zone),
    }
}

fn written(task: &Outgoing, zone: &ZoneName) -> String {
    let says = &task.says;
    let fields = &says.fields;
    let date = |at: Timestamp| zone.rules().to_datetime(at).date();
    let created = date(says.created_at.unwrap_or(task.updated_at));
    let priority = priority(fields.priority);
    let done = !fields.status.is_open();
    let mut words: Vec<String> = Vec::new();
    if done {
        words.push("x".to_owned());
        words.push(text(date(says.completed_at.unwrap_or(task.updated_at))));
    } else if let Some(letter) = priority {
        words.push(format!("({letter})"));
    }
    // always there: without it a title such as "x marks the spot" would read as a line's head
    words.push(text(created));
    words.extend(title_words(&fields.title));
    if let Some(letter) = priority.filter(|_| done) {
        words.push(format!("pri:{letter}"));
    }
    push_names(&mut words, says);
    push_keys(&mut words, says, zone);
    words.push(format!("uid:{}", name(&task.name)));
    words.join(" ")
}

fn text(date: Date) -> String {
    astro_core::calendar::When::Date(date).to_string()
}

fn priority(priority: u8) -> Option<char> {
    match priority {
        0 => None,
        1..=2 => Some('A'),
        3..=4 => Some('B'),
        5 => Some('C'),
        _ => Some('D'),
    }
}

/// A line has no line breaks.
fn title_words(title: &str) -> impl Iterator<Item = String> + '_ {
    title.split_whitespace().map(str::to_owned)
}

fn push_names(words: &mut Vec<String>, says: &Portable) {
    let mut push = |word: String| {
        if !words.contains(&word) {
            words.push(word);
        }
    };
    for label in &says.labels {
        match label.strip_prefix('+') {
            Some(project) if !project.is_empty() => push(format!("+{}", name(project))),
            _ => push(format!("@{}", name(label))),
        }
    }
    match says.fields.state {
        TaskState::None => {}
        TaskState::Waiting => push("@waiting".to_owned()),
        TaskState::Someday => push("@someday".to_owned()),
    }
    // the last project of a line is the one that the task lies in
    if !says.project.is_empty() {
        words.push(format!("+{}", name(&says.project.join("."))));
    }
}

fn name(text: &str) -> String {
    text.replace(char::is_whitespace, &SPACE.to_string())
}

fn push_keys(words: &mut Vec<String>, says: &Portable, zone: &ZoneName) {
    let fields = &says.fields;
    if let Some(due) = &fields.due {
        words.push(format!("due:{}", text(due.date_in(zone.rules()))));
    }
    if let Some(start) = &fields.start {
        words.push(format!("t:{}", text(start.date_in(zone.rules()))));
    }
    let rule = fields.rrule.as_deref();
    if let Some(rec) = rule.and_then(|rule| recurrence::to_rec(rule, fields.repeat_from)) {
        words.push(format!("rec:{rec}"));
    }
}
