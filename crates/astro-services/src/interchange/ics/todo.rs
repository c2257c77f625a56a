//! The to-do of a task: the one that came, with what has changed since.

use astro_core::calendar::ical::{Attachment, Class, Relation as Related, Status, Todo};
use astro_core::calendar::recurrence::{Rule, Until};
use astro_core::calendar::{IsoDuration, When, ZoneName};
use astro_core::reminders::Anchors;
use astro_core::tasks::{MissedPolicy, RepeatFrom, TaskFields, TaskState, TaskStatus, Visibility};

use super::Record;
use super::alarms;
use super::extensions::join_path;
use super::says::is_address;
use crate::interchange::outgoing::Outgoing;
use crate::interchange::portable::Portable;

/// `kept` is the record that came, and what it said; `zone` that of the owner.
pub fn record(task: &Outgoing, kept: Option<(&Record, &Portable)>, zone: &ZoneName) -> Record {
    let mut writing = Writing {
        record: kept.map_or_else(|| fresh(task), |(record, _)| record.clone()),
        said: kept.map(|(_, said)| (said, task.says.as_said(said))),
        task,
    };
    writing.texts();
    writing.state();
    writing.times();
    writing.relations();
    writing.attachments();
    writing.extensions();
    writing.alarms(kept, zone);
    let mut record = writing.record;
    if kept.is_none_or(|(kept, _)| *kept != record) {
        record.todo.last_modified = Some(task.updated_at);
        record.todo.stamp = Some(task.updated_at);
        if task.says.sequence > 0 {
            record.todo.sequence = Some(task.says.sequence);
        }
    }
    if record.calendar.is_some() {
        // the file that is written has no name of its own to say it
        let path = join_path(&task.says.project);
        record.todo.extensions.insert(PROJECT.to_owned(), path);
    }
    record
}

/// The path of the task's project.
const PROJECT: &str = "X-ASTRO-PROJECT";

fn fresh(task: &Outgoing) -> Record {
    Record {
        todo: Todo {
            uid: Some(task.name.clone()),
            created: task.says.created_at,
            recurrence_id: task.recurrence_id.clone(),
            ..Todo::default()
        },
        calendar: None,
        zones: Vec::new(),
    }
}

struct Writing<'a> {
    record: Record,
    /// What the record said, and what the task says of the same.
    said: Option<(&'a Portable, Portable)>,
    task: &'a Outgoing,
}

