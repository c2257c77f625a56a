//! Reading and writing iCalendar: what clients write, what they must get back, hostile input.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test a panic is the report"
)]

use astro_calendar::{
    When, date,
    ical::{
        Alarm, Anchor, Calendar, Class, IcalError, LineError, Problem, RawComponent, RawLine,
        ReadOptions, Reading, Relation, Status, Todo, Trigger, read, write,
    },
};
use proptest::prelude::*;

const OPTIONS: ReadOptions<'static> = ReadOptions {
    max_bytes: 1_000_000,
    extension_prefix: "X-OURS-",
};

fn reading(text: &str) -> Reading {
    read(text.as_bytes(), &OPTIONS).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A calendar of the lines.
fn calendar(lines: &str) -> String {
    let body = lines
        .trim()
        .lines()
        .map(str::trim_start)
        .collect::<Vec<_>>()
        .join("\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{body}\r\nEND:VCALENDAR\r\n")
}

fn todo_of(lines: &str) -> (Todo, Reading) {
    let reading = reading(&calendar(&format!(
        "BEGIN:VTODO\n{}\nEND:VTODO",
        lines.trim()
    )));
    (reading.calendar.todos[0].clone(), reading)
}

fn written(todo: Todo) -> String {
    let calendar = Calendar {
        todos: vec![todo],
        ..Calendar::default()
    };
    write(&calendar, "-//astro//test//EN").unwrap()
}

fn when(text: &str) -> When {
    text.parse().unwrap()
}

fn problems(reading: &Reading) -> Vec<&Problem> {
    reading
        .warnings
        .iter()
        .map(|warning| &warning.problem)
        .collect()
}

/// Reads, writes and reads again; the calendar must be the same.
fn assert_survives(reading: &Reading) {
    let text = write(&reading.calendar, "-//astro//test//EN").unwrap();
    let again = self::reading(&text).calendar;
    assert_eq!(again, reading.calendar, "{text}");
    assert_well_formed(&text);
}

fn assert_well_formed(text: &str) {
    assert!(text.ends_with("\r\n"));
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(
            !line.contains(|ch: char| ch.is_ascii_control() && ch != '\t'),
            "{line:?}"
        );
    }
}

const RICH: &str = "
    BEGIN:VTODO
    UID:a1@example.org
    DTSTAMP:20261120T101112Z
    CREATED:20261101T080000Z
    LAST-MODIFIED:20261119T070809Z
    SEQUENCE:3
    SUMMARY;LANGUAGE=de;X-KEPT=\"a;b:c\":Miete zahlen\\, bald
    DESCRIPTION:Erste Zeile\\nzweite\\; mit \\\\ Strich
    STATUS:IN-PROCESS
    PRIORITY:3
    PERCENT-COMPLETE:40
    DTSTART;TZID=Europe/Berlin:20261124T080000
    DUE;TZID=Europe/Berlin:20261130T180000
    RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1
    RDATE;TZID=Europe/Berlin:20261224T180000,20261231T180000
    EXDATE;VALUE=DATE:20270131
    CATEGORIES:home,money
    CATEGORIES:a\\,b
    RELATED-TO;RELTYPE=PARENT:p1@example.org
    RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT2H;X-WHY=x:d1@example.org
    RELATED-TO;RELTYPE=X-OWN-KIND:o1@example.org
    URL:https://example.org/?a=1,2;3
    LOCATION:Bank\\, Berlin
    GEO:52.5200;13.4050
    COLOR:turquoise
    CLASS:PRIVATE
    ESTIMATED-DURATION:PT1H30M
    ATTACH;FMTTYPE=application/pdf:https://example.org/rent.pdf
    X-APPLE-SORT-ORDER:612345678
    X-OURS-ENERGY:low
    X-ours-deadline;VALUE=DATE:20261201
    X-OTHER;X-P=1:kept\\, as it is
    ATTENDEE;CN=\"A: B\";ROLE=REQ-PARTICIPANT:mailto:owner@example.org
    COMMENT:stays
    BEGIN:VALARM
    UID:alarm-1
    ACTION:DISPLAY
    TRIGGER;RELATED=END:-PT15M
    DESCRIPTION:Reminder
    REPEAT:2
    DURATION:PT5M
    ACKNOWLEDGED:20261120T120000Z
    X-MOZ-LASTACK:20261120T120000Z
    END:VALARM
    BEGIN:VALARM
    ACTION:DISPLAY
    TRIGGER;VALUE=DATE-TIME:20261130T070000Z
    RELATED-TO;RELTYPE=SNOOZE:alarm-1
    END:VALARM
    BEGIN:VLOCATION
    UID:place
    NAME:Bank
    END:VLOCATION
    END:VTODO
    BEGIN:VEVENT
    UID:e1
    DTSTART;TZID=Asia/Tokyo:20261124T080000
    SUMMARY:an event
    END:VEVENT
