//! What a to-do says, in the words of this product.

use std::fmt::Display;

use astro_core::calendar::ical::{Class, Relation as Related, Status, Todo};
use astro_core::calendar::{IsoDuration, When, ZoneName};
use astro_core::limits;
use astro_core::reminders::Anchors;
use astro_core::tasks::{Attachment, Relation, TaskStatus, Visibility};

use super::alarms::{self, Taken};
use super::{Record, extensions};
use crate::interchange::notes::Notes;
use crate::interchange::portable::Portable;

/// Reads a record that was understood in `zone`.
pub fn says(record: &Record, zone: &ZoneName, notes: &mut Notes, place: &dyn Display) -> Portable {
    let mut says = Saying {
        portable: Portable::titled(record.todo.summary.clone().unwrap_or_default()),
        zone,
        notes,
        place,
    };
    says.portable.project = record.calendar.iter().cloned().collect();
    says.texts(&record.todo);
    says.state(&record.todo);
    says.times(&record.todo);
    for related in &record.todo.related {
        says.related(related);
    }
    says.attachments(&record.todo);
    says.alarms(&record.todo);
    for (name, text) in &record.todo.extensions {
        match extensions::take(&mut says.portable, name, text) {
            Some(becomes) => says.mapped(true, name, becomes),
            None => says.notes.kept(name, place),
        }
    }
    says.count_kept(&record.todo);
    let Saying {
        mut portable,
        notes,
        ..
    } = says;
    portable.fit(notes, place);
    portable
}

struct Saying<'a> {
    portable: Portable,
    zone: &'a ZoneName,
    notes: &'a mut Notes,
    place: &'a dyn Display,
}

