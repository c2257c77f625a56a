//! JSON Merge Patch (RFC 7396) over a noun's writable half: what is not sent stays, `null` goes
//! back to the default, `{}` changes nothing.

use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::error::FieldError;
use crate::objects::Objects;

/// A patch for `F`. Whether it fits is known when it is applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch<F> {
    members: Map<String, Value>,
    target: PhantomData<fn() -> F>,
}

impl<F: Serialize + DeserializeOwned> Patch<F> {
    pub fn new(members: Map<String, Value>) -> Self {
        Self {
            members,
            target: PhantomData,
        }
    }

    /// The fields after the patch.
    ///
    /// # Errors
    /// The field that is unknown or holds what it cannot hold, with its path.
    pub fn apply(&self, fields: &F) -> Result<F, Vec<FieldError>> {
        let mut document = serde_json::to_value(fields)
            .map_err(|error| vec![FieldError::new("", "unserialisable", error.to_string())])?;
        merge(&mut document, &Value::Object(self.members.clone()));
        read_document(document)
    }

    /// Names of the top-level members that were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }
}

/// Reads a document, naming the path of what is wrong.
///
/// # Errors
/// One field error.
pub fn read_document<F: DeserializeOwned>(document: Value) -> Result<F, Vec<FieldError>> {
    serde_path_to_error::deserialize(Objects(document)).map_err(|error| vec![field_error(&error)])
}

/// Turns serde's report into a field error; an unknown or missing field is named itself, since the
/// path then ends at the object around it.
pub fn field_error<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> FieldError {
    let path = error.path().to_string();
    let path = if path == "." { "" } else { path.as_str() };
    let message = error.inner().to_string();
    // the path says where, and in the value's own terms
    let message = match message.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => message,
    };
    placed(path, message)
}

/// The field that a message of serde is about: `path`, or the one in it that the message names.
pub fn placed(path: &str, message: String) -> FieldError {
    for (start, code) in [
        ("unknown field `", "unknown_field"),
        ("missing field `", "missing_field"),
        ("duplicate field `", "duplicate_field"),
    ] {
        let rest = message.strip_prefix(start);
        if let Some((name, _)) = rest.and_then(|rest| rest.split_once('`')) {
            let field = if path.is_empty() {
                name.to_owned()
            } else if path == name || path.ends_with(&format!(".{name}")) {
                path.to_owned()
            } else {
                format!("{path}.{name}")
            };
            return FieldError::new(field, code, message);
        }
    }
    FieldError::new(path, "wrong_value", message)
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(object) = target else {
        return;
    };
    for (name, value) in members {
        if value.is_null() {
            object.remove(name);
        } else {
            merge(object.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tasks::TaskFields;

    fn patch(value: Value) -> Patch<TaskFields> {
        let Value::Object(members) = value else {
            panic!("a patch is an object")
        };
        Patch::new(members)
    }

    /// Fields of a task, each with a value that differs from `task()`'s.
    fn members() -> Vec<(&'static str, Value)> {
        vec![
            ("title", "other".into()),
            ("description", "other".into()),
            ("status", "in_process".into()),
            ("priority", 3.into()),
            ("due", "2026-12-01".into()),
            ("start", Value::Null),
            ("estimate_s", 60.into()),
            ("labels", Value::Array(Vec::new())),
            ("url", "https://example.org".into()),
            ("percent", 10.into()),
        ]
    }

    fn task() -> TaskFields {
        TaskFields {
            start: Some("2026-11-25".parse().unwrap()),
            labels: vec![uuid::Uuid::nil().into()],
            ..TaskFields::titled("one")
        }
    }

    #[test]
    fn an_empty_patch_changes_nothing() {
        assert_eq!(patch(serde_json::json!({})).apply(&task()).unwrap(), task());
    }

    #[test]
    fn an_unknown_field_is_named() {
        let errors = patch(serde_json::json!({"titel": "x"}))
            .apply(&task())
            .unwrap_err();
        assert_eq!(
            (errors[0].field.as_str(), errors[0].code.as_str()),
            ("titel", "unknown_field")
        );
        let errors =
            patch(serde_json::json!({"relations": [{"kind": "X", "uid": "y", "gapp": 1}]}))
                .apply(&task())
                .unwrap_err();
        assert_eq!(
            (errors[0].field.as_str(), errors[0].code.as_str()),
            ("relations[0].gapp", "unknown_field")
        );
    }

    #[test]
    fn the_title_cannot_be_taken_away() {
        let errors = patch(serde_json::json!({"title": null}))
            .apply(&task())
            .unwrap_err();
        assert_eq!(
            (errors[0].field.as_str(), errors[0].code.as_str()),
            ("title", "missing_field")
        );
    }

    proptest! {
        /// For any set of sent members: those have the sent value, all others the old one.
        #[test]
        fn fields_that_were_not_sent_never_change(sent in proptest::collection::vec(any::<bool>(), members().len())) {
            let members = members();
            let chosen: Map<String, Value> = members.iter().zip(&sent).filter(|(_, sent)| **sent).map(|((name, value), _)| ((*name).to_owned(), value.clone())).collect();
            let before = serde_json::to_value(task()).unwrap();
            let after = serde_json::to_value(Patch::<TaskFields>::new(chosen.clone()).apply(&task()).unwrap()).unwrap();
            for (name, old) in before.as_object().unwrap() {
                prop_assert_eq!(&after[name], chosen.get(name).unwrap_or(old));
            }
        }
    }
}
