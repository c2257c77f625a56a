//! How values from the calendar look in the OpenAPI document.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{KnownFormat, SchemaFormat, Type},
    },
};

macro_rules! text_schemas {
    ($( $(#[doc = $doc:literal])+ $name:ident { $format:expr, $pattern:expr, $example:literal } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let mut text = ObjectBuilder::new().schema_type(Type::String)
                    .description(Some([$($doc),+].concat().trim().to_owned()))
                    .examples([$example]);
                let format: Option<SchemaFormat> = $format;
                let pattern: Option<&str> = $pattern;
                if format.is_some() { text = text.format(format); }
                if pattern.is_some() { text = text.pattern(pattern); }
                text.into()
            }
        }

        impl ToSchema for $name {}
    )+ };
}

const DATE_PATTERN: &str = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
const DURATION_PATTERN: &str = r"^[-+]?P(([0-9]{1,4}W([0-9]{1,4}D)?|[0-9]{1,4}D)(T([0-9]{1,6}H([0-9]{1,6}M)?([0-9]{1,6}S)?|[0-9]{1,6}M([0-9]{1,6}S)?|[0-9]{1,6}S))?|T([0-9]{1,6}H([0-9]{1,6}M)?([0-9]{1,6}S)?|[0-9]{1,6}M([0-9]{1,6}S)?|[0-9]{1,6}S))$";
const WHEN_PATTERN: &str = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|\[[A-Za-z0-9_+/-]+\])?)?$";

text_schemas! {
    /// An instant, RFC 3339.
    Instant { Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)), None, "2026-11-25T08:00:00Z" }
    /// A calendar date.
    CalendarDate { Some(SchemaFormat::KnownFormat(KnownFormat::Date)), Some(DATE_PATTERN), "2026-11-25" }
    /// A date, a local time without zone, a local time with zone, or an instant.
    When { None, Some(WHEN_PATTERN), "2026-11-25T09:00:00[Europe/Madrid]" }
    /// A duration (RFC 5545 3.3.6): days of the calendar, then hours, minutes and seconds.
    IsoDuration { None, Some(DURATION_PATTERN), "-PT30M" }
}
