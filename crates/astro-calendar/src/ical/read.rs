//! Reading a calendar: components to [`Todo`]s.

use super::{
    Attachment, Calendar, Class, IcalError, Problem, ReadOptions, Reading, Status, Todo, Warning,
    Warnings,
    line::unfold,
    property::Property,
    text::unescape_list,
    tree::{Node, build},
    zones::ZoneMap,
};
use crate::ZoneName;

/// Reads a file: one calendar, several, or bare components of one.
pub fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Reading, IcalError> {
    if bytes.len() > options.max_bytes {
        return Err(IcalError::TooLarge {
            size: bytes.len(),
            limit: options.max_bytes,
        });
    }
    let mut warnings = Warnings::default();
    let nodes = build(unfold(bytes)?, &mut warnings)?;
    let mut calendar = Calendar::default();
    let components = parts_of_calendars(nodes, &mut calendar, &mut warnings)?;

    let mut zones = ZoneMap::default();
    components
        .iter()
        .filter(|node| node.name == "VTIMEZONE")
        .for_each(|node| zones.define(node));
    let mut reader = Reader {
        zones,
        warnings,
        prefix: options.extension_prefix.to_ascii_uppercase(),
    };
    for node in components {
        match node.name.as_str() {
            "VTODO" => calendar.todos.push(reader.todo(node)),
            "VTIMEZONE" if is_iana(node.value("TZID")) => {}
            _ => calendar.others.push(node.into_raw()),
        }
    }
    let Warnings { mut list, left_out } = reader.warnings;
    list.sort_by_key(|warning| warning.line);
    Ok(Reading {
        calendar,
        warnings: list,
        warnings_left_out: left_out,
    })
}

/// The components of all calendars of the file; the calendars' own lines go to `calendar`.
fn parts_of_calendars(
    nodes: Vec<Node>,
    calendar: &mut Calendar,
    warnings: &mut Warnings,
) -> Result<Vec<Node>, IcalError> {
    let mut components = Vec::new();
    let mut found = false;
    for node in nodes {
        match node.name.as_str() {
            "VCALENDAR" => {
                for (_, line) in node.lines {
                    let written_anew = ["VERSION", "PRODID"];
                    if !written_anew
                        .iter()
                        .any(|name| line.name().eq_ignore_ascii_case(name))
                    {
                        calendar.lines.push(line);
                    }
                }
                components.extend(node.children);
            }
            "VTODO" | "VEVENT" | "VJOURNAL" | "VFREEBUSY" | "VTIMEZONE" => components.push(node),
            _ => {
                let problem = Problem::ForeignComponent;
                warnings.push(Warning::new(node.number, &node.name, problem));
                continue;
            }
        }
        found = true;
    }
    if found {
        Ok(components)
    } else {
        Err(IcalError::NotACalendar)
    }
}

/// Whether a `TZID` is an IANA name in its canonical form.
fn is_iana(tzid: Option<&str>) -> bool {
    let Some(tzid) = tzid else { return false };
    tzid.parse::<ZoneName>()
        .is_ok_and(|zone| zone.as_str() == tzid)
}

/// What reading needs beside the text.
pub(super) struct Reader {
    pub zones: ZoneMap,
    pub warnings: Warnings,
    prefix: String,
}

impl Reader {
    fn todo(&mut self, node: Node) -> Todo {
        let mut todo = Todo::default();
        for (number, line) in &node.lines {
            let property = Property::new(*number, line);
            self.text_property(&mut todo, &property);
        }
        for child in node.children {
            self.nested(&mut todo, child);
        }
        todo
    }

    fn nested(&mut self, todo: &mut Todo, child: Node) {
        if child.name != "VALARM" {
            todo.extra.components.push(child.into_raw());
            return;
        }
        if let Some(alarm) = self.alarm(&child) {
            todo.alarms.push(alarm);
        } else {
            self.warnings
                .push(Warning::new(child.number, "VALARM", Problem::NoTrigger));
            todo.extra.components.push(child.into_raw());
        }
    }

