//! Bringing a document in.

use std::collections::{BTreeMap, HashMap, HashSet};

use astro_core::error::FieldError;
use astro_core::interchange::{Format, ImportCounts, ImportReport};
use astro_core::limits;
use astro_core::principal::Scope;
use astro_store::{Read, owners};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::archived::{Archived, Mode};
use super::{Head, sections};
use crate::interchange::import::Progress;
use crate::interchange::notes::Notes;
use crate::{Call, Error, Result, Services};

/// Rows of one transaction.
const PIECE: usize = 200;

/// What the sections share while they come in.
pub(super) struct Restoring<'a> {
    services: &'a Services,
    call: &'a Call,
    scope: Scope,
    mode: Mode,
    dry_run: bool,
    progress: Progress<'a>,
    done: usize,
    total: usize,
    counts: BTreeMap<String, ImportCounts>,
    notes: Notes,
    /// Rows of the document that are here now.
    present: HashSet<Uuid>,
    /// Rows that were not taken because another stands for the same.
    twins: HashMap<Uuid, Uuid>,
}

/// What a row of the document meets here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Met {
    Nothing,
    Itself,
    /// A row of its id that says something else.
    Another,
    Twin(Uuid),
}

impl Services {
    /// Brings a lossless export in. Into an account where nothing was ever written rows go just as
    /// they were; a run that failed halfway can be repeated.
    pub(in crate::interchange) async fn import_json(
        &self,
        call: &Call,
        scope: Scope,
        bytes: Vec<u8>,
        dry_run: bool,
        progress: Progress<'_>,
    ) -> Result<ImportReport> {
        if bytes.len() > limits::RESTORE_BYTES {
            return Err(crate::interchange::import::too_large(
                bytes.len(),
                limits::RESTORE_BYTES,
            ));
        }
        let (head, mut rows) = tokio::task::spawn_blocking(move || super::parse(&bytes))
            .await
            .map_err(Error::internal)??;
        let mode = self.begin_restore(call, scope, &head, dry_run).await?;
        let mut restoring = Restoring {
            services: self,
            call,
            scope,
            mode,
            dry_run,
            progress,
            done: 0,
            total: rows.values().map(Vec::len).sum(),
            counts: BTreeMap::new(),
            notes: Notes::default(),
            present: HashSet::new(),
            twins: HashMap::new(),
        };
        for section in sections::ALL {
            let rows = rows.remove(section.name).unwrap_or_default();
            (section.bring)(&mut restoring, rows).await?;
        }
        let Restoring {
            counts, mut notes, ..
        } = restoring;
        for (name, rows) in rows {
            let place = format!("sections.{name}");
            for _ in &rows {
                notes.left(&name, &place);
            }
        }
        if !dry_run {
            self.follow_all_series(call, scope).await?;
            if mode == Mode::Exact {
                self.end_restore(call, scope, head).await?;
            }
        }
        Ok(ImportReport {
            format: Format::Json,
            dry_run,
            counts,
            fields: notes.fields(),
            warnings: notes.warnings,
            warnings_left_out: notes.warnings_left_out,
        })
    }

    /// Nothing was ever written where the change counter stands at zero; it is raised at the very
    /// end, so that a repeated run goes on as the first one began.
    async fn begin_restore(
        &self,
        call: &Call,
        scope: Scope,
        head: &Head,
        dry_run: bool,
    ) -> Result<Mode> {
        let zone = head.zone.clone();
        if dry_run {
            let owner = self.store.read(&scope, |read| {
                Box::pin(async move { owners::get(read).await.map_err(Error::from) })
            });
            return Ok(mode_of(&owner.await?));
        }
        let mode = self.change(call, scope, move |change| {
            Box::pin(async move {
                let owner = owners::get(change.write).await?;
                if mode_of(&owner) == Mode::Exact && owner.zone != zone {
                    owners::set_zone(change.write, &zone).await?;
                }
                Ok(mode_of(&owner) == Mode::Exact)
            })
        });
        Ok(if mode.await? {
            Mode::Exact
        } else {
            Mode::Merge
        })
    }

    async fn end_restore(&self, call: &Call, scope: Scope, head: Head) -> Result<()> {
        self.change(call, scope, move |change| {
            Box::pin(async move {
                owners::raise_change(change.write, head.change_seq).await?;
                owners::set_purged(change.write, head.purged_seq).await?;
                Ok(())
            })
        })
        .await
    }
}

fn mode_of(owner: &owners::Owner) -> Mode {
    if owner.change_seq == 0 {
        Mode::Exact
    } else {
        Mode::Merge
    }
}

/// Brings the rows of one section in.
pub(super) async fn bring<R: Archived>(
    restoring: &mut Restoring<'_>,
    rows: Vec<Value>,
) -> Result<()> {
    let rows = restoring.read_rows::<R>(rows);
    let rows = restoring.in_order(rows);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let piece: Vec<R> = rows.by_ref().take(PIECE).collect();
        restoring.piece(piece).await?;
    }
    Ok(())
}

