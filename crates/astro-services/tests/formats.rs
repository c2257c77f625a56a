//! Files in and out without a database: what a file says, and that nothing is lost on the way.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use astro_core::calendar::ZoneName;
use astro_core::interchange::Format;
use astro_services::interchange::notation;
use astro_services::interchange::notes::Notes;
use astro_services::interchange::outgoing::Outgoing;
use astro_services::interchange::plan::{Context, Plan};
use astro_services::interchange::portable::Portable;
use proptest::prelude::*;
use serde_json::Value;

const FORMATS: [Format; 3] = [Format::Taskwarrior, Format::TodoTxt, Format::Ics];

fn context() -> Context {
    Context {
        zone: "Europe/Madrid".parse().unwrap(),
        now: "2026-11-25T09:00:00Z".parse().unwrap(),
    }
}

fn zone() -> ZoneName {
    context().zone
}

fn read(format: Format, text: &str) -> Plan {
    notation::read(format, text.as_bytes(), &context()).unwrap()
}

/// The tasks of a plan as they go out, with or without the records that they came from.
fn outgoing(plan: &Plan, with_records: bool) -> Vec<Outgoing> {
    plan.tasks
        .iter()
        .map(|task| {
            let series = task.occurrence_of.as_ref();
            let series = series.filter(|_| plan.format == Format::Ics);
            Outgoing {
                id: uuid::Uuid::nil().into(),
                name: series.map_or(&task.uid, |(uid, _)| uid).clone(),
                recurrence_id: series.map(|(_, at)| at.clone()),
                says: task.says.clone(),
                updated_at: task.updated_at.unwrap_or(context().now),
                kept: task.kept.clone().filter(|_| with_records),
            }
        })
        .collect()
}

fn write(format: Format, tasks: &[Outgoing]) -> String {
    let records: Vec<Value> = tasks
        .iter()
        .map(|task| notation::record(format, task, &zone()).unwrap())
        .collect();
    String::from_utf8(notation::write(format, &records).unwrap()).unwrap()
}

fn taskwarrior_record() -> impl Strategy<Value = Value> {
    let date = || {
        (0..2_000_000_000_i64).prop_map(|seconds| {
            let at = astro_core::calendar::from_micros(seconds * 1_000_000).unwrap();
            Value::from(at.strftime("%Y%m%dT%H%M%SZ").to_string())
        })
    };
    let text = "[a-zA-Z0-9 äß重.,:+@#\"\\\\/\n-]{1,20}";
    let attribute = prop_oneof![
        ("due|wait|scheduled|start|end|until|modified|review", date())
            .prop_map(|(name, at)| (name, at)),
        ("project|description|client|mask|recur|rtype", text).prop_map(|(n, t)| (n, t.into())),
        ("priority", "[HMLX]").prop_map(|(n, t)| (n, t.into())),
        ("status", "pending|waiting|completed|deleted|recurring|odd")
            .prop_map(|(n, t)| (n, t.into())),
        ("tags|depends", prop::collection::vec("[a-f]{1,3}", 0..4))
            .prop_map(|(n, list)| (n, list.into())),
        ("annotations", prop::collection::vec((date(), text), 0..3)).prop_map(|(n, list)| {
            let list = list
                .into_iter()
                .map(|(at, text)| serde_json::json!({"entry": at, "description": text}));
            (n, list.collect())
        }),
        (
            "cost|imask",
            any::<f64>().prop_filter("JSON has no infinity", |n| n.is_finite())
        )
            .prop_map(|(n, number)| (n, number.into())),
        ("recur", "daily|weekdays|2weeks|P3M|odd").prop_map(|(n, t)| (n, t.into())),
    ];
    (any::<u128>(), prop::collection::vec(attribute, 0..12)).prop_map(|(uuid, attributes)| {
        let mut record: serde_json::Map<String, Value> = attributes.into_iter().collect();
        let uuid = uuid::Uuid::from_u128(uuid).to_string();
        record.insert("uuid".to_owned(), uuid.into());
        Value::Object(record)
    })
}

