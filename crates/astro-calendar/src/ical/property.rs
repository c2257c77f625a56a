//! One property while it is read.

use super::{
    RawLine, RawParams,
    line::params,
    text::{decode_param, unescape},
};
use crate::IsoDuration;

/// One property while it is read.
pub(super) struct Property<'a> {
    pub number: usize,
    pub line: &'a RawLine,
    /// In upper case.
    pub name: String,
    pub params: &'a str,
    pub value: &'a str,
}

impl<'a> Property<'a> {
    pub fn new(number: usize, line: &'a RawLine) -> Self {
        let parts = line.parts();
        let name = parts.name.to_ascii_uppercase();
        Self {
            number,
            line,
            name,
            params: parts.params,
            value: parts.value,
        }
    }

    pub fn param(&self, name: &str) -> Option<String> {
        let found = params(self.params).find(|param| param.name.eq_ignore_ascii_case(name))?;
        Some(decode_param(found.value)).filter(|value| !value.is_empty())
    }

    pub fn text(&self) -> String {
        unescape(self.value)
    }

    pub fn number<T: std::str::FromStr>(&self) -> Option<T> {
        self.value.trim().parse().ok()
    }

    pub fn duration(&self) -> Option<IsoDuration> {
        self.value.trim().parse().ok()
    }
}

/// Whether parameters say that the value is a URI, which has no escapes.
pub(super) fn is_uri(params: &RawParams) -> bool {
    params.iter().any(|param| {
        param.name.eq_ignore_ascii_case("VALUE")
            && decode_param(param.value).eq_ignore_ascii_case("URI")
    })
}
