//! Whether everything that is kept is whole and agrees with itself.

use std::collections::BTreeSet;

use astro_core::datapoints::Datapoint;
use astro_core::goals::Goal;
use astro_core::ids::EventId;
use astro_core::labels::Label;
use astro_core::preferences::Preference;
use astro_core::principal::Scope;
use astro_core::projects::Project;
use astro_core::recommendations::{DecisionPoint, Exposure, Feedback, Recommendation};
use astro_core::reminders::Reminder;
use astro_core::tasks::Task;
use astro_core::time_entries::TimeEntry;
use serde::Serialize;
use uuid::Uuid;

use crate::documents::{self, Record};
use crate::recommendations::{feedback, log};
use crate::{Read, Statement, Store, StoreError, accounts, dialect, events, owners};

/// Rows that are looked at in one go.
const PAGE: u32 = 500;
/// Findings of one kind that are told one by one.
const TOLD: usize = 20;

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// The engine's own files.
    Engine,
    /// A row points to one that is not there.
    References,
    /// A value that no released version could have written.
    Values,
    /// Tables that are made from others and do not match them.
    Derived,
    /// Change numbers, by which clients follow.
    Changes,
    /// Accounts and their data.
    Accounts,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Finding {
    pub area: Area,
    /// What, and in which row.
    pub detail: String,
}

impl Finding {
    pub(crate) fn new(area: Area, detail: impl Into<String>) -> Self {
        Self {
            area,
            detail: detail.into(),
        }
    }
}

const LABELS: Statement = Statement::new(
    "check.task_labels",
    "SELECT task_id, label_id FROM task_labels WHERE owner_id = $1",
);
const DEPENDENCIES: Statement = Statement::new(
    "check.task_dependencies",
    "SELECT task_id, depends_on FROM task_dependencies WHERE owner_id = $1",
);

/// What goes on must be a series that goes on.
const STRAY_SERIES: Statement = Statement::new(
    "check.series_ahead",
    "SELECT a.series_id FROM series_ahead a JOIN tasks t ON t.owner_id = a.owner_id AND t.id = a.series_id \
     WHERE a.owner_id = $1 AND (t.template = 0 OR t.deleted_at IS NOT NULL OR t.status NOT IN (0, 1)) ORDER BY a.series_id",
);

pub(crate) const STATEMENTS: &[Statement] = &[LABELS, DEPENDENCIES, STRAY_SERIES];

impl Store {
    /// Looks at everything and answers what is wrong; nothing, when all is well. Changes nothing.
    /// `progress` is told how many owners were looked at, of how many.
    pub async fn check(
        &self,
        mut progress: impl FnMut(usize, usize) + Send,
    ) -> Result<Vec<Finding>, StoreError> {
        let mut found = self
            .admin_read(|admin| Box::pin(async move { dialect::checks::engine(admin).await }))
            .await?;
        let owners = self.all_owners().await?;
        for (index, scope) in owners.iter().enumerate() {
            progress(index, owners.len());
            // One snapshot for each owner, so that writes beside the check are no findings.
            let of_owner = self
                .read(scope, |read| {
                    Box::pin(async move {
                        read.snapshot().await?;
                        check_owner(read).await
                    })
                })
                .await?;
            found.extend(of_owner);
        }
        progress(owners.len(), owners.len());
        Ok(found)
    }

    /// Every account's rows, for the product's own work.
    pub async fn all_owners(&self) -> Result<Vec<Scope>, StoreError> {
        let mut owners = Vec::new();
        let mut after = Uuid::nil();
        loop {
            let page = self
                .admin_read(move |admin| {
                    Box::pin(async move { accounts::users::list(admin, None, after, PAGE).await })
                })
                .await?;
            let Some(last) = page.last() else {
                return Ok(owners);
            };
            after = last.id.uuid();
            owners.extend(
                page.iter()
                    .map(|user| Scope::service(user.tenant_id, user.id.into())),
            );
        }
    }
}

async fn check_owner(read: &mut Read) -> Result<Vec<Finding>, StoreError> {
    let owner = match owners::get(read).await {
        Ok(owner) => owner,
        Err(error @ StoreError::Corrupt { .. }) => {
            let detail = format!("user {}: {error}", read.scope().owner());
            return Ok(vec![Finding::new(Area::Accounts, detail)]);
        }
        Err(error) => return Err(error),
    };
    let mut report = Report::default();
    let mut tasks = TaskLinks::default();
    macro_rules! nouns {
        ($($noun:ty),+) => { $( report.noun::<$noun>(read, owner.change_seq, |_| {}).await?; )+ };
    }
    nouns!(
        Label,
        Project,
        TimeEntry,
        Reminder,
        Goal,
        Datapoint,
        Preference,
        Recommendation
    );
    report
        .noun::<Task>(read, owner.change_seq, |task| tasks.expect(task))
        .await?;
    report.log(read).await?;
    report.decisions(read).await?;
    tasks.compare(read, &mut report).await?;
    let args = read.args();
    for row in read.fetch_all(&STRAY_SERIES, args).await? {
        let series = row.columns("series_ahead").raw_uuid()?;
        let detail = format!("series_ahead has {series}, which is no series that goes on");
        report.add(Area::Derived, detail);
    }
    for task in dialect::checks::unfindable(read).await? {
        report.add(
            Area::Derived,
            format!("task {task} is not found by its words"),
        );
    }
    Ok(report.finish())
}

