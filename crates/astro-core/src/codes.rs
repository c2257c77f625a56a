//! Enums that are a word on the wire and a small integer in the database.

/// Declares such an enum: `Name { Variant = 0 => "word", .. }`.
///
/// Codes are stored, so a released code is never given another meaning.
#[macro_export]
macro_rules! coded_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$vm:meta])* $variant:ident = $code:literal => $word:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[$vm])* #[serde(rename = $word)] $variant, )+ }

        impl $name {
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// Every word, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[ $( $word, )+ ];

            /// The integer that the database keeps.
            pub const fn code(self) -> i64 {
                match self { $( Self::$variant => $code, )+ }
            }

            /// `None` for a code that no released version wrote.
            pub const fn from_code(code: i64) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )+ _ => None }
            }

            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        // The derive does not see words that come out of a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([ $( $word, )+ ]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::error::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::error::UnknownWord { known: &[ $( $word, )+ ] }),
                }
            }
        }
    };
}
