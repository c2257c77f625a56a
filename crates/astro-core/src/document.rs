//! One declaration per noun, two structs: what a person may write and what is kept.
//!
//! `TaskFields` is the body of a POST, the target of a merge patch and the payload of an
//! operation; `Task` adds what only the product sets (ids, versions, times). Declaring the
//! shared fields once is what keeps "a field that was not sent never changes" true by
//! construction: see docs/decisions/0002-one-document-per-noun.md.

use astro_calendar::Timestamp;
use uuid::Uuid;

/// What every noun shares.
pub trait Document {
    /// The writable half.
    type Fields;

    fn id(&self) -> Uuid;
    fn fields(&self) -> Self::Fields;
    fn set_fields(&mut self, fields: Self::Fields);
    fn stamp(&self) -> Stamp;
    fn set_stamp(&mut self, stamp: Stamp);
}

/// The bookkeeping of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub version: i64,
    pub change_seq: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

impl Stamp {
    /// Of a row that is about to be inserted; the store numbers it.
    pub fn fresh(now: Timestamp) -> Self {
        Self {
            version: 1,
            change_seq: 0,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }
}

/// Declares a noun and its writable half.
///
/// Both structs derive serde and `utoipa::ToSchema`; the writable half refuses unknown fields.
/// The noun gets `fields()` and `set_fields()` to move between the two.
#[macro_export]
macro_rules! document {
    (
        $(#[$noun_meta:meta])*
        pub struct $noun:ident / $(#[$fields_meta:meta])* $fields:ident {
            writable { $( $(#[$wm:meta])* $wf:ident : $wt:ty, )* }
            kept { $( $(#[$km:meta])* $kf:ident : $kt:ty, )* }
        }
    ) => {
        $(#[$fields_meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $fields {
            $( $(#[$wm])* pub $wf: $wt, )*
        }

        $(#[$noun_meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $noun {
            $( $(#[$km])* pub $kf: $kt, )*
            $( $(#[$wm])* pub $wf: $wt, )*
            /// Counts the writes to this row; the strong ETag.
            pub version: i64,
            /// The owner's change counter at the last write; what sync tokens compare with.
            pub change_seq: i64,
            #[schema(value_type = $crate::schema::Instant)]
            pub created_at: $crate::calendar::Timestamp,
            #[schema(value_type = $crate::schema::Instant)]
            pub updated_at: $crate::calendar::Timestamp,
            /// Set while the row lies in the trash.
            #[serde(default)]
            #[schema(value_type = Option<$crate::schema::Instant>)]
            pub deleted_at: Option<$crate::calendar::Timestamp>,
        }

        impl $crate::document::Document for $noun {
            type Fields = $fields;

            fn id(&self) -> uuid::Uuid {
                self.id.uuid()
            }

            fn fields(&self) -> $fields {
                $fields { $( $wf: self.$wf.clone(), )* }
            }

            fn set_fields(&mut self, fields: $fields) {
                $( self.$wf = fields.$wf; )*
            }

            fn stamp(&self) -> $crate::document::Stamp {
                $crate::document::Stamp {
                    version: self.version,
                    change_seq: self.change_seq,
                    created_at: self.created_at,
                    updated_at: self.updated_at,
                    deleted_at: self.deleted_at,
                }
            }

            fn set_stamp(&mut self, stamp: $crate::document::Stamp) {
                self.version = stamp.version;
                self.change_seq = stamp.change_seq;
                self.created_at = stamp.created_at;
                self.updated_at = stamp.updated_at;
                self.deleted_at = stamp.deleted_at;
            }
        }

        impl $noun {
            /// Puts the two halves together.
            #[allow(clippy::too_many_arguments, reason = "as many as the noun has kept fields")]
            pub fn assemble(fields: $fields, stamp: $crate::document::Stamp, $( $kf: $kt, )*) -> Self {
                Self {
                    $( $kf, )*
                    $( $wf: fields.$wf, )*
                    version: stamp.version,
                    change_seq: stamp.change_seq,
                    created_at: stamp.created_at,
                    updated_at: stamp.updated_at,
                    deleted_at: stamp.deleted_at,
                }
            }
        }
    };
}
