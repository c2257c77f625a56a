//! Import and export through the services, on both engines, and against the real Taskwarrior.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::BTreeMap;

use astro_core::ids::SessionId;
use astro_core::interchange::{Format, ImportCounts, ImportReport};
use astro_core::page::PageRequest;
use astro_core::patch::{Patch, read_document};
use astro_core::principal::{Identity, Principal, Role};
use astro_core::recommendations::{FeedbackEvent, NewFeedback, RecommendRequest, Surface};
use astro_core::tasks::{Extent, RepeatFrom, Task, TaskFields, TaskSource, TaskStatus};
use astro_services::tasks::TaskQuery;
use astro_services::{Call, Services};
use astro_testkit::{Taskwarrior, TestStore, on_both_engines, taskwarrior};
use serde_json::{Value, json};

fn call(db: &TestStore, role: Role) -> Call {
    let identity = Identity {
        tenant: db.scope.tenant(),
        user: db.scope.owner().into(),
        role,
    };
    let session: SessionId = db.random.id(db.clock_now());
    Call::new(Principal::User { identity, session }, TaskSource::Api)
}

trait Now {
    fn clock_now(&self) -> astro_core::calendar::Timestamp;
}

impl Now for TestStore {
    fn clock_now(&self) -> astro_core::calendar::Timestamp {
        astro_core::clock::Clock::now(&self.clock)
    }
}

struct House {
    services: Services,
    call: Call,
}

impl House {
    fn new(db: &TestStore) -> Self {
        Self {
            services: db.services(),
            call: call(db, Role::Member),
        }
    }

    async fn import(&self, format: Format, bytes: &[u8]) -> ImportReport {
        self.try_import(format, bytes, false).await.unwrap()
    }

    async fn try_import(
        &self,
        format: Format,
        bytes: &[u8],
        dry_run: bool,
    ) -> astro_services::Result<ImportReport> {
        self.services
            .import(&self.call, format, bytes.to_vec(), dry_run, &|_, _| {})
            .await
    }

    async fn export(&self, format: Format) -> String {
        let exported = self.services.export(&self.call, format).await.unwrap();
        String::from_utf8(exported.bytes).unwrap()
    }

    async fn tasks(&self) -> BTreeMap<String, Task> {
        let mut tasks = BTreeMap::new();
        let mut request = PageRequest::default();
        loop {
            let page = self
                .services
                .list_tasks(&self.call, TaskQuery::default(), request.clone())
                .await
                .unwrap();
            tasks.extend(
                page.items
                    .into_iter()
                    .map(|l| (l.task.title.clone(), l.task)),
            );
            match page.next {
                Some(next) => request.after = Some(next),
                None => return tasks,
            }
        }
    }

    /// Leaves something of every noun.
    async fn live(&self) {
        let task = self.tasks().await["Edited"].id;
        let (services, call) = (&self.services, &self.call);
        services.start_task(call, task).await.unwrap();
        let goal =
            read_document(json!({"title": "Goal", "kind": "metric", "target_value": 10})).unwrap();
        let goal = services.create_goal(call, goal).await.unwrap().value;
        let point = json!({"goal_id": goal.id, "at": "2026-11-25T08:00:00Z", "value": 0.1});
        services
            .create_datapoint(call, read_document(point).unwrap())
            .await
            .unwrap();
        let zone = json!({"key": "time.zone", "value": "Europe/Madrid"});
        services
            .put_preference(call, read_document(zone).unwrap())
            .await
            .unwrap();
        let reminder = json!({"task_id": task, "trigger": {"type": "absolute", "at": "2026-11-26T09:00:00"}, "channels": ["in_app"]});
        services
            .create_reminder(call, read_document(reminder).unwrap())
            .await
            .unwrap();
        services
            .create_task(call, TaskFields::titled("To do now"))
            .await
            .unwrap();
        let decided = services
            .recommend(call, RecommendRequest::on(Surface::Api))
            .await
            .unwrap();
        let report = NewFeedback::of(FeedbackEvent::Accepted);
        services
            .give_feedback(call, decided.proposals[0].recommendation.id, report)
            .await
            .unwrap();
    }

