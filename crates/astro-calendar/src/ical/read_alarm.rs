//! Reading a VALARM (RFC 5545 3.6.6, RFC 9074).

use super::{Alarm, Anchor, Problem, Trigger, property::Property, read::Reader, tree::Node};

impl Reader {
    /// The alarm, or `None` where it has no trigger that is understood.
    pub(super) fn alarm(&mut self, node: &Node) -> Option<Alarm> {
        let is_trigger = |p: &Property<'_>| p.name == "TRIGGER";
        let properties = || {
            node.lines
                .iter()
                .map(|(number, line)| Property::new(*number, line))
        };
        let first = properties().find(is_trigger)?;
        let mut alarm = Alarm::new(self.trigger(&first)?);
        self.keep_params(&mut alarm.extra, &first, &["VALUE", "TZID", "RELATED"]);
        for other in properties().filter(is_trigger).skip(1) {
            self.warn(&other, Problem::repeated(other.line.as_str()));
        }
        for property in properties().filter(|p| !is_trigger(p)) {
            self.alarm_property(&mut alarm, &property);
        }
        for child in &node.children {
            alarm.extra.components.push(child.to_raw());
        }
        Some(alarm)
    }

    fn trigger(&mut self, p: &Property<'_>) -> Option<Trigger> {
        let Some(duration) = p.duration() else {
            return self.when(p, p.value).map(Trigger::At);
        };
        let from = match p.param("RELATED") {
            None => Anchor::Start,
            Some(related) if related.eq_ignore_ascii_case("START") => Anchor::Start,
            Some(related) if related.eq_ignore_ascii_case("END") => Anchor::End,
            Some(_) => return None,
        };
        Some(Trigger::Offset { duration, from })
    }

    fn alarm_property(&mut self, alarm: &mut Alarm, p: &Property<'_>) {
        let extra = &mut alarm.extra;
        match p.name.as_str() {
            "UID" => self.take(&mut alarm.uid, extra, p, Some(p.text())),
            "ACTION" => self.take(&mut alarm.action, extra, p, Some(p.text())),
            "DESCRIPTION" => self.take(&mut alarm.description, extra, p, Some(p.text())),
            "SUMMARY" => self.take(&mut alarm.summary, extra, p, Some(p.text())),
            "ACKNOWLEDGED" => self.take_instant(&mut alarm.acknowledged, extra, p),
            "REPEAT" => self.take(&mut alarm.repeat, extra, p, p.number()),
            "DURATION" => self.take(&mut alarm.repeat_every, extra, p, p.duration()),
            "RELATED-TO" => {
                let relation = self.relation(p);
                alarm.related.push(relation);
            }
            _ => extra.lines.push(p.line.clone()),
        }
    }
}
