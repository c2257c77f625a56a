//! What training has reached, so that it can go on after being cut off.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Pass, Settings};
use crate::files;
use crate::weights::{Weights, WeightsError};

/// Why training cannot go on, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("what training reached cannot be kept: {0}")]
    Io(#[from] io::Error),
    #[error("what training reached cannot be read: {0}")]
    Damaged(String),
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

/// One file, replaced as a whole: a line of JSON, then the numbers.
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
        let mut bytes = serde_json::to_vec(&head).map_err(io::Error::from)?;
        bytes.push(b'\n');
        bytes.extend([now, best].concat());
        bytes.extend_from_slice(optimizer);
        files::replace(&self.path, &bytes)?;
        Ok(())
    }

    /// What was reached, with the optimizer's memory; nothing where something else was trained.
    pub fn latest(&self) -> Result<Option<(State, Vec<u8>)>, CheckpointError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let damaged = || CheckpointError::Damaged("its parts do not fit together".to_owned());
        let end = bytes
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(damaged)?;
        let head: Head = serde_json::from_slice(&bytes[..end])
            .map_err(|error| CheckpointError::Damaged(error.to_string()))?;
        if head.fingerprint != self.fingerprint {
            return Ok(None);
        }
        let mut rest = &bytes[end + 1..];
        let mut part = |len: usize| {
            let (part, after) = rest.split_at_checked(len).ok_or_else(damaged)?;
            rest = after;
            Ok::<_, CheckpointError>(part)
        };
        let [now, best, optimizer] = [
            part(head.lengths[0])?,
            part(head.lengths[1])?,
            part(head.lengths[2])?,
        ];
        let state = State {
            now: Weights::from_bytes(now)?,
            best: Weights::from_bytes(best)?,
            passes: head.passes,
            best_pass: head.best_pass,
            best_check: head.best_check,
        };
        Ok(Some((state, optimizer.to_vec())))
    }
}
