//! The OpenAPI document is true: it names every route and no other, and the copy in the
//! repository is the one that the server gives.

use std::path::Path;

use astro_testkit::{Engine, TestApp};
use http::Method;
use serde_json::Value;

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_names_exactly_what_is_routed() {
    TestApp::run(Engine::Sqlite, async |app| {
        let document = app
            .anonymous()
            .get("/api/v1/openapi.json")
            .await
            .expect(200);
        for (path, item) in document["paths"].as_object().unwrap() {
            let nobody = "0193a000-0000-7000-8000-000000000000";
            let concrete = path.replace("{id}", nobody).replace("{token}", nobody);
            for method in METHODS {
                let documented = item.get(method.as_str().to_lowercase()).is_some();
                let answer = app
                    .anonymous()
                    .request(method.clone(), &concrete)
                    .send()
                    .await;
                assert_eq!(
                    answer.status.as_u16() != 405,
                    documented,
                    "{method} {path} answers {}",
                    answer.status
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_copy_in_the_repository_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    TestApp::run(Engine::Sqlite, async |app| {
        let document = app
            .anonymous()
            .get("/api/v1/openapi.json")
            .await
            .expect(200);
        let text = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        if kept != text {
            std::fs::write(&file, text).unwrap();
            panic!("docs/openapi.json was out of date; it has been written anew: commit it");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reference_leads_somewhere() {
    TestApp::run(Engine::Sqlite, async |app| {
        let document = app
            .anonymous()
            .get("/api/v1/openapi.json")
            .await
            .expect(200);
        let mut missing = Vec::new();
        visit(&document, &mut |value| {
            if let Some(target) = value.get("$ref").and_then(Value::as_str)
                && document.pointer(target.trim_start_matches('#')).is_none()
            {
                missing.push(target.to_owned());
            }
        });
        assert_eq!(missing, Vec::<String>::new());
    })
    .await;
}

fn visit(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        Value::Object(members) => members.values().for_each(|member| visit(member, see)),
        _ => {}
    }
}
