//! Alarms of calendar files and the reminders that they become, without and with a database.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeMap;

use astro_core::calendar::{Timestamp, ZoneName};
use astro_core::ids::SessionId;
use astro_core::interchange::{Format, ImportCounts, ImportReport};
use astro_core::page::PageRequest;
use astro_core::patch::{Patch, read_document};
use astro_core::principal::{Identity, Principal, Role};
use astro_core::reminders::{
    Anchor, Channel, Nag, Reminder, ReminderFilter, ReminderState, Trigger,
};
use astro_core::tasks::{TaskFields, TaskSource};
use astro_services::interchange::alerts::{Alert, Alerts};
use astro_services::interchange::notation;
use astro_services::interchange::outgoing::Outgoing;
use astro_services::interchange::plan::{Context, Plan};
use astro_services::{Call, Services};
use astro_testkit::{TestStore, on_both_engines};
use proptest::prelude::*;
use serde_json::{Value, json};

fn zone() -> ZoneName {
    "Europe/Madrid".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(text: &str) -> Plan {
    let context = Context {
        zone: zone(),
        now: at("2026-11-25T09:00:00Z"),
    };
    notation::read(Format::Ics, text.as_bytes(), &context).unwrap()
}

/// The plan's tasks as they go out, changed by `edit`, with or without the records that came.
fn write(plan: &Plan, with_records: bool, edit: impl Fn(&mut Alerts)) -> String {
    let records: Vec<Value> = plan
        .tasks
        .iter()
        .map(|task| {
            let mut says = task.says.clone();
            edit(&mut says.reminders);
            let outgoing = Outgoing {
                id: uuid::Uuid::nil().into(),
                name: task.uid.clone(),
                recurrence_id: None,
                says,
                updated_at: at("2026-11-25T09:00:00Z"),
                kept: task.kept.clone().filter(|_| with_records),
            };
            notation::record(Format::Ics, &outgoing, &zone()).unwrap()
        })
        .collect();
    String::from_utf8(notation::write(Format::Ics, &records).unwrap()).unwrap()
}

fn alerts(plan: &Plan) -> Vec<&Alerts> {
    plan.tasks.iter().map(|task| &task.says.reminders).collect()
}

/// The alarms of a file, each with its lines in order of the alphabet.
fn alarms(text: &str) -> Vec<Vec<String>> {
    let unfolded = text.replace("\r\n ", "");
    let parts = unfolded.split("BEGIN:VALARM\r\n").skip(1);
    let parts = parts.map(|part| part.split("END:VALARM").next().unwrap());
    let sorted = |part: &str| {
        let mut lines: Vec<String> = part.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    parts.map(sorted).collect()
}

fn calendar(lines: &str, alarms: &[String]) -> String {
    let wrapped = alarms
        .iter()
        .flat_map(|alarm| ["BEGIN:VALARM\n", alarm, "\nEND:VALARM\n"]);
    let alarms: String = wrapped.collect();
    let todo = format!("BEGIN:VTODO\nUID:dentist\nSUMMARY:Dentist\n{lines}{alarms}END:VTODO");
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{todo}\nEND:VCALENDAR\n").replace('\n', "\r\n")
}

const DAY: &str = "DTSTART:20261126T100000Z\nDUE:20261126T110000Z\n";

fn one(alarm: &str) -> Option<Alert> {
    let plan = read(&calendar(DAY, &[alarm.to_owned()]));
    plan.tasks[0].says.reminders.values().next().cloned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, case by case")]
fn each_alarm_becomes_the_reminder_that_it_means() {
    let alert = |trigger: Value| Alert {
        trigger: serde_json::from_value(trigger).unwrap(),
        channels: vec![Channel::InApp],
        nag: None,
        urgent: false,
        occurrence: None,
        acknowledged_at: None,
        snooze_of: None,
    };
    let offset = |from: &str, by: &str| alert(json!({"type": "offset", "from": from, "by": by}));
    let absolute = |at: &str| alert(json!({"type": "absolute", "at": at}));
    let before = offset("start", "-PT15M");
    for (alarm, expected) in [
        ("TRIGGER:-PT15M\nACTION:DISPLAY", before.clone()),
        (
            "TRIGGER;RELATED=END:P1D\nACTION:AUDIO",
            offset("due", "P1D"),
        ),
        (
            "TRIGGER;VALUE=DATE-TIME:20261126T070000Z\nACTION:display",
            absolute("2026-11-26T07:00:00Z"),
        ),
        (
            "TRIGGER:-PT15M\nACTION:EMAIL",
            Alert {
                channels: vec![Channel::Email],
                ..before.clone()
            },
        ),
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nREPEAT:3\nDURATION:PT5M",
            Alert {
                nag: Some(Nag {
                    every_s: 300,
                    max: 3,
                }),
                ..before.clone()
            },
        ),
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nACKNOWLEDGED:20261126T094500Z",
            Alert {
                acknowledged_at: Some(at("2026-11-26T09:45:00Z")),
                ..before.clone()
            },
        ),
        // the answer to an earlier occurrence
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nACKNOWLEDGED:20261126T094459Z",
            before.clone(),
        ),
        // a nag that calls more often than once a minute
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nREPEAT:3\nDURATION:PT5S",
            before.clone(),
        ),
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nX-ASTRO-CHANNELS:ntfy,email",
            Alert {
                channels: vec![Channel::Ntfy, Channel::Email],
                ..before.clone()
            },
        ),
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nX-ASTRO-URGENT:true",
            Alert {
                urgent: true,
                ..before.clone()
            },
        ),
        (
            "TRIGGER:-PT15M\nACTION:DISPLAY\nX-ASTRO-CHANNELS:DEFAULT",
            Alert {
                channels: Vec::new(),
                ..before.clone()
            },
        ),
        // another program has made a letter of it, or moved it
        (
            "TRIGGER:-PT15M\nACTION:EMAIL\nX-ASTRO-CHANNELS:ntfy,email",
            Alert {
                channels: vec![Channel::Email],
                ..before.clone()
            },
        ),
        (
            "TRIGGER;VALUE=DATE-TIME:20261126T070000Z\nACTION:DISPLAY\nX-ASTRO-TRIGGER:2026-11-26T08:00:00",
            absolute("2026-11-26T08:00:00"),
        ),
        (
            "TRIGGER;VALUE=DATE-TIME:20261126T070000Z\nACTION:DISPLAY\nX-ASTRO-TRIGGER:2026-11-26T09:00:00",
            absolute("2026-11-26T07:00:00Z"),
        ),
    ] {
        assert_eq!(one(alarm), Some(expected), "{alarm}");
    }
}