/// UNTIL has to be of DTSTART's kind, in UTC where that has a zone (RFC 5545 3.3.10). A day, which is
/// what people say, is that day's end.
fn conforming(rule: &str, fields: &TaskFields) -> String {
    let parsed: Option<Rule> = rule.parse().ok();
    let until = parsed.as_ref().and_then(|rule| rule.until());
    let (Some(Until::Date(last)), Some(anchor)) = (until, fields.anchor()) else {
        return rule.to_owned();
    };
    let Ok(next) = last.tomorrow() else {
        return rule.to_owned();
    };
    let midnight = next.at(0, 0, 0, 0);
    let first_left_out = match anchor {
        When::Date(_) => return rule.to_owned(),
        When::Floating(_) => When::Floating(midnight),
        When::Zoned { zone, .. } => When::Zoned {
            local: midnight,
            zone: zone.clone(),
        },
        When::Utc(_) => When::Zoned {
            local: midnight,
            zone: ZoneName::utc(),
        },
    };
    parsed.map_or_else(
        || rule.to_owned(),
        |parsed| parsed.ending_before(&first_left_out).to_string(),
    )
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Writing<'_> {
    /// Whether this is new, or not as the record said.
    fn differs<T: PartialEq>(&self, part: impl Fn(&Portable) -> T) -> bool {
        self.said
            .as_ref()
            .is_none_or(|(said, now)| part(said) != part(now))
    }

    fn texts(&mut self) {
        let says = &self.task.says;
        let fields = &says.fields;
        if self.differs(|task| task.fields.title.clone()) {
            self.record.todo.summary = Some(fields.title.clone());
        }
        if self.differs(|task| task.fields.description.clone()) {
            self.record.todo.description = some_text(&fields.description);
        }
        if self.differs(|task| task.fields.location.clone()) {
            self.record.todo.location.clone_from(&fields.location);
        }
        if self.differs(|task| task.fields.url.clone()) {
            self.record.todo.url.clone_from(&fields.url);
        }
        if self.differs(|task| task.fields.color.clone()) {
            self.record.todo.color.clone_from(&fields.color);
        }
        if self.differs(|task| task.labels.clone()) {
            self.record.todo.categories = says.labels.iter().cloned().collect();
        }
    }

    fn state(&mut self) {
        let says = &self.task.says;
        let fields = &says.fields;
        if self.differs(|task| (task.fields.status, task.completed_at)) {
            self.record.todo.status = Some(match fields.status {
                TaskStatus::NeedsAction => Status::NeedsAction,
                TaskStatus::InProcess => Status::InProcess,
                TaskStatus::Completed => Status::Completed,
                TaskStatus::Cancelled => Status::Cancelled,
                TaskStatus::Failed => Status::Failed,
            });
            let is_done = fields.status == TaskStatus::Completed;
            self.record.todo.completed =
                is_done.then(|| says.completed_at.unwrap_or(self.task.updated_at));
        }
        if self.differs(|task| task.fields.percent) {
            self.record.todo.percent = (fields.percent > 0).then_some(fields.percent);
        }
        if self.differs(|task| task.fields.priority) {
            self.record.todo.priority = (fields.priority > 0).then_some(fields.priority);
        }
        if self.differs(|task| task.fields.visibility) {
            self.record.todo.class = match fields.visibility {
                Visibility::Public => None,
                Visibility::Private => Some(Class::Private),
                Visibility::Confidential => Some(Class::Confidential),
            };
        }
    }

    fn times(&mut self) {
        let fields = &self.task.says.fields;
        let (start, due) = (
            self.differs(|task| task.fields.start.clone()),
            self.differs(|task| task.fields.due.clone()),
        );
        if start {
            self.record.todo.start.clone_from(&fields.start);
        }
        if due || start && self.record.todo.duration.is_some() {
            // DUE and DURATION must not stand together (RFC 5545 3.6.2)
            self.record.todo.duration = None;
            self.record.todo.due.clone_from(&fields.due);
        }
        if self.differs(|task| task.fields.estimate_s) {
            self.record.todo.estimate = fields.estimate_s.and_then(duration);
        }
        if self.differs(|task| task.fields.rrule.clone()) {
            self.record.todo.rrule = fields.rrule.as_deref().map(|rule| conforming(rule, fields));
        }
        if self.differs(|task| task.fields.rdate.clone()) {
            self.record.todo.rdate.clone_from(&fields.rdate);
        }
        if self.differs(|task| task.fields.exdate.clone()) {
            self.record.todo.exdate.clone_from(&fields.exdate);
        }
    }

    /// Relations that still hold stay as they were, with their parameters.
    fn relations(&mut self) {
        if !self.differs(|task| {
            (
                task.parent.clone(),
                task.depends_on.clone(),
                task.fields.relations.clone(),
            )
        }) {
            return;
        }
        let says = &self.task.says;
        let parent = says.parent.iter().map(|uid| ("PARENT", uid, None));
        let depends = says.depends_on.iter().map(|uid| ("DEPENDS-ON", uid, None));
        let others = says.fields.relations.iter().map(|relation| {
            (
                relation.kind.as_str(),
                &relation.uid,
                relation.gap.as_deref(),
            )
        });
        let mut old = std::mem::take(&mut self.record.todo.related);
        for (kind, uid, gap) in parent.chain(depends).chain(others) {
            let known = old.iter().position(|related| is_same(related, kind, uid));
            let related = match known {
                Some(index) => old.remove(index),
                None => Related {
                    reltype: Some(kind.to_owned()),
                    value: uid.clone(),
                    gap: gap.and_then(|gap| gap.parse().ok()),
                    params: astro_core::calendar::ical::RawParams::default(),
                },
            };
            self.record.todo.related.push(related);
        }
    }

    fn attachments(&mut self) {
        if !self.differs(|task| task.fields.attachments.clone()) {
            return;
        }
        let wanted = &self.task.says.fields.attachments;
        let kept = &mut self.record.todo.attachments;
        kept.retain(|kept| {
            !is_address(kept) || wanted.iter().any(|wanted| wanted.uri == kept.value)
        });
        for wanted in wanted {
            if !kept.iter().any(|kept| kept.value == wanted.uri) {
                kept.push(Attachment {
                    value: wanted.uri.clone(),
                    params: astro_core::calendar::ical::RawParams::default(),
                });
            }
        }
    }

    fn alarms(&mut self, kept: Option<(&Record, &Portable)>, zone: &ZoneName) {
        let says = &self.task.says;
        let anchors = Anchors {
            start: says.fields.start.clone(),
            due: says.fields.due.clone(),
            open: true,
        };
        let title = self.record.todo.summary.clone().unwrap_or_default();
        let task = alarms::Task {
            title: &title,
            was_called: kept.and_then(|(record, _)| record.todo.summary.as_deref()),
            anchors: &anchors,
            zone,
        };
        let said = kept
            .map(|(_, said)| said.reminders.clone())
            .unwrap_or_default();
        alarms::put(&mut self.record.todo, &said, &says.reminders, &task);
    }

    /// What iCalendar has no property for.
    fn extensions(&mut self) {
        let says = &self.task.says;
        let fields = &says.fields;
        let flag = |set: bool| set.then(|| "TRUE".to_owned());
        let block = |seconds: Option<u32>| seconds.and_then(duration).map(|d| d.to_string());
        let project = says.project.clone();
        self.extension("PROJECT", |task| task.project.clone(), {
            some_text(&join_path(&project))
        });
        let deadline = fields.deadline.map(|date| When::Date(date).to_string());
        self.extension("DEADLINE", |task| task.fields.deadline, deadline);
        let state = (fields.state != TaskState::None).then(|| fields.state.to_string());
        self.extension("STATE", |task| task.fields.state, state);
        let from = (fields.repeat_from == RepeatFrom::Completion).then(|| "COMPLETION".to_owned());
        self.extension("REPEAT-FROM", |task| task.fields.repeat_from, from);
        let missed = (fields.missed_policy != MissedPolicy::default())
            .then(|| fields.missed_policy.to_string());
        self.extension("MISSED", |task| task.fields.missed_policy, missed);
        let energy = fields.energy.map(|energy| energy.to_string());
        self.extension("ENERGY", |task| task.fields.energy, energy);
        self.extension(
            "MIN-BLOCK",
            |task| task.fields.min_block_s,
            block(fields.min_block_s),
        );
        self.extension(
            "MAX-BLOCK",
            |task| task.fields.max_block_s,
            block(fields.max_block_s),
        );
        self.extension(
            "AUTO-PLAN",
            |task| task.fields.auto_plan,
            flag(fields.auto_plan),
        );
        self.extension("LOCKED", |task| task.fields.locked, flag(fields.locked));
        self.extension(
            "POSITION",
            |task| task.fields.position.clone(),
            some_text(&fields.position),
        );
    }

    fn extension<T: PartialEq>(
        &mut self,
        name: &str,
        part: impl Fn(&Portable) -> T,
        value: Option<String>,
    ) {
        if !self.differs(part) {
            return;
        }
        let name = format!("{}{name}", super::EXTENSIONS);
        match value {
            Some(value) => self.record.todo.extensions.insert(name, value),
            None => self.record.todo.extensions.remove(&name),
        };
    }
}

fn is_same(related: &Related, kind: &str, uid: &str) -> bool {
    let written = related.reltype.as_deref().unwrap_or("PARENT");
    let both_wait = |kind: &str| {
        kind.eq_ignore_ascii_case("DEPENDS-ON") || kind.eq_ignore_ascii_case("FINISHTOSTART")
    };
    related.value.trim() == uid
        && (written.eq_ignore_ascii_case(kind) || both_wait(written) && both_wait(kind))
}

fn duration(seconds: u32) -> Option<IsoDuration> {
    format!("PT{seconds}S").parse().ok()
}
