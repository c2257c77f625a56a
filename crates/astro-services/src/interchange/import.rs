//! The import of a file: read, look up, compare or write, report.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use astro_core::error::FieldError;
use astro_core::ids::TaskId;
use astro_core::interchange::{Format, ImportCounts, ImportReport};
use astro_core::limits;
use astro_core::principal::{Permission, Scope};
use astro_core::tasks::series::occurrence_id;
use astro_store::owners;

use super::apply::{self, Outcomes, Whole};
use super::lookup::{self, Names};
use super::plan::{Context, Plan, PlannedTask};
use super::{cycles, notation};
use crate::{Call, Error, Result, Services};

/// Told how many of how many tasks are through.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Send + Sync);

/// What became of everything.
#[derive(Default)]
struct Totals {
    tasks: ImportCounts,
    events: ImportCounts,
    work: ImportCounts,
    reminders: ImportCounts,
}

impl Totals {
    /// Counts what a piece tells as known until it proves to be news.
    fn expect(&mut self, piece: &[PlannedTask]) {
        for task in piece {
            self.events.unchanged += task.history.len() as u64;
            self.work.unchanged += task.work.len() as u64;
        }
    }

    fn add(&mut self, outcomes: &[Outcomes]) {
        for outcome in outcomes {
            apply::count(&mut self.tasks, outcome.task);
            self.reminders.created += outcome.reminders.created;
            self.reminders.updated += outcome.reminders.updated;
            self.reminders.unchanged += outcome.reminders.unchanged;
            for (counts, news) in [
                (&mut self.events, outcome.remembered as u64),
                (&mut self.work, outcome.worked as u64),
            ] {
                counts.created += news;
                counts.unchanged = counts.unchanged.saturating_sub(news);
            }
        }
    }

    fn report(self, counts: &mut Counts) {
        counts.insert("task".to_owned(), self.tasks);
        for (kind, count) in [
            ("event", self.events),
            ("time_entry", self.work),
            ("reminder", self.reminders),
        ] {
            if count != ImportCounts::default() {
                counts.insert(kind.to_owned(), count);
            }
        }
    }
}

/// Lines of the whole import that the report counts.
pub(super) type Counts = BTreeMap<String, ImportCounts>;

impl Services {
    /// Brings a file in, or says what that would do. Importing the same file twice makes nothing
    /// twice. An import that fails halfway has kept what it had written, and can be repeated.
    pub async fn import(
        &self,
        call: &Call,
        format: Format,
        bytes: Vec<u8>,
        dry_run: bool,
        progress: Progress<'_>,
    ) -> Result<ImportReport> {
        let scope = call.scope(Permission::DataImport)?;
        let call = &Call {
            idempotency: None,
            expected_version: None,
            chosen_id: None,
            ..call.clone()
        };
        if format == Format::Json {
            return self
                .import_json(call, scope, bytes, dry_run, progress)
                .await;
        }
        if bytes.len() > limits::IMPORT_BYTES {
            return Err(too_large(bytes.len(), limits::IMPORT_BYTES));
        }
        let context = self.import_context(scope).await?;
        let reading = context.clone();
        let plan = tokio::task::spawn_blocking(move || notation::read(format, &bytes, &reading))
            .await
            .map_err(Error::internal)??;
        self.carry_out(call, scope, plan, context, dry_run, progress)
            .await
    }

    async fn import_context(&self, scope: Scope) -> Result<Context> {
        let zone = self
            .store
            .read(&scope, |read| {
                Box::pin(async move { Ok::<_, Error>(owners::get(read).await?.zone) })
            })
            .await?;
        Ok(Context {
            zone,
            now: self.now(),
        })
    }

