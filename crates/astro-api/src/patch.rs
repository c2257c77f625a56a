//! PATCH bodies: JSON Merge Patch, and how the OpenAPI document shows one.

use astro_core::patch::Patch;
use axum::extract::{FromRequest, Request};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::openapi::{RefOr, Schema};

use crate::body::{self, Digest};
use crate::problem::{Problem, Result};

/// A merge patch for `F` and the fingerprint of its bytes.
#[derive(Debug)]
pub(crate) struct MergePatch<F> {
    pub(crate) patch: Patch<F>,
    pub(crate) digest: Digest,
}

impl<S: Send + Sync, F: Serialize + DeserializeOwned> FromRequest<S> for MergePatch<F> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        body::require_json(
            request.headers(),
            &["application/merge-patch+json", "application/json"],
        )?;
        let bytes = body::read(request, state).await?;
        let members: Map<String, Value> = body::parse(&bytes)?;
        Ok(Self {
            patch: Patch::new(members),
            digest: Digest(Sha256::digest(&bytes).into()),
        })
    }
}

/// Declares the schema of a patch: that of the fields, with nothing required and what has a
/// default nullable.
macro_rules! patch_schema {
    ($name:ident, $fields:ty) => {
        #[doc = concat!("A merge patch of `", stringify!($fields), "`.")]
        #[derive(Debug)]
        pub(crate) struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::patch::optional_schema(<$fields as utoipa::PartialSchema>::schema())
            }
        }

        impl utoipa::ToSchema for $name {
            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
            ) {
                <$fields as utoipa::ToSchema>::schemas(schemas);
            }
        }
    };
}
pub(crate) use patch_schema;

pub(crate) fn optional_schema(fields: RefOr<Schema>) -> RefOr<Schema> {
    let required = serde_json::to_value(&fields).unwrap_or_default();
    serde_json::from_value(optional(required)).unwrap_or(fields)
}

fn optional(mut schema: Value) -> Value {
    let required: Vec<Value> = schema
        .as_object_mut()
        .and_then(|object| object.remove("required"))
        .and_then(|names| names.as_array().cloned())
        .unwrap_or_default();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            // What has no default cannot be taken away.
            if !required.contains(&Value::String(name.clone())) {
                make_nullable(property);
            }
        }
    }
    schema
}

fn make_nullable(property: &mut Value) {
    match property.get("type").cloned() {
        Some(Value::String(kind)) => {
            property["type"] = json!([kind, "null"]);
        }
        Some(_) => {}
        None if property
            .get("oneOf")
            .and_then(Value::as_array)
            .is_some_and(|any| any.iter().any(|one| one["type"] == "null")) => {}
        None => *property = json!({ "oneOf": [{ "type": "null" }, property.take()] }),
    }
}
