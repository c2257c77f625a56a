//! What to do now: weighing what can be worked on, deciding whether to speak, and keeping a full
//! record of both. docs/recommendations.md is the rule in words.
//!
//! Reading and weighing happen outside of the write; the write then checks that nothing has
//! changed since, decides, and logs. Nothing here changes a task.

mod candidates;
mod context;
mod counterfactual;
mod decide;
mod explain;
mod exposure;
mod feedback;
mod proposals;
mod score;
mod words;

use astro_core::calendar::Timestamp;
use astro_core::ids::{DecisionId, RecommendationId};
use astro_core::limits;
use astro_core::page::{Page, PageRequest};
use astro_core::principal::Permission;
use astro_core::recommendations::{
    Decided, DecisionRecord, Proposal, RecommendRequest, Recommendation, RecommendationFilter,
    Silence,
};
use astro_store::recommendations::{self as rows, log};
use astro_store::{Read, owners};

pub use astro_store::recommendations::SORT;
pub use exposure::DrawKey;
pub(crate) use feedback::close_overdue;
pub use feedback::note_task_event;

use crate::changes::Change;
use crate::{Call, Error, Result, Services};
use candidates::Weighed;
use context::Context;
use decide::Distribution;

/// The rule's name and version, as they are logged.
pub const POLICY: &str = "urgency_rule";
pub const POLICY_VERSION: &str = "1";
/// How outcomes will be valued, as it is logged.
const REWARD_VERSION: &str = "progress-1";

/// All that can be weighed at a moment.
#[derive(Debug)]
struct Weighing {
    context: Context,
    /// The owner's change counter that it was read at.
    change_seq: i64,
    /// Best first.
    ranked: Vec<Weighed>,
}

impl Services {
    /// Answers what to do now, or why nothing is proposed, and logs the decision.
    pub async fn recommend(&self, call: &Call, request: RecommendRequest) -> Result<Decided> {
        let scope = call.scope(Permission::RecommendationsWrite)?;
        request.check()?;
        let key = self.draw_key().await?;
        let now = self.now();
        let asked = (request.clone(), now);
        let weighing = self.look(scope, asked, |read, (asked, now)| {
            Box::pin(async move {
                read.snapshot().await?;
                weigh(read, &asked, now).await
            })
        });
        let weighing = weighing.await?;
        self.change(call, scope, move |change| {
            Box::pin(async move {
                close_overdue(change).await?;
                let weighing = if owners::get(change.write).await?.change_seq == weighing.change_seq
                    || weighing.context.is_closed()
                {
                    weighing
                } else {
                    // something was written in between: weigh what is there now
                    weigh(change.write, &request, change.now).await?
                };
                decide_and_log(change, &request, weighing, &key).await
            })
        })
        .await
    }

    pub async fn list_recommendations(
        &self,
        call: &Call,
        filter: RecommendationFilter,
        page: PageRequest,
    ) -> Result<Page<Recommendation>> {
        let scope = call.scope(Permission::RecommendationsRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::list(read, &filter, &page).await.map_err(Error::from) })
            })
            .await
    }

    pub async fn get_recommendation(
        &self,
        call: &Call,
        id: RecommendationId,
    ) -> Result<Recommendation> {
        self.find(call, Permission::RecommendationsRead, id.uuid())
            .await
    }

    /// A decision of the log with what it weighed, and whether the record holds together.
    pub async fn get_decision(&self, call: &Call, id: DecisionId) -> Result<DecisionRecord> {
        let scope = call.scope(Permission::RecommendationsRead)?;
        let key = self.draw_key().await?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { decision_record(read, id, &key).await })
            })
            .await
    }
}

async fn decision_record(read: &mut Read, id: DecisionId, key: &DrawKey) -> Result<DecisionRecord> {
    let point = log::point(read, id).await?;
    let point = point.ok_or(Error::NotFound("decision"))?;
    let Some(exposure) = log::exposure(read, id).await? else {
        return Ok(DecisionRecord {
            point,
            exposure: None,
            parameters: None,
            checks: None,
        });
    };
    let parameters = log::parameters(read, exposure.parameters).await?;
    let parameters =
        parameters.ok_or_else(|| Error::internal("an exposure's parameters are gone"))?;
    Ok(DecisionRecord {
        point,
        checks: Some(exposure::check(key, &exposure, &parameters)?),
        parameters: Some(serde_json::from_str(&parameters).map_err(Error::internal)?),
        exposure: Some(exposure),
    })
}