    async fn carry_out(
        &self,
        call: &Call,
        scope: Scope,
        plan: Plan,
        context: Context,
        dry_run: bool,
        progress: Progress<'_>,
    ) -> Result<ImportReport> {
        let Plan {
            format,
            tasks,
            mut notes,
        } = plan;
        let broken = cycles::find(&tasks);
        warn_of_circles(&tasks, &broken, &mut notes);
        let total = tasks.len();
        let mut counts = Counts::new();
        let mut names = self.read_names(scope).await?;
        self.name_projects(call, scope, &tasks, &mut names, dry_run, &mut counts)
            .await?;
        self.name_labels(call, scope, &tasks, &mut names, dry_run, &mut counts)
            .await?;
        let ids = self.identify(scope, &tasks).await?;
        let pieces = apply::pieces(tasks, &broken);
        let whole = Arc::new(Whole {
            format,
            context,
            names,
            ids,
            broken,
        });
        let mut done = 0;
        let mut written = Totals::default();
        for piece in pieces {
            done += piece.len();
            written.expect(&piece);
            written.add(&self.piece(call, scope, &whole, piece, dry_run).await?);
            progress(done, total);
        }
        written.tasks.refused += notes.refused;
        written.report(&mut counts);
        Ok(ImportReport {
            format,
            dry_run,
            counts,
            fields: notes.fields(),
            warnings: notes.warnings,
            warnings_left_out: notes.warnings_left_out,
        })
    }

    async fn piece(
        &self,
        call: &Call,
        scope: Scope,
        whole: &Arc<Whole>,
        piece: Vec<PlannedTask>,
        dry_run: bool,
    ) -> Result<Vec<Outcomes>> {
        let whole = whole.clone();
        if dry_run {
            return self
                .store
                .read(&scope, |read| {
                    Box::pin(async move { apply::compare_piece(read, &whole, piece).await })
                })
                .await;
        }
        self.change(call, scope, move |change| {
            Box::pin(async move { apply::write_piece(change, &whole, piece).await })
        })
        .await
    }

    async fn read_names(&self, scope: Scope) -> Result<Names> {
        self.store
            .read(&scope, |read| {
                Box::pin(async move {
                    read.snapshot().await?;
                    Names::read(read).await
                })
            })
            .await
    }

    /// The ids of the file's tasks: of those that are here, and fresh ones.
    async fn identify(
        &self,
        scope: Scope,
        tasks: &[PlannedTask],
    ) -> Result<HashMap<String, TaskId>> {
        let uids: Vec<String> = tasks.iter().map(|task| task.uid.clone()).collect();
        let mut ids: HashMap<String, TaskId> = self
            .store
            .read(&scope, |read| {
                Box::pin(async move {
                    let mut ids = HashMap::new();
                    for uid in uids {
                        if let Some(id) = lookup::task_called(read, &uid).await? {
                            ids.insert(uid, id);
                        }
                    }
                    Ok::<_, Error>(ids)
                })
            })
            .await?;
        let now = self.now();
        for task in tasks.iter().filter(|task| task.occurrence_of.is_none()) {
            ids.entry(task.uid.clone())
                .or_insert_with(|| self.random.id(now));
        }
        for task in tasks {
            let series = task.occurrence_of.as_ref();
            let series = series.and_then(|(uid, at)| Some((*ids.get(uid)?, at)));
            ids.entry(task.uid.clone()).or_insert_with(|| match series {
                Some((series, at)) => occurrence_id(series, at),
                None => self.random.id(now),
            });
        }
        Ok(ids)
    }
}

pub(super) fn too_large(size: usize, limit: usize) -> Error {
    Error::Invalid(vec![FieldError::new(
        "file",
        "too_large",
        format!("has {size} bytes; at most {limit} are read"),
    )])
}

fn warn_of_circles(
    tasks: &[PlannedTask],
    broken: &cycles::Broken,
    notes: &mut super::notes::Notes,
) {
    for task in tasks {
        for other in &task.says.depends_on {
            let edge = (task.uid.clone(), other.clone());
            if broken.dependencies.contains(&edge) {
                notes.warn(
                    &task.place,
                    format!("waiting for {other} closes a circle, or it is a part of it; kept as a relation"),
                );
            }
        }
        if broken.parents.contains(&task.uid) {
            notes.warn(
                &task.place,
                "lies in itself or too deep; its parent is kept as a relation",
            );
        }
    }
}
