//! What a model's numbers are: made of what, when to be used, how good.

use astro_core::calendar::Timestamp;
use astro_core::models::ModelKind;
use serde::{Deserialize, Serialize};

use super::{ArtifactError, hex};
use crate::completion;
use crate::evaluation::Evaluation;
use crate::recommendation;
use crate::training::Settings;

/// The format of manifests that this build writes and reads.
pub const FORMAT: u32 = 2;

/// What was learnt from. The same data, settings and build give the same bytes, so no moment of training
/// stands here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Nothing that was recorded later was looked at.
    pub until: Timestamp,
    /// The first moment of an example.
    pub from: Option<Timestamp>,
    pub people: u64,
    /// Examples that were learnt from, and by which training stopped.
    pub learnt: u64,
    pub checked: u64,
    /// SHA-256 of the hashes of all rows and fates, in order.
    pub hash: String,
}

/// What puts a net's chances right, by the kind of its model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    Completion(completion::Lines),
    Recommender(recommendation::Lines),
}

impl Calibration {
    fn of(self) -> ModelKind {
        match self {
            Self::Completion(_) => ModelKind::Completion,
            Self::Recommender(_) => ModelKind::Recommender,
        }
    }
}

/// A manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub what: ModelKind,
    /// The hash of the features' names, versions and defaults.
    pub feature_schema: String,
    pub weights_sha256: String,
    pub product: String,
    pub framework: String,
    pub settings: Settings,
    /// The version whose numbers it began with; `None` for none, `prior` for what ships with the product.
    pub parent: Option<String>,
    pub data: Data,
    /// Passes, and the one whose numbers were kept.
    pub passes: u32,
    pub best_pass: u32,
    pub calibration: Calibration,
    /// How good it was on what it had not seen; `None` where too little was left to say.
    pub evaluation: Option<Evaluation>,
}

impl Manifest {
    /// A manifest of this build, for numbers that are still to be written.
    pub fn new(calibration: Calibration, settings: Settings, data: Data) -> Self {
        Self {
            format: FORMAT,
            what: calibration.of(),
            feature_schema: hex(&astro_data::schema_hash()),
            weights_sha256: String::new(),
            product: env!("CARGO_PKG_VERSION").to_owned(),
            framework: "burn 0.22.1 flex".to_owned(),
            settings,
            parent: None,
            data,
            passes: 0,
            best_pass: 0,
            calibration,
            evaluation: None,
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let mut bytes = serde_json::to_vec(self).map_err(unread)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ArtifactError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        // another format may have other members: it is told apart first
        let head: Head = serde_json::from_slice(bytes).map_err(unread)?;
        if head.format != FORMAT {
            return Err(ArtifactError::Format(head.format));
        }
        serde_json::from_slice(bytes).map_err(unread)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn unread(error: serde_json::Error) -> ArtifactError {
    ArtifactError::Manifest(error.to_string())
}
