//! Components as a tree (RFC 5545 3.4 to 3.6), with a bound on nesting.

use std::{fmt, str::FromStr};

use super::{
    IcalError, Problem, Warning, Warnings,
    line::{NumberedLine, RawLine, split, unfold, write_folded},
};
use crate::text_form::serde_as_text;

/// Calendar, component, alarm, place: real files nest four deep.
pub(super) const MAX_DEPTH: usize = 8;

/// A component kept exactly as it was read: its lines, and what is nested in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawComponent {
    name: String,
    lines: Vec<RawLine>,
    components: Vec<RawComponent>,
}

impl RawComponent {
    /// `VEVENT`, `VTIMEZONE`, ..: upper case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own lines.
    pub fn lines(&self) -> &[RawLine] {
        &self.lines
    }

    /// What is nested in it.
    pub fn components(&self) -> &[RawComponent] {
        &self.components
    }

    /// The value of its first line of that name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let line = self
            .lines
            .iter()
            .find(|line| line.name().eq_ignore_ascii_case(name))?;
        Some(line.value())
    }

    /// Every line in it and below it.
    pub(super) fn all_lines(&self) -> Vec<&RawLine> {
        let mut lines: Vec<&RawLine> = self.lines.iter().collect();
        lines.extend(self.components.iter().flat_map(RawComponent::all_lines));
        lines
    }

    pub(super) fn write(&self, out: &mut String) {
        write_folded(out, &format!("BEGIN:{}", self.name));
        for line in &self.lines {
            write_folded(out, line.as_str());
        }
        for component in &self.components {
            component.write(out);
        }
        write_folded(out, &format!("END:{}", self.name));
    }
}

impl fmt::Display for RawComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "BEGIN:{}", self.name)?;
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        for component in &self.components {
            write!(f, "{component}")?;
        }
        writeln!(f, "END:{}", self.name)
    }
}

impl FromStr for RawComponent {
    type Err = IcalError;

    fn from_str(text: &str) -> Result<Self, IcalError> {
        let mut warnings = Warnings::default();
        let mut nodes = build(unfold(text.as_bytes())?, &mut warnings)?;
        match nodes.pop() {
            Some(node) if nodes.is_empty() => Ok(node.into_raw()),
            _ => Err(IcalError::NotACalendar),
        }
    }
}

serde_as_text!(RawComponent, "one iCalendar component from BEGIN to END");

/// A component while it is read: lines with their numbers.
#[derive(Debug)]
pub(super) struct Node {
    pub name: String,
    pub number: usize,
    pub lines: Vec<(usize, RawLine)>,
    pub children: Vec<Node>,
}

impl Node {
    pub fn into_raw(self) -> RawComponent {
        RawComponent {
            name: self.name,
            lines: self.lines.into_iter().map(|(_, line)| line).collect(),
            components: self.children.into_iter().map(Node::into_raw).collect(),
        }
    }

    pub fn to_raw(&self) -> RawComponent {
        RawComponent {
            name: self.name.clone(),
            lines: self.lines.iter().map(|(_, line)| line.clone()).collect(),
            components: self.children.iter().map(Node::to_raw).collect(),
        }
    }

    /// The value of its first line of that name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let (_, line) = self
            .lines
            .iter()
            .find(|(_, line)| line.name().eq_ignore_ascii_case(name))?;
        Some(line.value())
    }
}

/// Builds the components of a file. What is no content line is left out with a warning; wrong
/// nesting is an error, since guessing would move properties to another component.
pub(super) fn build(
    lines: Vec<NumberedLine>,
    warnings: &mut Warnings,
) -> Result<Vec<Node>, IcalError> {
    let (mut done, mut open): (Vec<Node>, Vec<Node>) = (Vec::new(), Vec::new());
    for NumberedLine {
        number,
        text,
        cleaned,
    } in lines
    {
        if cleaned {
            warnings.push(Warning::new(number, "", Problem::ControlsRemoved));
        }
        match split(&text) {
            Some(parts) if parts.name.eq_ignore_ascii_case("BEGIN") => {
                let node = begin(&open, parts.value, number)?;
                open.push(node);
            }
            Some(parts) if parts.name.eq_ignore_ascii_case("END") => {
                let node = close(open.pop(), parts.value, number)?;
                open.last_mut()
                    .map_or(&mut done, |parent| &mut parent.children)
                    .push(node);
            }
            _ => match (open.last_mut(), text.parse()) {
                (Some(node), Ok(line)) => node.lines.push((number, line)),
                _ => warnings.push(Warning::new(number, "", Problem::not_a_line(&text))),
            },
        }
    }
    match open.pop() {
        Some(node) => Err(IcalError::Unterminated {
            line: node.number,
            name: node.name,
        }),
        None => Ok(done),
    }
}

fn begin(open: &[Node], value: &str, number: usize) -> Result<Node, IcalError> {
    let name = component_name(value, number)?;
    // a bare component is one level deeper once it is written inside of a calendar
    let outermost = open.first().map_or(&name, |first| &first.name);
    if open.len() + usize::from(outermost != "VCALENDAR") >= MAX_DEPTH {
        return Err(IcalError::TooDeep {
            line: number,
            limit: MAX_DEPTH,
        });
    }
    Ok(Node {
        name,
        number,
        lines: Vec::new(),
        children: Vec::new(),
    })
}

fn component_name(value: &str, line: usize) -> Result<String, IcalError> {
    let name = value.trim();
    let valid = !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if valid {
        Ok(name.to_ascii_uppercase())
    } else {
        Err(IcalError::BadComponentName { line })
    }
}

fn close(open: Option<Node>, value: &str, line: usize) -> Result<Node, IcalError> {
    let found: String = value.trim().chars().take(64).collect();
    match open {
        Some(node) if node.name.eq_ignore_ascii_case(&found) => Ok(node),
        Some(node) => Err(IcalError::MismatchedEnd {
            line,
            expected: node.name,
            found,
        }),
        None => Err(IcalError::UnexpectedEnd { line, found }),
    }
}
