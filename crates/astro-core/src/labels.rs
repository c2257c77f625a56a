//! Labels: words that a person hangs on tasks.

use crate::error::Checks;
use crate::ids::LabelId;
use crate::limits;

document! {
    pub struct Label /
    /// What a person writes of a label.
    LabelFields {
        writable {
            #[schema(min_length = 1, max_length = 500)]
            title: String,
            #[serde(default)]
            #[schema(max_length = 7, pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]
            color: Option<String>,
        }
        kept {
            id: LabelId,
        }
    }
}

impl LabelFields {
    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<crate::error::FieldError>> {
        let mut checks = Checks::default();
        checks.title("title", &self.title, limits::TITLE_CHARS);
        checks.color("color", self.color.as_ref());
        checks.finish()
    }
}
