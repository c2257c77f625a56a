//! Preferences: what holds, and choosing otherwise. Rows are named by their key here; a key has
//! one row for good, which goes to the trash when the default is wanted back.

use astro_core::document::{Document as _, Stamp};
use astro_core::error::Checks;
use astro_core::events::Action;
use astro_core::ids::PreferenceId;
use astro_core::limits;
use astro_core::patch::Patch;
use astro_core::preferences::{
    Definition, Preference, PreferenceFields, PreferenceSet, PreferenceSource, definition,
    definitions, keys,
};
use astro_core::principal::Permission;
use astro_store::preferences as rows;
use astro_store::{Read, owners};
use serde_json::{Value, json};

use crate::changes::{Change, Written, check_version};
use crate::{Call, Error, Expected, Result, Services, expected};

/// A key, what holds for it, and what could be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub definition: Definition,
    pub value: Value,
    pub source: PreferenceSource,
    /// The row, where there is one.
    pub row: Option<Preference>,
}

impl Setting {
    fn new(definition: Definition, row: Option<Preference>) -> Self {
        let row = row.filter(|row| row.deleted_at.is_none());
        Self {
            value: row
                .as_ref()
                .map_or_else(|| definition.default.clone(), |row| row.value.clone()),
            source: row
                .as_ref()
                .map_or(PreferenceSource::Default, |row| row.source),
            row,
            definition,
        }
    }

    /// What holds by a row that was just kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a key that this release does not know.
    pub fn of(row: &Preference) -> Result<Self> {
        let definition = definition(&row.key).ok_or(Error::NotFound("preference"))?;
        Ok(Self::new(definition, Some(row.clone())))
    }

    /// Counts the writes to the key; 0 while the default holds.
    pub fn version(&self) -> i64 {
        self.row.as_ref().map_or(0, |row| row.version)
    }
}

impl Services {
    /// Every key with what holds for it, in order of keys.
    pub async fn list_preferences(&self, call: &Call) -> Result<Vec<Setting>> {
        let scope = call.scope(Permission::PreferencesRead)?;
        self.store
            .read(&scope, |read| Box::pin(async move { settings(read).await }))
            .await
    }

    /// # Errors
    /// [`Error::NotFound`] for a key that no definition has.
    pub async fn get_preference(&self, call: &Call, key: &str) -> Result<Setting> {
        let scope = call.scope(Permission::PreferencesRead)?;
        let definition = definition(key).ok_or(Error::NotFound("preference"))?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move {
                    let row = rows::by_key(read, &definition.key).await?;
                    setting(read, definition, row).await
                })
            })
            .await
    }

    /// What holds for the caller, typed.
    pub async fn preference_set(&self, call: &Call) -> Result<PreferenceSet> {
        let scope = call.scope(Permission::PreferencesRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::set(read).await.map_err(Error::from) })
            })
            .await
    }

    /// Chooses a value. With the zone, everything that is dated by it moves along.
    pub async fn put_preference(
        &self,
        call: &Call,
        fields: PreferenceFields,
    ) -> Result<Written<Preference>> {
        let scope = call.scope(Permission::PreferencesWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let row = rows::by_key(change.write, &fields.key).await?;
                check_key_version(expected.as_ref(), row.as_ref())?;
                choose(change, row, fields).await
            })
        })
        .await
    }

    /// Applies a merge patch to a row, also where the default was brought back meanwhile: what was
    /// chosen last holds.
    pub async fn update_preference(
        &self,
        call: &Call,
        id: PreferenceId,
        patch: Patch<PreferenceFields>,
    ) -> Result<Written<Preference>> {
        let scope = call.scope(Permission::PreferencesWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Preference = change.any(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                if fields.key != before.key {
                    return Err(Error::invalid("key", "fixed", "a row keeps its key"));
                }
                choose(change, Some(before), fields).await
            })
        })
        .await
    }

    /// Brings the default back. A key without a row is answered with 404 like any absent thing.
    pub async fn delete_preference(&self, call: &Call, key: &str) -> Result<Written<Preference>> {
        let scope = call.scope(Permission::PreferencesWrite)?;
        let (key, expected) = (key.to_owned(), call.expected_version.clone());
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let row = rows::by_key(change.write, &key).await?;
                check_key_version(expected.as_ref(), row.as_ref())?;
                let row = row
                    .filter(|row| row.deleted_at.is_none())
                    .ok_or(Error::NotFound("preference"))?;
                change.set_deleted(row, true).await
            })
        })
        .await
    }

    /// Keeps a learnt value, unless the person chose or locked one: then nothing happens, and the
    /// answer is `None`.
    pub async fn infer_preference(
        &self,
        call: &Call,
        key: &str,
        value: Value,
        confidence: f64,
    ) -> Result<Option<Written<Preference>>> {
        let scope = call.scope(Permission::PreferencesWrite)?;
        let fields = PreferenceFields {
            key: key.to_owned(),
            value,
            locked: false,
        };
        let mut checks = Checks::default();
        checks.require(
            (0.0..=1.0).contains(&confidence),
            "confidence",
            "out_of_range",
            "must lie between 0 and 1",
        );
        checks.finish()?;
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let row = rows::by_key(change.write, &fields.key).await?;
                if row.as_ref().is_some_and(|row| !row.yields_to_inference()) {
                    return Ok(None);
                }
                let source = PreferenceSource::Inferred;
                keep(change, row, fields, source, Some(confidence))
                    .await
                    .map(Some)
            })
        })
        .await
    }
}