fn todotxt_line() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zäß重]{1,6}",
        "[@+][a-z.]{1,5}",
        "due:2026-1[12]-[0-3][0-9]",
        "t:2026-1[12]-0[1-9]",
        "rec:[+]?[0-9]{1,2}[dwmyb]",
        "[a-z]{2,4}:[a-z0-9/]{1,6}",
        "2026-11-[0-3][0-9]",
        "x|[(][A-Z][)]|@waiting|@someday|pri:B",
    ];
    prop::collection::vec(word, 1..10).prop_map(|words| words.join(" "))
}

fn ics_todo() -> impl Strategy<Value = String> {
    let text = "[a-zA-Z äß重;,.\\\\-]{1,20}";
    let line = prop_oneof![
        text.prop_map(|text| format!("SUMMARY:{text}")),
        text.prop_map(|text| format!("X-FOREIGN;P=\"a:b\":{text}")),
        "[A-Z]{3,8}".prop_map(|text| format!("CATEGORIES:{text},more")),
        "[a-c]{1,3}".prop_map(|uid| format!("RELATED-TO:{uid}")),
        "[a-c]{1,3}".prop_map(|uid| format!("RELATED-TO;RELTYPE=DEPENDS-ON:{uid}")),
        "[a-c]{1,3}".prop_map(|uid| format!("RELATED-TO;RELTYPE=X-ODD;X=1:{uid}")),
        "DUE:202611[12][0-9]T1[0-9]0000Z",
        "DUE;VALUE=DATE:202611[12][0-9]",
        "DTSTART;TZID=Europe/Berlin:202611[12][0-9]T090000",
        "DURATION:PT[1-9]H",
        "STATUS:(COMPLETED|NEEDS-ACTION|IN-PROCESS|CANCELLED|FAILED|ODD)",
        "COMPLETED:2026110[1-9]T101010Z",
        "PRIORITY:[0-9]",
        "PERCENT-COMPLETE:[1-9]0",
        "RRULE:FREQ=DAILY;INTERVAL=[1-9]",
        "ATTACH:https://example.org/[a-z]{3}",
        "X-ASTRO-(ENERGY:high|LOCKED:TRUE|STATE:someday|ODD:1|DEADLINE:2026-12-01)",
        "GEO:1.5;2.5",
    ];
    ("[a-d]{1,3}", prop::collection::vec(line, 0..10)).prop_map(|(uid, mut lines)| {
        lines.insert(0, format!("UID:{uid}"));
        let alarm = "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nEND:VALARM";
        if lines.len() % 2 == 0 {
            lines.push(alarm.to_owned());
        }
        format!("BEGIN:VTODO\r\n{}\r\nEND:VTODO", lines.join("\r\n"))
    })
}

fn file(format: Format) -> BoxedStrategy<String> {
    match format {
        Format::Taskwarrior => prop::collection::vec(taskwarrior_record(), 0..6)
            .prop_map(|records| Value::from(records).to_string())
            .boxed(),
        Format::TodoTxt => prop::collection::vec(todotxt_line(), 0..8)
            .prop_map(|lines| lines.iter().flat_map(|line| [line, "\n"]).collect::<String>())
            .boxed(),
        _ => prop::collection::vec(ics_todo(), 0..5)
            .prop_map(|todos| {
                format!(
                    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Home\r\n{}\r\nEND:VCALENDAR\r\n",
                    todos.join("\r\n")
                )
            })
            .boxed(),
    }
}