";

#[test]
fn every_known_property_gets_its_place() {
    let read = reading(&calendar(RICH));
    assert_eq!(read.warnings, []);
    let todo = &read.calendar.todos[0];
    assert_eq!(todo.uid.as_deref(), Some("a1@example.org"));
    assert_eq!(todo.stamp.unwrap().to_string(), "2026-11-20T10:11:12Z");
    assert_eq!(todo.summary.as_deref(), Some("Miete zahlen, bald"));
    assert_eq!(
        todo.description.as_deref(),
        Some("Erste Zeile\nzweite; mit \\ Strich")
    );
    assert_eq!(
        (todo.status, todo.class),
        (Some(Status::InProcess), Some(Class::Private))
    );
    assert_eq!(
        (todo.priority, todo.percent, todo.sequence),
        (Some(3), Some(40), Some(3))
    );
    assert_eq!(todo.start, Some(when("2026-11-24T08:00[Europe/Berlin]")));
    assert_eq!(todo.due, Some(when("2026-11-30T18:00[Europe/Berlin]")));
    assert_eq!(
        todo.rrule.as_deref(),
        Some("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")
    );
    assert_eq!(todo.rdate.len(), 2);
    assert_eq!(todo.exdate, [when("2027-01-31")]);
    assert_eq!(todo.categories, ["home", "money", "a,b"]);
    assert_eq!(todo.related[1].reltype.as_deref(), Some("FINISHTOSTART"));
    assert_eq!(todo.related[1].gap, Some("PT2H".parse().unwrap()));
    assert_eq!(todo.url.as_deref(), Some("https://example.org/?a=1,2;3"));
    assert_eq!(todo.estimate, Some("PT90M".parse().unwrap()));
    assert_eq!(todo.sort_order, Some(612_345_678));
    assert_eq!(todo.extensions["X-OURS-ENERGY"], "low");
    assert_eq!(todo.extensions["X-OURS-DEADLINE"], "20261201");
    let [first, second] = &todo.alarms[..] else {
        panic!("two alarms")
    };
    let before_due = Trigger::Offset {
        duration: "-PT15M".parse().unwrap(),
        from: Anchor::End,
    };
    assert_eq!(first.trigger, before_due);
    assert_eq!(
        (first.repeat, first.repeat_every),
        (Some(2), Some("PT5M".parse().unwrap()))
    );
    assert_eq!(second.trigger, Trigger::At(when("2026-11-30T07:00:00Z")));
    assert_eq!(second.related[0].reltype.as_deref(), Some("SNOOZE"));
    let names: Vec<&str> = todo.extra.lines.iter().map(RawLine::name).collect();
    assert_eq!(names, ["X-OTHER", "ATTENDEE", "COMMENT"]);
}

#[test]
fn what_has_no_place_is_written_as_it_was_read() {
    let read = reading(&calendar(RICH));
    let text = write(&read.calendar, "-//astro//test//EN")
        .unwrap()
        .replace("\r\n ", "");
    for line in [
        "SUMMARY;LANGUAGE=de;X-KEPT=\"a;b:c\":Miete zahlen\\, bald",
        "DESCRIPTION:Erste Zeile\\nzweite\\; mit \\\\ Strich",
        "CATEGORIES:home,money,a\\,b",
        "X-OTHER;X-P=1:kept\\, as it is",
        "ATTENDEE;CN=\"A: B\";ROLE=REQ-PARTICIPANT:mailto:owner@example.org",
        "RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT2H;X-WHY=x:d1@example.org",
        "RELATED-TO;RELTYPE=X-OWN-KIND:o1@example.org",
        "X-OURS-DEADLINE;VALUE=DATE:20261201",
        "ATTACH;FMTTYPE=application/pdf:https://example.org/rent.pdf",
        "X-MOZ-LASTACK:20261120T120000Z",
        "BEGIN:VLOCATION",
        "BEGIN:VEVENT",
        "DTSTART;TZID=Asia/Tokyo:20261124T080000",
    ] {
        assert!(
            text.split("\r\n").any(|written| written == line),
            "{line}\n{text}"
        );
    }
    assert_survives(&read);
}

