//! The moment: who asks, when, with which preferences, and whether the product may speak.

use std::collections::{HashMap, HashSet};

use astro_core::calendar::{TimeZone, Timestamp, day_bounds, local_date};
use astro_core::ids::{DecisionId, LabelId, ProjectId, TaskId};
use astro_core::labels::Label;
use astro_core::limits;
use astro_core::preferences::{
    Autonomy, FeatureGroup, PreferenceSet, RecommendationKind, WeekHours,
};
use astro_core::projects::Project;
use astro_core::recommendations::{
    DecisionPoint, DecisionTrigger, LeftOut, RecommendRequest, Silence, Situation,
};
use astro_store::documents::{self, Record};
use astro_store::{Read, preferences, recommendations as rows};
use uuid::Uuid;

use super::score::Weights;
use crate::changes::before;
use crate::{Error, Result};

/// What weighing looks at beside the tasks.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub now: Timestamp,
    pub zone: TimeZone,
    pub weights: Weights,
    /// Labels with a coefficient of their own: index into the weights.
    pub weighted_labels: HashMap<LabelId, u16>,
    /// Projects with a coefficient of their own around them, or their own: indices into the weights.
    pub weighted_projects: HashMap<ProjectId, Vec<u16>>,
    /// Projects that are put away, with all that lies in them.
    pub archived: HashSet<ProjectId>,
    /// Tasks that were snoozed or dismissed.
    pub set_aside: HashMap<TaskId, Timestamp>,
    pub time_available_s: Option<u32>,
}

/// The quiet rule's settings.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    pub turned_off: bool,
    pub hours: WeekHours,
    pub max_per_day: usize,
    pub gap: std::time::Duration,
    /// The score that the best must reach.
    pub threshold: f64,
}

#[derive(Clone, Debug)]
pub(super) struct Context {
    pub view: View,
    pub quiet: Quiet,
    pub left_out: LeftOut,
    trigger: DecisionTrigger,
    situation: Situation,
}

impl Context {
    pub async fn load(read: &mut Read, request: &RecommendRequest, now: Timestamp) -> Result<Self> {
        let set = preferences::set(read).await?;
        let quiet = Quiet::of(&set);
        let mut view = View {
            now,
            zone: set.zone().load(),
            weights: Weights::of(&set.urgency()),
            weighted_labels: HashMap::new(),
            weighted_projects: HashMap::new(),
            archived: HashSet::new(),
            set_aside: HashMap::new(),
            time_available_s: request.time_available_s,
        };
        let mut context = Self {
            view: view.clone(),
            quiet,
            left_out: LeftOut::default(),
            trigger: request.trigger,
            situation: request.context,
        };
        if !context.is_closed() {
            view.set_aside = rows::set_aside(read, now).await?;
            view.know_labels(&everything(read).await?);
            view.know_projects(&everything(read).await?);
            context.view = view;
        }
        Ok(context)
    }

    /// Whether the product may not speak, whatever there is to say.
    pub fn is_closed(&self) -> bool {
        !self.barred(&[]).is_empty()
    }

    /// Why the product is not free to speak. Whoever asks is always answered.
    pub fn barred(&self, unasked: &[Timestamp]) -> Vec<Silence> {
        if self.trigger == DecisionTrigger::Asked {
            return Vec::new();
        }
        let today = day_bounds(local_date(self.view.now, &self.view.zone), &self.view.zone);
        let spoken_today = unasked.iter().filter(|at| today.contains(**at)).count();
        let holds = [
            (Silence::TurnedOff, self.quiet.turned_off),
            (Silence::DoNotDisturb, self.situation.do_not_disturb),
            (
                Silence::QuietHours,
                self.quiet.hours.contains(self.view.now, &self.view.zone),
            ),
            (Silence::CalendarBusy, self.situation.calendar_busy),
            (
                Silence::TooManyToday,
                spoken_today >= self.quiet.max_per_day,
            ),
        ];
        reasons_that_hold(&holds)
    }