fn any_file() -> impl Strategy<Value = (Format, String)> {
    prop::sample::select(&FORMATS[..])
        .prop_flat_map(|format| file(format).prop_map(move |text| (format, text)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_out_says_what_came_in((format, text) in any_file()) {
        let first = read(format, &text);
        let written = write(format, &outgoing(&first, true));
        let second = read(format, &written);
        prop_assert_eq!(first.tasks.len(), second.tasks.len());
        for (before, after) in first.tasks.iter().zip(&second.tasks) {
            prop_assert_eq!(&before.uid, &after.uid);
            prop_assert_eq!(&before.says, &after.says, "{}", written);
        }
        // and from there on not a letter changes
        prop_assert_eq!(write(format, &outgoing(&second, true)), written);
    }

    #[test]
    fn a_record_written_from_nothing_is_a_fixed_point((format, text) in any_file()) {
        let first = read(format, &text);
        let written = write(format, &outgoing(&first, false));
        let second = read(format, &written);
        let again = write(format, &outgoing(&second, false));
        let third = read(format, &again);
        let says = |plan: &Plan| -> Vec<_> { plan.tasks.iter().map(|t| t.says.clone()).collect() };
        prop_assert_eq!(says(&second), says(&third), "{}\n{}", written, again);
    }

    #[test]
    fn an_edit_wins_over_the_kept_record(
        (format, text) in any_file(),
        title in "[a-z]{3,8} [a-z]{3,8}",
        label in "[a-z]{2,6}",
    ) {
        let first = read(format, &text);
        let mut tasks = outgoing(&first, true);
        for task in &mut tasks {
            task.says.fields.title.clone_from(&title);
            task.says.labels.insert(label.clone());
            task.says.fields.due = Some("2027-05-05".parse().unwrap());
        }
        let plan = read(format, &write(format, &tasks));
        prop_assert_eq!(plan.tasks.len(), tasks.len());
        // the last day of a series is written as its due time is
        let plain = |says: &Portable| {
            let mut says = says.clone();
            let rule = says.fields.rrule.as_deref();
            says.fields.rrule = rule.and_then(|rule| rule.split(";UNTIL").next()).map(str::to_owned);
            says
        };
        for (before, after) in tasks.iter().zip(&plan.tasks) {
            let (now, read) = (before.says.as_said(&after.says), after.says.as_said(&before.says));
            prop_assert_eq!(plain(&now), plain(&read));
        }
    }

    #[test]
    fn unedited_lines_of_todo_txt_come_out_equal(text in file(Format::TodoTxt)) {
        let plan = read(Format::TodoTxt, &text);
        prop_assert_eq!(write(Format::TodoTxt, &outgoing(&plan, true)), text);
    }

    #[test]
    fn unedited_records_of_taskwarrior_come_out_equal(text in file(Format::Taskwarrior)) {
        let plan = read(Format::Taskwarrior, &text);
        let written: Value = serde_json::from_str(&write(Format::Taskwarrior, &outgoing(&plan, true))).unwrap();
        prop_assert_eq!(written, serde_json::from_str::<Value>(&text).unwrap());
    }

    #[test]
    fn whatever_is_read_can_be_kept((format, bytes) in (prop::sample::select(&FORMATS[..]), prop::collection::vec(any::<u8>(), 0..400))) {
        let _ = notation::read(Format::Events, &bytes, &context());
        if let Ok(plan) = notation::read(format, &bytes, &context()) {
            for task in &plan.tasks {
                prop_assert!(task.says.fields.check().is_ok());
            }
            write(format, &outgoing(&plan, true));
            write(format, &outgoing(&plan, false));
        }
    }

    #[test]
    fn a_broken_file_never_panics((format, text) in any_file(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = text.into_bytes();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(plan) = notation::read(format, &bytes, &context()) {
            for task in outgoing(&plan, true) {
                let record = notation::record(format, &task, &zone()).unwrap();
                let kept = task.kept.clone().unwrap();
                let again = astro_services::interchange::plan::Kept { record, ..kept };
                notation::says(&again, &mut Notes::default(), &"").unwrap();
            }
        }
    }
}

#[test]
fn a_long_text_is_cut_with_a_warning_and_comes_out_whole() {
    let title = "long ".repeat(300);
    let text = serde_json::json!([{"uuid": uuid::Uuid::from_u128(1), "description": title, "status": "pending", "entry": "20261101T100000Z"}]).to_string();
    let plan = read(Format::Taskwarrior, &text);
    assert_eq!(plan.tasks[0].says.fields.title.chars().count(), 500);
    assert_eq!(plan.notes.warnings.len(), 1);
    assert!(write(Format::Taskwarrior, &outgoing(&plan, true)).contains(&title));
}

#[test]
fn every_field_is_counted_by_what_becomes_of_it() {
    let text = r#"{"id":1,"uuid":"11111111-1111-4111-8111-111111111111","description":"a","status":"pending","entry":"20261101T100000Z","until":"20280101T000000Z","client":"B","urgency":3.2}
not json
{"uuid":"22222222-1111-4111-8111-111111111111","description":"b","status":"pending","entry":"soon","client":"C"}"#;
    let plan = read(Format::Taskwarrior, text);
    let fields = plan.notes.fields();
    let of = |name: &str| {
        let found = fields.iter().find(|field| field.field == name).unwrap();
        (found.fate.as_str(), found.count, found.example.clone())
    };
    assert_eq!(of("description"), ("mapped", 2, "line 1".to_owned()));
    assert_eq!(of("client"), ("kept", 2, "line 1".to_owned()));
    assert_eq!(of("until"), ("kept", 1, "line 1".to_owned()));
    assert_eq!(of("urgency"), ("derived", 1, "line 1".to_owned()));
    assert_eq!(plan.notes.refused, 1);
    let warned: Vec<&str> = plan
        .notes
        .warnings
        .iter()
        .map(|w| w.place.as_str())
        .collect();
    assert_eq!(warned, ["line 2", "line 3"]);
}

const LIFE: &str = r#"{"v":1,"at":"2026-01-05T09:00:00Z","kind":"created","task":"t1","title":"Roof","labels":["a"],"project":"Work/Site","due":"2026-01-20","mood":"calm"}
{"v":1,"at":"2026-01-06T09:00:00Z","kind":"started","task":"t1"}
{"v":1,"at":"2026-01-06T10:30:00Z","kind":"stopped","task":"t1"}
{"v":1,"at":"2026-01-08T08:00:00Z","kind":"deferred","task":"t1","due":"2026-01-27"}
{"v":1,"at":"2026-01-26T08:00:00Z","kind":"done","task":"t1"}
{"v":1,"at":"2026-01-10T08:00:00Z","kind":"created","task":"t2","title":"Gone","parent":"t1"}
{"v":1,"at":"2026-01-11T08:00:00Z","kind":"deleted","task":"t2"}
"#;

#[test]
fn a_task_is_what_its_life_adds_up_to() {
    let plan = read(Format::Events, LIFE);
    let [roof, gone] = &plan.tasks[..] else {
        panic!("two tasks")
    };
    assert_eq!(roof.uid, "t1");
    assert_eq!(roof.says.project, ["Work", "Site"]);
    assert_eq!(roof.says.fields.due, Some("2026-01-27".parse().unwrap()));
    assert_eq!(roof.says.first_due, Some("2026-01-20".parse().unwrap()));
    assert_eq!(roof.says.postpone_count, 1);
    assert_eq!(
        roof.says.completed_at,
        Some("2026-01-26T08:00:00Z".parse().unwrap())
    );
    assert_eq!(roof.history.len(), 5);
    assert_eq!(
        gone.says.deleted_at,
        Some("2026-01-11T08:00:00Z".parse().unwrap())
    );
    assert_eq!(gone.says.parent.as_deref(), Some("t1"));
    let fields = plan.notes.fields();
    assert!(
        fields
            .iter()
            .any(|field| field.field == "mood" && field.fate.as_str() == "kept")
    );
    // the log holds no words
    assert!(!format!("{:?}", roof.history).contains("Roof"));
}

#[test]
fn lines_out_of_order_and_lines_that_stand_twice_change_nothing() {
    let plan = read(Format::Events, LIFE);
    let mut lines: Vec<&str> = LIFE.lines().chain(LIFE.lines()).collect();
    lines.reverse();
    let shuffled = read(Format::Events, &lines.join("\n"));
    let says = |plan: &Plan| -> Vec<_> {
        plan.tasks
            .iter()
            .map(|task| (task.uid.clone(), task.says.clone(), task.history.clone()))
            .collect()
    };
    assert_eq!(says(&shuffled), says(&plan));
    assert!(
        shuffled
            .notes
            .warnings
            .iter()
            .any(|w| w.message.contains("twice"))
    );
}

#[test]
fn a_bad_line_is_named_and_the_others_are_taken() {
    let text = format!(
        "{LIFE}nonsense\n{{\"v\":2}}\n{}\n",
        r#"{"v":1,"at":"yesterday","kind":"done","task":"t1"}"#
    );
    let plan = read(Format::Events, &text);
    assert_eq!((plan.tasks.len(), plan.notes.refused), (2, 3));
    let text = LIFE.replace("\"2026-01-27\"", "\"soon\"");
    let plan = read(Format::Events, &text);
    assert_eq!(
        plan.tasks[0].says.fields.due,
        Some("2026-01-20".parse().unwrap())
    );
    assert!(
        plan.notes
            .warnings
            .iter()
            .any(|w| w.message.contains("due"))
    );
}