#[test]
fn calcard_reads_what_is_written() {
    let read = reading(&calendar(RICH));
    let text = write(&read.calendar, "-//astro//test//EN").unwrap();
    let calcard::Entry::ICalendar(parsed) = calcard::Parser::new(&text).entry() else {
        panic!("calcard does not read it: {text}");
    };
    let kinds = |name: &str| {
        parsed
            .components
            .iter()
            .filter(|part| part.component_type.as_str() == name)
            .count()
    };
    assert_eq!(
        (kinds("VTODO"), kinds("VALARM"), kinds("VEVENT")),
        (1, 2, 1)
    );
    // one VTIMEZONE for each zone in use, that of the kept event included
    assert_eq!(kinds("VTIMEZONE"), 2);
    let todo = parsed
        .components
        .iter()
        .find(|part| part.component_type.as_str() == "VTODO");
    let summary = todo
        .unwrap()
        .entries
        .iter()
        .find(|entry| entry.name.as_str() == "SUMMARY");
    assert_eq!(
        summary.unwrap().values[0].as_text(),
        Some("Miete zahlen, bald")
    );
}

#[test]
fn everything_survives_json() {
    let read = reading(&calendar(RICH));
    let json = serde_json::to_string(&read.calendar.todos).unwrap();
    let back: Vec<Todo> = serde_json::from_str(&json).unwrap();
    assert_eq!(back, read.calendar.todos);
}

#[test]
fn each_form_of_a_time_is_read_as_what_it_is() {
    for (line, expected) in [
        ("DUE;VALUE=DATE:20261125", "2026-11-25"),
        ("DUE:20261125", "2026-11-25"),
        ("DUE:20261125T090000", "2026-11-25T09:00:00"),
        ("DUE:20261125T090000Z", "2026-11-25T09:00:00Z"),
        (
            "DUE;TZID=Europe/Madrid:20261125T090000",
            "2026-11-25T09:00:00[Europe/Madrid]",
        ),
        (
            "due;tzid=\"W. Europe Standard Time\":20261125T090000",
            "2026-11-25T09:00:00[Europe/Berlin]",
        ),
        (
            "DUE;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261125T090000",
            "2026-11-25T09:00:00[Europe/Berlin]",
        ),
    ] {
        let (todo, read) = todo_of(line);
        assert_eq!(todo.due, Some(when(expected)), "{line}");
        assert_eq!(read.warnings, [], "{line}");
        assert_survives(&read);
    }
}

#[test]
fn a_zone_is_found_through_the_files_own_definition() {
    let read = reading(&calendar(
        "BEGIN:VTIMEZONE
        TZID:Mine
        X-LIC-LOCATION:Pacific/Auckland
        END:VTIMEZONE
        BEGIN:VTIMEZONE
        TZID:Other
        X-MICROSOFT-CDO-TZID:4
        END:VTIMEZONE
        BEGIN:VTODO
        DTSTART;TZID=Mine:20261124T090000
        DUE;TZID=Other:20261125T090000
        END:VTODO",
    ));
    let todo = &read.calendar.todos[0];
    assert_eq!(todo.start, Some(when("2026-11-24T09:00[Pacific/Auckland]")));
    assert!(
        matches!(&todo.due, Some(When::Zoned { .. })),
        "{:?}",
        todo.due
    );
    assert_survives(&read);
}

