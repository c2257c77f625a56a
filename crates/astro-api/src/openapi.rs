//! The OpenAPI 3.1 document: generated from the handlers, finished here with what all operations
//! have in common.

use astro_core::principal::Permission;
use serde_json::{Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa::openapi::security::SecurityRequirement;

use crate::problem::{PROBLEM_JSON, ProblemDocument};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "AstroAssistance",
        description = "Tasks, reminders, goals and what to do next, on your own server. Errors are RFC 9457 problems; lists are pages with cursors; \
                       PATCH is JSON Merge Patch; writes answer an Undo-Token; ETag, If-Match and If-None-Match work everywhere, Idempotency-Key wherever it is named."
    ),
    components(schemas(ProblemDocument))
)]
struct Base;

/// Where the document starts from.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// Names the extension that says what an operation needs.
const PERMISSION: &str = "x-astro-permission";

/// Notes on every operation of `paths` what it needs.
pub(crate) fn require(paths: &mut Paths, permission: Permission) {
    for operation in paths.paths.values_mut().flat_map(operations) {
        operation.security = Some(vec![
            SecurityRequirement::new::<_, [&str; 0], &str>("bearer", []),
            SecurityRequirement::new::<_, [&str; 0], &str>("session", []),
        ]);
        let extension = ExtensionsBuilder::new()
            .add(PERMISSION, permission.as_str())
            .build();
        operation
            .extensions
            .get_or_insert_with(Default::default)
            .merge(extension);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// The finished document.
pub fn document(generated: &OpenApi) -> Value {
    // Generated from types of ours, whose keys are all text.
    let mut document = serde_json::to_value(generated).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "An access token (JWT) or a personal access token." },
        "session": { "type": "apiKey", "in": "cookie", "name": "astro_session", "description": "A browser's session; writes also need the X-CSRF-Token header." },
    });
    if let Some(paths) = document["paths"].as_object_mut() {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            for (method, operation) in item.iter_mut().filter(|(method, _)| {
                matches!(method.as_str(), "get" | "put" | "post" | "delete" | "patch")
            }) {
                finish(method, operation);
            }
        }
    }
    document
}

/// Whether an Idempotency-Key counts, so that the answer is kept and given again. Answers about
/// accounts hold secrets, or end what is gone the second time; an import knows what it took before;
/// each operation of a batch has an id of its own.
fn is_repeatable(operation: &Value) -> bool {
    let tags = ["access", "account", "administration"];
    let operations = ["import_file", "apply_ops"];
    !tags.iter().any(|tag| operation["tags"][0] == *tag)
        && !operations.iter().any(|id| operation["operationId"] == *id)
}

/// Adds the answers and headers that every operation has.
fn finish(method: &str, operation: &mut Value) {
    let guarded = operation.get(PERMISSION).is_some();
    let problem = |description: &str| json!({ "description": description, "content": { PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let mut common = vec![(
        "default",
        "Any other problem, such as 429 or 503 with Retry-After",
    )];
    if guarded {
        common.extend([
            ("401", "Not signed in"),
            ("403", "Not allowed for this role or token"),
        ]);
    }
    if operation.get("requestBody").is_some() {
        common.extend([
            ("400", "The body is no JSON"),
            ("413", "The body is too large"),
            ("415", "The body has another media type"),
            ("422", "Some fields cannot be accepted"),
        ]);
    } else if operation.get("parameters").is_some() {
        common.push(("422", "Some parameters cannot be accepted"));
    }
    for (status, description) in common {
        if operation["responses"].get(status).is_none() {
            operation["responses"][status] = problem(description);
        }
    }
    if guarded && method != "get" && is_repeatable(operation) {
        let key = json!({
            "name": "Idempotency-Key", "in": "header", "required": false, "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$" },
            "description": "Makes it safe to send the same request again within 24 hours."
        });
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            parameters.push(key);
        } else {
            operation["parameters"] = json!([key]);
        }
    }
}
