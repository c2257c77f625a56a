//! docs/access.md has the tables of the code: what a role may do, and what an operation needs.

use std::fmt::Write as _;
use std::path::Path;

use astro_core::principal::{Permission, Role};
use astro_services::access::{allows, grantable};
use astro_testkit::{Engine, TestApp};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation of the OpenAPI document.
struct Operation {
    method: String,
    path: String,
    /// Absent where nobody needs to be signed in.
    needs: Option<Permission>,
}

async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .expect(200);
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let needs = operation["x-astro-permission"].as_str();
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                needs: needs.map(|word| word.parse().unwrap()),
            });
        }
    }
    found
}

fn mark(yes: bool) -> &'static str {
    if yes { "yes" } else { "-" }
}

fn row(table: &mut String, first: &str, may: impl Fn(Role) -> bool, last: &str) {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| mark(may(*role))).collect();
    writeln!(table, "| {first} | {} | {last} |", roles.join(" | ")).unwrap();
}

fn heading(first: &str, last: &str) -> String {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    format!(
        "\n| {first} | {} | {last} |\n|{}\n",
        roles.join(" | "),
        "---|".repeat(Role::ALL.len() + 2)
    )
}

fn permissions() -> String {
    let mut table = heading("permission", "token");
    for permission in Permission::ALL {
        let may = |role| allows(role, *permission);
        row(
            &mut table,
            permission.as_str(),
            may,
            mark(grantable(*permission)),
        );
    }
    table
}

fn needs(operations: &[Operation]) -> String {
    let mut table = heading("operation", "needs");
    for operation in operations {
        let may = |role| operation.needs.is_none_or(|needed| allows(role, needed));
        let first = format!("`{} {}`", operation.method, operation.path);
        let last = operation.needs.map_or("nothing", Permission::as_str);
        row(&mut table, &first, may, last);
    }
    table
}

/// Puts `table` between the markers of its name.
fn replaced(document: &str, name: &str, table: &str) -> String {
    let start = format!("<!-- {name}: written by a test -->\n");
    let (before, rest) = document.split_once(&start).expect("the marker is there");
    let (_, after) = rest.split_once("<!-- end -->").expect("the end is there");
    format!("{before}{start}{table}\n<!-- end -->{after}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_of_the_document_are_those_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    TestApp::run(Engine::Sqlite, async |app| {
        let kept = std::fs::read_to_string(&file).unwrap();
        let wanted = replaced(&kept, "permissions", &permissions());
        let wanted = replaced(&wanted, "operations", &needs(&operations(app).await));
        if kept != wanted {
            std::fs::write(&file, wanted).unwrap();
            panic!(
                "docs/access.md was out of date; it has been written anew: review and commit it"
            );
        }
    })
    .await;
}