#[test]
fn an_unknown_zone_leaves_a_local_time_and_a_warning() {
    let (todo, read) = todo_of("SUMMARY:x\nDUE;TZID=My Own:20261125T090000");
    assert_eq!(todo.due, Some(when("2026-11-25T09:00")));
    assert_eq!(problems(&read), [&Problem::UnknownZone("My Own".into())]);
    assert_eq!(
        read.warnings[0].to_string(),
        "line 6: DUE unknown time zone \"My Own\", read as a local time without zone"
    );
    // without its definition the name means nothing to anyone
    assert!(!written(todo).contains("TZID"));
    assert_survives(&read);
}

#[test]
fn an_unknown_zone_that_the_file_defines_is_written_again() {
    let read = reading(&calendar(
        "BEGIN:VTIMEZONE
        TZID:My Own
        BEGIN:STANDARD
        DTSTART:19700101T000000
        TZOFFSETFROM:+0130
        TZOFFSETTO:+0130
        END:STANDARD
        END:VTIMEZONE
        BEGIN:VTODO
        DUE;TZID=My Own:20261125T090000
        END:VTODO",
    ));
    let text = write(&read.calendar, "p").unwrap();
    assert!(text.contains("DUE;TZID=My Own:20261125T090000"), "{text}");
    assert_survives(&read);
    // in a calendar without that definition the name means nothing
    assert!(!written(read.calendar.todos[0].clone()).contains("My Own"));
    // a new due time does not inherit it
    let mut todo = read.calendar.todos[0].clone();
    todo.due = Some(when("2026-11-25T09:00[Europe/Madrid]"));
    let changed = Calendar {
        todos: vec![todo],
        ..read.calendar.clone()
    };
    let text = write(&changed, "p").unwrap();
    assert!(
        text.contains("\r\nDUE;TZID=Europe/Madrid:20261125T090000\r\n"),
        "{text}"
    );
}

#[test]
fn an_unreadable_value_is_kept_until_the_property_is_set() {
    let (mut todo, read) = todo_of("DUE:someday\nSTATUS:DREAMING\nPRIORITY:12\nSUMMARY:x");
    assert_eq!((&todo.due, todo.status, todo.priority), (&None, None, None));
    assert_eq!(read.warnings.len(), 3);
    assert_survives(&read);
    assert!(written(todo.clone()).contains("DUE:someday"));
    todo.due = Some(When::Date(date(2026, 11, 25)));
    let text = written(todo);
    assert!(
        text.contains("DUE;VALUE=DATE:20261125") && !text.contains("someday"),
        "{text}"
    );
    assert!(text.contains("STATUS:DREAMING"));
}

#[test]
fn a_property_that_stands_twice_counts_once() {
    let (todo, read) =
        todo_of("DUE:rubbish\nDUE:20261125\nDUE:20261126\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY");
    assert_eq!(todo.due, Some(when("2026-11-25")));
    assert_eq!(
        problems(&read),
        [
            &Problem::Unreadable("rubbish".into()),
            &Problem::Repeated("DUE:rubbish".into()),
            &Problem::Repeated("DUE:20261126".into()),
        ]
    );
    // RFC 2445 allowed several rules
    assert_eq!(todo.rrule.as_deref(), Some("FREQ=DAILY"));
    assert!(written(todo).contains("RRULE:FREQ=WEEKLY"));
    assert_survives(&read);
}

#[test]
fn an_instant_without_a_zone_is_read_as_utc_with_a_warning() {
    let (todo, read) =
        todo_of("COMPLETED:20261125T090000\nCREATED;TZID=Europe/Madrid:20261125T090000");
    assert_eq!(todo.completed.unwrap().to_string(), "2026-11-25T09:00:00Z");
    assert_eq!(todo.created.unwrap().to_string(), "2026-11-25T08:00:00Z");
    assert_eq!(problems(&read), [&Problem::AssumedUtc]);
}

#[test]
fn an_alarm_without_a_trigger_is_kept_whole() {
    let (todo, read) = todo_of(
        "SUMMARY:x
        BEGIN:VALARM
        ACTION:DISPLAY
        TRIGGER:soon
        X-A:b
        END:VALARM",
    );
    assert_eq!(todo.alarms, []);
    assert_eq!(problems(&read), [&Problem::NoTrigger]);
    assert!(written(todo).contains("TRIGGER:soon\r\nX-A:b\r\n"));
    assert_survives(&read);
}

