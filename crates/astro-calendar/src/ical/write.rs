//! Writing a calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Alarm, Anchor, Calendar, Extra, LineError, RawParams, Relation, Todo, Trigger,
    line::{Param, params, split, write_folded},
    property::is_uri,
    text::{decode_param, encode_param, escape},
    used_zones::{defined_zones, used_zones},
    values::{instant_text, write_when},
};
use crate::When;

/// Writes a calendar with CRLF and folded lines; `product` is its PRODID.
///
/// Every zone in use gets a VTIMEZONE. Texts cannot break out of their line, whatever they hold.
/// The one error is an extension whose name cannot be the name of a property.
pub fn write(calendar: &Calendar, product: &str) -> Result<String, LineError> {
    let mut writer = Writer {
        out: String::new(),
        defined: defined_zones(calendar),
    };
    write_folded(&mut writer.out, "BEGIN:VCALENDAR");
    writer.line("VERSION", "", "2.0");
    writer.line("PRODID", "", &escape(product));
    for line in &calendar.lines {
        write_folded(&mut writer.out, line.as_str());
    }
    used_zones(calendar, &writer.defined).write(&mut writer.out);
    for todo in &calendar.todos {
        writer.todo(todo)?;
    }
    for component in &calendar.others {
        component.write(&mut writer.out);
    }
    write_folded(&mut writer.out, "END:VCALENDAR");
    Ok(writer.out)
}

struct Writer<'c> {
    out: String,
    defined: BTreeSet<&'c str>,
}