#[test]
fn what_no_reminder_can_stand_for_stays_as_it_is() {
    for alarm in [
        "TRIGGER:-PT15M\nACTION:PROCEDURE",
        "TRIGGER:-PT15M",
        "TRIGGER;VALUE=DATE-TIME:19760401T005545Z\nACTION:NONE",
        "TRIGGER;VALUE=DATE-TIME:19760401T005545Z\nACTION:DISPLAY\nX-APPLE-PROXIMITY:ARRIVE",
        "TRIGGER;VALUE=DATE-TIME:19760401T005545Z\nACTION:DISPLAY\nPROXIMITY:DEPART",
    ] {
        let text = calendar(DAY, &[alarm.to_owned()]);
        let plan = read(&text);
        assert_eq!(alerts(&plan), [&Alerts::new()], "{alarm}");
        assert!(
            plan.notes
                .fields()
                .iter()
                .any(|f| f.field == "VALARM" && f.fate.as_str() == "kept")
        );
        assert!(plan.notes.warnings.is_empty(), "{:?}", plan.notes.warnings);
        assert_eq!(alarms(&write(&plan, true, |_| {})), alarms(&text));
    }
}

#[test]
fn an_offset_from_nothing_is_kept_and_named() {
    let start = "TRIGGER:-PT15M\nACTION:DISPLAY".to_owned();
    let end = "TRIGGER;RELATED=END:-PT15M\nACTION:DISPLAY".to_owned();
    let text = calendar("DUE:20261126T110000Z\n", &[start.clone(), end.clone()]);
    let plan = read(&text);
    let triggers: Vec<_> = alerts(&plan)[0]
        .values()
        .map(|a| a.trigger.clone())
        .collect();
    assert!(matches!(
        triggers[..],
        [Trigger::Offset {
            from: Anchor::Due,
            ..
        }]
    ));
    let [warning] = &plan.notes.warnings[..] else {
        panic!("{:?}", plan.notes.warnings)
    };
    assert!(warning.message.contains("DTSTART"), "{}", warning.message);
    assert_eq!(alarms(&write(&plan, true, |_| {})), alarms(&text));
    // DTSTART and DURATION are a due time too (RFC 5545 3.8.6.3)
    let plan = read(&calendar(
        "DTSTART:20261126T100000Z\nDURATION:PT1H\n",
        &[start, end],
    ));
    assert_eq!(alerts(&plan)[0].len(), 2);
}