#[test]
fn both_ways_of_completing_an_occurrence_are_read() {
    // an override beside its series
    let read = reading(&calendar(
        "BEGIN:VTODO
        UID:s1
        DTSTART;TZID=Europe/Berlin:20261101T090000
        RRULE:FREQ=DAILY
        SUMMARY:water
        END:VTODO
        BEGIN:VTODO
        UID:s1
        RECURRENCE-ID;TZID=Europe/Berlin:20261102T090000
        STATUS:COMPLETED
        COMPLETED:20261102T083000Z
        PERCENT-COMPLETE:100
        END:VTODO",
    ));
    let [series, done] = &read.calendar.todos[..] else {
        panic!("two entries")
    };
    assert_eq!(
        (series.uid.as_deref(), series.recurrence_id.as_ref()),
        (Some("s1"), None)
    );
    assert_eq!(
        done.recurrence_id,
        Some(when("2026-11-02T09:00[Europe/Berlin]"))
    );
    assert_eq!(done.status, Some(Status::Completed));
    assert_survives(&read);
}

#[test]
fn texts_cannot_break_out_of_their_line() {
    let evil = "x\r\nEND:VTODO\r\nBEGIN:VTODO\nSUMMARY:forged\r\u{0}\u{7f};,:\\";
    let relation = Relation {
        reltype: Some("X\r\nA:b;C=\"d\"^".into()),
        value: evil.into(),
        gap: None,
        params: ";X-A=1".parse().unwrap(),
    };
    let mut alarm = Alarm::new(Trigger::At(when("2026-11-25")));
    (alarm.description, alarm.action) = (Some(evil.into()), Some(evil.into()));
    let todo = Todo {
        uid: Some(evil.into()),
        summary: Some(evil.into()),
        url: Some(evil.into()),
        geo: Some(evil.into()),
        rrule: Some(evil.into()),
        categories: vec![evil.into(), "b".into()],
        related: vec![relation],
        alarms: vec![alarm],
        extensions: [("X-OURS-A".to_owned(), evil.to_owned())].into(),
        ..Todo::default()
    };
    let text = written(todo);
    assert_well_formed(&text);
    let read = reading(&text);
    let [todo] = &read.calendar.todos[..] else {
        panic!("{text}")
    };
    let clean = "x\nEND:VTODO\nBEGIN:VTODO\nSUMMARY:forged\n;,:\\";
    assert_eq!(todo.summary.as_deref(), Some(clean));
    assert_eq!(todo.extensions["X-OURS-A"], clean);
    assert_eq!(todo.related[0].value, clean);
    assert_eq!(todo.related[0].reltype.as_deref(), Some("X\nA:b;C=\"d\"^"));
    assert_eq!(todo.categories.len(), 2);
    assert_eq!(todo.alarms[0].description.as_deref(), Some(clean));
    assert_eq!(todo.extra.lines, []);
}

#[test]
fn an_extension_whose_name_is_no_name_is_an_error() {
    for name in ["", "X A", "X:A", "X;A", "X\r\nA", "BEGIN", "end"] {
        let todo = Todo {
            extensions: [(name.into(), "x".into())].into(),
            ..Todo::default()
        };
        let calendar = Calendar {
            todos: vec![todo],
            ..Calendar::default()
        };
        assert_eq!(write(&calendar, "p"), Err(LineError::BadName(name.into())));
    }
}

#[test]
fn wrong_nesting_is_an_error_with_its_line() {
    let error = |text: &str| read(text.as_bytes(), &OPTIONS).unwrap_err();
    assert_eq!(error(""), IcalError::NotACalendar);
    assert_eq!(error("hello"), IcalError::NotACalendar);
    assert_eq!(error("BEGIN:VCARD\nEND:VCARD"), IcalError::NotACalendar);
    assert_eq!(
        error("END:VCALENDAR"),
        IcalError::UnexpectedEnd {
            line: 1,
            found: "VCALENDAR".into()
        }
    );
    assert_eq!(
        error("BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VCALENDAR"),
        IcalError::MismatchedEnd {
            line: 3,
            expected: "VTODO".into(),
            found: "VCALENDAR".into()
        }
    );
    assert_eq!(
        error("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x"),
        IcalError::Unterminated {
            line: 2,
            name: "VTODO".into()
        }
    );
    assert_eq!(
        error("BEGIN:VCALENDAR\nBEGIN: \n"),
        IcalError::BadComponentName { line: 2 }
    );
    assert_eq!(
        error(&"BEGIN:VCALENDAR\n".repeat(50_000)),
        IcalError::TooDeep { line: 9, limit: 8 }
    );
    let bytes = b"BEGIN:VTODO\nSUMMARY:\xff\nEND:VTODO";
    assert_eq!(
        read(bytes, &OPTIONS).unwrap_err(),
        IcalError::NotUtf8 { line: 2 }
    );
    let small = ReadOptions {
        max_bytes: 10,
        ..OPTIONS
    };
    assert_eq!(
        read(b"BEGIN:VTODO", &small).unwrap_err(),
        IcalError::TooLarge {
            size: 11,
            limit: 10
        }
    );
}

