//! Everything of an owner as one JSON document, without loss: what comes out, brought into an
//! empty account, comes out again to the letter.
//!
//! A section per noun holds its rows as they are kept, the trash with them ([`sections::ALL`] is
//! the list). Into an empty account rows go as they were, with their ids, versions and change
//! numbers. Into any other they are merged: what is there stays, what is not there is added.

mod advice;
mod archived;
mod nouns;
mod restore;
mod sections;

use astro_core::calendar::ZoneName;
use astro_store::{Read, owners};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result};

const FORMAT: &str = "astroassistance";
const VERSION: u32 = 1;

/// What stands before the sections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    /// Where the owner lives.
    zone: ZoneName,
    /// The number of the owner's latest change.
    change_seq: i64,
    /// The highest change number that was removed for good.
    purged_seq: i64,
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(flatten)]
    head: Value,
    sections: std::collections::BTreeMap<String, Vec<Value>>,
}

/// The document of everything that the owner has.
pub async fn export(read: &mut Read) -> Result<Vec<u8>> {
    read.snapshot().await?;
    let owner = owners::get(read).await?;
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        zone: owner.zone,
        change_seq: owner.change_seq,
        purged_seq: owner.purged_seq,
    };
    let mut out = serde_json::to_vec(&head).map_err(Error::internal)?;
    out.pop();
    out.extend_from_slice(b",\n\"sections\":{");
    for (index, section) in sections::ALL.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        out.extend_from_slice(format!("{comma}\n\"{}\":[", section.name).as_bytes());
        (section.write)(read, &mut out).await?;
        out.extend_from_slice(b"]");
    }
    out.extend_from_slice(b"}}\n");
    Ok(out)
}

/// # Errors
/// When it is no such document, or one of a later version.
fn parse(bytes: &[u8]) -> Result<(Head, std::collections::BTreeMap<String, Vec<Value>>)> {
    let wrong = |code, message: String| Error::invalid("file", code, message);
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| wrong("bad_json", format!("is no lossless export: {error}")))?;
    if document.head.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(wrong("bad_format", format!("its format is not {FORMAT:?}")));
    }
    let head: Head = serde_json::from_value(document.head)
        .map_err(|error| wrong("bad_head", error.to_string()))?;
    if head.version != VERSION {
        return Err(wrong(
            "bad_version",
            format!("is version {}; this server reads {VERSION}", head.version),
        ));
    }
    if head.change_seq < 0 || head.purged_seq < 0 || head.change_seq > i64::MAX / 2 {
        return Err(wrong(
            "bad_head",
            "its change numbers are impossible".to_owned(),
        ));
    }
    Ok((head, document.sections))
}