    /// Why the rule says nothing though it is free to. `best` is the highest score.
    pub fn held_back(&self, unasked: &[Timestamp], best: Option<f64>) -> Vec<Silence> {
        let Some(best) = best else {
            let nothing = if self.left_out.too_long > 0 {
                Silence::NothingFits
            } else {
                Silence::NothingOpen
            };
            return vec![nothing];
        };
        if self.trigger == DecisionTrigger::Asked {
            return Vec::new();
        }
        let since = before(self.view.now, self.quiet.gap);
        let holds = [
            (Silence::JustNudged, unasked.iter().any(|at| *at > since)),
            (Silence::NothingWorthIt, best < self.quiet.threshold),
        ];
        reasons_that_hold(&holds)
    }

    /// From when on the unasked moments matter: this local day, and the gap.
    pub fn unasked_from(&self) -> Timestamp {
        let today = day_bounds(local_date(self.view.now, &self.view.zone), &self.view.zone);
        today.start.min(before(self.view.now, self.quiet.gap))
    }

    /// The decision's row of the log.
    pub fn point(
        &self,
        id: DecisionId,
        request: &RecommendRequest,
        available: bool,
        spoke: bool,
        silence: &[Silence],
    ) -> DecisionPoint {
        DecisionPoint {
            id,
            at: self.view.now,
            tz_offset_s: self.view.zone.to_offset(self.view.now).seconds(),
            trigger: request.trigger,
            surface: request.surface,
            time_available_s: request.time_available_s,
            situation: request.context,
            available,
            spoke,
            silence: silence.to_vec(),
            left_out: self.left_out,
        }
    }

    /// The policy's parameters as they are logged.
    pub fn parameters(&self) -> Result<String> {
        serde_json::to_string(self.view.weights.urgency()).map_err(Error::internal)
    }
}

fn reasons_that_hold(holds: &[(Silence, bool)]) -> Vec<Silence> {
    holds
        .iter()
        .filter(|(_, holds)| *holds)
        .map(|(reason, _)| *reason)
        .collect()
}

impl Quiet {
    fn of(set: &PreferenceSet) -> Self {
        let minutes = u64::try_from(set.quiet_gap_min()).unwrap_or(0);
        Self {
            turned_off: set.autonomy(RecommendationKind::NextTask) == Autonomy::Off,
            hours: set.quiet_hours(),
            max_per_day: usize::try_from(set.max_per_day()).unwrap_or(0),
            gap: std::time::Duration::from_secs(60 * minutes),
            threshold: set.threshold(),
        }
    }
}

/// Whether learning may use what the person says of recommendations.
pub(super) async fn consents(read: &mut Read) -> Result<bool> {
    Ok(preferences::set(read).await?.may_learn(FeatureGroup::Rates))
}

impl View {
    pub fn know_labels(&mut self, labels: &[Label]) {
        for label in labels.iter().filter(|label| label.deleted_at.is_none()) {
            if let Some(index) = self.weights.label_index(&label.title) {
                self.weighted_labels.insert(label.id, index);
            }
        }
    }

    /// A project is put away when it or one around it is; a coefficient holds for what lies within.
    pub fn know_projects(&mut self, projects: &[Project]) {
        let by_id: HashMap<ProjectId, &Project> = projects
            .iter()
            .map(|project| (project.id, project))
            .collect();
        for project in projects {
            let mut indices = Vec::new();
            let mut around = Some(project);
            for _ in 0..=limits::TREE_DEPTH {
                let Some(here) = around else { break };
                if here.archived || here.deleted_at.is_some() {
                    self.archived.insert(project.id);
                }
                indices.extend(self.weights.project_index(&here.title));
                around = here.parent_id.and_then(|id| by_id.get(&id).copied());
            }
            if !indices.is_empty() {
                indices.sort_unstable();
                indices.dedup();
                self.weighted_projects.insert(project.id, indices);
            }
        }
    }
}

/// Every row of a noun that people have few of.
async fn everything<R: Record>(read: &mut Read) -> Result<Vec<R>> {
    const STEP: u32 = 500;
    let mut all: Vec<R> = Vec::new();
    loop {
        let last = all.last().map_or(Uuid::nil(), R::id);
        let rows: Vec<R> = documents::all(read, last, STEP).await?;
        let is_last = rows.len() < STEP as usize;
        all.extend(rows);
        if is_last {
            return Ok(all);
        }
    }
}