    /// Texts and enumerations; what is none of them goes on to the numbers and times.
    fn text_property(&mut self, todo: &mut Todo, p: &Property<'_>) {
        let extra = &mut todo.extra;
        match p.name.as_str() {
            "UID" => self.take(&mut todo.uid, extra, p, Some(p.text())),
            "SUMMARY" => self.take(&mut todo.summary, extra, p, Some(p.text())),
            "DESCRIPTION" => self.take(&mut todo.description, extra, p, Some(p.text())),
            "LOCATION" => self.take(&mut todo.location, extra, p, Some(p.text())),
            "COLOR" => self.take(&mut todo.color, extra, p, Some(p.text())),
            "URL" => self.take(&mut todo.url, extra, p, Some(p.value.to_owned())),
            "GEO" => self.take(&mut todo.geo, extra, p, Some(p.value.to_owned())),
            "STATUS" => self.take(&mut todo.status, extra, p, Status::from_ical(p.value)),
            "CLASS" => self.take(&mut todo.class, extra, p, Class::from_ical(p.value)),
            // RFC 2445 allowed several rules; those after the first are kept
            "RRULE" if todo.rrule.is_none() => {
                self.take(&mut todo.rrule, extra, p, Some(p.value.to_owned()));
            }
            "CATEGORIES" => {
                let labels = unescape_list(p.value);
                if !labels.is_empty() {
                    self.keep_params(extra, p, &[]);
                    todo.categories.extend(labels);
                }
            }
            "RELATED-TO" => {
                let relation = self.relation(p);
                todo.related.push(relation);
            }
            "ATTACH" => {
                let params = self.kept_params(p, &[]);
                todo.attachments.push(Attachment {
                    value: p.value.to_owned(),
                    params,
                });
            }
            _ => self.other_property(todo, p),
        }
    }

    fn other_property(&mut self, todo: &mut Todo, p: &Property<'_>) {
        let extra = &mut todo.extra;
        match p.name.as_str() {
            "DTSTART" => self.take_when(&mut todo.start, extra, p),
            "DUE" => self.take_when(&mut todo.due, extra, p),
            "RECURRENCE-ID" => self.take_when(&mut todo.recurrence_id, extra, p),
            "RDATE" => self.take_list(&mut todo.rdate, extra, p),
            "EXDATE" => self.take_list(&mut todo.exdate, extra, p),
            "DTSTAMP" => self.take_instant(&mut todo.stamp, extra, p),
            "COMPLETED" => self.take_instant(&mut todo.completed, extra, p),
            "CREATED" => self.take_instant(&mut todo.created, extra, p),
            "LAST-MODIFIED" => self.take_instant(&mut todo.last_modified, extra, p),
            "DURATION" => self.take(&mut todo.duration, extra, p, p.duration()),
            "ESTIMATED-DURATION" => self.take(&mut todo.estimate, extra, p, p.duration()),
            "SEQUENCE" => self.take(&mut todo.sequence, extra, p, p.number()),
            "X-APPLE-SORT-ORDER" => self.take(&mut todo.sort_order, extra, p, p.number()),
            "PRIORITY" => {
                let priority = p.number().filter(|priority| *priority <= 9);
                self.take(&mut todo.priority, extra, p, priority);
            }
            "PERCENT-COMPLETE" => {
                let percent = p.number().filter(|percent| *percent <= 100);
                self.take(&mut todo.percent, extra, p, percent);
            }
            name if self.is_extension(name) && !todo.extensions.contains_key(name) => {
                todo.extensions.insert(name.to_owned(), p.text());
                self.keep_params(extra, p, &[]);
            }
            _ => extra.lines.push(p.line.clone()),
        }
    }

    fn is_extension(&self, name: &str) -> bool {
        !self.prefix.is_empty() && name.starts_with(&self.prefix)
    }
}
