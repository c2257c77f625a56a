//! Recommendations and their log in the lossless export. The log is append-only, and nothing in
//! it is ever rewritten: it names tasks as they were called where it was written.

use std::collections::HashMap;

use astro_core::error::FieldError;
use astro_core::ids::{DecisionId, FeedbackId};
use astro_core::recommendations::{DecisionPoint, Exposure, Feedback, Hash128, Recommendation};
use astro_store::recommendations::{feedback, log};
use astro_store::{Read, Write};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::archived::{Archived, ArchivedNoun, Mode};
use crate::{Error, Result};

/// The parameters of a policy under their hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyParameters {
    hash: Hash128,
    /// JSON, to the letter: the hash is over it.
    content: String,
}

fn key(hash: Hash128) -> Uuid {
    Uuid::from_bytes(hash.0)
}

/// Refuses the one character that no database keeps in a text.
fn check_texts<R: Serialize>(row: &R) -> Result<(), Vec<FieldError>> {
    let text = serde_json::to_string(row)
        .map_err(|error| vec![FieldError::new("", "wrong_value", error.to_string())])?;
    if text.contains("\\u0000") {
        return Err(vec![FieldError::new(
            "",
            "nul",
            "contains the NUL character",
        )]);
    }
    Ok(())
}

impl Archived for PolicyParameters {
    const SECTION: &'static str = "policy_parameters";
    const KIND: &'static str = "policy_parameters";

    fn row_id(&self) -> Uuid {
        key(self.hash)
    }

    async fn rows(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Self>> {
        let all = log::all_parameters(read).await?;
        Ok(all
            .into_iter()
            .map(|(hash, content)| Self { hash, content })
            .filter(|row| row.row_id() > after)
            .take(limit as usize)
            .collect())
    }

    async fn find(read: &mut Read, id: Uuid) -> Result<Option<Self>> {
        let hash = Hash128(id.into_bytes());
        let content = log::parameters(read, hash).await?;
        Ok(content.map(|content| Self { hash, content }))
    }

    async fn keep(self, write: &mut Write, _mode: Mode) -> Result<()> {
        Ok(log::keep_parameters(write, self.hash, &self.content).await?)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn check(&self) -> Result<(), Vec<FieldError>> {
        check_texts(self)
    }
}

impl Archived for DecisionPoint {
    const SECTION: &'static str = "decision_points";
    const KIND: &'static str = "decision_point";

    fn row_id(&self) -> Uuid {
        self.id.uuid()
    }

    async fn rows(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Self>> {
        Ok(log::all_points(read, after, limit).await?)
    }

    async fn find(read: &mut Read, id: Uuid) -> Result<Option<Self>> {
        Ok(log::point(read, DecisionId::new(id)).await?)
    }

    async fn keep(self, write: &mut Write, _mode: Mode) -> Result<()> {
        Ok(log::insert_point(write, &self).await?)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn check(&self) -> Result<(), Vec<FieldError>> {
        check_texts(self)
    }
}

impl Archived for Exposure {
    const SECTION: &'static str = "exposures";
    const KIND: &'static str = "exposure";

    fn row_id(&self) -> Uuid {
        self.decision_id.uuid()
    }

    async fn rows(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Self>> {
        Ok(log::all_exposures(read, after, limit).await?)
    }

    async fn find(read: &mut Read, id: Uuid) -> Result<Option<Self>> {
        Ok(log::exposure(read, DecisionId::new(id)).await?)
    }

    async fn keep(self, write: &mut Write, _mode: Mode) -> Result<()> {
        Ok(log::insert_exposure(write, &self).await?)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn check(&self) -> Result<(), Vec<FieldError>> {
        check_texts(self)
    }

    fn requires(&self) -> Vec<Uuid> {
        vec![self.decision_id.uuid(), key(self.parameters)]
    }
}

impl ArchivedNoun for Recommendation {
    const SECTION: &'static str = "recommendations";

    fn check(&self) -> Result<(), Vec<FieldError>> {
        check_texts(self)
    }

    fn requires(&self) -> Vec<Uuid> {
        vec![self.decision_id.uuid()]
    }

    fn follow(&mut self, twins: &HashMap<Uuid, Uuid>) {
        if let Some(twin) = twins.get(&self.task_id.uuid()) {
            self.task_id = (*twin).into();
        }
    }
}

impl Archived for Feedback {
    const SECTION: &'static str = "feedback";
    const KIND: &'static str = "feedback";

    fn row_id(&self) -> Uuid {
        self.id.uuid()
    }

    async fn rows(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Self>> {
        Ok(feedback::all(read, after, limit).await?)
    }

    async fn find(read: &mut Read, id: Uuid) -> Result<Option<Self>> {
        Ok(feedback::get(read, FeedbackId::new(id)).await?)
    }

    async fn keep(self, write: &mut Write, _mode: Mode) -> Result<()> {
        feedback::insert(write, &self).await.map_err(Error::from)
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn check(&self) -> Result<(), Vec<FieldError>> {
        check_texts(self)
    }

    fn requires(&self) -> Vec<Uuid> {
        vec![self.recommendation_id.uuid()]
    }
}
