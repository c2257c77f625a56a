//! One declaration per section: the structure, its defaults and its documentation.

/// A setting, for docs/config.md and `astro config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Section and name: `http.listen`.
    pub key: String,
    /// The default as it would be written, or nothing.
    pub default: String,
    pub meaning: String,
}

/// Shows a default as TOML writes it; an absent one as nothing.
pub(super) fn shown(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Null) | Err(_) => String::new(),
        Ok(other) => other.to_string(),
    }
}

/// Declares a section; unknown keys in it are refused.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $section:literal {
            $( $(#[doc = $doc:literal])+ $field:ident : $type:ty = $default:expr; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $( $(#[doc = $doc])+ pub $field: $type, )+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $name {
            pub(super) fn settings() -> Vec<super::Setting> {
                let defaults = Self::default();
                vec![ $( super::Setting {
                    key: concat!($section, ".", stringify!($field)).to_owned(),
                    default: super::settings::shown(&defaults.$field),
                    meaning: [$($doc),+].concat().trim().to_owned(),
                }, )+ ]
            }
        }
    };
}

pub(super) use settings;