/// Gathers findings and keeps a broken table from filling the screen.
#[derive(Default)]
struct Report {
    found: Vec<Finding>,
    untold: std::collections::BTreeMap<Area, usize>,
}

impl Report {
    fn add(&mut self, area: Area, detail: impl Into<String>) {
        let told = self.found.iter().filter(|f| f.area == area).count();
        if told < TOLD {
            self.found.push(Finding::new(area, detail));
        } else {
            *self.untold.entry(area).or_default() += 1;
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        for (area, count) in self.untold {
            self.found
                .push(Finding::new(area, format!("and {count} more of this kind")));
        }
        self.found
    }

    /// Reads every row of a noun, which proves that each can be read, and looks at its number.
    async fn noun<R: Record>(
        &mut self,
        read: &mut Read,
        change_seq: i64,
        mut each: impl FnMut(&R),
    ) -> Result<(), StoreError> {
        let mut after = Uuid::nil();
        loop {
            let rows = match documents::all::<R>(read, after, PAGE).await {
                Ok(rows) => rows,
                Err(error @ StoreError::Corrupt { .. }) => {
                    self.add(
                        Area::Values,
                        format!("{error} (among the {}s after {after})", R::ENTITY),
                    );
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            for row in &rows {
                let stamp = row.stamp();
                if stamp.change_seq > change_seq {
                    self.add(
                        Area::Changes,
                        format!(
                            "{} {} has change number {}, the owner's counter is at {change_seq}",
                            R::ENTITY,
                            row.id(),
                            stamp.change_seq
                        ),
                    );
                }
                each(row);
            }
            match rows.last() {
                Some(last) => after = last.id(),
                None => return Ok(()),
            }
        }
    }

    async fn log(&mut self, read: &mut Read) -> Result<(), StoreError> {
        let mut after = EventId::new(Uuid::nil());
        loop {
            match events::all(read, after, PAGE).await {
                Ok(page) => match page.last() {
                    Some(last) => after = last.id,
                    None => return Ok(()),
                },
                Err(error @ StoreError::Corrupt { .. }) => {
                    self.add(Area::Values, error.to_string());
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Report {
    /// Reads the decision log, which proves that each entry can be read.
    async fn decisions(&mut self, read: &mut Read) -> Result<(), StoreError> {
        macro_rules! readable {
            ($all:path, $id:expr) => {
                let mut after = Uuid::nil();
                loop {
                    match $all(read, after, PAGE).await {
                        Ok(page) => match page.last() {
                            Some(last) => after = $id(last),
                            None => break,
                        },
                        Err(error @ StoreError::Corrupt { .. }) => {
                            self.add(Area::Values, error.to_string());
                            break;
                        }
                        Err(error) => return Err(error),
                    }
                }
            };
        }
        readable!(log::all_points, |row: &DecisionPoint| row.id.uuid());
        readable!(log::all_exposures, |row: &Exposure| row.decision_id.uuid());
        readable!(feedback::all, |row: &Feedback| row.id.uuid());
        Ok(())
    }
}

type Pairs = BTreeSet<(Uuid, Uuid)>;

/// What the tasks say of labels and dependencies, to compare with the tables made from them.
#[derive(Default)]
struct TaskLinks {
    labels: Pairs,
    dependencies: Pairs,
}

impl TaskLinks {
    fn expect(&mut self, task: &Task) {
        let id = task.id.uuid();
        self.labels
            .extend(task.labels.iter().map(|label| (id, label.uuid())));
        self.dependencies
            .extend(task.depends_on.iter().map(|other| (id, other.uuid())));
    }

    async fn compare(self, read: &mut Read, report: &mut Report) -> Result<(), StoreError> {
        for (statement, expected, name) in [
            (&LABELS, self.labels, "task_labels"),
            (&DEPENDENCIES, self.dependencies, "task_dependencies"),
        ] {
            let kept = pairs(read, statement).await?;
            for (task, other) in expected.difference(&kept) {
                report.add(Area::Derived, format!("{name} lacks {task} -> {other}"));
            }
            for (task, other) in kept.difference(&expected) {
                report.add(
                    Area::Derived,
                    format!("{name} has {task} -> {other}, which the task does not say"),
                );
            }
        }
        Ok(())
    }
}

async fn pairs(read: &mut Read, statement: &Statement) -> Result<Pairs, StoreError> {
    let args = read.args();
    read.fetch_all(statement, args)
        .await?
        .iter()
        .map(|row| {
            let mut columns = row.columns("task_links");
            Ok((columns.raw_uuid()?, columns.raw_uuid()?))
        })
        .collect()
}
