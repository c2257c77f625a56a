//! A person with tasks.

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock as _;
use astro_core::ids::TaskId;
use astro_core::labels::{Label, LabelFields};
use astro_core::patch::Patch;
use astro_core::principal::{Identity, Principal, Role, Scope};
use astro_core::projects::{Project, ProjectFields};
use astro_core::recommendations::{
    Decided, DecisionRecord, NewFeedback, RecommendRequest, Recommendation, Surface,
};
use astro_core::tasks::{Extent, Task, TaskFields, TaskSource, TaskState, TaskStatus};
use astro_services::{Call, Result, Services};
use astro_store::{StoreError, documents};
use astro_testkit::TestStore;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

/// One person at an app over the test's database.
pub struct Person {
    pub services: Services,
    pub call: Call,
    pub scope: Scope,
    pub clock: astro_testkit::FixedClock,
}

impl Person {
    pub fn of(db: &TestStore) -> Self {
        Self::within(db, db.scope)
    }

    /// Somebody else in the same database.
    pub async fn another(db: &TestStore) -> Self {
        Self::within(db, db.stranger().await)
    }

    fn within(db: &TestStore, scope: Scope) -> Self {
        let identity = Identity {
            tenant: scope.tenant(),
            user: scope.owner().into(),
            role: Role::Member,
        };
        let principal = Principal::User {
            identity,
            session: uuid::Uuid::nil().into(),
        };
        Self {
            services: db.services(),
            call: Call::new(principal, TaskSource::Api),
            scope,
            clock: db.clock.clone(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn task(&self, fields: TaskFields) -> Task {
        self.services
            .create_task(&self.call, fields)
            .await
            .unwrap()
            .value
    }

    pub async fn titled(&self, title: &str) -> Task {
        self.task(TaskFields::titled(title)).await
    }

    pub async fn patch(&self, id: TaskId, patch: Value) -> Task {
        let patch = Patch::new(patch.as_object().unwrap().clone());
        self.services
            .update_task(&self.call, id, patch, Extent::This)
            .await
            .unwrap()
            .value
    }

    pub async fn label(&self, title: &str) -> Label {
        let fields = LabelFields {
            title: title.to_owned(),
            color: None,
        };
        self.services
            .create_label(&self.call, fields)
            .await
            .unwrap()
            .value
    }

    pub async fn project(&self, fields: Value) -> Project {
        let fields: ProjectFields = serde_json::from_value(fields).unwrap();
        self.services
            .create_project(&self.call, fields)
            .await
            .unwrap()
            .value
    }

    pub async fn ask(&self) -> Decided {
        self.asking(request()).await
    }

    pub async fn asking(&self, request: RecommendRequest) -> Decided {
        self.services.recommend(&self.call, request).await.unwrap()
    }

    /// The titles that are proposed, best first.
    pub async fn titles(&self) -> Vec<String> {
        titles(&self.ask().await)
    }

    pub async fn tell(
        &self,
        recommendation: &Recommendation,
        report: NewFeedback,
    ) -> Result<Recommendation> {
        self.services
            .give_feedback(&self.call, recommendation.id, report)
            .await
    }

    pub async fn decision(&self, decided: &Decided) -> DecisionRecord {
        self.services
            .get_decision(&self.call, decided.decision_id)
            .await
            .unwrap()
    }

    /// Every task as it is stored.
    pub async fn all_tasks(&self) -> Vec<Task> {
        self.services
            .store
            .read(&self.scope, |read| {
                Box::pin(
                    async move { documents::all::<Task>(read, uuid::Uuid::nil(), 100_000).await },
                )
            })
            .await
            .unwrap_or_else(|error: StoreError| panic!("{error}"))
    }

    /// Tasks of all sorts: due and not, blocked, waiting, in projects, with parts.
    pub async fn many_tasks(&self, seed: u64, count: usize) -> Vec<Task> {
        let mut rng = StdRng::seed_from_u64(seed);
        let labels = [self.label("next").await, self.label("home").await];
        let work = self.project(serde_json::json!({"title": "work"})).await;
        let old = self
            .project(serde_json::json!({"title": "old", "archived": true}))
            .await;
        let mut tasks: Vec<Task> = Vec::new();
        for n in 0..count {
            let mut fields = TaskFields::titled(format!("task {n}"));
            random_dates(&mut rng, &mut fields, self.now());
            fields.priority = *[0, 0, 1, 3, 5, 9].choose(&mut rng).unwrap();
            fields.description = ["", "", "a line", "two\nlines", "a\nb\nc\nd"]
                .choose(&mut rng)
                .unwrap()
                .to_string();
            fields.estimate_s = *[None, Some(600), Some(7200)].choose(&mut rng).unwrap();
            fields.labels = labels
                .iter()
                .filter(|_| rng.random_bool(0.2))
                .map(|label| label.id)
                .collect();
            fields.project_id = *[None, None, Some(work.id), Some(old.id)]
                .choose(&mut rng)
                .unwrap();
            fields.status = *[
                TaskStatus::NeedsAction,
                TaskStatus::NeedsAction,
                TaskStatus::NeedsAction,
                TaskStatus::InProcess,
                TaskStatus::Completed,
            ]
            .choose(&mut rng)
            .unwrap();
            if rng.random_bool(0.1) {
                fields.state = TaskState::Waiting;
            }
            if let Some(other) = tasks.choose(&mut rng) {
                match rng.random_range(0..100) {
                    0..15 => fields.depends_on = vec![other.id],
                    15..28 => fields.parent_id = Some(other.id),
                    _ => {}
                }
            }
            tasks.push(self.task(fields).await);
        }
        tasks
    }
}

fn random_dates(rng: &mut StdRng, fields: &mut TaskFields, now: Timestamp) {
    let today = astro_core::calendar::local_date(now, &astro_core::calendar::TimeZone::UTC);
    let day = |n: i64| {
        let span = astro_core::calendar::ToSpan::days(n);
        today.checked_add(span).unwrap().to_string()
    };
    if rng.random_bool(0.6) {
        let mut due = day(rng.random_range(-20..30));
        if rng.random_bool(0.3) {
            due.push_str("T12:30:00");
        }
        fields.due = Some(due.parse().unwrap());
    }
    if rng.random_bool(0.2) {
        fields.start = Some(day(rng.random_range(-5..5)).parse().unwrap());
    }
    if rng.random_bool(0.1) {
        fields.deadline = Some(day(rng.random_range(0..10)).parse().unwrap());
    }
}

pub fn request() -> RecommendRequest {
    RecommendRequest {
        limit: Some(10),
        ..RecommendRequest::on(Surface::Api)
    }
}

pub fn titles(decided: &Decided) -> Vec<String> {
    decided
        .proposals
        .iter()
        .map(|proposal| proposal.task.title.clone())
        .collect()
}
