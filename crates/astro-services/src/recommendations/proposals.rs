//! From the slate to recommendations: reasons, counterfactual, and the task as it is.

use astro_core::events::Action;
use astro_core::ids::TaskId;
use astro_core::limits;
use astro_core::preferences::RecommendationKind;
use astro_core::recommendations::{
    Proposal, RecommendRequest, Recommendation, RecommendationState,
};
use astro_core::tasks::Task;
use astro_store::documents;
use serde_json::json;

use super::{Choice, POLICY, POLICY_VERSION, after, counterfactual, explain};
use crate::changes::Change;
use crate::{Error, Result};

/// Keeps a recommendation for each place of the slate.
pub(super) async fn make(
    change: &mut Change<'_>,
    request: &RecommendRequest,
    choice: &Choice,
) -> Result<Vec<Proposal>> {
    if let Ok(count @ 1..) = u32::try_from(choice.slate.len()) {
        change.write.reserve_changes(count).await?;
    }
    let mut proposals = Vec::with_capacity(choice.slate.len());
    for place in 0..choice.slate.len() {
        proposals.push(propose(change, request, choice, place).await?);
    }
    Ok(proposals)
}

async fn propose(
    change: &mut Change<'_>,
    request: &RecommendRequest,
    choice: &Choice,
    place: usize,
) -> Result<Proposal> {
    let (index, view) = (choice.slate[place], &choice.context.view);
    let weighed = &choice.ranked[index];
    let task = present(change, weighed.task.id).await?;
    let stamp = change.fresh();
    let recommendation = Recommendation {
        id: change.id(),
        decision_id: choice.decision,
        kind: RecommendationKind::NextTask,
        task_id: task.id,
        proposal: json!({ "status": "in_process" }),
        rank: u32::try_from(place + 1).map_err(Error::internal)?,
        score: weighed.score,
        reasons: explain::reasons(weighed, view),
        counterfactual: counterfactual::find(&choice.ranked, index, &task, view),
        policy: POLICY.to_owned(),
        policy_version: POLICY_VERSION.to_owned(),
        propensity: choice.distribution.propensity(choice.chosen),
        surface: request.surface,
        state: RecommendationState::Created,
        expires_at: after(change.now, limits::RECOMMENDATION_TTL),
        shown_at: None,
        answered_at: None,
        set_aside_until: None,
        version: stamp.version,
        change_seq: stamp.change_seq,
        created_at: stamp.created_at,
        updated_at: stamp.updated_at,
        deleted_at: stamp.deleted_at,
    };
    let data =
        json!({ "kind": recommendation.kind, "task_id": task.id, "surface": request.surface });
    let written = change.insert(recommendation, Action::Created, data).await?;
    Ok(Proposal {
        recommendation: written.value,
        task,
    })
}

async fn present(change: &mut Change<'_>, id: TaskId) -> Result<Task> {
    let task: Option<Task> = documents::get(change.write, id.uuid()).await?;
    task.ok_or_else(|| Error::internal("a task that was weighed a moment ago is gone"))
}
