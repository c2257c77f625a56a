//! Files through the API.

use astro_core::principal::{Permission, Role};
use astro_testkit::on_both_engines;
use http::Method;

const LINES: &str = "(A) Call @phone +Home due:2026-12-01\nx 2026-11-02 2026-11-01 Sent\n";

/// A zone that nobody but the file knows, and a to-do without a UID.
const ODD: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n\
    BEGIN:VTIMEZONE\r\nTZID:Custom/Strange\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0545\r\nTZOFFSETTO:+0545\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
    BEGIN:VTODO\r\nUID:strange\r\nSUMMARY:Call the hotel\r\nDUE;TZID=Custom/Strange:20261201T100000\r\nEND:VTODO\r\n\
    BEGIN:VTODO\r\nSUMMARY:No uid\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";

on_both_engines! {
    async fn a_calendar_keeps_its_own_zones_and_gets_the_uids_that_it_lacks(app: TestApp) {
        let import = async |text: String| {
            let path = "/api/v1/import?format=ics";
            app.owner.request(Method::POST, path).bytes(text).send().await.expect(200)["counts"]["task"].clone()
        };
        let export = async || {
            let answer = app.owner.get("/api/v1/export?format=ics").await;
            String::from_utf8(answer.bytes.to_vec()).unwrap()
        };
        assert_eq!(import(ODD.to_owned()).await["created"], 2);
        let written = export().await;
        for line in ["DUE;TZID=Custom/Strange:20261201T100000", "TZID:Custom/Strange", "TZOFFSETTO:+0545"] {
            assert!(written.contains(&format!("{line}\r\n")), "{line}: {written}");
        }
        assert_eq!(written.matches("\r\nUID:").count(), 2);
        for text in [written.clone(), ODD.to_owned()] {
            let again = import(text).await;
            assert_eq!((&again["created"], &again["refused"]), (&0.into(), &0.into()), "{again}");
        }
        assert_eq!(export().await, written);
    }

    async fn a_file_comes_in_and_goes_out_again(app: TestApp) {
        let import = |query: &str| {
            let path = format!("/api/v1/import?format=todotxt{query}");
            app.owner.request(Method::POST, &path).bytes(LINES).send()
        };
        let report = import("&dry_run=true").await.expect(200);
        assert_eq!((&report["dry_run"], &report["counts"]["task"]["created"]), (&true.into(), &2.into()));
        let report = import("").await.expect(200);
        assert_eq!(report["counts"]["label"]["created"], 1);
        let answer = app.owner.get("/api/v1/export?format=todotxt").await;
        assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"astroassistance.txt\""));
        assert_eq!(answer.bytes, LINES);
        let answer = app.owner.get("/api/v1/export?format=json").await;
        assert_eq!(answer.json()["sections"]["tasks"].as_array().unwrap().len(), 2);
    }

    async fn what_is_no_such_file_is_refused_by_name(app: TestApp) {
        for (format, body) in [("taskwarrior", "[1"), ("ics", "hello"), ("json", "{}"), ("json", "[")] {
            let path = format!("/api/v1/import?format={format}");
            let answer = app.owner.request(Method::POST, &path).bytes(body).send().await;
            assert_eq!(answer.expect(422)["errors"][0]["field"], "file");
        }
        app.owner.request(Method::POST, "/api/v1/import?format=odd").send().await.expect(422);
        app.owner.request(Method::POST, "/api/v1/import").send().await.expect(422);
    }

    async fn a_large_file_is_read_and_a_larger_one_is_not(app: TestApp) {
        let path = "/api/v1/import?format=todotxt&dry_run=true";
        let lines = "word ".repeat(90) + "\n";
        let fits = lines.repeat(3_000);
        assert!(fits.len() > 1024 * 1024);
        let report = app.owner.request(Method::POST, path).bytes(fits).send().await.expect(200);
        assert_eq!(report["counts"]["task"]["created"], 3_000);
        let larger = lines.repeat(60_000);
        app.owner.request(Method::POST, path).bytes(larger).send().await.expect(413);
    }

    async fn importing_and_exporting_need_their_permissions(app: TestApp) {
        let import = "/api/v1/import?format=todotxt";
        app.as_role(Role::Viewer).request(Method::POST, import).bytes(LINES).send().await.expect(403);
        app.as_role(Role::Viewer).get("/api/v1/export?format=json").await.expect(200);
        let client = app.with_scopes(&[Permission::TasksRead, Permission::TasksWrite]);
        client.get("/api/v1/export?format=json").await.expect(403);
        client.request(Method::POST, import).bytes(LINES).send().await.expect(403);
    }
}
