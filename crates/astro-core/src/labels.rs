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
            #[schema(max_length = 255)]
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
        checks.text(
            "color",
            self.color.as_deref().unwrap_or_default(),
            limits::SHORT_CHARS,
        );
        checks.finish()
    }
}
