//! What is read from and written to a VTODO: typed where a meaning is known, verbatim elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Alarm, RawComponent, RawLine, RawParams};
use crate::{IsoDuration, When};

/// A to-do (RFC 5545 3.6.2). RFC 5545 requires `uid` and `stamp`; the writer writes what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Todo {
    /// UID.
    pub uid: Option<String>,
    /// DTSTAMP.
    pub stamp: Option<Timestamp>,
    /// SUMMARY.
    pub summary: Option<String>,
    /// DESCRIPTION.
    pub description: Option<String>,
    /// STATUS.
    pub status: Option<Status>,
    /// PRIORITY: 0 none, 1 highest, 9 lowest.
    pub priority: Option<u8>,
    /// PERCENT-COMPLETE: 0 to 100.
    pub percent: Option<u8>,
    /// DTSTART.
    pub start: Option<When>,
    /// DUE.
    pub due: Option<When>,
    /// DURATION: the due time as a distance from the start (it excludes DUE; it is no estimate).
    pub duration: Option<IsoDuration>,
    /// ESTIMATED-DURATION (draft-ietf-calext-ical-tasks).
    pub estimate: Option<IsoDuration>,
    /// COMPLETED.
    pub completed: Option<Timestamp>,
    /// CREATED.
    pub created: Option<Timestamp>,
    /// LAST-MODIFIED.
    pub last_modified: Option<Timestamp>,
    /// SEQUENCE.
    pub sequence: Option<u32>,
    /// CATEGORIES, of all lines.
    pub categories: Vec<String>,
    /// RELATED-TO.
    pub related: Vec<Relation>,
    /// URL, verbatim.
    pub url: Option<String>,
    /// LOCATION.
    pub location: Option<String>,
    /// GEO, verbatim: `latitude;longitude`.
    pub geo: Option<String>,
    /// COLOR (RFC 7986).
    pub color: Option<String>,
    /// CLASS.
    pub class: Option<Class>,
    /// RRULE, verbatim.
    pub rrule: Option<String>,
    /// RDATE, of all lines; periods stay in `extra`.
    pub rdate: Vec<When>,
    /// EXDATE, of all lines.
    pub exdate: Vec<When>,
    /// RECURRENCE-ID.
    pub recurrence_id: Option<When>,
    /// ATTACH, verbatim.
    pub attachments: Vec<Attachment>,
    /// X-APPLE-SORT-ORDER.
    pub sort_order: Option<i64>,
    /// VALARM.
    pub alarms: Vec<Alarm>,
    /// Properties with the reader's own prefix, by name in upper case.
    pub extensions: BTreeMap<String, String>,
    /// Everything else.
    pub extra: Extra,
}

/// STATUS of a to-do, with FAILED of draft-ietf-calext-ical-tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// NEEDS-ACTION.
    NeedsAction,
    /// IN-PROCESS.
    InProcess,
    /// COMPLETED.
    Completed,
    /// CANCELLED.
    Cancelled,
    /// FAILED.
    Failed,
}

/// CLASS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// PUBLIC.
    Public,
    /// PRIVATE.
    Private,
    /// CONFIDENTIAL.
    Confidential,
}

/// RELATED-TO (RFC 5545 3.8.4.5, RFC 9253).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// RELTYPE as written; none means PARENT.
    pub reltype: Option<String>,
    /// The UID (or URI) of the other.
    pub value: String,
    /// GAP.
    pub gap: Option<IsoDuration>,
    /// Other parameters.
    pub params: RawParams,
}

/// ATTACH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The URI, or the encoded data.
    pub value: String,
    /// All parameters (FMTTYPE, ENCODING, VALUE, ..).
    pub params: RawParams,
}

/// What has no typed place, kept so that writing gives it back unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extra {
    /// Properties.
    pub lines: Vec<RawLine>,
    /// Nested components.
    pub components: Vec<RawComponent>,
    /// Parameters of typed properties, by property name.
    pub params: BTreeMap<String, RawParams>,
}

impl Extra {
    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.components.is_empty() && self.params.is_empty()
    }
}

impl Todo {
    /// Whether a property that may stand once is set. Its name in upper case.
    pub(super) fn has(&self, name: &str) -> bool {
        match name {
            "UID" => self.uid.is_some(),
            "DTSTAMP" => self.stamp.is_some(),
            "SUMMARY" => self.summary.is_some(),
            "DESCRIPTION" => self.description.is_some(),
            "STATUS" => self.status.is_some(),
            "PRIORITY" => self.priority.is_some(),
            "PERCENT-COMPLETE" => self.percent.is_some(),
            "DTSTART" => self.start.is_some(),
            "DUE" => self.due.is_some(),
            "DURATION" => self.duration.is_some(),
            "ESTIMATED-DURATION" => self.estimate.is_some(),
            "COMPLETED" => self.completed.is_some(),
            "CREATED" => self.created.is_some(),
            "LAST-MODIFIED" => self.last_modified.is_some(),
            "SEQUENCE" => self.sequence.is_some(),
            "URL" => self.url.is_some(),
            "LOCATION" => self.location.is_some(),
            "GEO" => self.geo.is_some(),
            "COLOR" => self.color.is_some(),
            "CLASS" => self.class.is_some(),
            "RECURRENCE-ID" => self.recurrence_id.is_some(),
            "X-APPLE-SORT-ORDER" => self.sort_order.is_some(),
            _ => false,
        }
    }
}

impl Status {
    const ALL: [Self; 5] = [
        Self::NeedsAction,
        Self::InProcess,
        Self::Completed,
        Self::Cancelled,
        Self::Failed,
    ];

    /// As iCalendar writes it.
    pub const fn as_ical(self) -> &'static str {
        match self {
            Self::NeedsAction => "NEEDS-ACTION",
            Self::InProcess => "IN-PROCESS",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }

    pub(super) fn from_ical(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_ical().eq_ignore_ascii_case(text.trim()))
    }
}

impl Class {
    const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Confidential];

    /// As iCalendar writes it.
    pub const fn as_ical(self) -> &'static str {
        match self {
            Self::Public => "PUBLIC",
            Self::Private => "PRIVATE",
            Self::Confidential => "CONFIDENTIAL",
        }
    }

    pub(super) fn from_ical(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_ical().eq_ignore_ascii_case(text.trim()))
    }
}
