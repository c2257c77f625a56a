//! A model as files: numbers (safetensors) and a manifest (JSON) that says what they are. A version is
//! a folder whose name is the hash of both, and it never changes.

mod manifest;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use astro_core::models::ModelKind;
use sha2::{Digest as _, Sha256};

pub use manifest::{Calibration, Data, FORMAT, Manifest};

use crate::completion::CompletionModel;
use crate::files;
use crate::model::{Lines, Model};
use crate::recommendation::RecommendationModel;
use crate::weights::{MAX_BYTES, Weights, WeightsError};

const WEIGHTS: &str = "weights.safetensors";
const MANIFEST: &str = "manifest.json";
/// A manifest with its figures has a few kilobytes.
const MAX_MANIFEST: u64 = 1 << 20;

/// Why an artifact is not used.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error("`{file}` cannot be read: {reason}")]
    Io {
        file: &'static str,
        reason: io::Error,
    },
    #[error("`{0}` is no plain file")]
    NotPlain(&'static str),
    #[error("`{file}` has {bytes} bytes; {most} at most are read")]
    TooLong {
        file: &'static str,
        bytes: u64,
        most: u64,
    },
    #[error("the manifest cannot be read: {0}")]
    Manifest(String),
    #[error("the manifest is of format {0}; this build reads {FORMAT}")]
    Format(u32),
    #[error("it was trained on other features than this build computes")]
    Schema,
    #[error("it is a model of {0}")]
    Kind(ModelKind),
    #[error("the numbers are not those that the manifest names")]
    Hash,
    #[error("its folder is named for other content")]
    Name,
    #[error("what puts its chances right belongs to a model of another kind")]
    Calibration,
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// A version: the first 16 digits of the hash of both files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(String);

impl Version {
    fn of(manifest: &[u8], weights: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(Sha256::digest(manifest));
        hash.update(Sha256::digest(weights));
        let mut text = hex(&hash.finalize());
        text.truncate(16);
        Self(text)
    }

    /// A version by its name: 16 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (text.len() == 16 && text.chars().all(is_hex)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a version of a model lies under the folder of all models.
pub fn folder(root: &Path, what: ModelKind, version: &Version) -> PathBuf {
    root.join(what.as_str()).join(version.as_str())
}

/// Writes a model down. It appears as a whole: written beside its place, on disk, then renamed. A
/// version that is there already stays if it is the same bytes to the last, and is replaced otherwise.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    root: &Path,
    mut manifest: Manifest,
    weights: &Weights,
) -> Result<Version, ArtifactError> {
    let weights = weights.to_bytes()?;
    manifest.weights_sha256 = hex(&Sha256::digest(&weights));
    let manifest_bytes = manifest.to_bytes()?;
    let version = Version::of(&manifest_bytes, &weights);
    let place = folder(root, manifest.what, &version);
    let is_same = |found: (Vec<u8>, Vec<u8>)| found.0 == manifest_bytes && found.1 == weights;
    if read_files(&place).is_ok_and(is_same) {
        return Ok(version);
    }
    let part = place.with_extension("part");
    let io = |reason| ArtifactError::Io {
        file: MANIFEST,
        reason,
    };
    remove_folder(&part).map_err(io)?;
    fs::create_dir_all(&part).map_err(io)?;
    files::replace(&part.join(WEIGHTS), &weights).map_err(io)?;
    files::replace(&part.join(MANIFEST), &manifest_bytes).map_err(io)?;
    remove_folder(&place).map_err(io)?;
    files::rename(&part, &place).map_err(io)?;
    Ok(version)
}

/// Reads a version that somebody may have damaged: everything is checked before anything is used.
///
/// # Errors
/// Says what is wrong.
pub fn read(
    root: &Path,
    what: ModelKind,
    version: &Version,
) -> Result<(Manifest, Weights), ArtifactError> {
    let (manifest_bytes, weights_bytes) = read_files(&folder(root, what, version))?;
    if Version::of(&manifest_bytes, &weights_bytes) != *version {
        return Err(ArtifactError::Name);
    }
    check(what, &manifest_bytes, &weights_bytes)
}

/// Removes the files of a version; one that is not there is removed already.
///
/// # Errors
/// When they cannot be removed.
pub fn remove(root: &Path, what: ModelKind, version: &Version) -> io::Result<()> {
    remove_folder(&folder(root, what, version))
}

/// Removes all files of all versions of a kind, also of those that were cut off when they were written.
///
/// # Errors
/// When they cannot be removed.
pub fn remove_all(root: &Path, what: ModelKind) -> io::Result<()> {
    remove_folder(&root.join(what.as_str()))
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Checks the bytes of both files, wherever they come from.
///
/// # Errors
/// Says what is wrong.
pub fn check(
    what: ModelKind,
    manifest: &[u8],
    weights: &[u8],
) -> Result<(Manifest, Weights), ArtifactError> {
    let manifest = Manifest::from_bytes(manifest)?;
    if manifest.what != what {
        return Err(ArtifactError::Kind(manifest.what));
    }
    if manifest.feature_schema != hex(&astro_data::schema_hash()) {
        return Err(ArtifactError::Schema);
    }
    if manifest.weights_sha256 != hex(&Sha256::digest(weights)) {
        return Err(ArtifactError::Hash);
    }
    Ok((manifest, Weights::from_bytes(weights)?))
}

/// A model that can be kept in files.
pub trait Kept: Sized {
    const KIND: ModelKind;

    /// From what was read and checked.
    ///
    /// # Errors
    /// When the numbers are not exactly those of this model.
    fn of(manifest: &Manifest, weights: Weights) -> Result<Self, ArtifactError>;
}

impl<L: Lines> Kept for Model<L> {
    const KIND: ModelKind = L::KIND;

    fn of(manifest: &Manifest, weights: Weights) -> Result<Self, ArtifactError> {
        let lines = L::of(manifest.calibration).ok_or(ArtifactError::Calibration)?;
        Ok(Self::from_weights(weights, lines)?)
    }
}

/// The model of a version.
///
/// # Errors
/// Says what is wrong with its files.
pub fn load<M: Kept>(root: &Path, version: &Version) -> Result<(Manifest, M), ArtifactError> {
    let (manifest, weights) = read(root, M::KIND, version)?;
    let model = M::of(&manifest, weights)?;
    Ok((manifest, model))
}

/// What the files of a version of any kind say of themselves, once they are known to make a model.
///
/// # Errors
/// Says what is wrong with them.
pub fn verify(root: &Path, what: ModelKind, version: &Version) -> Result<Manifest, ArtifactError> {
    match what {
        ModelKind::Completion => load::<CompletionModel>(root, version).map(|(found, _)| found),
        ModelKind::Recommender => {
            load::<RecommendationModel>(root, version).map(|(found, _)| found)
        }
    }
}

/// Why the files of a version, by its name, make no model; nothing where they do.
pub fn damage(root: &Path, what: ModelKind, version: &str) -> Option<String> {
    match Version::parse(version) {
        Some(version) => Some(verify(root, what, &version).err()?.to_string()),
        None => Some("its name is none of a version".to_owned()),
    }
}

fn read_files(folder: &Path) -> Result<(Vec<u8>, Vec<u8>), ArtifactError> {
    let plain = |file: &'static str, most: u64| {
        let io = |reason| ArtifactError::Io { file, reason };
        let path = folder.join(file);
        // a link could lead anywhere, and a pipe has no end
        let found = fs::symlink_metadata(&path).map_err(io)?;
        if !found.is_file() {
            return Err(ArtifactError::NotPlain(file));
        }
        if found.len() > most {
            return Err(ArtifactError::TooLong {
                file,
                bytes: found.len(),
                most,
            });
        }
        fs::read(&path).map_err(io)
    };
    Ok((
        plain(MANIFEST, MAX_MANIFEST)?,
        plain(WEIGHTS, MAX_BYTES as u64)?,
    ))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // writing to a string cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}