/// Keeps a person's choice in the key's row, if it has one; for every door that chooses.
pub async fn choose(
    change: &mut Change<'_>,
    row: Option<Preference>,
    fields: PreferenceFields,
) -> Result<Written<Preference>> {
    keep(change, row, fields, PreferenceSource::User, None).await
}

async fn keep(
    change: &mut Change<'_>,
    row: Option<Preference>,
    fields: PreferenceFields,
    source: PreferenceSource,
    confidence: Option<f64>,
) -> Result<Written<Preference>> {
    let fields = fields.canonical()?;
    // Values are choices from what the product offers, no words of the person.
    let data = json!({ "key": fields.key, "value": fields.value, "source": source });
    let Some(before) = row else {
        check_room(change, &fields.key).await?;
        let id: PreferenceId = change.id_for_new::<Preference>().await?.into();
        let row = Preference::assemble(fields, change.fresh(), id, source, confidence);
        return change.insert(row, Action::Created, data).await;
    };
    let mut after = before.clone();
    after.set_fields(fields);
    after.source = source;
    after.confidence = confidence;
    after.set_stamp(Stamp {
        deleted_at: None,
        ..before.stamp()
    });
    change.update(&before, after, Action::Edited, data).await
}

/// Keys of a person's own making are limited in number; the others are few.
async fn check_room(change: &mut Change<'_>, key: &str) -> Result<()> {
    if definitions().any(|definition| definition.key == key) {
        return Ok(());
    }
    if rows::chosen(change.write).await?.len() >= limits::OWN_PREFERENCES {
        return Err(Error::invalid(
            "key",
            "too_many",
            format!("at most {} such keys are kept", limits::OWN_PREFERENCES),
        ));
    }
    Ok(())
}

/// A key whose default holds has version 0.
fn check_key_version(expected: Option<&Expected>, row: Option<&Preference>) -> Result<()> {
    let live = row.filter(|row| row.deleted_at.is_none());
    expected::check(expected, live.map_or(0, |row| row.version))
}

async fn settings(read: &mut Read) -> Result<Vec<Setting>> {
    read.snapshot().await?;
    let mut chosen: std::collections::BTreeMap<String, Preference> = rows::chosen(read)
        .await?
        .into_iter()
        .map(|row| (row.key.clone(), row))
        .collect();
    let mut settings = Vec::new();
    for definition in definitions() {
        let row = chosen.remove(&definition.key);
        settings.push(setting(read, definition.clone(), row).await?);
    }
    // What is left are keys of the person's own making.
    for (key, row) in chosen {
        if let Some(definition) = definition(&key) {
            settings.push(Setting::new(definition, Some(row)));
        }
    }
    settings.sort_by(|a, b| a.definition.key.cmp(&b.definition.key));
    Ok(settings)
}

/// While nobody chose a zone, the one that the account was made with holds.
async fn setting(
    read: &mut Read,
    mut definition: Definition,
    row: Option<Preference>,
) -> Result<Setting> {
    if definition.key == keys::ZONE.name {
        definition.default = json!(owners::get(read).await?.default_zone.as_str());
    }
    Ok(Setting::new(definition, row))
}