    async fn edit(&self, task: &Task, patch: Value) {
        let patch: Patch<TaskFields> = Patch::new(patch.as_object().unwrap().clone());
        self.services
            .update_task(&self.call, task.id, patch, Extent::This)
            .await
            .unwrap();
    }
}

fn tasks_of(report: &ImportReport) -> ImportCounts {
    report.counts["task"]
}

const EXPORT: &str = r#"[
{"uuid":"11111111-1111-4111-8111-111111111111","description":"Child first","depends":["22222222-2222-4222-8222-222222222222","99999999-9999-4999-8999-999999999999"],"entry":"20261101T100000Z","modified":"20261102T100000Z","project":"Home.Flat","status":"pending","tags":["a","b"],"client":"X","urgency":3},
{"uuid":"22222222-2222-4222-8222-222222222222","description":"Waited for","due":"20261201T000000Z","entry":"20261101T100000Z","priority":"H","status":"pending","tags":["a"],"wait":"20261128T100000Z"},
{"uuid":"33333333-3333-4333-8333-333333333333","description":"Done","end":"20261103T100000Z","entry":"20261101T100000Z","status":"completed"}
]"#;

on_both_engines! {
    async fn a_file_becomes_tasks_with_projects_labels_and_dependencies(db: TestStore) {
        let house = House::new(db);
        let report = house.import(Format::Taskwarrior, EXPORT.as_bytes()).await;
        assert_eq!(tasks_of(&report), ImportCounts { created: 3, ..ImportCounts::default() });
        assert_eq!(report.counts["project"].created, 2);
        assert_eq!(report.counts["label"].created, 2);
        let tasks = house.tasks().await;
        let (child, waited) = (&tasks["Child first"], &tasks["Waited for"]);
        assert_eq!(child.depends_on, [waited.id]);
        // the task that is in no file is not forgotten
        assert_eq!(child.relations[0].uid, "99999999-9999-4999-8999-999999999999");
        assert_eq!((child.labels.len(), waited.labels.len()), (2, 1));
        assert_eq!(waited.priority, 1);
        assert_eq!(waited.due, Some("2026-12-01".parse().unwrap()));
        assert_eq!(waited.start, Some("2026-11-28T10:00:00Z".parse().unwrap()));
        let done = &tasks["Done"];
        assert_eq!(done.status, TaskStatus::Completed);
        assert_eq!(done.completed_at, Some("2026-11-03T10:00:00Z".parse().unwrap()));
        assert_eq!(done.created_at, "2026-11-01T10:00:00Z".parse().unwrap());
        let out = house.export(Format::Taskwarrior).await;
        assert_eq!(taskwarrior::records(&out), taskwarrior::records(EXPORT));
    }

    async fn importing_twice_makes_nothing_twice(db: TestStore) {
        let house = House::new(db);
        let ics = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:part\r\nSUMMARY:Part\r\nRELATED-TO:whole\r\nEND:VTODO\r\nBEGIN:VTODO\r\nUID:whole\r\nSUMMARY:Whole\r\nRELATED-TO;RELTYPE=DEPENDS-ON:gone\r\nRELATED-TO;RELTYPE=X-ODD:part\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
        let lines = "(A) Call @phone +Home\nx 2026-11-02 2026-11-01 Sent\nplain\nplain\n";
        for (format, text, number) in [
            (Format::Taskwarrior, EXPORT, 3),
            (Format::Ics, ics, 2),
            (Format::TodoTxt, lines, 4),
        ] {
            let dry = house.try_import(format, text.as_bytes(), true).await.unwrap();
            assert_eq!(tasks_of(&dry).created, number, "{format}");
            let first = house.import(format, text.as_bytes()).await;
            assert_eq!(first.counts, dry.counts);
            let before = house.tasks().await;
            for dry_run in [true, false] {
                let again = house.try_import(format, text.as_bytes(), dry_run).await.unwrap();
                assert_eq!(tasks_of(&again), ImportCounts { unchanged: number, ..ImportCounts::default() });
            }
            assert_eq!(house.tasks().await, before, "{format}");
        }
        let tasks = house.tasks().await;
        assert_eq!(tasks["Part"].parent_id, Some(tasks["Whole"].id));
    }

    async fn a_dry_run_writes_nothing(db: TestStore) {
        let house = House::new(db);
        let report = house.try_import(Format::Taskwarrior, EXPORT.as_bytes(), true).await.unwrap();
        assert!(report.dry_run);
        assert_eq!(tasks_of(&report).created, 3);
        assert!(house.tasks().await.is_empty());
        let labels = house.services.list_labels(&house.call, PageRequest::default()).await.unwrap();
        assert!(labels.items.is_empty());
    }

    async fn an_edit_here_and_a_change_in_the_file_both_survive(db: TestStore) {
        let house = House::new(db);
        house.import(Format::Taskwarrior, EXPORT.as_bytes()).await;
        let task = house.tasks().await["Waited for"].clone();
        house.edit(&task, serde_json::json!({"title": "Edited here", "due": "2026-12-24"})).await;
        let changed = EXPORT.replace("\"priority\":\"H\"", "\"priority\":\"L\"");
        let report = house.import(Format::Taskwarrior, changed.as_bytes()).await;
        assert_eq!(tasks_of(&report), ImportCounts { updated: 1, unchanged: 2, ..ImportCounts::default() });
        let task = house.tasks().await["Edited here"].clone();
        assert_eq!((task.priority, task.due), (9, Some("2026-12-24".parse().unwrap())));
        let out = taskwarrior::records(&house.export(Format::Taskwarrior).await);
        let record = &out["22222222-2222-4222-8222-222222222222"];
        assert_eq!(record["description"], "Edited here");
        assert_eq!(record["due"], "20261224T000000Z");
        assert_eq!(record["priority"], "L");
    }

    async fn our_own_tasks_come_back_as_themselves(db: TestStore) {
        let house = House::new(db);
        let mut fields = TaskFields::titled("Ours");
        fields.due = Some("2026-12-01T10:00:00[Europe/Madrid]".parse().unwrap());
        "Two\n\nparagraphs".clone_into(&mut fields.description);
        fields.rrule = Some("FREQ=MONTHLY;BYDAY=-1FR".to_owned());
        fields.location = Some("There".to_owned());
        house.services.create_task(&house.call, fields).await.unwrap();
        let before = house.tasks().await;
        for format in [Format::Taskwarrior, Format::TodoTxt, Format::Ics] {
            let out = house.export(format).await;
            let report = house.import(format, out.as_bytes()).await;
            assert_eq!(tasks_of(&report).created, 0, "{format}: {out}");
            let after = house.tasks().await;
            assert_eq!(after["Ours"].fields_only(), before["Ours"].fields_only(), "{format}: {out}");
        }
    }

    async fn a_series_and_what_was_done_of_it_come_back_from_a_calendar(db: TestStore) {
        let house = House::new(db);
        let fields = TaskFields {
            due: Some("2026-11-20T18:00:00[Europe/Madrid]".parse().unwrap()),
            rrule: Some("FREQ=DAILY;INTERVAL=2".to_owned()),
            repeat_from: RepeatFrom::Due,
            ..TaskFields::titled("Run")
        };
        let series = house.services.create_task(&house.call, fields).await.unwrap().value;
        let first = house.services.complete_task(&house.call, series.id).await.unwrap().value;
        let second = house.tasks().await.into_values().find(Task::is_open).unwrap();
        assert_eq!(second.due, Some("2026-11-26T18:00:00[Europe/Madrid]".parse().unwrap()));
        house.edit(&second, json!({ "title": "Run late", "due": "2026-11-26T20:00:00[Europe/Madrid]" })).await;
        let file = house.export(Format::Ics).await;
        assert_eq!(file.matches("BEGIN:VTODO").count(), 3, "{file}");
        assert_eq!(file.matches("RECURRENCE-ID;TZID=Europe/Madrid:20261120T180000").count(), 1, "{file}");
        // onto itself it changes nothing but that the file's words are kept
        let report = house.import(Format::Ics, file.as_bytes()).await;
        assert_eq!(tasks_of(&report), ImportCounts { updated: 3, ..ImportCounts::default() });
        let report = house.import(Format::Ics, file.as_bytes()).await;
        assert_eq!(tasks_of(&report), ImportCounts { unchanged: 3, ..ImportCounts::default() });
        // and elsewhere it is the same
        let other = House { services: db.services(), call: stranger(db).await };
        other.import(Format::Ics, file.as_bytes()).await;
        let dues = |file: &str| {
            let mut lines: Vec<String> = file.lines().filter(|line| line.starts_with("DUE") || line.starts_with("STATUS")).map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(dues(&other.export(Format::Ics).await), dues(&file));
        let open = other.tasks().await.into_values().find(Task::is_open).unwrap();
        assert_eq!(open.id, astro_core::tasks::series::occurrence_id(open.series_id.unwrap(), &second.recurrence_id.unwrap()));
        assert_eq!((first.status, first.series_id), (TaskStatus::Completed, Some(series.id)));
    }

    async fn what_is_due_today_is_open_after_an_import(db: TestStore) {
        let house = House::new(db);
        let todo = |uid: &str, due: &str, rule: &str| format!("BEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:{uid}\r\nDUE;VALUE=DATE:{due}\r\nRRULE:{rule}\r\nEND:VTODO\r\n");
        let todos = [
            todo("today", "20261125", "FREQ=DAILY"),
            todo("years ago", "20240101", "FREQ=DAILY"),
            todo("only today", "20261125", "FREQ=DAILY;COUNT=1"),
            todo("missed", "20261120", "FREQ=DAILY;COUNT=2"),
            todo("last week", "20261121", "FREQ=WEEKLY"),
            todo("long ago", "20200101", "FREQ=YEARLY;INTERVAL=2;COUNT=2"),
            todo("ahead", "20261224", "FREQ=YEARLY"),
        ];
        let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{}END:VCALENDAR\r\n", todos.concat());
        house.import(Format::Ics, file.as_bytes()).await;
        let dues: Vec<(String, String)> = house.tasks().await.into_iter().map(|(title, task)| (title, task.due.unwrap().to_string())).collect();
        let expected = [
            ("ahead", "2026-12-24"), ("last week", "2026-11-21"), ("long ago", "2022-01-01"), ("missed", "2026-11-21"),
            ("only today", "2026-11-25"), ("today", "2026-11-25"), ("years ago", "2026-11-25"),
        ];
        assert_eq!(dues, expected.map(|(title, due)| (title.to_owned(), due.to_owned())));
    }

    async fn the_last_day_of_a_rule_goes_out_as_calendars_need_it(db: TestStore) {
        let house = House::new(db);
        let fields = TaskFields {
            due: Some("2026-11-30T20:00:00[Europe/Madrid]".parse().unwrap()),
            rrule: Some("FREQ=DAILY;UNTIL=20261202".to_owned()),
            ..TaskFields::titled("Three times")
        };
        house.services.create_task(&house.call, fields).await.unwrap();
        let file = house.export(Format::Ics).await;
        assert!(file.contains("RRULE:FREQ=DAILY;UNTIL=20261202T225959Z"), "{file}");
        house.import(Format::Ics, file.as_bytes()).await;
        let report = house.import(Format::Ics, file.as_bytes()).await;
        assert_eq!(tasks_of(&report), ImportCounts { unchanged: 1, ..ImportCounts::default() });
    }

    async fn circles_in_a_file_are_cut_and_come_out_again(db: TestStore) {
        let house = House::new(db);
        let file = r#"[{"uuid":"11111111-1111-4111-8111-111111111111","description":"a","status":"pending","entry":"20261101T100000Z","depends":["22222222-2222-4222-8222-222222222222"]},{"uuid":"22222222-2222-4222-8222-222222222222","description":"b","status":"pending","entry":"20261101T100000Z","depends":["11111111-1111-4111-8111-111111111111"]}]"#;
        let report = house.import(Format::Taskwarrior, file.as_bytes()).await;
        assert_eq!(tasks_of(&report).created, 2);
        assert_eq!(report.warnings.len(), 1);
        let waiting: usize = house.tasks().await.values().map(|task| task.depends_on.len()).sum();
        assert_eq!(waiting, 1);
        let again = house.import(Format::Taskwarrior, file.as_bytes()).await;
        assert_eq!(tasks_of(&again).unchanged, 2);
        let out = house.export(Format::Taskwarrior).await;
        assert_eq!(taskwarrior::records(&out), taskwarrior::records(file));
    }

    async fn a_viewer_may_export_and_not_import(db: TestStore) {
        let mut house = House::new(db);
        house.call = call(db, Role::Viewer);
        assert!(house.services.export(&house.call, Format::Ics).await.is_ok());
        assert!(house.try_import(Format::Taskwarrior, EXPORT.as_bytes(), true).await.is_err());
    }

    async fn the_real_taskwarrior_gets_back_every_field(db: TestStore) {
        let Some(source) = Taskwarrior::open() else { return };
        source.fill();
        let file = source.export();
        let house = House::new(db);
        let zone = "Europe/Madrid".parse().unwrap();
        db.store.write(&db.scope, move |write| Box::pin(async move {
            astro_store::owners::set_zone(write, &zone).await
        })).await.unwrap();
        let report = house.import(Format::Taskwarrior, file.as_bytes()).await;
        let counts = tasks_of(&report);
        assert!(counts.created >= 200, "{counts:?}");
        assert_eq!(counts.refused, 0, "{:?}", report.warnings);
        let target = Taskwarrior::open().unwrap();
        target.import(house.export(Format::Taskwarrior).await.as_bytes());
        let (before, after) = (taskwarrior::records(&file), taskwarrior::records(&target.export()));
        assert_eq!(before.len(), after.len());
        for (uuid, record) in &before {
            assert_eq!(Some(record), after.get(uuid));
        }
    }
}

trait FieldsOnly {
    fn fields_only(&self) -> TaskFields;
}

impl FieldsOnly for Task {
    fn fields_only(&self) -> TaskFields {
        astro_core::document::Document::fields(self)
    }
}

on_both_engines! {
    async fn everything_brought_into_an_empty_account_comes_out_to_the_letter(db: TestStore) {
        let house = House::new(db);
        house.import(Format::Taskwarrior, EXPORT.as_bytes()).await;
        let tasks = house.tasks().await;
        house.edit(&tasks["Waited for"], serde_json::json!({"title": "Edited", "parent_id": tasks["Child first"].id})).await;
        house.services.delete_task(&house.call, tasks["Done"].id, Extent::This).await.unwrap();
        house.live().await;
        let file = house.export(Format::Json).await;
        let document: Value = serde_json::from_str(&file).unwrap();
        for (name, rows) in document["sections"].as_object().unwrap() {
            assert_ne!(rows.as_array().unwrap().len(), 0, "the test has no {name}");
        }
        let other = House { services: house.services.clone(), call: stranger(db).await };
        let dry = other.try_import(Format::Json, file.as_bytes(), true).await.unwrap();
        let report = other.import(Format::Json, file.as_bytes()).await;
        assert_eq!(report.counts, dry.counts);
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
        assert_eq!(other.export(Format::Json).await, file);
        // and it goes on from there
        other.edit(&other.tasks().await["Edited"], serde_json::json!({"title": "Later"})).await;
        let again = other.import(Format::Json, file.as_bytes()).await;
        let counts = tasks_of(&again);
        assert_eq!((counts.created, counts.updated, counts.refused), (0, 0, 1));
        assert!(other.tasks().await.contains_key("Later"));
    }

    async fn into_an_account_in_use_what_is_missing_is_added(db: TestStore) {
        let house = House::new(db);
        house.import(Format::Taskwarrior, EXPORT.as_bytes()).await;
        let file = house.export(Format::Json).await;
        let other = House { services: house.services.clone(), call: stranger(db).await };
        other.import(Format::TodoTxt, b"Mine @a\n").await;
        let report = other.import(Format::Json, file.as_bytes()).await;
        assert_eq!(tasks_of(&report).created, 3);
        // one label of that title is enough
        assert_eq!(report.counts["label"], ImportCounts { created: 1, unchanged: 1, ..ImportCounts::default() });
        let tasks = other.tasks().await;
        assert!(tasks["Child first"].labels.contains(&tasks["Mine"].labels[0]));
        let again = other.import(Format::Json, file.as_bytes()).await;
        assert_eq!(tasks_of(&again).created, 0);
    }

    async fn a_document_of_another_kind_is_refused_by_name(db: TestStore) {
        let house = House::new(db);
        for text in ["", "[]", "{}", r#"{"format":"other","sections":{}}"#,
            r#"{"format":"astroassistance","version":2,"zone":"UTC","change_seq":0,"purged_seq":0,"sections":{}}"#] {
            let error = house.try_import(Format::Json, text.as_bytes(), false).await.unwrap_err();
            assert_eq!(error.kind(), astro_core::error::ErrorKind::Invalid, "{text}: {error}");
        }
        let circle = r#"{"format":"astroassistance","version":1,"zone":"UTC","change_seq":9,"purged_seq":0,"sections":{"tasks":[{"id":1}],"odd":[1]}}"#;
        let report = house.import(Format::Json, circle.as_bytes()).await;
        assert_eq!(tasks_of(&report).refused, 1);
        assert_eq!(report.fields[0].field, "odd");
    }
}

/// A caller with an account in which nothing was ever written.
async fn stranger(db: &TestStore) -> Call {
    let scope = db.stranger().await;
    let identity = Identity {
        tenant: scope.tenant(),
        user: scope.owner().into(),
        role: Role::Member,
    };
    Call::new(Principal::Local { identity }, TaskSource::Api)
}

const LIFE: &str = r#"{"v":1,"at":"2026-01-05T09:00:00Z","kind":"created","task":"t1","title":"Roof","labels":["a"],"project":"Work/Site","due":"2026-01-20","mood":"calm"}
{"v":1,"at":"2026-01-06T09:00:00Z","kind":"started","task":"t1"}
{"v":1,"at":"2026-01-06T10:30:00Z","kind":"stopped","task":"t1"}
{"v":1,"at":"2026-01-08T08:00:00Z","kind":"deferred","task":"t1","due":"2026-01-27"}
{"v":1,"at":"2026-01-26T08:00:00Z","kind":"done","task":"t1"}
{"v":1,"at":"2026-01-27T08:00:00Z","kind":"created","task":"t2","title":"Gone","parent":"t1"}
{"v":1,"at":"2026-01-28T08:00:00Z","kind":"deleted","task":"t2"}
"#;

on_both_engines! {
    async fn a_life_becomes_a_task_and_its_log_at_its_own_times(db: TestStore) {
        let house = House::new(db);
        let dry = house.try_import(Format::Events, LIFE.as_bytes(), true).await.unwrap();
        let report = house.import(Format::Events, LIFE.as_bytes()).await;
        assert_eq!(report.counts, dry.counts);
        assert_eq!(report.counts["event"].created, 7);
        assert_eq!(report.counts["time_entry"].created, 1);
        let roof = house.tasks().await["Roof"].clone();
        assert_eq!(roof.status, TaskStatus::Completed);
        assert_eq!(roof.created_at, "2026-01-05T09:00:00Z".parse().unwrap());
        let log = db.store.read(&db.scope, |read| Box::pin(async move {
            astro_store::events::history(read, astro_core::events::Entity::Task, roof.id.uuid(), &PageRequest::default()).await
        })).await.unwrap();
        let done = log.items.iter().find(|event| event.action == astro_core::events::Action::Completed).unwrap();
        assert_eq!(done.at, "2026-01-26T08:00:00Z".parse().unwrap());
        assert_eq!(done.recorded_at, db.clock_now());
        let again = house.import(Format::Events, LIFE.as_bytes()).await;
        assert_eq!(tasks_of(&again).unchanged, 2);
        assert_eq!(again.counts["event"], ImportCounts { unchanged: 7, ..ImportCounts::default() });
    }

    async fn a_life_that_was_told_is_told_again(db: TestStore) {
        let house = House::new(db);
        house.import(Format::Events, LIFE.as_bytes()).await;
        let told = house.export(Format::Events).await;
        assert!(told.contains("mood"));
        let other = House { services: house.services.clone(), call: stranger(db).await };
        let report = other.import(Format::Events, told.as_bytes()).await;
        assert!(report.warnings.is_empty(), "{told} {:?}", report.warnings);
        assert_eq!(other.export(Format::Events).await, told);
        assert_eq!(told.lines().count(), LIFE.lines().count(), "{told}");
        // tasks made here have a life too
        let task = house.tasks().await["Roof"].clone();
        house.edit(&task, serde_json::json!({"status": "needs_action", "title": "Roof again"})).await;
        let told = house.export(Format::Events).await;
        let report = house.import(Format::Events, told.as_bytes()).await;
        assert_eq!(tasks_of(&report).created, 0, "{told}");
        assert_eq!(house.tasks().await["Roof again"].status, TaskStatus::NeedsAction);
    }
}