#[test]
fn a_bare_component_may_nest_as_deep_as_it_can_be_written() {
    let nested = |depth: usize| {
        let deeper = depth - 1;
        format!(
            "BEGIN:VTODO\n{}{}END:VTODO",
            "BEGIN:A\n".repeat(deeper),
            "END:A\n".repeat(deeper)
        )
    };
    assert_survives(&reading(&nested(7)));
    let error = read(nested(8).as_bytes(), &OPTIONS).unwrap_err();
    assert_eq!(error, IcalError::TooDeep { line: 8, limit: 8 });
}

#[test]
fn a_gap_that_is_not_understood_is_kept() {
    let (todo, read) = todo_of("RELATED-TO;GAP=later;RELTYPE=FINISHTOSTART:a");
    assert_eq!(todo.related[0].gap, None);
    assert!(written(todo).contains("RELATED-TO;RELTYPE=FINISHTOSTART;GAP=later:a"));
    assert_survives(&read);
}

#[test]
fn warnings_are_bounded_and_in_order() {
    let read = reading(&calendar(&format!(
        "BEGIN:VTODO\nDUE:x\n{}END:VTODO",
        "rubbish\n".repeat(5000)
    )));
    assert_eq!((read.warnings.len(), read.warnings_left_out), (1000, 4001));
    assert!(read.warnings.is_sorted_by_key(|warning| warning.line));
}

#[test]
fn a_kept_component_is_one_component() {
    let kept: RawComponent = "BEGIN:VLOCATION\nNAME:a\nEND:VLOCATION".parse().unwrap();
    assert_eq!((kept.name(), kept.value("name")), ("VLOCATION", Some("a")));
    for text in ["", "NAME:a", "BEGIN:A\nEND:A\nBEGIN:B\nEND:B", "BEGIN:A"] {
        assert!(text.parse::<RawComponent>().is_err(), "{text}");
    }
}

/// Reading a file ten times as long takes about ten times as long, not a hundred times.
#[test]
fn a_long_file_is_read_in_proportion() {
    let options = ReadOptions {
        max_bytes: 50_000_000,
        ..OPTIONS
    };
    for line in [
        "X-A:b\n",
        "DUE:x\n",
        "EXDATE:20261125\n",
        "SUMMARY:x\n",
        " folded\n",
        "CATEGORIES:a,b\n",
        "\n",
    ] {
        let text = format!("BEGIN:VTODO\nSUMMARY:y\n{}END:VTODO", line.repeat(50_000));
        let read = read(text.as_bytes(), &options).unwrap();
        assert_eq!(read.calendar.todos.len(), 1);
        assert!(write(&read.calendar, "p").is_ok());
    }
}

const NAMES: &[&str] = &[
    "SUMMARY",
    "DESCRIPTION",
    "DUE",
    "DTSTART",
    "COMPLETED",
    "RDATE",
    "EXDATE",
    "CATEGORIES",
    "RELATED-TO",
    "STATUS",
    "PRIORITY",
    "RRULE",
    "URL",
    "GEO",
    "X-OURS-A",
    "X-Other",
    "ATTACH",
    "TRIGGER",
    "DURATION",
    "UID",
    "RECURRENCE-ID",
    "X-APPLE-SORT-ORDER",
    "ESTIMATED-DURATION",
    "due",
    "item1.X-A",
    "TZID",
    "X-LIC-LOCATION",
    "REPEAT",
    "ACKNOWLEDGED",
    "COMMENT",
];

