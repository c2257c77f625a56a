//! What training has reached, so that it can go on after being cut off.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Pass, Settings};
use crate::artifact::hex;
use crate::files;
use crate::weights::{Weights, WeightsError};

/// Why training cannot go on, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("what training reached cannot be kept: {0}")]
    Io(#[from] io::Error),
    #[error("what training reached cannot be written down: {0}")]
    Optimizer(String),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// How far training is.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub now: Weights,
    pub passes: Vec<Pass>,
    pub best: Weights,
    pub best_pass: u32,
    best_check: f64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    fingerprint: String,
    passes: Vec<Pass>,
    best_pass: u32,
    best_check: f64,
    /// Bytes of what follows: the numbers now, the best ones, the optimizer's.
    lengths: [usize; 3],
}

impl State {
    pub fn begin(weights: Weights, check: f64) -> Self {
        Self {
            best: weights.clone(),
            now: weights,
            passes: Vec::new(),
            best_pass: 0,
            best_check: check,
        }
    }

    /// Passes that are over.
    pub fn pass(&self) -> u32 {
        u32::try_from(self.passes.len()).unwrap_or(u32::MAX)
    }

    pub fn goes_on(&self, settings: &Settings) -> bool {
        self.pass() < settings.epochs && self.pass() - self.best_pass < settings.patience
    }

    pub fn reached(&mut self, weights: Weights, pass: Pass) {
        self.passes.push(pass);
        if pass.check < self.best_check {
            self.best_check = pass.check;
            self.best_pass = self.pass();
            self.best = weights.clone();
        }
        self.now = weights;
    }
}

/// One file, replaced as a whole: a line with the SHA-256 of the rest, a line of JSON, then the numbers.
pub(super) struct Checkpoint {
    path: PathBuf,
    fingerprint: String,
}

impl Checkpoint {
    pub fn new(folder: &Path, fingerprint: String) -> Self {
        Self {
            path: folder.join("checkpoint"),
            fingerprint,
        }
    }

    pub fn keep(&self, state: &State, optimizer: &[u8]) -> Result<(), CheckpointError> {
        let (now, best) = (state.now.to_bytes()?, state.best.to_bytes()?);
        let head = Head {
            fingerprint: self.fingerprint.clone(),
            passes: state.passes.clone(),
            best_pass: state.best_pass,
            best_check: state.best_check,
            lengths: [now.len(), best.len(), optimizer.len()],
        };
        let mut rest = serde_json::to_vec(&head).map_err(io::Error::from)?;
        rest.push(b'\n');
        rest.extend([now, best].concat());
        rest.extend_from_slice(optimizer);
        let mut bytes = hex(&Sha256::digest(&rest)).into_bytes();
        bytes.push(b'\n');
        bytes.append(&mut rest);
        files::replace(&self.path, &bytes)?;
        Ok(())
    }

    /// What was reached, with the optimizer's memory; nothing where something else was trained. What is damaged is
    /// removed: it costs time and no result to begin anew.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or not be removed.
    pub fn latest(&self) -> Result<Option<(State, Vec<u8>)>, CheckpointError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some((fingerprint, state, optimizer)) = parts(&bytes) else {
            fs::remove_file(&self.path)?;
            return Ok(None);
        };
        Ok((fingerprint == self.fingerprint).then_some((state, optimizer)))
    }
}

/// The fingerprint, the state and the optimizer's memory; nothing where the bytes are not those that were kept. What
/// is wrong with them changes nothing, so no error says it.
fn parts(bytes: &[u8]) -> Option<(String, State, Vec<u8>)> {
    let (hash, rest) = line(bytes)?;
    if hash != hex(&Sha256::digest(rest)).as_bytes() {
        return None;
    }
    let (head, rest) = line(rest)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    let (now, rest) = rest.split_at_checked(head.lengths[0])?;
    let (best, rest) = rest.split_at_checked(head.lengths[1])?;
    if rest.len() != head.lengths[2] {
        return None;
    }
    let state = State {
        now: Weights::from_bytes(now).ok()?,
        best: Weights::from_bytes(best).ok()?,
        passes: head.passes,
        best_pass: head.best_pass,
        best_check: head.best_check,
    };
    Some((head.fingerprint, state, rest.to_vec()))
}

/// What is before the end of the first line, and after it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}
