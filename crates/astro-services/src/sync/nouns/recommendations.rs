//! Recommendations, as devices share them: to be read, and answered by feedback.

use astro_core::error::FieldError;
use astro_core::events::Entity;
use astro_core::ids::RecommendationId;
use astro_core::patch::read_document;
use astro_core::principal::Permission;
use astro_core::recommendations::{NewFeedback, Recommendation};
use astro_core::sync::{Op, OpDone, OpKind};
use serde_json::Value;

use super::{Act, Noun, unsupported};
use crate::changes::Written;
use crate::{Call, Result, Services};

impl Noun for Recommendation {
    const READ: Permission = Permission::RecommendationsRead;
    const WRITE: Permission = Permission::RecommendationsWrite;
    const IN_TRASH: bool = false;
    /// What was said stays said; when a task is put back, its recommendations are told.
    const WRITABLE: bool = false;

    fn title(&self) -> String {
        self.kind.to_string()
    }

    async fn act(_: &Services, _: &Call, act: Act<()>) -> Result<Written<Self>> {
        let kind = match act {
            Act::Create(()) => OpKind::Create,
            Act::Update(..) => OpKind::Update,
            Act::Delete(_) => OpKind::Delete,
            Act::Restore(_) => OpKind::Restore,
            Act::Other(kind, ..) => kind,
        };
        unsupported(kind, Entity::Recommendation)
    }
}

/// Says something of a recommendation: a creation of feedback, whose `patch` names the
/// recommendation beside what is said. Answers the recommendation as it is then.
pub(crate) async fn answer(services: &Services, call: &Call, mut op: Op) -> Result<OpDone> {
    if op.kind != OpKind::Create {
        return unsupported(op.kind, Entity::Feedback);
    }
    let id = op.patch.remove("recommendation_id").ok_or_else(|| {
        let message = "which recommendation is it about?";
        vec![FieldError::new(
            "recommendation_id",
            "missing_field",
            message,
        )]
    })?;
    let id: RecommendationId = read_document(id).map_err(|_| {
        let message = "must be an id";
        vec![FieldError::new("recommendation_id", "wrong_value", message)]
    })?;
    let mut report: NewFeedback = read_document(Value::Object(op.patch))?;
    report.id = op.id.map(Into::into).or(report.id);
    let recommendation = services.give_feedback(call, id, report).await?;
    Ok(OpDone {
        id: recommendation.id.uuid(),
        version: recommendation.version,
        change_seq: recommendation.change_seq,
        deleted: false,
        undo: None,
    })
}