const PARAMS: &[&str] = &[
    "",
    "",
    "",
    ";VALUE=DATE",
    ";TZID=Europe/Berlin",
    ";TZID=Custom",
    ";tzid=\"Eastern Standard Time\"",
    ";RELTYPE=PARENT",
    ";RELTYPE=\"a,b:c\"",
    ";GAP=PT1H",
    ";GAP=x",
    ";RELATED=END",
    ";RELATED=X",
    ";X-P=\"a;b\"",
    ";VALUE=URI",
    ";X-Q=\"open",
    ";;",
    ";A",
    ";LANGUAGE=de;X=1",
    ";VALUE=PERIOD",
    ";TZID=Custom;TZID=Europe/Berlin",
    ";RELTYPE=",
    ";X=^n^^^'",
];

const VALUES: &[&str] = &[
    "20261125",
    "20261125T090000",
    "20261125T090000Z",
    "99991231T235959",
    "00010101T000000",
    "20260329T023000",
    "20261125T090000+0100",
    "COMPLETED",
    "FAILED",
    "5",
    "-P1DT2H",
    "PT90M",
    "P2W",
    "Custom",
    "Europe/Berlin",
    "a\\,b,c",
    "\\n",
    "\\",
    "a:b;c\"d",
    "",
    "20261125,20261126T101010Z",
    "99991231T235959Z",
    "FREQ=DAILY;COUNT=3",
    "20261125T090000Z/PT1H",
    "\u{85}\u{2028}",
    "-5",
];

fn any_line() -> impl Strategy<Value = String> {
    let one_of = prop::sample::select::<&str>;
    let values = prop_oneof![
        one_of(VALUES.to_vec()).prop_map(str::to_owned),
        "[^\\r\\n]{0,60}",
        "\\PC{0,100}",
    ];
    (one_of(NAMES.to_vec()), one_of(PARAMS.to_vec()), values)
        .prop_map(|(name, params, value)| format!("{name}{params}:{value}"))
}

fn any_component(name: &'static str, inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let parts = prop::collection::vec(prop_oneof![4 => any_line(), 1 => inner], 0..8);
    parts
        .prop_map(move |parts| format!("BEGIN:{name}\r\n{}\r\nEND:{name}", parts.join("\r\n")))
        .boxed()
}

fn any_calendar() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any_component("VALARM", any_line().boxed()),
        any_component("VLOCATION", any_line().boxed()),
    ];
    let alarm = any_component("VALARM", leaf.clone().boxed());
    let part = prop_oneof![
        5 => any_component("VTODO", prop_oneof![alarm, leaf].boxed()),
        1 => any_component("VEVENT", any_line().boxed()),
        1 => any_component("VTIMEZONE", any_line().boxed()),
    ];
    prop::collection::vec(prop_oneof![6 => part, 1 => any_line().boxed()], 1..6)
        .prop_map(|parts| format!("BEGIN:VCALENDAR\r\n{}\r\nEND:VCALENDAR", parts.join("\r\n")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_reads_as_what_was_read(text in any_calendar()) {
        assert_survives(&reading(&text));
    }

    #[test]
    fn a_read_todo_survives_json(text in any_calendar()) {
        for todo in reading(&text).calendar.todos {
            let json = serde_json::to_string(&todo).unwrap();
            prop_assert_eq!(serde_json::from_str::<Todo>(&json).unwrap(), todo);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(read) = read(&bytes, &OPTIONS) {
            assert_survives(&read);
        }
    }

    #[test]
    fn damaged_calendars_are_read_or_refused_without_a_panic(
        text in any_calendar(), at in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes.splice(at..=at, noise);
        if let Ok(read) = read(&bytes, &OPTIONS) {
            assert_survives(&read);
        }
    }

    #[test]
    fn any_text_reads_back_as_itself(summary in "[^\\p{Cc}]{0,120}", label in "[^\\p{Cc}\\p{White_Space}]{1,20}") {
        let todo = Todo { summary: Some(summary), categories: vec![label], ..Todo::default() };
        let read = reading(&written(todo.clone()));
        prop_assert_eq!(&read.calendar.todos[0], &todo);
    }
}