impl Saying<'_> {
    fn mapped(&mut self, is_there: bool, field: &str, becomes: &str) {
        if is_there {
            self.notes.mapped(field, becomes, self.place);
        }
    }

    fn texts(&mut self, todo: &Todo) {
        let fields = &mut self.portable.fields;
        fields.description = todo.description.clone().unwrap_or_default();
        fields.location.clone_from(&todo.location);
        fields.url.clone_from(&todo.url);
        fields.color.clone_from(&todo.color);
        fields.rrule.clone_from(&todo.rrule);
        fields.rdate.clone_from(&todo.rdate);
        fields.exdate.clone_from(&todo.exdate);
        self.portable.labels = todo
            .categories
            .iter()
            .map(|label| label.trim().to_owned())
            .filter(|label| !label.is_empty())
            .collect();
        self.mapped(todo.uid.is_some(), "UID", "uid");
        self.mapped(todo.summary.is_some(), "SUMMARY", "title");
        self.mapped(todo.description.is_some(), "DESCRIPTION", "description");
        self.mapped(todo.location.is_some(), "LOCATION", "location");
        self.mapped(todo.url.is_some(), "URL", "url");
        self.mapped(todo.color.is_some(), "COLOR", "color");
        self.mapped(todo.rrule.is_some(), "RRULE", "rrule");
        self.mapped(!todo.rdate.is_empty(), "RDATE", "rdate");
        self.mapped(!todo.exdate.is_empty(), "EXDATE", "exdate");
        self.mapped(!todo.categories.is_empty(), "CATEGORIES", "labels");
    }

    fn state(&mut self, todo: &Todo) {
        let fields = &mut self.portable.fields;
        fields.status = match todo.status {
            Some(Status::Completed) => TaskStatus::Completed,
            Some(Status::Cancelled) => TaskStatus::Cancelled,
            Some(Status::Failed) => TaskStatus::Failed,
            Some(Status::InProcess) => TaskStatus::InProcess,
            // programs that know no STATUS say it by the date alone
            None if todo.completed.is_some() => TaskStatus::Completed,
            Some(Status::NeedsAction) | None => TaskStatus::NeedsAction,
        };
        let is_done = fields.status == TaskStatus::Completed;
        fields.percent = todo.percent.unwrap_or(if is_done { 100 } else { 0 });
        fields.priority = todo.priority.unwrap_or(0);
        fields.visibility = match todo.class {
            Some(Class::Private) => Visibility::Private,
            Some(Class::Confidential) => Visibility::Confidential,
            Some(Class::Public) | None => Visibility::Public,
        };
        self.portable.completed_at = todo.completed.filter(|_| is_done);
        self.portable.sequence = todo.sequence.unwrap_or(0);
        self.mapped(todo.status.is_some(), "STATUS", "status");
        self.mapped(todo.percent.is_some(), "PERCENT-COMPLETE", "percent");
        self.mapped(todo.priority.is_some(), "PRIORITY", "priority");
        self.mapped(todo.class.is_some(), "CLASS", "visibility");
        self.mapped(todo.completed.is_some(), "COMPLETED", "completed_at");
        self.mapped(todo.sequence.is_some(), "SEQUENCE", "sequence");
    }

    fn times(&mut self, todo: &Todo) {
        let fields = &mut self.portable.fields;
        fields.start.clone_from(&todo.start);
        fields.due = todo.due.clone().or_else(|| due_after(todo, self.zone));
        fields.estimate_s = todo.estimate.and_then(seconds);
        self.portable.created_at = todo.created;
        self.mapped(todo.start.is_some(), "DTSTART", "start");
        self.mapped(todo.due.is_some(), "DUE", "due");
        self.mapped(todo.duration.is_some(), "DURATION", "due");
        self.mapped(todo.estimate.is_some(), "ESTIMATED-DURATION", "estimate_s");
        self.mapped(todo.created.is_some(), "CREATED", "created_at");
        self.mapped(todo.last_modified.is_some(), "LAST-MODIFIED", "updated_at");
    }

    /// RFC 9253: a dependency is named by the task that waits.
    fn related(&mut self, related: &Related) {
        let kind = related.reltype.as_deref().unwrap_or("PARENT");
        let field = format!("RELATED-TO;RELTYPE={kind}");
        let uid = related.value.trim();
        let fits = !uid.is_empty() && uid.chars().count() <= limits::SHORT_CHARS;
        if !fits || kind.chars().count() > limits::SHORT_CHARS {
            self.notes.kept(&field, self.place);
            return;
        }
        match kind.to_ascii_uppercase().as_str() {
            "PARENT" if self.portable.parent.is_none() => {
                self.portable.parent = Some(uid.to_owned());
                self.mapped(true, &field, "parent_id");
            }
            "DEPENDS-ON" | "FINISHTOSTART" => {
                self.portable.depends_on.insert(uid.to_owned());
                self.mapped(true, &field, "depends_on");
            }
            _ => {
                self.portable.fields.relations.push(Relation {
                    kind: kind.to_owned(),
                    uid: uid.to_owned(),
                    gap: related.gap.map(|gap| gap.to_string()),
                });
                self.mapped(true, &field, "relations");
            }
        }
    }

    /// Files inside of the calendar are kept; only addresses have a place.
    fn attachments(&mut self, todo: &Todo) {
        for attachment in &todo.attachments {
            if is_address(attachment) {
                self.portable.fields.attachments.push(Attachment {
                    uri: attachment.value.clone(),
                    title: None,
                    media_type: None,
                });
                self.mapped(true, "ATTACH", "attachments");
            } else {
                self.notes.kept("ATTACH", self.place);
            }
        }
    }

    fn alarms(&mut self, todo: &Todo) {
        let fields = &self.portable.fields;
        let anchors = Anchors {
            start: fields.start.clone(),
            due: fields.due.clone(),
            open: true,
        };
        let (alerts, taken) = alarms::take(todo, &anchors, self.zone);
        self.portable.reminders = alerts;
        for taken in taken {
            match taken {
                Taken::Mapped { kept, .. } => {
                    self.mapped(true, "VALARM", "reminders");
                    for name in kept {
                        self.notes.kept(&format!("VALARM {name}"), self.place);
                    }
                }
                Taken::Kept(reason) => {
                    self.notes.kept("VALARM", self.place);
                    if let Some(reason) = reason {
                        self.notes.warn(self.place, format!("an alarm {reason}"));
                    }
                }
            }
        }
    }

    /// What has no place, by name.
    fn count_kept(&mut self, todo: &Todo) {
        for (is_there, name) in [
            (todo.geo.is_some(), "GEO"),
            (todo.sort_order.is_some(), "X-APPLE-SORT-ORDER"),
        ] {
            if is_there {
                self.notes.kept(name, self.place);
            }
        }
        if todo.stamp.is_some() {
            self.notes.derived("DTSTAMP", self.place);
        }
        for line in &todo.extra.lines {
            self.notes
                .kept(&line.name().to_ascii_uppercase(), self.place);
        }
        for component in &todo.extra.components {
            self.notes.kept(component.name(), self.place);
        }
        for name in todo.extra.params.keys() {
            self.notes
                .kept(&format!("parameters of {name}"), self.place);
        }
    }
}

pub(super) fn seconds(duration: IsoDuration) -> Option<u32> {
    u32::try_from(duration.nominal_seconds()).ok()
}

/// Where DURATION puts the due time (RFC 5545 3.8.2.5).
fn due_after(todo: &Todo, zone: &ZoneName) -> Option<When> {
    let (start, duration) = (todo.start.as_ref()?, todo.duration?);
    let due = start.offset_by(duration, zone.rules());
    match start {
        // a day that lasts a day is due on that day
        When::Date(_) if duration.seconds() == 0 => {
            let end = zone.rules().to_datetime(due).date();
            Some(When::Date(end.yesterday().unwrap_or(end)))
        }
        _ => When::utc(due).ok(),
    }
}

pub(super) fn is_address(attachment: &astro_core::calendar::ical::Attachment) -> bool {
    let value = &attachment.value;
    let is_binary = attachment
        .params
        .as_str()
        .to_ascii_uppercase()
        .contains("ENCODING=BASE64");
    !is_binary && !value.trim().is_empty() && value.chars().count() <= limits::URL_CHARS
}
