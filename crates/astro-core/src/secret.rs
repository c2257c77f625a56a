//! Text that must not be seen: passwords and tokens.

use std::fmt;

use serde::{Deserialize, Serializer};
use zeroize::Zeroize;

/// A password or token. Its Debug form hides it, it has no Display, and its memory is wiped when
/// it is dropped. It is written to JSON only by a field that says so (`Secret::reveal`).
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = "password")]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// For `#[serde(serialize_with = "Secret::reveal")]`: the one answer in which a fresh token is
    /// shown.
    pub fn reveal<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_seen_in_debug_output() {
        let shown = format!("{:?}", Some(Secret::new("hunter2")));
        assert_eq!(shown, "Some(Secret(..))");
    }
}