impl Restoring<'_> {
    fn counts<R: Archived>(&mut self) -> &mut ImportCounts {
        self.counts.entry(R::KIND.to_owned()).or_default()
    }

    fn refuse<R: Archived>(&mut self, place: &str, reason: impl Into<String>) {
        self.counts::<R>().refused += 1;
        self.notes.warn(&place, reason);
    }

    /// The rows that can be kept.
    fn read_rows<R: Archived>(&mut self, rows: Vec<Value>) -> Vec<R> {
        self.counts::<R>();
        let mut read = Vec::with_capacity(rows.len());
        for (index, value) in rows.into_iter().enumerate() {
            let place = format!("sections.{}[{index}]", R::SECTION);
            match R::deserialize(&value) {
                Err(error) => self.refuse::<R>(&place, error.to_string()),
                Ok(mut row) => {
                    self.note_unknown(&row, &value, &place);
                    row.follow(&self.twins);
                    match row.check() {
                        Ok(()) => read.push(row),
                        Err(wrong) => self.refuse::<R>(&place, list(&wrong)),
                    }
                }
            }
        }
        read
    }

    /// A later version of the product may have said more.
    fn note_unknown<R: Archived>(&mut self, row: &R, value: &Value, place: &str) {
        let known = serde_json::to_value(row).unwrap_or_default();
        let names = value
            .as_object()
            .into_iter()
            .flat_map(|object| object.keys());
        for name in names.filter(|name| known.get(name.as_str()).is_none()) {
            self.notes.left(&format!("{}.{name}", R::SECTION), &place);
        }
    }

    /// Every row after those that it needs; rows whose needs are not met are refused.
    fn in_order<R: Archived>(&mut self, rows: Vec<R>) -> Vec<R> {
        let mut waiting = rows;
        let mut ordered = Vec::with_capacity(waiting.len());
        let mut coming: HashSet<Uuid> = self.present.clone();
        loop {
            let before = waiting.len();
            let (ready, later): (Vec<R>, Vec<R>) = waiting
                .into_iter()
                .partition(|row| row.requires().iter().all(|id| coming.contains(id)));
            coming.extend(ready.iter().map(R::row_id));
            ordered.extend(ready);
            waiting = later;
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for row in waiting {
            let place = format!("sections.{}: {}", R::SECTION, row.row_id());
            self.refuse::<R>(&place, "points at what is not in the file");
        }
        ordered
    }

    async fn piece<R: Archived>(&mut self, rows: Vec<R>) -> Result<()> {
        let ids: Vec<Uuid> = rows.iter().map(R::row_id).collect();
        let (mode, dry_run) = (self.mode, self.dry_run);
        let met: Vec<Met> = if dry_run {
            let compared = self.services.store.read(&self.scope, |read| {
                Box::pin(async move {
                    let mut met = Vec::with_capacity(rows.len());
                    for row in &rows {
                        met.push(meet(read, row, mode).await?);
                    }
                    Ok::<_, Error>(met)
                })
            });
            compared.await?
        } else {
            let written = self.services.change(self.call, self.scope, move |change| {
                Box::pin(async move {
                    let mut met = Vec::with_capacity(rows.len());
                    for row in rows {
                        let found = meet(change.write, &row, mode).await?;
                        if found == Met::Nothing {
                            row.keep(change.write, mode).await?;
                        }
                        met.push(found);
                    }
                    Ok(met)
                })
            });
            written.await?
        };
        for (id, met) in ids.into_iter().zip(met) {
            self.count::<R>(id, met);
        }
        (self.progress)(self.done, self.total);
        Ok(())
    }

    fn count<R: Archived>(&mut self, id: Uuid, met: Met) {
        self.done += 1;
        self.present.insert(id);
        match met {
            Met::Nothing => self.counts::<R>().created += 1,
            Met::Itself => self.counts::<R>().unchanged += 1,
            Met::Twin(twin) => {
                self.twins.insert(id, twin);
                self.present.insert(twin);
                self.counts::<R>().unchanged += 1;
            }
            Met::Another => {
                let place = format!("sections.{}: {id}", R::SECTION);
                self.refuse::<R>(
                    &place,
                    "is here already and says something else; it stays as it is",
                );
            }
        }
    }
}

async fn meet<R: Archived>(read: &mut Read, row: &R, mode: Mode) -> Result<Met> {
    if let Some(found) = R::find(read, row.row_id()).await? {
        return Ok(if row.is_same(&found) {
            Met::Itself
        } else {
            Met::Another
        });
    }
    if mode == Mode::Exact {
        // in an empty account there is none
        return Ok(Met::Nothing);
    }
    Ok(match row.twin(read).await? {
        Some(twin) => Met::Twin(twin),
        None => Met::Nothing,
    })
}

fn list(wrong: &[FieldError]) -> String {
    let wrong: Vec<String> = wrong.iter().map(FieldError::to_string).collect();
    wrong.join("; ")
}
