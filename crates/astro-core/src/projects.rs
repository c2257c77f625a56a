//! Projects: lists of tasks, which may hold projects of their own.

use crate::error::{Checks, FieldError};
use crate::ids::ProjectId;
use crate::limits;

document! {
    pub struct Project /
    /// What a person writes of a project.
    ProjectFields {
        writable {
            #[schema(min_length = 1, max_length = 500)]
            title: String,
            #[serde(default)]
            #[schema(max_length = 50_000)]
            description: String,
            #[serde(default)]
            #[schema(max_length = 7, pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")]
            color: Option<String>,
            /// The project that this one lies in.
            #[serde(default)]
            parent_id: Option<ProjectId>,
            /// Order among siblings: compared as text, so that there is always room between two.
            #[serde(default)]
            #[schema(max_length = 255)]
            position: String,
            /// Put away: kept, but out of lists and never recommended from.
            #[serde(default)]
            archived: bool,
        }
        kept {
            id: ProjectId,
        }
    }
}

impl ProjectFields {
    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        checks.title("title", &self.title, limits::TITLE_CHARS);
        checks.text("description", &self.description, limits::TEXT_CHARS);
        checks.color("color", self.color.as_ref());
        checks.text("position", &self.position, limits::SHORT_CHARS);
        checks.finish()
    }
}