const FULL: &str = "TRIGGER;X-HOW=\"a;b\":-PT15M\nUID:a1\nACTION:EMAIL\nSUMMARY:Dentist\nDESCRIPTION:Teeth!\nATTENDEE:mailto:owner@example.org\nATTACH:https://example.org/map\nX-OTHER:1\nRELATED-TO:elsewhere";

#[test]
fn what_a_reminder_has_no_place_for_is_listed_and_comes_out_again() {
    let plan = read(&calendar(DAY, &[FULL.to_owned()]));
    let fields = plan.notes.fields();
    let of = |fate: &str| -> Vec<&str> {
        let mut names: Vec<&str> = fields
            .iter()
            .filter(|f| f.fate.as_str() == fate && f.field.starts_with("VALARM"))
            .map(|f| f.field.as_str())
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(of("mapped"), ["VALARM"]);
    let kept = [
        "ATTACH",
        "ATTENDEE",
        "DESCRIPTION",
        "RELATED-TO",
        "X-OTHER",
        "parameters of TRIGGER",
    ];
    assert_eq!(of("kept"), kept.map(|name| format!("VALARM {name}")));
    // an edit changes the one thing, and nothing else
    let out = write(&plan, true, |alerts| {
        alerts.get_mut("a1").unwrap().trigger = Trigger::Offset {
            from: Anchor::Due,
            by: "-PT1H".parse().unwrap(),
        };
    });
    let edited = FULL.replace(
        "TRIGGER;X-HOW=\"a;b\":-PT15M",
        "TRIGGER;RELATED=END;X-HOW=\"a;b\":-PT1H",
    );
    assert_eq!(alarms(&out), alarms(&calendar(DAY, &[edited])));
}

#[test]
fn a_put_off_alarm_is_told_by_the_one_that_calls_again() {
    let original =
        "UID:a\nTRIGGER:-PT15M\nACTION:DISPLAY\nACKNOWLEDGED:20261126T094600Z".to_owned();
    let snooze = "UID:b\nTRIGGER;VALUE=DATE-TIME:20261126T095000Z\nACTION:DISPLAY\nRELATED-TO;RELTYPE=SNOOZE:a".to_owned();
    let text = calendar(DAY, &[original, snooze]);
    let plan = read(&text);
    assert_eq!(
        plan.tasks[0].says.reminders["b"].snooze_of.as_deref(),
        Some("a")
    );
    assert!(
        plan.notes
            .fields()
            .iter()
            .all(|f| !f.field.contains("RELATED-TO"))
    );
    assert_eq!(alerts(&read(&write(&plan, false, |_| {}))), alerts(&plan));
}

fn alarm() -> impl Strategy<Value = String> {
    let trigger = prop_oneof![
        "TRIGGER:-PT(5|15)M",
        "TRIGGER:-PT15M",
        "TRIGGER;RELATED=END:-P[1-3]D",
        "TRIGGER;X-P=1:P7D",
        "TRIGGER;VALUE=DATE-TIME:202611[12][0-9]T1[0-9]0000Z",
        "TRIGGER;VALUE=DATE-TIME;TZID=Europe/Berlin:202611[12][0-9]T1[0-9]0000",
        "TRIGGER;VALUE=DATE-TIME:202611[12][0-9]T1[0-9]0000",
    ];
    let line = prop_oneof![
        "UID:[ab]",
        "UID:[a-z]{8}",
        "ACKNOWLEDGED:202611[12][0-9]T101500Z",
        "REPEAT:[0-4]",
        "DURATION:P(T5M|T30S|1D|21D)",
        "DESCRIPTION:(Dentist|Teeth|one\\\\, two)",
        "SUMMARY:Dentist",
        "ATTENDEE:mailto:[a-z]{3}@example\\.org",
        "ATTACH;FMTTYPE=audio/basic:https://example\\.org/[a-z]",
        "X-ODD;Q=\"1:2\":[a-z]{1,4}",
        "RELATED-TO;RELTYPE=SNOOZE:[ab]",
        "X-ASTRO-CHANNELS:(DEFAULT|ntfy|email,ntfy|ntfy,ntfy|odd)",
        "X-ASTRO-TRIGGER:2026-11-[12][0-9]",
    ];
    let action = "ACTION:(DISPLAY|DISPLAY|AUDIO|EMAIL|PROCEDURE)";
    (trigger, action, prop::collection::vec(line, 0..5)).prop_map(|(trigger, action, lines)| {
        let mut once: BTreeMap<String, String> = BTreeMap::new();
        for line in [trigger, action].into_iter().chain(lines) {
            let name = line.split([':', ';']).next().unwrap().to_owned();
            once.insert(name, line);
        }
        once.into_values().collect::<Vec<_>>().join("\n")
    })
}

fn file() -> impl Strategy<Value = String> {
    let times = "(DTSTART:20261115T100000Z\n)?(DUE:20261118T110000Z\n)?";
    (times, prop::collection::vec(alarm(), 0..6))
        .prop_map(|(times, alarms)| calendar(&times, &alarms))
}

fn alert() -> impl Strategy<Value = Alert> {
    let trigger = prop_oneof![
        prop::sample::select(vec![
            "2026-11-20",
            "2026-11-20T08:30:00",
            "2026-11-20T08:30:00[America/Lima]",
            "2026-11-20T08:30:00Z",
            "2026-11-20T08:30:00.25Z",
        ])
        .prop_map(|at| Trigger::Absolute {
            at: at.parse().unwrap()
        }),
        (prop::sample::select(Anchor::ALL), -90_000_i64..90_000).prop_map(|(from, by)| {
            let by = astro_core::calendar::IsoDuration::from_seconds(by).unwrap();
            Trigger::Offset { from, by }
        }),
    ];
    let nag = (60_u32..=604_800, 1_u32..=100).prop_map(|(every_s, max)| Nag { every_s, max });
    let channels = prop::sample::subsequence(Channel::ALL.to_vec(), 0..=3).prop_shuffle();
    // no earlier than any of the triggers
    let answered = (0_i64..1_000).prop_map(|seconds| {
        at("2026-12-01T00:00:00Z") + astro_core::calendar::SignedDuration::from_secs(seconds)
    });
    let answered = prop::option::of(answered);
    let nag = prop::option::of(nag);
    (trigger, channels, nag, any::<bool>(), answered).prop_map(
        |(trigger, channels, nag, urgent, acknowledged_at)| Alert {
            trigger,
            channels,
            nag,
            urgent,
            occurrence: None,
            acknowledged_at,
            snooze_of: None,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn alarms_survive_coming_in_and_going_out(text in file()) {
        let first = read(&text);
        let written = write(&first, true, |_| {});
        prop_assert_eq!(alarms(&written), alarms(&text));
        let second = read(&written);
        prop_assert_eq!(alerts(&second), alerts(&first));
    }

    #[test]
    fn reminders_say_the_same_without_the_alarms_that_they_were(text in file()) {
        let first = read(&text);
        let written = write(&first, false, |_| {});
        let second = read(&written);
        prop_assert_eq!(alerts(&second), alerts(&first), "{}", written);
    }

    #[test]
    fn edited_reminders_are_what_comes_out(
        text in file(),
        edits in prop::collection::vec(prop::option::of(alert()), 0..4),
        fresh in prop::collection::btree_map("[c-e]{3}", alert(), 0..3),
    ) {
        // the file has both times, so that every offset has something to count from
        let text = text.replace("SUMMARY", "DTSTART:20261115T100000Z\r\nDUE:20261118T110000Z\r\nSUMMARY");
        let first = read(&text);
        let edit = |alerts: &mut Alerts| {
            let keys: Vec<String> = alerts.keys().cloned().collect();
            for (key, edit) in keys.into_iter().zip(&edits) {
                match edit {
                    Some(edit) => alerts.insert(key, edit.clone()),
                    None => alerts.remove(&key),
                };
            }
            alerts.extend(fresh.clone());
            let whole: Vec<String> = alerts.keys().cloned().collect();
            for alert in alerts.values_mut() {
                // what was put off may be gone, or put off itself now
                alert.snooze_of.take_if(|of| !whole.contains(of));
            }
        };
        let mut expected = first.tasks[0].says.reminders.clone();
        edit(&mut expected);
        for with_records in [true, false] {
            let written = write(&first, with_records, edit);
            prop_assert_eq!(&read(&written).tasks[0].says.reminders, &expected, "{}", written);
        }
        // and no alarm that is no reminder was touched
        let kept = |text: &str| {
            let all = alarms(text).into_iter();
            all.filter(|lines| lines.contains(&"ACTION:PROCEDURE".to_owned())).collect::<Vec<_>>()
        };
        prop_assert_eq!(kept(&write(&first, true, edit)), kept(&text));
    }
}

struct House {
    services: Services,
    call: Call,
}

impl House {
    fn new(db: &TestStore) -> Self {
        let identity = Identity {
            tenant: db.scope.tenant(),
            user: db.scope.owner().into(),
            role: Role::Member,
        };
        let session: SessionId = db.random.id(at("2026-11-25T09:00:00Z"));
        Self {
            services: db.services(),
            call: Call::new(Principal::User { identity, session }, TaskSource::Api),
        }
    }

    async fn stranger(db: &TestStore) -> Self {
        let scope = db.stranger().await;
        let identity = Identity {
            tenant: scope.tenant(),
            user: scope.owner().into(),
            role: Role::Member,
        };
        Self {
            services: db.services(),
            call: Call::new(Principal::Local { identity }, TaskSource::Api),
        }
    }

    /// Imports a file after a dry run, which must have told the same.
    async fn import(&self, text: &str) -> ImportReport {
        let import = |dry_run| {
            let bytes = text.as_bytes().to_vec();
            let call = &self.call;
            self.services
                .import(call, Format::Ics, bytes, dry_run, &|_, _| {})
        };
        let dry = import(true).await.unwrap();
        let report = import(false).await.unwrap();
        assert_eq!(dry.counts, report.counts);
        assert_eq!(dry.fields, report.fields);
        report
    }

    async fn export(&self) -> String {
        let exported = self.services.export(&self.call, Format::Ics).await.unwrap();
        assert!(exported.unsaid.is_empty(), "{:?}", exported.unsaid);
        String::from_utf8(exported.bytes).unwrap()
    }

    async fn reminders(&self) -> BTreeMap<String, Reminder> {
        let page = PageRequest::default();
        let list = self
            .services
            .list_reminders(&self.call, ReminderFilter::default(), page);
        let list = list.await.unwrap().items;
        list.into_iter()
            .map(|reminder| (reminder.uid.clone(), reminder))
            .collect()
    }
}

fn reminders_of(report: &ImportReport) -> (u64, u64, u64) {
    let ImportCounts {
        created,
        updated,
        unchanged,
        ..
    } = report.counts["reminder"];
    (created, updated, unchanged)
}

const PAST: &str = "UID:past\nTRIGGER;VALUE=DATE-TIME:20261101T070000Z\nACTION:DISPLAY";
const NEXT: &str = "UID:next\nTRIGGER:-PT15M\nACTION:EMAIL\nATTENDEE:mailto:owner@example.org";
const SEEN: &str = "UID:seen\nTRIGGER:-P2D\nACTION:AUDIO\nACKNOWLEDGED:20261124T110000Z";
const BARE: &str = "TRIGGER;RELATED=END:-PT5M\nACTION:DISPLAY";
const ODD: &str = "TRIGGER:-PT5M\nACTION:X-ODD";

fn whole() -> String {
    calendar(DAY, &[PAST, NEXT, SEEN, BARE, ODD].map(str::to_owned))
}

on_both_engines! {
    async fn alarms_are_imported_as_reminders_once(db: TestStore) {
        let house = House::new(db);
        let report = house.import(&whole()).await;
        assert_eq!(reminders_of(&report), (4, 0, 0));
        let reminders = house.reminders().await;
        assert_eq!(reminders.len(), 4);
        // what was to be told before it came here is not told again
        assert_eq!(reminders["past"].state, ReminderState::Expired);
        assert_eq!(reminders["past"].next_fire_at, None);
        assert_eq!(reminders["next"].channels, [Channel::Email]);
        assert_eq!(reminders["next"].next_fire_at, Some(at("2026-11-26T09:45:00Z")));
        assert_eq!(reminders["seen"].state, ReminderState::Acknowledged);
        assert_eq!(reminders["seen"].acknowledged_at, Some(at("2026-11-24T11:00:00Z")));
        let again = house.import(&whole()).await;
        assert_eq!(reminders_of(&again), (0, 0, 4));
        assert_eq!(house.reminders().await, reminders);
        assert_eq!(alarms(&house.export().await), alarms(&whole()));
        // our own file is no news either, nor is the file of a program that wrote all anew
        for text in [house.export().await, whole().replace("SUMMARY", "X-WRITTEN:anew\r\nSUMMARY")] {
            let again = house.import(&text).await;
            assert_eq!(reminders_of(&again), (0, 0, 4), "{text}");
            assert_eq!(house.reminders().await, reminders);
        }
    }

    async fn what_a_file_changes_is_taken_and_what_was_edited_here_stays(db: TestStore) {
        let house = House::new(db);
        house.import(&whole()).await;
        let before = house.reminders().await;
        let patch = json!({"channels": ["ntfy"]});
        let patch: Patch<_> = Patch::new(patch.as_object().unwrap().clone());
        house.services.update_reminder(&house.call, before["next"].id, patch).await.unwrap();
        let later = NEXT.replace("-PT15M", "-PT30M");
        let text = calendar(DAY, &[later, SEEN.to_owned(), BARE.to_owned(), "UID:more\nTRIGGER:PT0S\nACTION:DISPLAY".to_owned()]);
        let report = house.import(&text).await;
        // one is new, one is moved, one lies in the trash
        assert_eq!(reminders_of(&report), (1, 2, 2));
        let after = house.reminders().await;
        assert!(!after.contains_key("past"));
        assert_eq!(after["next"].id, before["next"].id);
        assert_eq!(after["next"].channels, [Channel::Ntfy]);
        assert_eq!(after["next"].next_fire_at, Some(at("2026-11-26T09:30:00Z")));
        assert_eq!(after["seen"], before["seen"]);
        assert_eq!(after.len(), 4);
        // it comes back as the one that it was
        let report = house.import(&whole()).await;
        assert_eq!(reminders_of(&report), (1, 2, 2));
        assert_eq!(house.reminders().await["past"].id, before["past"].id);
        // what was taken away here stays away, and does not go out
        house.services.delete_reminder(&house.call, before["seen"].id).await.unwrap();
        house.import(&whole().replace("SUMMARY", "X-WRITTEN:anew\r\nSUMMARY")).await;
        assert!(!house.reminders().await.contains_key("seen"));
        assert!(!house.export().await.contains("UID:seen"));
    }

    async fn reminders_made_here_are_alarms_elsewhere(db: TestStore) {
        let house = House::new(db);
        let mut fields = TaskFields::titled("Ours");
        fields.due = Some("2026-12-01T10:00:00[Europe/Madrid]".parse().unwrap());
        let task = house.services.create_task(&house.call, fields).await.unwrap().value;
        for reminder in [
            json!({"trigger": {"type": "offset", "from": "due", "by": "-PT1H"}, "nag": {"every_s": 300, "max": 3}}),
            json!({"trigger": {"type": "absolute", "at": "2026-11-26T09:00:00"}, "channels": ["email"]}),
            json!({"trigger": {"type": "absolute", "at": "2026-11-24T09:00:00Z"}, "channels": ["in_app", "ntfy"]}),
        ] {
            let mut reminder = reminder;
            reminder["task_id"] = json!(task.id);
            let fields = read_document(reminder).unwrap();
            house.services.create_reminder(&house.call, fields).await.unwrap();
        }
        let ours = house.reminders().await;
        let past = ours.values().find(|reminder| reminder.channels.len() == 2).unwrap();
        let until = "2026-11-27T09:00:00Z".parse().unwrap();
        house.services.snooze_reminder(&house.call, past.id, until).await.unwrap();
        let ours = house.reminders().await;
        let text = house.export().await;
        assert_eq!(alarms(&text).len(), 4, "{text}");
        let report = house.import(&text).await;
        assert_eq!(reminders_of(&report), (0, 0, 4));
        assert_eq!(house.reminders().await, ours);
        let other = House::stranger(db).await;
        other.import(&text).await;
        let theirs = other.reminders().await;
        let said = |reminder: &Reminder| (reminder.trigger.clone(), reminder.channels.clone(), reminder.nag, reminder.state);
        for (uid, reminder) in &ours {
            assert_eq!(said(&theirs[uid]), said(reminder), "{text}");
            let original = |all: &BTreeMap<String, Reminder>| {
                let of = all[uid].snooze_of?;
                all.values().find(|reminder| reminder.id == of).map(|reminder| reminder.uid.clone())
            };
            assert_eq!(original(&theirs), original(&ours));
        }
        assert_eq!(alarms(&other.export().await), alarms(&text));
    }

    async fn alarms_of_two_tasks_may_share_an_id(db: TestStore) {
        let house = House::new(db);
        let copy = |text: &str| text.replace("UID:dentist", "UID:copy");
        house.import(&calendar(DAY, &[NEXT.to_owned()])).await;
        let report = house.import(&copy(&calendar(DAY, &[NEXT.to_owned()]))).await;
        assert_eq!(reminders_of(&report), (1, 0, 0));
        let out = house.export().await;
        assert_eq!(alarms(&out).len(), 2);
        assert_eq!(alarms(&out)[0], alarms(&out)[1]);
        let report = house.import(&copy(&calendar(DAY, &[NEXT.replace("15M", "20M")]))).await;
        assert_eq!(reminders_of(&report), (0, 1, 0));
        assert_eq!(house.reminders().await.len(), 2);
        let report = house.import(&out).await;
        assert_eq!(reminders_of(&report), (0, 1, 1));
    }
}