/// Reads and weighs everything; the moments at which the quiet rule forbids to speak read nothing.
async fn weigh(read: &mut Read, request: &RecommendRequest, now: Timestamp) -> Result<Weighing> {
    let owner = owners::get(read).await?;
    let mut context = Context::load(read, request, now).await?;
    let mut ranked = Vec::new();
    if !context.is_closed() {
        let tasks = rows::open_tasks(read).await?;
        (ranked, context.left_out) = candidates::gather(tasks, &context.view);
        ranked.sort_by(Weighed::order);
    }
    Ok(Weighing {
        context,
        change_seq: owner.change_seq,
        ranked,
    })
}

/// A decision in the making.
struct Choice {
    decision: DecisionId,
    context: Context,
    /// Best first.
    ranked: Vec<Weighed>,
    distribution: Distribution,
    /// Index of what was chosen; `None` is silence.
    chosen: Option<usize>,
    /// Indices of what is proposed, in order.
    slate: Vec<usize>,
}

async fn decide_and_log(
    change: &mut Change<'_>,
    request: &RecommendRequest,
    weighing: Weighing,
    key: &DrawKey,
) -> Result<Decided> {
    let Weighing {
        context, ranked, ..
    } = weighing;
    let unasked = log::unasked_since(change.write, context.unasked_from()).await?;
    let barred = context.barred(&unasked);
    let available = barred.is_empty();
    let silence = if available {
        context.held_back(&unasked, ranked.first().map(|best| best.score))
    } else {
        barred
    };
    let decision: DecisionId = change.id();
    let distribution = Distribution::of_rule(silence.is_empty(), candidate_count(&ranked));
    let chosen = distribution.choose(key, decision);
    let choice = Choice {
        decision,
        slate: slate(request, chosen, candidate_count(&ranked)),
        context,
        ranked,
        distribution,
        chosen,
    };
    let point = choice
        .context
        .point(decision, request, available, chosen.is_some(), &silence);
    log::insert_point(change.write, &point).await?;
    let proposals = proposals::make(change, request, &choice).await?;
    if available {
        let exposure = exposure::record(key, &choice, &proposals)?;
        let parameters = choice.context.parameters()?;
        log::keep_parameters(change.write, exposure.parameters, &parameters).await?;
        log::insert_exposure(change.write, &exposure).await?;
    }
    Ok(answer(&choice, &silence, proposals))
}

/// So many are logged; the best of all are among them, since all were weighed.
fn candidate_count(ranked: &[Weighed]) -> usize {
    ranked.len().min(limits::CANDIDATES_MAX)
}

/// What is proposed: the chosen one, then the rest as they are ranked.
fn slate(request: &RecommendRequest, chosen: Option<usize>, candidates: usize) -> Vec<usize> {
    let Some(first) = chosen else {
        return Vec::new();
    };
    let limit = request.limit.unwrap_or(limits::PROPOSALS_DEFAULT) as usize;
    let rest = (0..candidates).filter(|index| *index != first);
    std::iter::once(first).chain(rest).take(limit).collect()
}

/// The moment `ahead` of `now`.
fn after(now: Timestamp, ahead: std::time::Duration) -> Timestamp {
    now.checked_add(ahead).unwrap_or(Timestamp::MAX)
}

fn answer(choice: &Choice, silence: &[Silence], proposals: Vec<Proposal>) -> Decided {
    let Choice {
        context, ranked, ..
    } = choice;
    Decided {
        decision_id: choice.decision,
        at: context.view.now,
        spoke: !proposals.is_empty(),
        silence: silence
            .iter()
            .map(|code| explain::silence(*code, context, ranked))
            .collect(),
        policy: POLICY.to_owned(),
        policy_version: POLICY_VERSION.to_owned(),
        weighed: u32::try_from(ranked.len()).unwrap_or(u32::MAX),
        left_out: context.left_out,
        proposals,
    }
}