impl Writer<'_> {
    fn line(&mut self, name: &str, params: &str, value: &str) {
        write_folded(&mut self.out, &format!("{name}{params}:{value}"));
    }

    fn todo(&mut self, todo: &Todo) -> Result<(), LineError> {
        write_folded(&mut self.out, "BEGIN:VTODO");
        self.texts(todo);
        self.times(todo);
        self.lists(todo);
        self.extensions(&todo.extensions, &todo.extra)?;
        self.extra_lines(&todo.extra, |name| todo.has(name));
        for alarm in &todo.alarms {
            self.alarm(alarm);
        }
        for component in &todo.extra.components {
            component.write(&mut self.out);
        }
        write_folded(&mut self.out, "END:VTODO");
        Ok(())
    }

    fn texts(&mut self, todo: &Todo) {
        let text = |value: &Option<String>| value.as_deref().map(escape);
        let number = |value: Option<u8>| value.map(|value| value.to_string());
        let properties = [
            ("UID", text(&todo.uid)),
            ("SUMMARY", text(&todo.summary)),
            ("DESCRIPTION", text(&todo.description)),
            (
                "STATUS",
                todo.status.map(|status| status.as_ical().to_owned()),
            ),
            ("PRIORITY", number(todo.priority)),
            ("PERCENT-COMPLETE", number(todo.percent)),
            (
                "SEQUENCE",
                todo.sequence.map(|sequence| sequence.to_string()),
            ),
            ("CLASS", todo.class.map(|class| class.as_ical().to_owned())),
            ("LOCATION", text(&todo.location)),
            ("GEO", todo.geo.clone()),
            ("URL", todo.url.clone()),
            ("COLOR", text(&todo.color)),
            ("RRULE", todo.rrule.clone()),
            (
                "DURATION",
                todo.duration.map(|duration| duration.to_string()),
            ),
            (
                "ESTIMATED-DURATION",
                todo.estimate.map(|estimate| estimate.to_string()),
            ),
            (
                "X-APPLE-SORT-ORDER",
                todo.sort_order.map(|order| order.to_string()),
            ),
        ];
        for (name, value) in properties {
            self.single(name, value, &todo.extra);
        }
    }

    fn times(&mut self, todo: &Todo) {
        let instants = [
            ("DTSTAMP", todo.stamp),
            ("CREATED", todo.created),
            ("LAST-MODIFIED", todo.last_modified),
            ("COMPLETED", todo.completed),
        ];
        for (name, instant) in instants {
            self.single(name, instant.map(instant_text), &todo.extra);
        }
        let times = [
            ("DTSTART", &todo.start),
            ("DUE", &todo.due),
            ("RECURRENCE-ID", &todo.recurrence_id),
        ];
        for (name, when) in times {
            if let Some(when) = when {
                self.when(name, when, &todo.extra);
            }
        }
    }

    fn lists(&mut self, todo: &Todo) {
        self.when_list("RDATE", &todo.rdate, &todo.extra);
        self.when_list("EXDATE", &todo.exdate, &todo.extra);
        if !todo.categories.is_empty() {
            let labels: Vec<String> = todo.categories.iter().map(|label| escape(label)).collect();
            self.single("CATEGORIES", Some(labels.join(",")), &todo.extra);
        }
        self.relations(&todo.related);
        for attachment in &todo.attachments {
            self.line("ATTACH", attachment.params.as_str(), &attachment.value);
        }
    }

    fn single(&mut self, name: &str, value: Option<String>, extra: &Extra) {
        if let Some(value) = value {
            self.line(name, kept(extra, name), &value);
        }
    }

    fn when(&mut self, name: &str, when: &When, extra: &Extra) {
        let (own, value) = write_when(when);
        let params = own + &self.beside_time(when, kept(extra, name));
        self.line(name, &params, &value);
    }

    /// Kept parameters of a time. A zone that was not understood belongs to a local time without
    /// zone, and only where its VTIMEZONE is written too.
    fn beside_time(&self, when: &When, kept: &str) -> String {
        let allowed = |param: &Param<'_>| {
            !param.name.eq_ignore_ascii_case("TZID")
                || matches!(when, When::Floating(_))
                    && self.defined.contains(decode_param(param.value).as_str())
        };
        params(kept)
            .filter(allowed)
            .map(|param| param.raw)
            .collect()
    }

    /// One line for each run of values with the same parameters.
    fn when_list(&mut self, name: &str, list: &[When], extra: &Extra) {
        let mut written = list.iter().map(write_when).peekable();
        while let Some((params, mut values)) = written.next() {
            while let Some((_, value)) = written.next_if(|(next, _)| *next == params) {
                values = values + "," + &value;
            }
            self.line(name, &(params + kept(extra, name)), &values);
        }
    }

    fn relations(&mut self, relations: &[Relation]) {
        for relation in relations {
            let reltype = relation.reltype.as_deref().map(encode_param);
            let reltype = reltype.map_or(String::new(), |reltype| format!(";RELTYPE={reltype}"));
            let gap = relation
                .gap
                .map_or(String::new(), |gap| format!(";GAP={gap}"));
            let params = reltype + &gap + relation.params.as_str();
            let is_uri = is_uri(&relation.params);
            let value = if is_uri {
                relation.value.clone()
            } else {
                escape(&relation.value)
            };
            self.line("RELATED-TO", &params, &value);
        }
    }

    fn extensions(
        &mut self,
        extensions: &BTreeMap<String, String>,
        extra: &Extra,
    ) -> Result<(), LineError> {
        for (name, text) in extensions {
            let line = format!("{name}:");
            let whole = split(&line).is_some_and(|parts| parts.name == name);
            if !whole
                || ["BEGIN", "END"]
                    .iter()
                    .any(|word| name.eq_ignore_ascii_case(word))
            {
                return Err(LineError::BadName(name.clone()));
            }
            self.single(name, Some(escape(text)), extra);
        }
        Ok(())
    }

    /// Kept lines, but for those of a property that has meanwhile been set.
    fn extra_lines(&mut self, extra: &Extra, is_set: impl Fn(&str) -> bool) {
        for line in &extra.lines {
            if !is_set(&line.name().to_ascii_uppercase()) {
                write_folded(&mut self.out, line.as_str());
            }
        }
    }

    fn alarm(&mut self, alarm: &Alarm) {
        write_folded(&mut self.out, "BEGIN:VALARM");
        self.trigger(alarm);
        let text = |value: &Option<String>| value.as_deref().map(escape);
        let acknowledged: Option<Timestamp> = alarm.acknowledged;
        let properties = [
            ("UID", text(&alarm.uid)),
            ("ACTION", text(&alarm.action)),
            ("DESCRIPTION", text(&alarm.description)),
            ("SUMMARY", text(&alarm.summary)),
            ("ACKNOWLEDGED", acknowledged.map(instant_text)),
            ("REPEAT", alarm.repeat.map(|repeat| repeat.to_string())),
            (
                "DURATION",
                alarm.repeat_every.map(|every| every.to_string()),
            ),
        ];
        for (name, value) in properties {
            self.single(name, value, &alarm.extra);
        }
        self.relations(&alarm.related);
        self.extra_lines(&alarm.extra, |name| alarm.has(name));
        for component in &alarm.extra.components {
            component.write(&mut self.out);
        }
        write_folded(&mut self.out, "END:VALARM");
    }

    fn trigger(&mut self, alarm: &Alarm) {
        let beside = kept(&alarm.extra, "TRIGGER");
        match &alarm.trigger {
            Trigger::Offset { duration, from } => {
                let related = match from {
                    Anchor::Start => "",
                    Anchor::End => ";RELATED=END",
                };
                self.line(
                    "TRIGGER",
                    &format!("{related}{beside}"),
                    &duration.to_string(),
                );
            }
            Trigger::At(when) => {
                let (own, value) = write_when(when);
                // the default type of TRIGGER is DURATION
                let typed = if own.contains("VALUE=") {
                    ""
                } else {
                    ";VALUE=DATE-TIME"
                };
                self.line("TRIGGER", &format!("{typed}{own}{beside}"), &value);
            }
        }
    }
}

fn kept<'e>(extra: &'e Extra, name: &str) -> &'e str {
    extra.params.get(name).map_or("", RawParams::as_str)
}
